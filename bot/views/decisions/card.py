"""What people see of one decision: its card, and all of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.decisions.detail import DecisionDetail
from bot.domain.decisions.options import typed
from bot.domain.decisions.record import (
    ChangeKind,
    DecisionBody,
    DecisionChange,
    DecisionRecord,
    DecisionStatus,
    reference,
)
from bot.domain.links import Links
from bot.domain.person import Person
from bot.ports.chat import Block, Message, Modal
from bot.views.blocks import (
    actions,
    button,
    context,
    divider,
    lines,
    message,
    note,
    plain_text,
    roomiest,
)
from bot.views.decisions import consent, evidence, promotion, revisit
from bot.views.decisions.origin import quote_block
from bot.views.forms import lightest, modal
from bot.views.text import Line, Piece, clean, count, cut, escape, moment, words

ACTION_ACCEPT = "decision.accept"
ACTION_REJECT = "decision.reject"
ACTION_DEPRECATE = "decision.deprecate"
ACTION_EDIT = "decision.edit"
ACTION_SUPERSEDE = "decision.supersede"
ACTION_DETAILS = "decision.details"
CALLBACK_DETAILS = "decision.details"

_NAME_LIMIT = 60
_CHANGES_IN_FULL = (80, 40, 10)
_CHANGE_IN_FULL = 300

People = Mapping[str, Person]


@dataclass(frozen=True)
class _Room:
    """How many characters of the outcome and of each other part are shown, and of each role how
    many names; of `show`, also how many of the latest changes, and the size of the evidence."""

    outcome: int
    other: int
    names: int = 10
    changes: int = 8
    evidence: int = 3000


# The least fits into one message with the longest of everything, quotes counted twice.
_CARD = (
    _Room(900, 400),
    _Room(400, 200),
    _Room(200, 60, names=4, changes=2, evidence=1500),
)
_SHOWN = (_Room(1200, 500), *_CARD)
_FULL = _Room(3000, 3000)


def card(detail: DecisionDetail, links: Links, now: datetime) -> Message:
    """The card in the channel; long parts are cut, *Details* has them in full."""
    record, people = detail.record, detail.people
    below = [
        *_progress(detail, links, now),
        _footer(record, people),
        _buttons(detail, now),
    ]
    variants = ([*_body(record, people, room), *below] for room in _CARD)
    return message(_headline(record), roomiest(variants))


def shown(detail: DecisionDetail, links: Links, now: datetime) -> Message:
    """The answer to `show`: the card with more room and its latest changes."""
    record, people = detail.record, detail.people
    variants = (
        [
            *_body(record, people, room),
            *_progress(detail, links, now, evidence.short_blocks(detail, links, room.evidence)),
            _buttons(detail, now),
            divider(),
            *_history(detail.changes, people, room.changes),
        ]
        for room in _SHOWN
    )
    return message(_headline(record), roomiest(variants))


def details_modal(detail: DecisionDetail, links: Links, now: datetime) -> Modal:
    """Every part in full, and as much of the audit trail as fits."""
    full = evidence.blocks(detail, links, now)
    short = evidence.short_blocks(detail, links, _FULL.evidence)
    ladder = (*((full, changes) for changes in _CHANGES_IN_FULL), (short, _CHANGES_IN_FULL[-1]))
    return lightest(_details(detail, links, now, proof, most) for proof, most in ladder)


def _details(
    detail: DecisionDetail, links: Links, now: datetime, proof: list[Block], changes: int
) -> Modal:
    record, people = detail.record, detail.people
    blocks = [
        *_body(record, people, _FULL),
        *_progress(detail, links, now, proof),
        *([lines(*reasons)] if (reasons := consent.reasons(detail)) else []),
        _footer(record, people),
        divider(),
        *_history(detail.changes, people, changes, _CHANGE_IN_FULL),
    ]
    return modal(CALLBACK_DETAILS, record.ref, blocks, close="Close")


def decided(detail: DecisionDetail) -> Message | None:
    """What the thread hears once a proposal is none any more; None where it never was one."""
    ends = (DecisionStatus.ACCEPTED, DecisionStatus.REJECTED)
    end = next((c for c in detail.changes if c.kind is ChangeKind.MOVED and c.status in ends), None)
    if end is None:
        return None
    by: Line = [" by ", _name(end.by, detail.people)] if end.by else []
    how = f"{',' if end.by else ''} {cut(end.detail, _CHANGE_IN_FULL)}" if end.detail else ""
    line: Line = [words(detail.record.ref, bold=True), f" is {end.status}", *by, words(f"{how}.")]
    return message(line, [lines(line)])


def moved(record: DecisionRecord) -> Message:
    """The answer to a click that changed the status."""
    if record.status is DecisionStatus.ACCEPTED and record.supersedes is not None:
        return note(f"{record.ref} is accepted and replaces {reference(record.supersedes)}.")
    promotion = record.body.promotion
    if record.status is DecisionStatus.DEPRECATED and promotion:
        subject = escape(clean(promotion.subject, 2 * _NAME_LIMIT))
        return note(f"{record.ref} is deprecated. That moves nothing: {subject} stays as it is.")
    return note(f"{record.ref} is {record.status}.")


def _headline(record: DecisionRecord, limit: int = 200) -> str:
    return f"{record.ref} · {cut(record.title, limit)} · {record.status}"


def _body(record: DecisionRecord, people: People, room: _Room) -> list[Block]:
    body = record.body
    blocks = [
        lines([words(_headline(record), bold=True)], *_links(record)),
        lines([words(cut(body.outcome, room.outcome))]),
    ]
    if body.origin:
        blocks.append(quote_block(body.origin, people, room.other))
    for label, text in _parts(body):
        if text:
            blocks.append(lines([words(label, bold=True)], [words(cut(text, room.other))]))
    rest = [*_people_lines(body, people, room.names), *_small_lines(body)]
    return [*blocks, lines(*rest)] if rest else blocks


def _parts(body: DecisionBody) -> tuple[tuple[str, str], ...]:
    return (
        ("Context and problem", body.context),
        ("Decision drivers", body.drivers),
        ("Considered options", typed(body.options)),
        ("Consequences", body.consequences),
    )


def _progress(
    detail: DecisionDetail, links: Links, now: datetime, proof: Sequence[Block] | None = None
) -> list[Block]:
    """What speaks for it, who consents, what it does and when it is looked at again; `proof` is
    shown in the place of the evidence's lines."""
    parts = _PARTS if proof is None else _PARTS[1:]
    said = (part.card_lines(detail, links, now) for part in parts)
    return [*(proof or ()), *(lines(*each) for each in said if each)]


