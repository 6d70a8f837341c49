"""The lines of an incident's message: how bad it is, what may have caused it, how it goes."""

import math
from urllib.parse import urlsplit

from bot.domain.alerts.facts import Facts, Undone
from bot.domain.alerts.incidents import Awaits, Incident, Snooze, Suspect
from bot.domain.alerts.rules import FairnessGap, Operator, Regression, RuleDraft, SliceFloor
from bot.domain.alerts.states import Sample
from bot.domain.alerts.suspects import COMMIT, DATA, SOURCE, USER
from bot.domain.decisions.promotion import PromotedBy
from bot.domain.decisions.record import reference
from bot.domain.links import Links
from bot.domain.metrics import Direction, figure
from bot.views.alerts.pieces import People, dot, ending, linked, person
from bot.views.text import Line, Piece, clean, count, link, moment, words

_SUSPECTS = 4
_LONGEST_PAGE = 1000
_VALUE = 40
_COMMIT = 7
_MEMBER_TITLE = 160
_SLICE_NAME = 60


def now(incident: Incident) -> list[Line]:
    """What the newest evaluation says, where the heading doesn't."""
    if not incident.is_open or incident.latest in incident.title:
        return []
    return [[f"Now: {clean(incident.latest)}"]]


def slices(incident: Incident, rule: RuleDraft) -> list[Line]:
    """How many slices are past the limit and which is worst; for a gap, the best and the worst."""
    sample = incident.sample
    if sample is None or not sample.slices:
        return []
    match rule.condition:
        case SliceFloor(operator=operator, bound=bound):
            known = [each for each in sample.slices if math.isfinite(each[1])]
            bad = [each for each in known if operator.passed(each[1], bound)]
            extreme = min if operator is Operator.BELOW else max
            said: Line = [f"Slices: {len(bad)} of {len(sample.slices)} breached"]
            if known:
                said += [", worst ", *_slice(extreme(known, key=lambda each: each[1]))]
            return [said]
        case FairnessGap():
            return [_gap(sample)]
    return []


def suspects(incident: Incident) -> list[Line]:
    """What differs from the last good evaluation, worst first."""
    found = incident.suspects
    if not found:
        return []
    line: Line = ["First suspects: "]
    for index, suspect in enumerate(found[:_SUSPECTS]):
        line += [" · "] if index else []
        line.append(words(_suspect(suspect), bold=index == 0))
    if len(found) > _SUSPECTS:
        line.append(f" and {len(found) - _SUSPECTS} more")
    return [line]


def sources(facts: Facts, links: Links) -> list[Line]:
    """The run, its version and the champion, each a link to its page."""
    sample, base, model = facts.incident.sample, facts.incident.baseline, facts.rule.model
    line: Line = []
    if sample is not None:
        line = ["Run ", linked(links.run(sample.experiment_id, sample.key), sample.name)]
        if sample.version is not None and model:
            page = links.model_version(model, sample.version)
            line += [" · version ", linked(page, f"v{sample.version}")]
    if base is not None and isinstance(facts.rule.condition, Regression):
        if sample is None or sample.version != base.version:
            value = figure(base.value)
            page = links.model_version(model, base.version)
            line += [" · champion ", linked(page, f"v{base.version}")]
            line += [] if value in facts.incident.title else [f" {value}"]
        line += _allowed(facts)
    return [line] if line else []


def _allowed(facts: Facts) -> Line:
    """How far from what it was compared with the newest evaluation might have been."""
    point, condition = facts.points[-1] if facts.points else None, facts.rule.condition
    if point is None or point.margin is None or not isinstance(condition, Regression):
        return []
    side = "below" if condition.direction is Direction.HIGHER else "above"
    return [f" · allowed: {figure(point.margin)} {side}"]


def background(facts: Facts, people: People, links: Links) -> list[Line]:
    """Who promoted what this is about, what to do by the book, and the issue about it."""
    parts: list[Line] = []
    if facts.promoted is not None:
        parts.append(["Promoted by ", *_decision(facts.promoted, people, links)])
    if page := web_page(facts.runbook):
        parts.append([link(page, "runbook")])
    if key := facts.incident.issue_key:
        parts.append([linked(links.issue(key), key)])
    joined: Line = []
    for index, part in enumerate(parts):
        joined += [*([" · "] if index else []), *part]
    return [joined] if joined else []


