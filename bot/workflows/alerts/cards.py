"""What the messages of alerts show, read at sending time."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.domain.alerts.facts import Facts
from bot.domain.alerts.incidents import Incident
from bot.domain.alerts.rules import Rule
from bot.domain.links import Links
from bot.ports.chat import Message
from bot.ports.repositories import UnitOfWork
from bot.services.alerts.facts import gather
from bot.services.issues.sight import called
from bot.views.alerts import call as call_views
from bot.views.alerts import card as views
from bot.views.alerts import story
from bot.views.alerts.pieces import People
from bot.views.alerts.story import Happening
from bot.workflows.alerts import outages, quiet
from bot.workflows.cards import Card

_PEOPLE_SAID = ("by", "person")
_BUDGET = "budget"

Subject = Mapping[str, Any]


def drawn(
    uow: UnitOfWork,
    incident: Incident,
    rule: Rule,
    now: datetime,
    links: Links,
    *,
    buttons: bool = True,
) -> Message:
    """The message of an incident, stored or not, as it would stand in its channel now."""
    facts = gather(uow, incident, rule, now)
    people = uow.people.several(rule.workspace, facts.people())
    return views.card(facts, people, links, buttons=buttons)


def _alert(
    uow: UnitOfWork, workspace: str, subject: Subject, now: datetime, links: Links
) -> Message | None:
    found = _found(uow, workspace, str(subject["incident"]))
    return drawn(uow, *found, now, links) if found else None


def _call(
    uow: UnitOfWork, workspace: str, subject: Subject, now: datetime, links: Links
) -> Message | None:
    found = _found(uow, workspace, str(subject["incident"]))
    if found is None:
        return None
    facts, called = gather(uow, *found, now), str(subject["person"])
    people = uow.people.several(workspace, {*facts.people(), called})
    return call_views.call(facts, called, people, links)


def _thread(
    uow: UnitOfWork, workspace: str, subject: Subject, now: datetime, links: Links
) -> Message | None:
    what = str(subject["what"])
    if what == _BUDGET:
        return _alert(uow, workspace, subject, now, links)
    found = _found(uow, workspace, str(subject["incident"]))
    if found is None:
        return None
    member_id = subject.get("member")
    member = uow.alerts.incident(workspace, str(member_id)) if member_id else None
    said = dict(subject)
    if "key" in said:
        said["key"] = called(uow, workspace, found[0].channel, str(said["key"]))
    happening = Happening(incident=found[0], said=said, at=now, member=member)
    return story.line(what, happening, _named(uow, found, happening), links)


def _named(uow: UnitOfWork, found: tuple[Incident, Rule], it: Happening) -> People:
    """Everybody whom a line may name."""
    facts = Facts(incident=found[0], rule=found[1])
    named = facts.people() | {str(it.said[key]) for key in _PEOPLE_SAID if it.said.get(key)}
    if it.member is not None:
        named |= {it.member.resolved_by} - {""}
    return uow.people.several(found[1].workspace, named)


def _found(uow: UnitOfWork, workspace: str, incident_id: str) -> tuple[Incident, Rule] | None:
    incident = uow.alerts.incident(workspace, incident_id)
    rule = uow.alerts.rule(workspace, incident.rule_number) if incident else None
    return (incident, rule) if incident is not None and rule is not None else None


def _rule(
    uow: UnitOfWork, workspace: str, subject: Subject, _now: datetime, _links: Links
) -> Message | None:
    rule = uow.alerts.rule(workspace, subject["number"])
    return story.watches(rule, uow.people.several(workspace, [rule.author])) if rule else None


CARDS: dict[str, Card] = {
    "alert": _alert,
    "alert.call": _call,
    "alert.thread": _thread,
    "alert.rule": _rule,
    **outages.CARDS,
    **quiet.CARDS,
}
