"""A digest's sections as titled lists: short on the card, whole where somebody asks for one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from bot.views.text import Line, clean, plain, words

TITLE = 90
SENTENCE = 140
NAME = 60

T = TypeVar("T")
Draw = Callable[[int, int], list[Line]]


@dataclass(frozen=True, kw_only=True)
class Part:
    """One list under a title; rows are drawn when they are shown.

    `key` names it in buttons. On the card at least `least` of its `size` rows are shown, in one
    line where it is `inline`; `brief` are its rows there where they aren't the first of all. A
    title that `says` enough may stand without rows.
    """

    key: str
    title: str
    size: int
    draw: Draw
    least: int = 0
    inline: bool = False
    says: bool = False
    brief: Sequence[Line] = field(default=())


def part(
    key: str,
    title: str,
    items: Sequence[T],
    show: Callable[[T], Line],
    *,
    least: int = 1,
    inline: bool = False,
    says: bool = False,
) -> list[Part]:
    """The part that shows `items`, or none where there are none."""

    def draw(start: int, stop: int) -> list[Line]:
        return [show(item) for item in items[start:stop]]

    made = Part(
        key=key, title=title, size=len(items), draw=draw, least=least, inline=inline, says=says
    )
    return [made] if items else []


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """A title line and the rows below it."""

    title: Line
    rows: Sequence[Line] = ()

    @property
    def length(self) -> int:
        """How many characters people see."""
        return len(plain(self.title)) + sum(len(plain(row)) for row in self.rows)

    @property
    def height(self) -> int:
        """How many lines it begins."""
        return 1 + len(self.rows)


def paragraph(each: Part, room: int) -> Paragraph:
    """The part as it stands on a card with room for so many rows."""
    rows = list(each.brief) or _first(each, max(room, each.least))
    title = words(each.title, bold=True)
    if each.inline or (len(rows) == 1 and not each.says):
        return Paragraph(title=[title, ": ", *_joined(rows)])
    return Paragraph(title=[title], rows=rows)


def _first(each: Part, room: int) -> list[Line]:
    if not room:
        return []
    rows, left = each.draw(0, room), each.size - room
    if left > 0:
        rows.append([f"and {left} more"])
    return rows


def _joined(rows: Sequence[Line]) -> Line:
    joined: Line = []
    for index, row in enumerate(rows):
        joined += [" · ", *row] if index else row
    return joined


def listed(names: Sequence[str], limit: int) -> str:
    """`Ana, Ben and 3 more`."""
    shown = ", ".join(clean(name, NAME) for name in names[:limit])
    left = len(names) - limit
    return f"{shown} and {left} more" if left > 0 else shown
