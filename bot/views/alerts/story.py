"""The thread of an incident's message: a line for each thing that happened, and none pings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.alerts.incidents import Awaits, Fold, Incident, Snooze
from bot.domain.alerts.rules import Rule
from bot.domain.links import Links
from bot.ports.chat import Message
from bot.views.alerts.lines import until
from bot.views.alerts.pieces import People, dot, ending, linked, person
from bot.views.alerts.reasons import handed_over
from bot.views.alerts.wording import span, subject, wish
from bot.views.blocks import lines, message
from bot.views.text import Line, Piece, clean, words

_TITLE = 300


@dataclass(frozen=True, kw_only=True)
class Happening:
    """What happened to an incident: `said` are the facts that were stored with it.

    `member` is another incident of the same message, where it is about that one.
    """

    incident: Incident
    said: Mapping[str, Any]
    at: datetime
    member: Incident | None = None


def line(what: str, happening: Happening, people: People, links: Links) -> Message:
    """One line of the story; raises KeyError for a `what` that nobody wrote words for."""
    told = [*_which(happening), *_LINES[what](happening, people, links)]
    return message(told, [lines(told)])


def watches(rule: Rule, people: People) -> Message:
    """The line that tells a channel about a new rule."""
    told: Line = [
        words(rule.label, bold=True),
        f" ({rule.severity.value}) watches ",
        words(clean(subject(rule)), bold=True),
        f" and speaks up here {clean(wish(rule))}. Set up by ",
        person(people, rule.author),
        ".",
    ]
    return message(told, [lines(told)])


def _which(it: Happening) -> Line:
    """In the thread of another incident's message, which one it is about."""
    if it.member is not None or not it.incident.shares_card:
        return []
    return [words(f"A-{it.incident.rule_number}", bold=True), ": "]


def _acknowledged(it: Happening, people: People, _links: Links) -> Line:
    return [_by(it, people, it.incident.acknowledged_by), " is looking at it."]


def _unacknowledged(it: Happening, people: People, _links: Links) -> Line:
    if not it.said.get("by"):
        return ["It is still bad a day after it was acknowledged, so it asks again."]
    return [_by(it, people), " handed it back: nobody is looking at it now."]


def _snoozed(it: Happening, people: People, _links: Links) -> Line:
    said = it.said
    ends = datetime.fromisoformat(said["until"]) if said.get("until") else None
    awaits = Awaits(said.get("awaits") or "")
    snooze = Snooze(by=str(said.get("by", "")), at=it.at, until=ends, awaits=awaits)
    return [_by(it, people), " snoozed it ", *until(snooze), "."]


def _woke(it: Happening, _people: People, _links: Links) -> Line:
    why = {
        "evaluation": "There is a new evaluation",
        "version": "There is a new version",
        "person": "The snooze was ended",
    }.get(str(it.said.get("why", "")), "The snooze is over and it is still bad")
    return [f"{why}: ", clean(it.incident.latest)]


def _assigned(it: Happening, people: People, _links: Links) -> Line:
    by, to = str(it.said.get("by", "")), str(it.said.get("person", it.incident.assigned_to))
    if by == to:
        return [person(people, to), " took it."]
    return [person(people, by), " assigned it to ", person(people, to), "."]


def _unassigned(it: Happening, people: People, _links: Links) -> Line:
    who = person(people, str(it.said.get("person", "")))
    return ["It was assigned to ", who, ", who has left, so it asks again."]


def _reminder(it: Happening, _people: People, _links: Links) -> Line:
    long = span(it.at - it.incident.opened_at)
    return [f"Still bad after {long} and nobody has acknowledged it: {clean(it.incident.latest)}"]


def _escalated(it: Happening, _people: People, _links: Links) -> Line:
    severity = str(it.said.get("severity", it.incident.severity.value))
    return [f"It is {clean(severity)} now: {clean(it.incident.latest)}"]


def _resolved(it: Happening, people: People, _links: Links) -> Line:
    return ending(it.incident, people)


def _handed_over(it: Happening, people: People, _links: Links) -> Line:
    to = str(it.said.get("person", it.incident.call.person if it.incident.call else ""))
    return ["Handed over to ", person(people, to), handed_over(it.incident, to, people)]


def _folded(it: Happening, people: People, _links: Links) -> Line:
    """It is that incident's only message, so it is edited and shows how it stands."""
    shown = it.member or it.incident
    again = "Again: " if it.said.get("fold") == Fold.COOLDOWN else ""
    return [f"{dot(shown)} {again}", *_titled(shown), *_end(shown, people)]


def _flapping(it: Happening, people: People, _links: Links) -> Line:
    shown, times = it.member or it.incident, int(it.said.get("count", 0))
    comes = f" comes and goes: {times} times in 24 h. " if times else " comes and goes. "
    rest = "Further ones are told here until it has been quiet for 24 h."
    label = words(f"A-{shown.rule_number}", bold=True)
    return [f"{dot(shown)} ", label, f"{comes}{rest}", *_end(shown, people)]


def _recovered_member(it: Happening, people: People, _links: Links) -> Line:
    shown = it.member or it.incident
    return [words(f"A-{shown.rule_number}", bold=True), " ", *ending(shown, people)]


def _issue_created(it: Happening, people: People, links: Links) -> Line:
    key = str(it.said.get("key", it.incident.issue_key))
    return [person(people, str(it.said.get("person", ""))), " created ", _issue(links, key), "."]


def _titled(incident: Incident) -> Line:
    label = words(f"A-{incident.rule_number}", bold=True)
    return [label, ": ", words(clean(incident.title, _TITLE))]


def _end(incident: Incident, people: People) -> Line:
    return [] if incident.is_open else ["\n", *ending(incident, people)]


def _by(it: Happening, people: People, otherwise: str = "") -> Piece:
    return person(people, str(it.said.get("by") or otherwise))


def _issue(links: Links, key: str) -> Piece:
    return linked(links.issue(key), key)


_LINES: Mapping[str, Callable[[Happening, People, Links], Line]] = {
    "acknowledged": _acknowledged,
    "unacknowledged": _unacknowledged,
    "snoozed": _snoozed,
    "woke": _woke,
    "assigned": _assigned,
    "unassigned": _unassigned,
    "reminder": _reminder,
    "escalated": _escalated,
    "resolved": _resolved,
    "handed_over": _handed_over,
    "folded": _folded,
    "flapping": _flapping,
    "recovered_member": _recovered_member,
    "issue_created": _issue_created,
}
