"""What people see of decisions that wait: for whom, until when, and which are due for review."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from bot.domain.absence import Absence, AbsenceKind
from bot.domain.decisions.record import DecisionRecord
from bot.domain.decisions.waiting import Agenda, Awaited, DueDecision, MyTurn, OpenDecision
from bot.domain.links import Links
from bot.ports.chat import Block, Message
from bot.views.blocks import actions, bullets, button, lines, message, note, roomiest
from bot.views.decisions import consent, revisit
from bot.views.decisions.card import ACTION_ACCEPT, ACTION_DETAILS, ACTION_REJECT
from bot.views.text import Line, Piece, clean, count, cut, link, moment, words

T = TypeVar("T")

Pages = Mapping[int, tuple[str, str]]
"""The channel and the `ts` of a decision's card, by the decision's number."""

MOST_OPEN = 20
"""Of how many open decisions `/decide review` names whom they wait for."""

_ROOMS = (20, 12, 8, 5, 3, 2, 1)
_MINE = 6
_TITLE = 90
_NAME = 40
_NAMES = 4
_REASON = 140

_NOTHING = (
    "Nothing waits for you, no proposal waits for anybody else, "
    "and nothing is due for review within a week."
)


def review(agenda: Agenda, links: Links, now: datetime) -> Message:
    """The answer to `/decide review`: first what waits for the reader, with buttons."""
    if not agenda:
        return note(_NOTHING)
    summary = (
        f"{count(len(agenda.mine), 'decision')} for you, {agenda.open_total} waiting for others, "
        f"{len(agenda.due)} due for review"
    )
    variants = (_review_blocks(agenda, links, room, now) for room in _ROOMS)
    return message(summary, roomiest(variants))


def my_turn(turn: MyTurn, when: Callable[[datetime], Piece | str], now: datetime) -> list[Block]:
    """What waits for the reader, with the buttons that answer it; `when` shows an instant."""
    record = turn.record
    head: Line = [words(f"{record.ref} · {cut(clean(record.title), _TITLE)}", bold=True)]
    return [
        lines([*head, " ", *_asked(turn, when, now)]),
        actions(f"decision.mine.{record.number}", *_buttons(turn)),
    ]


def open_row(item: OpenDecision, name: Piece) -> Line:
    """`D-14 Use data v8 · waits for Berlin (4 of their hours left → until 17:00)`."""
    row: Line = [name, f" {cut(clean(item.record.title), _TITLE)}"]
    for index, awaited in enumerate(item.awaited[:_NAMES]):
        row += [", " if index else " · waits for ", *_awaited(awaited)]
    if (left := len(item.awaited) - _NAMES) > 0:
        row.append(f" and {left} more")
    if item.objecting:
        verb = "objects" if len(item.objecting) == 1 else "object"
        row.append(words(f" · {listed(item.objecting)} {verb}"))
    elif not item.awaited:
        row.append(" · everybody has answered")
    return row


def due_row(item: DueDecision, name: Piece) -> Line:
    """`D-7 Keep the threshold · asked 21 Nov: its date has come`, or the date that is coming."""
    row: Line = [name, f" {cut(clean(item.record.title), _TITLE)}"]
    if item.review is not None:
        asked = moment(item.review.asked_at, "{date_short_pretty}")
        return [*row, " · its makers are asked since ", asked, _because(item.review.reason)]
    return [*row, f" · on {revisit.spoken_date(item.on)}" if item.on else ""]


def reference(record: DecisionRecord, pages: Pages, links: Links) -> Piece:
    """The decision's number, a link to its card where that stands in Slack."""
    place = pages.get(record.number)
    url = links.message(*place) if place else None
    return link(url, record.ref, bold=True) if url else words(record.ref, bold=True)


def section(title: str, rows: Sequence[Line], left: int = 0, command: str = "") -> list[Block]:
    """A heading and its rows; `left` more are found by `command`."""
    if not rows:
        return []
    more: list[Line] = [[f"and {left} more: ", words(command, code=True)]] if left > 0 else []
    return [lines([words(title, bold=True)]), bullets([*rows, *more])]


def listed(names: Sequence[str]) -> str:
    """`Lena, Yuki and 3 more`."""
    shown = ", ".join(clean(name, _NAME) for name in names[:_NAMES])
    left = len(names) - _NAMES
    return f"{shown} and {left} more" if left > 0 else shown


def absent(absence: Absence) -> str:
    """`away until Thu 26 Nov`, `away today`."""
    if absence.kind is AbsenceKind.AWAY and absence.until:
        return f"away until {absence.until:%a} {absence.until.day} {absence.until:%b}"
    if absence.kind is AbsenceKind.HOLIDAY:
        return f"holiday: {clean(absence.label, _NAME)}"
    return "away today"


def _review_blocks(agenda: Agenda, links: Links, room: int, now: datetime) -> list[Block]:
    blocks: list[Block] = []
    shown = agenda.mine[: min(2 * room, _MINE)]
    if shown:
        blocks.append(lines([words("Waits for you", bold=True)]))
        blocks += [block for turn in shown for block in my_turn(turn, moment, now)]
        if (left := len(agenda.mine) - len(shown)) > 0:
            blocks.append(lines([f"and {left} more: answer these, then ask again"]))
    open_rows = [open_row(item, words(item.record.ref, bold=True)) for item in agenda.open[:room]]
    due_rows = [due_row(item, words(item.record.ref, bold=True)) for item in agenda.due[:room]]
    left = agenda.open_total - len(open_rows)
    blocks += section("Waits for others", open_rows, left, "/decide list proposed")
    left = len(agenda.due) - len(due_rows)
    return [*blocks, *section("Due for review", due_rows, left, "/decide list accepted")]


def _asked(turn: MyTurn, when: Callable[[datetime], Piece | str], now: datetime) -> Line:
    if turn.review is not None:
        return ["is due for another look", _because(turn.review.reason)]
    if turn.until is None:
        return ["waits for you to accept or reject it"]
    if turn.until <= now:
        return ["waits for your consent; your time ended ", when(turn.until)]
    return ["waits for your consent until ", when(turn.until)]


def _buttons(turn: MyTurn) -> list[dict[str, Any]]:
    """None stands out: there may be several such rows on one page."""
    details = button("Details", ACTION_DETAILS, str(turn.record.number))
    if turn.review is not None:
        return [*map(_plain, revisit.answers(turn.review)), details]
    if turn.until is None:
        value = str(turn.record.number)
        return [
            button("Accept", ACTION_ACCEPT, value),
            button("Reject", ACTION_REJECT, value),
            details,
        ]
    return [*consent.answer_buttons(turn.record, None, ""), details]


def _plain(element: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in element.items() if key != "style"}


def _because(reason: str) -> Piece:
    return words(f": {clean(reason, _REASON)}" if reason else "")


def _awaited(awaited: Awaited) -> Line:
    name = words(clean(awaited.name, _NAME))
    if awaited.absence is not None:
        return [name, words(f" ({absent(awaited.absence)})")]
    if awaited.unreachable:
        return [name, " (can't be reached by direct message)"]
    if awaited.until is None:
        return [name]
    if awaited.left <= timedelta(0):
        return [name, " (time ended ", moment(awaited.until), ")"]
    return [name, f" ({_hours(awaited.left)} left → until ", moment(awaited.until), ")"]


def _hours(left: timedelta) -> str:
    hours = round(left / timedelta(hours=1))
    return f"{hours} of their hours" if hours > 1 else "the last of their hours"
