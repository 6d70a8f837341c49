"""Notices of incidents become deliveries, each with an id of its own: never stored twice."""

from collections.abc import Iterable
from datetime import datetime

from bot.domain.alerts.incidents import Incident
from bot.domain.alerts.notices import Kind, Notice
from bot.domain.delivery import Delivery, Priority
from bot.ports.repositories import UnitOfWork
from bot.services import deliveries

CARD = "alert"
LINE = "alert.thread"
CALL = "alert.call"


def tell(uow: UnitOfWork, notices: Iterable[Notice], now: datetime) -> None:
    """Order what was decided; a message that is edited or posted anyhow is edited once at most.

    The incidents in `notices` must be as they are stored.
    """
    fresh: set[str] = set()
    edited: set[str] = set()
    for notice in notices:
        match notice.kind:
            case Kind.POST | Kind.FOLD:
                fresh.add(notice.incident.delivery_id)
                deliveries.post(uow, _message(uow, notice, now))
            case Kind.LINE:
                deliveries.post(uow, _line(uow, notice, now))
            case Kind.CALL:
                call = _call(notice.incident, now)
                fresh.add(call.id)
                deliveries.post(uow, call)
            case Kind.EDIT:
                edited.update(_shown_on(notice.incident))
    for delivery_id in sorted(edited - fresh):
        deliveries.edit(uow, delivery_id, now)


def line(uow: UnitOfWork, incident: Incident, what: str, now: datetime, **facts: str | int) -> None:
    """Say something about an incident, as it was before this change, in its thread."""
    tell(uow, [Notice(kind=Kind.LINE, incident=incident, what=what, facts=facts)], now)


def _shown_on(incident: Incident) -> set[str]:
    """Its message, and the direct messages of those who were called."""
    calls = {incident.call_id(number) for number in range(1, incident.told.calls + 1)}
    return {f"alert:{incident.card}"} | calls


def _message(uow: UnitOfWork, notice: Notice, now: datetime) -> Delivery:
    incident = notice.incident
    if notice.kind is Kind.POST:
        return _delivery(uow, incident, incident.delivery_id, CARD, {"incident": incident.id}, now)
    return _delivery(uow, incident, incident.delivery_id, LINE, _subject(notice), now, lead=True)


def _line(uow: UnitOfWork, notice: Notice, now: datetime) -> Delivery:
    """The version makes its id: what is stored for it is stored once."""
    incident = notice.incident
    line_id = f"{incident.delivery_id}:{notice.what}:{incident.version}"
    return _delivery(uow, incident, line_id, LINE, _subject(notice), now, lead=True)


def _subject(notice: Notice) -> dict[str, str | int]:
    """A line about another incident than the one whose thread it is in names both."""
    incident = notice.incident
    if notice.what in ("folded", "flapping", "recovered_member"):
        who = {"incident": incident.lead, "member": incident.id}
    else:
        who = {"incident": incident.id}
    return {**who, "what": notice.what, **notice.facts}


def _delivery(
    uow: UnitOfWork,
    incident: Incident,
    delivery_id: str,
    card: str,
    subject: dict[str, str | int] | dict[str, str],
    now: datetime,
    *,
    lead: bool = False,
) -> Delivery:
    rule = uow.alerts.rule(incident.workspace, incident.rule_number)
    return Delivery(
        id=delivery_id,
        workspace=incident.workspace,
        channel=incident.channel,
        card=card,
        subject=subject,
        priority=Priority.ALERT,
        ready_at=now,
        thread_of=f"alert:{incident.root}" if lead else None,
        owner=rule.author if rule else "",
    )


def _call(incident: Incident, now: datetime) -> Delivery:
    assert incident.call is not None
    person = incident.call.person
    return Delivery(
        id=incident.call_id(incident.told.calls),
        workspace=incident.workspace,
        channel=person,
        card=CALL,
        subject={"incident": incident.id, "person": person},
        priority=Priority.ALERT,
        ready_at=now,
    )
