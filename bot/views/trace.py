"""The chain behind anything, as one card: a line for each thing, in the order of the story."""

from collections.abc import Iterator, Sequence

from bot.domain.alerts.incidents import Suspect
from bot.domain.decisions.record import DecisionStatus
from bot.domain.links import Links
from bot.domain.metrics import figure
from bot.domain.trace import (
    Break,
    Choice,
    Claim,
    Fact,
    Impediment,
    Life,
    Part,
    Proof,
    Story,
    Work,
)
from bot.ports.chat import Block, Message
from bot.views.blocks import actions, button, context, lines, message
from bot.views.text import Line, Piece, clean, count, link, moment, words

ACTION_SHOW = "trace.show"

_DAY = "{date_short_pretty}"
_NAME = 60
_TITLE = 100
_SUBJECT = 150
_TYPED = 300
_PEOPLE = 6
_ENDED = (DecisionStatus.DEPRECATED, DecisionStatus.SUPERSEDED)
# Two hundred emoji are eight hundred signs of an address.
_ADDRESS = 400


def card(story: Story, links: Links, typed: str = "") -> Message:
    """The whole story; with what was `typed`, a button that shows it to the channel."""
    rows: list[Line] = [[words(clean(story.subject, _SUBJECT), bold=True)], *_rows(story, links)]
    if not story:
        rows.append(["Nothing that I know leads to it or away from it."])
    below = [context(_unseen(story.unseen))] if story.unseen else []
    return message(
        f"What is behind {clean(story.subject, _SUBJECT)}",
        [lines(*rows), *below, *_button(story, typed)],
    )


def _rows(story: Story, links: Links) -> Iterator[Line]:
    for part in Part:
        facts = story.parts.get(part, ())
        for place, fact in enumerate(facts):
            head = words(f"{part.value}  ", italic=True) if place == 0 else "· "
            yield [head, *_line(fact, links)]
        if left := story.more.get(part, 0):
            yield [f"· and {left} more"]


def _button(story: Story, typed: str) -> Sequence[Block]:
    if not story or not typed:
        return ()
    return [actions("trace", button("Show here", ACTION_SHOW, typed[:_TYPED]))]


def _unseen(number: int) -> str:
    return f"{number} more that you can't see from here."


def _line(fact: Fact, links: Links) -> Line:
    match fact:
        case Claim():
            return _claim(fact)
        case Impediment():
            return _impediment(fact)
        case Proof():
            return _proof(fact, links)
        case Work():
            return _work(fact, links)
        case Choice():
            return _choice(fact, links)
        case Life():
            return _life(fact, links)
        case Break():
            return _break(fact)


def _claim(fact: Claim) -> Line:
    claim = fact.hypothesis
    said = f" “{clean(claim.claim, _TITLE)}” ({clean(fact.owner, _NAME)}) · {claim.state}"
    return [words(claim.ref, bold=True), words(said)]


def _impediment(fact: Impediment) -> Line:
    blocker = fact.blocker
    name, text = clean(fact.person, _NAME), clean(blocker.text, _TITLE)
    said = f" {name} is blocked: {text}"
    if not blocker.open:
        said = f" {name} was blocked: {text} · solved"
    return [words(blocker.ref, bold=True), words(said)]


def _proof(fact: Proof, links: Links) -> Line:
    run = fact.run
    name = clean(run.name, _NAME) or run.run_id[:8]
    return [
        "run ",
        _linked(links.run(run.experiment_id, run.run_id), name),
        words("".join(f", {part}" for part in _measured(fact))),
    ]


def _measured(fact: Proof) -> Iterator[str]:
    if fact.value is not None:
        yield f"{clean(fact.metric, _NAME)} {figure(fact.value)}"
        if fact.seeds > 1:
            yield f"{fact.seeds} seeds {figure(fact.low)}–{figure(fact.high)}"
    elif not fact.run.status.ended:
        yield "still running"
    else:
        yield fact.run.status.value.lower()
    if fact.dataset:
        yield f"on {clean(fact.dataset, _NAME)}"


def _work(fact: Work, links: Links) -> Line:
    issue = fact.issue
    said = f" {clean(issue.summary, _TITLE)}" if issue.summary else ""
    who = f", {clean(issue.assignee_name, _NAME)}" if issue.assignee_name else ""
    state = words(f"{said} · {clean(issue.status, _NAME)}{who}")
    return [_linked(links.issue(issue.key), clean(issue.key, _NAME)), state]


def _choice(fact: Choice, links: Links) -> Line:
    record = fact.record
    channel, ts = fact.page
    page = links.message(channel, ts) if ts else None
    said = f" {clean(record.title, _TITLE)} · {_status(fact)}"
    return [_linked(page, record.ref, bold=True), words(said), *_when(fact), *_end(fact)]


def _status(fact: Choice) -> str:
    by = f" by {_people(fact.by)}" if fact.by else ""
    status = DecisionStatus.ACCEPTED if fact.record.status in _ENDED else fact.record.status
    notes = [f"{status}{by}"]
    notes += [f"{_people(names)} {what}" for names, what in _others(fact) if names]
    return "; ".join(notes)


def _others(fact: Choice) -> Iterator[tuple[Sequence[str], str]]:
    yield fact.aside, "stood aside"
    yield fact.away, "away"
    if fact.record.status is not DecisionStatus.PROPOSED:
        yield fact.silent, "said nothing"


def _when(fact: Choice) -> Line:
    at = fact.record.decided_at
    return [", ", moment(at, _DAY)] if at else []


def _end(fact: Choice) -> Line:
    """What came of what was accepted: people accept, a newer decision supersedes."""
    if fact.record.status not in _ENDED:
        return []
    return [f"; {fact.record.status}{f' by {fact.newer}' if fact.newer else ''}"]


def _life(fact: Life, links: Links) -> Line:
    name = f"{clean(fact.alias, _NAME)} of {clean(fact.model, _NAME)}"
    line: Line = [_linked(links.model_version(fact.model, fact.version), name)]
    if fact.since:
        line += [" ", moment(fact.since, _DAY)]
    if fact.until:
        line += [" – " if fact.since else " until ", moment(fact.until, _DAY)]
    return [*line, *([" until now" if fact.since else " now"] if fact.is_now else [])]


def _break(fact: Break) -> Line:
    incident = fact.incident
    cause = incident.suspects[0] if incident.suspects else None
    return [
        words(f"A-{incident.rule_number}", bold=True),
        words(f" {clean(incident.title, _TITLE)}{_after(cause)}, "),
        moment(incident.opened_at, _DAY),
    ]


def _after(cause: Suspect | None) -> str:
    """A suspicion, not a verdict."""
    if cause is None:
        return ""
    before, after = (clean(value, _NAME) or "nothing" for value in (cause.before, cause.after))
    return f"; first suspect: {clean(cause.name, _NAME)} {before} → {after}"


def _people(names: Sequence[str]) -> str:
    shown = ", ".join(clean(name, _NAME) for name in names[:_PEOPLE])
    left = len(names) - _PEOPLE
    return f"{shown} and {count(left, 'other')}" if left > 0 else shown


def _linked(url: str | None, text: str, *, bold: bool = False) -> Piece:
    return link(url, text, bold=bold) if url and len(url) <= _ADDRESS else words(text, bold=bold)