_PARTS = (evidence, consent, promotion, revisit)


def _links(record: DecisionRecord) -> Iterable[Line]:
    if record.supersedes is not None:
        verb = "Replaces" if record.decided_at else "Is to replace"
        if record.status is DecisionStatus.REJECTED:
            verb = "Was to replace"
        yield [f"{verb} {reference(record.supersedes)}"]
    if record.superseded_by is not None:
        yield [f"Superseded by {reference(record.superseded_by)}"]


def _people_lines(body: DecisionBody, people: People, most: int) -> Iterable[Line]:
    named = (("Makers", body.makers), ("Consulted", body.consulted), ("Informed", body.informed))
    for label, ids in named:
        if ids:
            yield [words(f"{label} ", bold=True), *_names(ids, people, most)]


def _names(ids: Sequence[str], people: People, most: int) -> Line:
    line: Line = []
    for index, user_id in enumerate(ids[:most]):
        line.extend([", "] if index else [])
        line.append(_name(user_id, people))
    if len(ids) > most:
        line.append(f" and {len(ids) - most} more")
    return line


def _name(user_id: str, people: People) -> Piece:
    person = people.get(user_id)
    return words(clean(person.name, _NAME_LIMIT)) if person else words(user_id)


def _small_lines(body: DecisionBody) -> Iterable[Line]:
    if body.tags:
        yield [words("Tags ", bold=True), ", ".join(body.tags)]


def _footer(record: DecisionRecord, people: People) -> Block:
    line: Line = ["Logged by ", _name(record.author, people), ", ", moment(record.created_at)]
    if record.decided_at and record.decided_at != record.created_at:
        word = "rejected" if record.status is DecisionStatus.REJECTED else "accepted"
        line.extend([f" · {word} ", moment(record.decided_at)])
    return lines(line)


def _history(
    changes: Sequence[DecisionChange], people: People, most: int, longest: int = 120
) -> list[Block]:
    latest = [_change(change, people, longest) for change in changes[-most:]]
    blocks = [lines([words("What happened", bold=True)], *latest)]
    if len(changes) > most:
        blocks.append(context(f"{count(len(changes) - most, 'earlier change')} not shown here."))
    return blocks


def _change(change: DecisionChange, people: People, longest: int) -> Line:
    what = {
        ChangeKind.LOGGED: f"logged it as {change.status}",
        ChangeKind.EDITED: f"edited {change.detail.replace('_', ' ')}",
        ChangeKind.MOVED: f"{_VERBS.get(change.status, change.status)} {change.detail}".rstrip(),
        ChangeKind.REFUSED: f"was refused: {change.detail}",
    }.get(change.kind, change.detail)
    what = cut(what, longest)
    if not change.by:
        return [moment(change.at), f" · {what}"]
    return [moment(change.at), " · ", _name(change.by, people), f" {what}"]


_VERBS = {
    DecisionStatus.ACCEPTED: "accepted it",
    DecisionStatus.REJECTED: "rejected it",
    DecisionStatus.DEPRECATED: "deprecated it",
    DecisionStatus.SUPERSEDED: "superseded it",
}


def _buttons(detail: DecisionDetail, now: datetime) -> Block:
    record = detail.record
    value = str(record.number)
    elements: list[dict[str, Any]] = [each for part in _PARTS for each in part.buttons(detail, now)]
    if record.status is DecisionStatus.PROPOSED:
        may = consent.words_of_one(detail, now)
        if DecisionStatus.ACCEPTED in may:
            elements.append(button("Accept", ACTION_ACCEPT, value, style="primary"))
        elements += [button("Reject", ACTION_REJECT, value), button("Edit", ACTION_EDIT, value)]
    if record.status is DecisionStatus.ACCEPTED:
        elements += [
            button("Supersede", ACTION_SUPERSEDE, value),
            {**button("Deprecate", ACTION_DEPRECATE, value), "confirm": _confirm(record)},
        ]
    elements.append(button("Details", ACTION_DETAILS, value))
    for role, number in (("older", record.supersedes), ("newer", record.superseded_by)):
        if number is not None:
            label = f"Show {reference(number)}"
            elements.append(button(label, f"{ACTION_DETAILS}:{role}", str(number)))
    return actions("decision.actions", *elements)


def _confirm(record: DecisionRecord) -> dict[str, Any]:
    """https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object"""
    return {
        "title": plain_text(f"Deprecate {record.ref}?", 100),
        "text": plain_text("It no longer holds and nothing takes its place. This is final.", 300),
        "confirm": plain_text("Deprecate", 30),
        "deny": plain_text("Keep it", 30),
    }
