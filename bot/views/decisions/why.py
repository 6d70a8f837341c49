"""The story of an alias: which decision put its version there, why, and what was there before."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.domain.alerts.incidents import Incident
from bot.domain.decisions.chain import Chain, Move, Told
from bot.domain.decisions.detail import DecisionDetail
from bot.domain.decisions.promotion import PromotionState
from bot.domain.decisions.record import ChangeKind, DecisionRecord, DecisionStatus, reference
from bot.domain.links import Links
from bot.domain.source import SourceHealth
from bot.ports.chat import Block, Message, Modal
from bot.views.alerts.wording import span
from bot.views.blocks import actions, button, context, lines, message, roomiest
from bot.views.decisions import consent, evidence, here, revisit
from bot.views.decisions.card import ACTION_DETAILS
from bot.views.decisions.timeline import what
from bot.views.forms import modal
from bot.views.text import Line, Piece, clean, count, cut, link, moment, moment_token, words

ACTION_WHY = "decision.why"
CALLBACK_WHY = "decision.why"

# A value that begins with a number names a decision.
_PAGE_MARK = "from "
_NAME = 60
_DAY = "{date_short_pretty}"
_PROBLEM = 160
_BUTTONS = 4
# A longer address would take the room of what it is about.
_ADDRESS = 400
_INCIDENTS_SHOWN = 2
UNSEEN = " (a private channel's)"
"""What is said of a decision that its reader doesn't see, after its number."""
# How many characters of the outcome of the first decision, of those of the others, of small texts
# and of titles: the most with which a part of the story fits.
_ROOMS = ((500, 160, 160, 150), (300, 100, 100, 100), (160, 60, 60, 60), (80, 0, 40, 40))


def story(chain: Chain, typed: str, links: Links, now: datetime) -> Message:
    """The answer to `why`: what is there now, the decision behind it, and so on back in time."""
    summary = _headline(chain, links)
    return message(summary, roomiest(_variants(chain, typed, links, now)))


def story_modal(chain: Chain, typed: str, links: Links, now: datetime, channel: str) -> Modal:
    """An earlier or a later part of the story, opened in `channel`."""
    blocks = roomiest(_variants(chain, typed, links, now))
    return modal(CALLBACK_WHY, "Why", blocks, close="Close", hidden=here.hidden(channel))


def read_page(value: str) -> tuple[str, int]:
    """What was typed and from which move on, as a button's value says."""
    offset, _, typed = value.removeprefix(_PAGE_MARK).partition(" ")
    return typed, int(offset)


def _variants(chain: Chain, typed: str, links: Links, now: datetime) -> Iterable[Sequence[Block]]:
    for first, rest, small, title in _ROOMS:
        told: list[Block] = []
        for index, each in enumerate(chain.told):
            told += _first(each, chain, links, now, first, title) if not index else []
            told += [lines(*_earlier(each, rest, title))] if index else []
            told += _incidents(each.incidents, small)
        head = [_headline(chain, links), *_waiting(chain, small)]
        if not chain.told:
            head.append(["No decision on record has moved it."])
        yield [
            lines(*head),
            *told,
            *_pages(chain, typed),
            *_footer(chain.source),
        ]


def _headline(chain: Chain, links: Links) -> Line:
    subject = words(f"{clean(chain.alias, _NAME)} of {clean(chain.model, _NAME)}", bold=True)
    if chain.version is None:
        return [subject, " points to nothing now."]
    line: Line = [subject, " is ", _version(chain, chain.version, links)]
    newest = chain.told[0] if chain.told and not chain.offset else None
    if newest and newest.move.at:
        line += [" again" if newest.back else "", " since ", moment(newest.move.at)]
        line += [f", by {reference(newest.move.number)}"] if newest.move.number else []
    return [*line, "."]


def _version(chain: Chain, version: int, links: Links) -> Piece:
    url = links.model_version(chain.model, version)
    text = f"version {version}"
    fits = url is not None and len(url) <= _ADDRESS
    return link(url, text, bold=True) if url and fits else words(text, bold=True)


def _waiting(chain: Chain, room: int) -> list[Line]:
    found: list[Line] = []
    for detail in chain.waiting:
        record, status = detail.record, detail.promotion
        moved = record.body.promotion
        assert moved is not None
        if record.status is DecisionStatus.PROPOSED:
            said = f"is proposed: it would move it to version {moved.version}"
            found.append(
                [words(record.ref, bold=True), words(f" {said} ({_title(record, room)}).")]
            )
        elif status is not None:
            failed = status.state is PromotionState.FAILED
            mark = "🔴 " if failed else "🟡 "
            said = "was not moved" if failed else "isn't moved yet"
            problem = f": {clean(status.problem, _PROBLEM)}" if status.problem else "."
            found.append(
                [
                    mark,
                    words(record.ref, bold=True),
                    words(f" wants version {moved.version}, which {said}{problem}"),
                ]
            )
    return found


def _first(
    told: Told, chain: Chain, links: Links, now: datetime, room: int, title: int
) -> list[Block]:
    """The move that the story begins with, with its reasons."""
    if told.detail is None:
        return [lines(_untold(told))]
    detail = told.detail
    record = detail.record
    head: list[Line] = [[words(called(record, title), bold=True)]]
    if chain.offset or told.move.until:
        head.insert(0, _tenure(told))
    head.append([how(detail)])
    blocks = [lines(*head, [words(cut(record.body.outcome, room))])]
    reasons = [
        *consent.card_lines(detail, links, now),
        *evidence.card_lines(detail, links, now),
        *revisit.card_lines(detail, links, now),
    ]
    return [*blocks, *([lines(*reasons)] if reasons else [])]


