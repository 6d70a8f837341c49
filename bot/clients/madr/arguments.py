"""The considered options of a MADR file, with what speaks for and against each."""

import re
from dataclasses import replace

from bot.clients.madr.escape import plain, unitem
from bot.clients.madr.sections import Section
from bot.domain.decisions.archive import FileRefused
from bot.domain.decisions.options import Option, Point, Weight

_BULLET = re.compile(r"[*-] (.*)")
_POINT = re.compile(r"[*-] (Good|Neutral|Bad),? because ?(.*)", re.IGNORECASE)


def options(titles: Section | None, arguments: Section | None) -> tuple[Option, ...]:
    """The options in the order of their list; raises FileRefused for arguments about none."""
    found = [Option(title=title) for title in _titles(titles)] if titles else []
    parts = arguments.parts if arguments else []
    named = [plain(part.heading) for part in parts]
    if named == [option.title for option in found]:
        pairs = zip(found, parts, strict=True)
        return tuple(replace(option, points=_points(part)) for option, part in pairs)
    for title, part in zip(named, parts, strict=True):
        position = _first_without_points(found, title)
        if position is None:
            raise FileRefused(f"{title} isn't among the considered options.", part.line)
        found[position] = replace(found[position], points=_points(part))
    return tuple(found)


def _titles(section: Section) -> list[str]:
    """A line that is no bullet of its own goes on with the one above."""
    titles: list[str] = []
    for line in filter(str.strip, section.lines):
        bullet = _BULLET.fullmatch(line)
        if bullet:
            titles.append(unitem(bullet[1].strip()))
        elif titles:
            titles[-1] = f"{titles[-1]} {line.strip()}"
        else:
            titles.append(unitem(line.strip()))
    return titles


def _points(section: Section) -> tuple[Point, ...]:
    points: list[Point] = []
    for line in filter(str.strip, section.lines):
        found, bullet = _POINT.fullmatch(line), _BULLET.fullmatch(line)
        if found:
            points.append(Point(weight=Weight(found[1].capitalize()), text=plain(found[2])))
        elif bullet or not points:
            text = plain(bullet[1] if bullet else line.strip())
            points.append(Point(weight=Weight.NEUTRAL, text=text))
        else:
            points[-1] = replace(points[-1], text=f"{points[-1].text} {plain(line.strip())}")
    return tuple(points)


def _first_without_points(found: list[Option], title: str) -> int | None:
    for position, option in enumerate(found):
        if option.title == title and not option.points:
            return position
    return None
