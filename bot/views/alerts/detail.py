"""One rule: what it does, where it stands, what happened; its making, changing and end."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.alerts.feedback import Feedback
from bot.domain.alerts.findings import Finding
from bot.domain.alerts.incidents import Incident
from bot.domain.alerts.responsible import Responsible
from bot.domain.alerts.rules import NoData, Rule
from bot.domain.alerts.silences import Silence
from bot.domain.alerts.states import Sample, StoredState, Transition
from bot.domain.decisions.record import reference
from bot.domain.person import Person
from bot.ports.chat import Block, Message, Modal
from bot.views.alerts.listing import phase_words, standing
from bot.views.alerts.quiet import silenced
from bot.views.alerts.wording import span, subject, wish
from bot.views.blocks import (
    actions,
    bullets,
    button,
    context,
    header,
    lines,
    message,
    mrkdwn,
    roomiest,
)
from bot.views.forms import modal
from bot.views.text import Line, clean, count, escape, link, moment, words

ACTION_EDIT = "alert.edit"
ACTION_TEST = "alert.test"
ACTION_SILENCE = "alert.silence"
ACTION_DELETE = "alert.delete"
CALLBACK_CREATED = "alert.created"
CALLBACK_DELETE = "alert.delete"

_REASON_LIMITS = (300, 120)
_NAME_LIMIT = 60
_DEPUTIES = 4

People = Mapping[str, Person]


@dataclass(frozen=True, kw_only=True)
class Detail:
    """A rule with its state, the last lines of its log and its last incidents, newest first."""

    rule: Rule
    stored: StoredState
    log: Sequence[Transition] = ()
    incidents: Sequence[Incident] = ()
    feedback: Sequence[Feedback] = ()
    responsible: Responsible
    silence: Silence | None = None


def shown(detail: Detail, people: People, *, may_change: bool) -> Message:
    """The answer to `/alert show A-n`; with *Edit* and *Delete* for who may."""
    blocks = roomiest(_blocks(detail, people, room, may_change) for room in _REASON_LIMITS)
    rule = detail.rule
    now = "ended" if rule.ended_at is not None else phase_words(detail.stored.state.phase)
    return message([f"{rule.label}: ", now], blocks)


def created(rule: Rule, latest: Sample | None, finding: Finding | None) -> Modal:
    """The confirmation of a new rule, with how things stand."""
    told: Line = [
        words(rule.label, bold=True),
        f" watches {clean(subject(rule))} and speaks up {clean(wish(rule))}.",
    ]
    return modal(
        CALLBACK_CREATED,
        f"{rule.label} is set up",
        [lines(told), lines(_now(latest, finding))],
        close="Close",
    )


def changed(rule: Rule) -> Modal:
    """The confirmation of an edit."""
    told: Line = [
        words(rule.label, bold=True),
        f" watches {clean(subject(rule))} now and speaks up {clean(wish(rule))}.",
    ]
    return modal(CALLBACK_CREATED, f"{rule.label} is changed", [lines(told)], close="Close")


def confirm_delete(rule: Rule, *, is_open: bool) -> Modal:
    """The question before a rule ends."""
    about: Line = [words(rule.label, bold=True), f" watches {clean(subject(rule))}."]
    ends = "Its open alert ends with it. " if is_open else ""
    text = f"{ends}What it said so far stays. Nobody is told of what it watches any more."
    return modal(
        CALLBACK_DELETE,
        f"Delete {rule.label}?",
        [lines(about), mrkdwn(text)],
        submit="Delete",
        hidden={"number": rule.number},
    )


def deleted(rule: Rule) -> Modal:
    """What stands in the place of that question."""
    text = f"{rule.label} watches nothing any more."
    return modal(CALLBACK_CREATED, f"{rule.label} is deleted", [mrkdwn(text)], close="Close")


def nothing_to_watch(mlflow_is_configured: bool) -> str:
    """Why there is nothing to make a rule on (plain mrkdwn of our own)."""
    if mlflow_is_configured:
        return "MLflow has no experiment and no registered model that I can see yet."
    return (
        "MLflow isn't connected, so there is no metric to watch. Whoever runs Meridian sets "
        "`MLFLOW_TRACKING_URI` to the address of the MLflow server and starts it again."
    )


def _blocks(detail: Detail, people: People, room: int, may_change: bool) -> list[Block]:
    rule, state = detail.rule, detail.stored.state
    does: Line = [f"{_verb(rule)} {clean(wish(rule))}.", *_quiet(rule)]
    where: Line = [*standing(state), f": {clean(state.reason, room)}"]
    if rule.ended_at is not None:
        where = ["Ended ", moment(rule.ended_at), f": {clean(state.reason, room)}"]
    mute = _silenced(detail, people)
    top = lines(does, where, *mute, *_cast(detail, people))
    blocks = [header(f"{rule.label} · {subject(rule)}"), top]
    if detail.log:
        blocks += [context("What happened"), bullets(_log_line(e, room) for e in detail.log)]
    if detail.incidents:
        said = Counter((word.incident_id, word.useful) for word in detail.feedback)
        rows = [_incident(each, said, people, room) for each in detail.incidents]
        blocks += [context("Its last alerts"), bullets(rows)]
    if rule.ended_at is None:
        blocks.append(actions("alert_rule", *_buttons(rule, may_change)))
    by = escape(clean(_name(people, rule.author), _NAME_LIMIT))
    later = _name(people, rule.changed_by) if rule.changed_by else ""
    changed_by = f" · changed by {escape(clean(later, _NAME_LIMIT))}" if later else ""
    blocks.append(
        context(f"{rule.severity.value} · <#{rule.channel}> · set up by {by}{changed_by}")
    )
    return blocks


def _buttons(rule: Rule, may_change: bool) -> list[dict[str, object]]:
    value = str(rule.number)
    found = [button("Test", ACTION_TEST, value)]
    if rule.decision is not None:
        return found
    found.append(button("Silence", ACTION_SILENCE, value))
    if may_change:
        found.insert(0, button("Edit", ACTION_EDIT, value))
        found.append(button("Delete", ACTION_DELETE, value))
    return found


def _cast(detail: Detail, people: People) -> list[Line]:
    """Who is called, what to do then, and what narrows the rule."""
    if detail.rule.decision is not None:
        return []
    cast, rule = detail.responsible, detail.rule
    owner = clean(_name(people, cast.owner), _NAME_LIMIT) if cast.owner else "nobody: all have left"
    line: Line = ["Calls ", words(owner)]
    if cast.deputies:
        named = [clean(_name(people, user), _NAME_LIMIT) for user in cast.deputies[:_DEPUTIES]]
        more = len(cast.deputies) - len(named)
        line.append(f", then {', '.join(named)}{f' and {more} more' if more else ''}")
    if rule.may_wake:
        line.append("; may wake the owner")
    if cast.runbook:
        line += [" · ", link(cast.runbook, "runbook")]
    return [line]


def _silenced(detail: Detail, people: People) -> list[Line]:
    silence = detail.silence
    if silence is None or detail.rule.ended_at is not None:
        return []
    why = f" (S-{silence.number}): {clean(silence.reason, 200)}"
    return [["🔇 It is ", *silenced(silence, people), why]]


def _quiet(rule: Rule) -> Line:
    """What else shapes it, as sentences."""
    found = []
    if rule.tags:
        tags = ", ".join(f"{name}={value}" for name, value in rule.tags)
        found.append(f" Only runs with {clean(tags, 200)}.")
    if rule.cooldown:
        found.append(f" After an alert, further ones go to its thread for {span(rule.cooldown)}.")
    if rule.stale_after and rule.no_data is not NoData.KEEP:
        then = "it says so" if rule.no_data is NoData.ALERT else "it counts as good"
        found.append(f" With no evaluation for {span(rule.stale_after)} {then}.")
    return list(found)


def _verb(rule: Rule) -> str:
    """What a rule does; the one of a decision asks its makers."""
    return "Speaks up" if rule.decision is None else f"Asks again for {reference(rule.decision)}"


def _log_line(entry: Transition, room: int) -> Line:
    return [moment(entry.at), f" {phase_words(entry.after)}: {clean(entry.reason, room)}"]


def _incident(
    one: Incident, said: Mapping[tuple[str, bool], int], people: People, room: int
) -> Line:
    after = "open"
    if one.resolved_at is not None:
        how = "recovered" if one.recovered else "closed"
        after = f"{how} after {span(one.resolved_at - one.opened_at)}"
    parts = [after]
    if one.acknowledged_by:
        parts.append(f"acknowledged by {clean(_name(people, one.acknowledged_by), _NAME_LIMIT)}")
    for useful, word in ((True, "useful"), (False, "noise")):
        if number := said.get((one.id, useful), 0):
            parts.append(f"{count(number, 'person', 'people')} called it {word}")
    if one.held:
        parts.append(f"not told yet: {clean(one.held, 80)}")
    return [moment(one.opened_at), f" {clean(one.title, room)} · {' · '.join(parts)}"]


def _now(latest: Sample | None, finding: Finding | None) -> Line:
    if latest is None or finding is None:
        return ["There is no evaluation besides the champion's yet; the next one is the first."]
    told: Line = [f"The latest evaluation, {clean(latest.name)}: {clean(finding.text)}."]
    if finding.standing.is_bad:
        told.append(" That was before the rule; you hear of the next one that is bad, too.")
    return told


def _name(people: People, user_id: str) -> str:
    return people[user_id].name if user_id in people else "someone"
