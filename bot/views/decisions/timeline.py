"""What became of decisions, month by month, the latest first."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from bot.domain.decisions.record import ChangeKind, DecisionChange, DecisionStatus
from bot.domain.decisions.search import Happening
from bot.domain.person import Person
from bot.ports.chat import Block
from bot.views.blocks import lines, note, roomiest
from bot.views.decisions.lists import Pages
from bot.views.text import Line, clean, cut, escape, moment, words

# How many characters of a title and of what happened: the most with which a page fits.
_ROOMS = ((70, 140), (50, 80), (30, 30), (15, 15))
_NAME_SHOWN = 40
_TYPED_SHOWN = 80

People = Mapping[str, Person]


def timeline(happened: Sequence[Happening], people: People, pages: Pages) -> list[Block]:
    """A block for each month (of UTC), a line for each thing that happened in it."""
    if not happened:
        return [*note(_nothing(pages)).blocks, *pages.buttons()]
    variants = ([*_months(happened, people, *room), *pages.buttons()] for room in _ROOMS)
    return list(roomiest(variants))


def what(change: DecisionChange, people: People, room: int = 140) -> str:
    """What happened, after the decision's name: `accepted by Ana`; of its detail, `room` signs."""
    by = f" by {_name(change.by, people)}" if change.by else ""
    detail = clean(change.detail, room)
    match change.kind:
        case ChangeKind.LOGGED:
            return f"logged as {change.status}{by}"
        case ChangeKind.MOVED if change.status is DecisionStatus.SUPERSEDED:
            return f"superseded {detail}".rstrip()
        case ChangeKind.MOVED:
            return f"{change.status}{by} {detail}".rstrip()
    return f"{_name(change.by, people)} {detail}" if change.by else detail


def _months(happened: Sequence[Happening], people: People, title: int, detail: int) -> list[Block]:
    months = groupby(happened, key=lambda each: f"{each.change.at:%B %Y}")
    return [
        lines([words(month, bold=True)], *(_row(each, people, title, detail) for each in rows))
        for month, rows in months
    ]


def _row(happening: Happening, people: People, title: int, detail: int) -> Line:
    record, change = happening.record, happening.change
    return [
        moment(change.at, "{date_short}"),
        " · ",
        words(record.ref, bold=True),
        words(f" {what(change, people, detail)} · "),
        words(cut(record.title, title), italic=True),
    ]


def _name(user_id: str, people: People) -> str:
    return clean(people[user_id].name, _NAME_SHOWN) if user_id in people else user_id


def _nothing(pages: Pages) -> str:
    if pages.number:
        return "Nothing happened before that."
    if typed := escape(clean(pages.typed, _TYPED_SHOWN)):
        return f"Nothing happened to decisions of *{typed}*. Type `/decide timeline` to see all."
    return "No decision has been made yet. Type `/decide` to log the first."
