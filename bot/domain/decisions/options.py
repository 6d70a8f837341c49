"""Considered options with what speaks for and against each, after MADR 4.

https://github.com/adr/madr/blob/4.0.0/template/adr-template.md
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum


class Weight(StrEnum):
    """How a point counts; the value is the word that MADR begins it with."""

    GOOD = "Good"
    NEUTRAL = "Neutral"
    BAD = "Bad"


_MARKS = {"+": Weight.GOOD, "~": Weight.NEUTRAL, "-": Weight.BAD, "–": Weight.BAD}
_SIGNS = {Weight.GOOD: "+", Weight.NEUTRAL: "~", Weight.BAD: "-"}


@dataclass(frozen=True, kw_only=True)
class Point:
    """One argument about an option, on one line."""

    weight: Weight
    text: str


@dataclass(frozen=True, kw_only=True)
class Option:
    """Something that could have been done, with its arguments in their order."""

    title: str
    points: tuple[Point, ...] = ()


def parse(text: str) -> tuple[Option, ...]:
    """What people type: an option a line, and below it lines with `+`, `-` or `~`.

    A marked line without an option above is one itself, so that nothing is lost.
    """
    options: list[Option] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        weight, rest = _MARKS.get(line[0]), line[1:].strip()
        if weight and rest and options:
            point = Point(weight=weight, text=rest)
            options[-1] = replace(options[-1], points=(*options[-1].points, point))
        else:
            options.append(Option(title=line))
    return tuple(options)


def typed(options: Iterable[Option]) -> str:
    """The text from which `parse` makes these options again."""
    lines = []
    for option in options:
        lines.append(option.title)
        lines.extend(f"{_SIGNS[point.weight]} {point.text}" for point in option.points)
    return "\n".join(lines)