def _earlier(told: Told, room: int, title: int) -> list[Line]:
    """A move before that, in two or three lines."""
    if told.detail is None:
        return [_untold(told)]
    record = told.detail.record
    rows: list[Line] = [_tenure(told), [words(cut(record.title, title)), " · ", how(told.detail)]]
    return [*rows, [words(cut(record.body.outcome, room), italic=True)]] if room else rows


def _tenure(told: Told) -> Line:
    """`Version 14 by D-12, 5 Oct – 28 Oct`."""
    move = told.move
    again = "Back to version" if told.back else "Version"
    line: Line = [words(f"{again} {move.version}", bold=True)]
    if move.number:
        line += [" by ", words(reference(move.number), bold=True)]
        line += [UNSEEN] if told.detail is None else []
    if move.at:
        line += [", ", moment(move.at, _DAY)]
    if move.until:
        line += [" – ", moment(move.until, _DAY)]
    return line


def _untold(told: Told) -> Line:
    """A move of which nothing else is told: by a decision that the reader doesn't see, or none."""
    return _tenure(told) if told.move.number else _unrecorded(told.move)


def _unrecorded(move: Move) -> Line:
    line: Line = [
        words(f"Version {move.version}", bold=True),
        " was put there without a decision on record",
    ]
    return [*line, ", and left ", moment(move.until, _DAY), "."] if move.until else [*line, "."]


def called(record: DecisionRecord, room: int) -> str:
    """Its number, title, what it replaced, and its status where it doesn't hold."""
    newer = f" by {reference(record.superseded_by)}" if record.superseded_by else ""
    status = "" if record.status is DecisionStatus.ACCEPTED else f" · {record.status}{newer}"
    older = f" · replaced {reference(record.supersedes)}" if record.supersedes else ""
    return f"{record.ref} · {cut(record.title, room)}{status}{older}"


def _title(record: DecisionRecord, room: int) -> str:
    return clean(record.title, max(room, 40))


def how(detail: DecisionDetail) -> Piece:
    """Who accepted it, or what else was said of it last."""
    entered = [
        change
        for change in detail.changes
        if change.kind in (ChangeKind.LOGGED, ChangeKind.MOVED)
        and change.status in (DecisionStatus.ACCEPTED, DecisionStatus.REJECTED)
    ]
    if not entered:
        return words(f"{detail.record.status}")
    return words(what(entered[0], detail.people))


def _incidents(incidents: Sequence[Incident], room: int) -> list[Block]:
    """What went wrong while a version was there, the latest first."""
    if not incidents:
        return []
    rows: list[Line] = []
    for incident in incidents[:_INCIDENTS_SHOWN]:
        mark = "🔴 " if incident.resolved_at is None else ""
        line: Line = [mark, moment(incident.opened_at), words(f" A-{incident.rule_number}: ")]
        line.append(words(clean(incident.title, room + 60)))
        rows.append([*line, *_ended(incident, room)])
    if len(incidents) > _INCIDENTS_SHOWN:
        left = count(len(incidents) - _INCIDENTS_SHOWN, "more alert")
        rows.append([f"and {left} while it was there"])
    return [lines(*rows)]


def _ended(incident: Incident, room: int) -> Line:
    if incident.resolved_at is None:
        return [" · still open"]
    after = span(incident.resolved_at - incident.opened_at)
    how = "recovered" if incident.recovered else f"closed ({clean(incident.latest, room + 20)})"
    return [words(f" · {how} after {after}")]


def _pages(chain: Chain, typed: str) -> list[Block]:
    numbers = [each.detail.record.number for each in chain.told if each.detail]
    waiting = [detail.record.number for detail in chain.waiting]
    elements = list(details_row([*waiting, *numbers])["elements"])
    after = chain.offset + len(chain.told)
    size = max(len(chain.told), 1)
    for label, offset, wanted in (
        ("Earlier", after, after < chain.moves),
        ("Later", max(chain.offset - size, 0), chain.offset > 0),
    ):
        if wanted:
            value = f"{_PAGE_MARK}{offset} {typed}"
            elements.append(button(label, f"{ACTION_WHY}:{label.lower()}", value))
    return [actions("decision_why", *elements)] if elements else []


def details_row(numbers: Sequence[int]) -> Block:
    """Buttons that show the first few of these decisions."""
    shown = dict.fromkeys(numbers[:_BUTTONS])
    return actions(
        "decision_why",
        *(
            button(f"Show {reference(number)}", f"{ACTION_DETAILS}:{index}", str(number))
            for index, number in enumerate(shown)
        ),
    )


def _footer(source: SourceHealth | None) -> list[Block]:
    if source is None or source.read_at is None:
        return [context("MLflow hasn't been read yet: the alias is as the decisions left it.")]
    at = moment_token(source.read_at, "{date_short_pretty} {time}")
    if source.down:
        return [context(f"MLflow hasn't answered since {at}. This is what it said then.")]
    return [context(f"MLflow as of {at}")]
