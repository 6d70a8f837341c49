"""Incidents: what an evaluation makes of them, and what people do to them.

Each change is a compare-and-set on the incident's version, tried again on what the winner stored:
no word is lost, and none is overwritten unseen. What the engine changes is told by the next
`attending.attend`; what a person does is told at once.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto

from bot.domain.alerts.engine import closed_by_hand, severity, title
from bot.domain.alerts.grouping import group_key
from bot.domain.alerts.incidents import Incident, Snooze
from bot.domain.alerts.rules import Rule
from bot.domain.alerts.states import AlertState, Sample, Transition
from bot.errors import Conflict, NotFound
from bot.ports.repositories import UnitOfWork
from bot.services.alerts import attending, snoozes, suspects, telling

# Whoever fails so often is not racing, but wrong.
_TRIES = 5

Change = Callable[[Incident], Incident | None]


class AckResult(Enum):
    """What became of a click on *Acknowledge*."""

    DONE = auto()
    TAKEN = auto()
    OVER = auto()


@dataclass(frozen=True, kw_only=True)
class Ack:
    """The result, and the incident as it is now."""

    result: AckResult
    incident: Incident


def open(
    uow: UnitOfWork, rule: Rule, state: AlertState, sample: Sample | None, now: datetime
) -> None:
    """A breach begins; the same one twice is one."""
    uow.alerts.open_incident(
        Incident(
            id=_incident_id(rule, state),
            workspace=rule.workspace,
            rule_number=rule.number,
            channel=rule.channel,
            severity=severity(rule, state.phase),
            title=title(rule, sample, state.reason, state.baseline, state.phase),
            latest=state.reason,
            sample=sample,
            baseline=state.baseline,
            opened_at=now,
            changed_at=now,
            phase=state.phase,
            group_key=group_key(rule),
            suspects=suspects.find(uow, rule, sample, state),
        )
    )


def change(
    uow: UnitOfWork, rule: Rule, state: AlertState, sample: Sample | None, now: datetime
) -> None:
    """A breach goes on: its words are those of the newest evaluation, its title of the last bad."""

    def news(incident: Incident) -> Incident | None:
        if not incident.is_open:
            return None
        changed = replace(
            incident,
            latest=state.reason,
            changed_at=now,
            phase=state.phase,
            severity=severity(rule, state.phase),
        )
        if not state.streak:
            return changed
        worse = title(rule, sample, state.reason, state.baseline, state.phase)
        return replace(changed, title=worse, sample=sample, baseline=state.baseline)

    amend(uow, rule.workspace, _incident_id(rule, state), news)


def resolve(
    uow: UnitOfWork, rule: Rule, before: AlertState, reason: str, recovered: bool, now: datetime
) -> None:
    """A breach ends: it recovered, or there is another reason."""

    def end(incident: Incident) -> Incident | None:
        return _ended(incident, reason, now, recovered=recovered)

    amend(uow, rule.workspace, _incident_id(rule, before), end)


def acknowledge(
    uow: UnitOfWork, workspace: str, incident_id: str, user_id: str, channel: str, now: datetime
) -> Ack:
    """Note who looks at everything on one message; the first one wins, and what has ended stays.

    Raises NotFound for an incident of another channel than the one in which they clicked.
    """
    clicked = found(uow, workspace, incident_id, user_id, channel)

    def take(incident: Incident) -> Incident | None:
        if incident.acknowledged_by or not incident.is_open:
            return None
        return replace(incident, acknowledged_by=user_id, acknowledged_at=now)

    taken = _amend_all(uow, clicked, take)
    if taken:
        _told(uow, taken, "acknowledged", now, by=user_id)
        return Ack(result=AckResult.DONE, incident=_now(uow, taken[0]))
    still = [_now(uow, one) for one in _on_message(uow, clicked)]
    if not still:
        return Ack(result=AckResult.OVER, incident=_now(uow, clicked))
    return Ack(result=AckResult.TAKEN, incident=still[0])


def unacknowledge(
    uow: UnitOfWork, workspace: str, incident_id: str, user_id: str, channel: str, now: datetime
) -> Incident:
    """Take an acknowledgement back, so that others are asked again; raises Conflict if there is
    none, or it is over."""
    clicked = found(uow, workspace, incident_id, user_id, channel)

    def give_back(incident: Incident) -> Incident | None:
        if not (incident.is_open and incident.acknowledged_by):
            return None
        told = replace(incident.told, said_at=now, reminded_at=None)
        return replace(incident, acknowledged_by="", acknowledged_at=None, told=told)

    given = _amend_all(uow, clicked, give_back)
    _or_conflict(uow, clicked, given, "Nobody has acknowledged it, so there is nothing to undo.")
    return _told(uow, given, "unacknowledged", now, by=user_id)


def snooze(
    uow: UnitOfWork,
    workspace: str,
    incident_id: str,
    user_id: str,
    channel: str,
    snooze: Snooze,
    now: datetime,
) -> Incident:
    """No word of everything on one message until the snooze is over; one that is over at once ends
    the one before.

    Raises InvalidInput for one without an end, Conflict where the incident has ended.
    """
    clicked = found(uow, workspace, incident_id, user_id, channel)
    if snoozes.is_over(snooze, now):
        return _woken(uow, clicked, now)
    for incident in _on_message(uow, clicked):
        snoozes.check(snooze, uow.alerts.rule(workspace, incident.rule_number))

    def quiet(incident: Incident) -> Incident | None:
        if not incident.is_open:
            return None
        rule = uow.alerts.rule(workspace, incident.rule_number)
        return snoozes.begun(uow, incident, rule, replace(snooze, by=user_id, at=now))

    quieted = _amend_all(uow, clicked, quiet)
    _or_conflict(uow, clicked, quieted)
    until = snooze.until.isoformat() if snooze.until else ""
    facts = {"by": user_id, "until": until, "awaits": snooze.awaits.value}
    return _told(uow, quieted, "snoozed", now, **facts)


def assign(
    uow: UnitOfWork,
    workspace: str,
    incident_id: str,
    user_id: str,
    channel: str,
    assignee: str,
    now: datetime,
) -> Incident:
    """Ask one person for it; whoever takes it themselves has acknowledged it too.

    Raises Conflict where the incident has ended.
    """
    clicked = found(uow, workspace, incident_id, user_id, channel)

    def hand(incident: Incident) -> Incident | None:
        if not incident.is_open:
            return None
        handed = replace(incident, assigned_to=assignee)
        if assignee == user_id and not incident.acknowledged_by:
            handed = replace(handed, acknowledged_by=user_id, acknowledged_at=now)
        return handed

    handed = _amend_all(uow, clicked, hand)
    _or_conflict(uow, clicked, handed)
    return _told(uow, handed, "assigned", now, by=user_id, person=assignee)


def resolve_by_hand(
    uow: UnitOfWork, workspace: str, incident_id: str, user_id: str, channel: str, now: datetime
) -> Incident:
    """End everything on one message; the next breach opens a new incident.

    Raises Conflict where it has ended.
    """
    clicked = found(uow, workspace, incident_id, user_id, channel)
    for number in sorted({one.rule_number for one in _on_message(uow, clicked)}):
        _close_rule(uow, workspace, number, now)

    def end(incident: Incident) -> Incident | None:
        after = _ended(incident, "closed by hand", now, recovered=False)
        return replace(after, resolved_by=user_id) if after else None

    ended = _amend_all(uow, clicked, end)
    _or_conflict(uow, clicked, ended)
    attending.attend(uow, workspace, now, only=[one.id for one in ended])
    return _now(uow, ended[0])


def _close_rule(uow: UnitOfWork, workspace: str, number: int, now: datetime) -> None:
    """The state comes before the incident, as in an evaluation; it is locked, not raced for."""
    stored, rule = uow.alerts.locked_state(workspace, number), uow.alerts.rule(workspace, number)
    if rule is None or stored is None or not stored.state.phase.is_open:
        return
    after = closed_by_hand(rule, stored.state, "closed by hand", now)
    uow.alerts.replace_state(workspace, number, after, stored.version)
    before = stored.state.phase
    transition = Transition(at=now, before=before, after=after.phase, reason=after.reason)
    uow.alerts.log(workspace, number, transition)


def _woken(uow: UnitOfWork, clicked: Incident, now: datetime) -> Incident:
    def wake(incident: Incident) -> Incident | None:
        if not (incident.is_open and incident.snooze):
            return None
        told = replace(incident.told, said_at=now, reminded_at=None)
        return replace(incident, snooze=None, told=told)

    woken = _amend_all(uow, clicked, wake)
    _or_conflict(uow, clicked, woken, "It isn't snoozed.")
    return _told(uow, woken, "woke", now, why="person")


def _incident_id(rule: Rule, state: AlertState) -> str:
    return f"{rule.workspace}:{rule.label}:{state.incidents}"


def _ended(incident: Incident, reason: str, now: datetime, *, recovered: bool) -> Incident | None:
    if not incident.is_open:
        return None
    return replace(incident, latest=reason, recovered=recovered, resolved_at=now, changed_at=now)


def found(
    uow: UnitOfWork, workspace: str, incident_id: str, user_id: str, channel: str
) -> Incident:
    """The incident that somebody clicked on: in its channel, or where they were written to.

    Raises NotFound for one of another channel.
    """
    incident = uow.alerts.incident(workspace, incident_id)
    if incident is None or not (
        incident.channel == channel or _was_called(uow, incident, user_id, channel)
    ):
        raise NotFound("I don't know this alert any more.")
    return incident


def _was_called(uow: UnitOfWork, incident: Incident, user_id: str, channel: str) -> bool:
    ids = [incident.call_id(number) for number in range(1, incident.told.calls + 1)]
    return any(
        call.subject.get("person") == user_id and call.posted_channel == channel
        for call in uow.deliveries.several(ids).values()
    )


def _on_message(uow: UnitOfWork, clicked: Incident) -> list[Incident]:
    """The open incidents that share the message of the one that was clicked, by id."""
    others = uow.alerts.members(clicked.workspace, clicked.id)
    sharing = {one.id: one for one in others if one.shares_card}
    if (known := uow.alerts.incident(clicked.workspace, clicked.id)) is not None:
        sharing[known.id] = known
    return [sharing[one] for one in sorted(sharing) if sharing[one].is_open]


def _amend_all(uow: UnitOfWork, clicked: Incident, changed: Change) -> list[Incident]:
    """Those that were changed, as they were before, the one that was clicked first."""
    updated = (amend(uow, one.workspace, one.id, changed) for one in _on_message(uow, clicked))
    done = [before for before in updated if before is not None]
    return sorted(done, key=lambda one: (one.id != clicked.id, one.id))


def amend(uow: UnitOfWork, workspace: str, incident_id: str, changed: Change) -> Incident | None:
    """The incident before its change, or None where it is unknown or needs none."""
    for _ in range(_TRIES):
        before = uow.alerts.incident(workspace, incident_id)
        after = changed(before) if before else None
        if before is None or after is None:
            return None
        if uow.alerts.save_incident(after):
            return before
    raise Conflict("Others are changing this alert at the same moment. Try again.")


def _told(
    uow: UnitOfWork, changed: Iterable[Incident], what: str, now: datetime, **facts: str
) -> Incident:
    """Say it in the thread, once for all on one message, and bring the message up to date."""
    first, *rest = changed
    telling.line(uow, first, what, now, **facts)
    attending.attend(uow, first.workspace, now, only=[first.id, *(one.id for one in rest)])
    return _now(uow, first)


def _or_conflict(
    uow: UnitOfWork, clicked: Incident, changed: list[Incident], otherwise: str = ""
) -> None:
    if changed:
        return
    is_over = not _on_message(uow, clicked)
    raise Conflict("This alert is over already." if is_over or not otherwise else otherwise)


def _now(uow: UnitOfWork, incident: Incident) -> Incident:
    stored = uow.alerts.incident(incident.workspace, incident.id)
    return stored or incident
