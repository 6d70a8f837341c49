"""Routing by waking hours: whom an incident asks now, by zones, hours, absences and holidays."""

from datetime import datetime

from bot.domain.alerts import routing
from bot.domain.alerts.incidents import Call, Incident
from bot.domain.alerts.routing import Shift
from bot.domain.alerts.rules import Rule, Severity
from bot.ports.repositories import UnitOfWork
from bot.services.alerts.responsible import responsible
from bot.services.availability import Presence


def route(uow: UnitOfWork, rule: Rule, incident: Incident, now: datetime) -> Call | None:
    """Whom an incident asks now; None while nobody is awake to be asked.

    Who was called last is called again (a new `Call`) only where something new was said since;
    else `incident.call` itself comes back until somebody else is to be asked.
    """
    shift = _shift(uow, rule, incident, now)
    before = incident.call
    if before is None or _news_since(incident, before):
        return routing.call(shift, now)
    return routing.hand_over(shift, before, now)


def _shift(uow: UnitOfWork, rule: Rule, incident: Incident, now: datetime) -> Shift:
    """An incident that was assigned asks only that person; who may be woken is its owner alone."""
    who = responsible(uow, rule)
    owner, deputies = who.owner, who.deputies
    if incident.assigned_to:
        owner, deputies = incident.assigned_to, ()
    people = uow.people.several(rule.workspace, {owner, *deputies} - {""})
    able = {user: person for user, person in people.items() if person.can_take_part}
    presence = Presence(uow, list(able.values()), now)
    return Shift(
        owner=owner,
        deputies=deputies,
        back_at={user: presence.next(person, now) for user, person in able.items()},
        may_wake=(rule.may_wake and owner == who.owner and incident.severity is Severity.CRITICAL),
    )


def _news_since(incident: Incident, call: Call) -> bool:
    said_at = incident.told.said_at
    return said_at is not None and said_at > call.at