def members(facts: Facts, most: int) -> list[Line]:
    """The other incidents that this message stands for and that are open; the thread has all."""
    going_on = [each for each in facts.members if each.is_open]
    found = [member(each) for each in going_on[:most]]
    if len(going_on) > most:
        and_others = "and" if found else "Also"
        found.append([f"{and_others} {len(going_on) - most} more, each in the thread"])
    return found


def member(incident: Incident) -> Line:
    """One of them."""
    title = words(clean(incident.title, _MEMBER_TITLE))
    return [f"Also {dot(incident)} A-{incident.rule_number}: ", title]


def progress(facts: Facts, people: People, links: Links) -> list[Line]:
    """Who looks at it, until when nobody wants to hear of it, and how it ended."""
    incident = facts.incident
    found: list[Line] = []
    if incident.acknowledged_at is not None:
        who = person(people, incident.acknowledged_by)
        found.append(["acknowledged by ", who, " ", moment(incident.acknowledged_at, "{time}")])
    if incident.assigned_to and incident.assigned_to != incident.acknowledged_by:
        found.append(["assigned to ", person(people, incident.assigned_to)])
    if not incident.is_open:
        because = _undone(facts.undone, links) if facts.undone else None
        return [*found, ending(incident, people, because)]
    if incident.snooze is not None:
        found.append(
            ["snoozed ", *until(incident.snooze), " by ", person(people, incident.snooze.by)]
        )
    return found


def until(snooze: Snooze) -> Line:
    """What ends a snooze."""
    if snooze.awaits is Awaits.EVALUATION:
        return ["until the next evaluation"]
    if snooze.awaits is Awaits.VERSION:
        return ["until the next version"]
    return ["until ", moment(snooze.until)] if snooze.until else ["for now"]


def feedback(facts: Facts) -> str:
    """What people thought of it, in our own words; "" where nobody said anything."""
    said = [f"{facts.useful} found it useful"] if facts.useful else []
    said += [f"{facts.noise} found it noise"] if facts.noise else []
    return " · ".join(said)


def web_page(address: str) -> str:
    """The address if a browser may open it from a message, else ""."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return ""
    is_page = parts.scheme in ("http", "https") and bool(parts.hostname)
    return address.strip() if is_page and len(address) <= _LONGEST_PAGE else ""


def _suspect(suspect: Suspect) -> str:
    before, after = _value(suspect, suspect.before), _value(suspect, suspect.after)
    return f"{_kind(suspect)} {before} → {after}"


def _kind(suspect: Suspect) -> str:
    named = clean(suspect.name, _VALUE)
    match suspect.what:
        case what if what == DATA:
            return "data" if named.lower() in ("dataset", "data") else f"data {named}"
        case what if what in (COMMIT, SOURCE):
            return suspect.what
        case what if what == USER:
            return "run by"
        case _:
            return named


def _value(suspect: Suspect, value: str) -> str:
    return clean(value, _COMMIT + 1 if suspect.what == COMMIT else _VALUE) or "not set"


def _gap(sample: Sample) -> Line:
    known = sorted((each for each in sample.slices if math.isfinite(each[1])), key=lambda s: s[1])
    total = count(len(sample.slices), "slice")
    if len(known) < 2:
        return [total]
    return [f"{total}: lowest ", *_slice(known[0]), ", highest ", *_slice(known[-1])]


def _slice(found: tuple[str, float]) -> Line:
    return [words(clean(found[0], _SLICE_NAME)), f" {figure(found[1])}"]


def _decision(by: PromotedBy, people: People, links: Links) -> Line:
    at = moment(by.at, "{date_short_pretty}")
    return [_reference(by, links), " (", person(people, by.author), ", ", at, ")"]


def _undone(undone: Undone, links: Links) -> Line:
    how = "rolled back to" if undone.is_back else "the champion is now"
    return [f"{how} v{undone.version} by ", _reference(undone.by, links)]


def _reference(by: PromotedBy, links: Links) -> Piece:
    return linked(links.message(by.channel, by.ts) if by.ts else None, reference(by.number))
