"""The sections of a MADR file, with the line on which each begins."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.clients.madr import write
from bot.clients.madr.escape import open_fence, outside_code
from bot.domain.decisions.archive import FileRefused

_HEADING = re.compile(r"(#{1,3})[ \t]+(.*)")
_COMMENT = re.compile(r"<!--.*-->\s*")
_IN_OUTCOME = {
    "consequences": write.CONSEQUENCES,
    "confirmation": write.CONFIRMATION,
    # As MADR called them before version 4.
    "positive consequences": write.CONSEQUENCES,
    "negative consequences": write.CONSEQUENCES,
}
_SECTIONS = {
    name.lower(): name
    for name in (
        write.CONTEXT,
        write.DRIVERS,
        write.OPTIONS,
        write.OUTCOME,
        write.ARGUMENTS,
        write.MORE,
    )
} | {"validation": write.CONFIRMATION}


@dataclass(kw_only=True)
class Section:
    """A section's heading, its line and its own lines without blank ones at either end.

    `begin` is the line of the first of them; an option's arguments are sections in `parts`.
    """

    heading: str
    line: int
    lines: list[str] = field(default_factory=list)
    begin: int = 0
    parts: list["Section"] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Document:
    """The title with its line, and the sections by MADR's names for them."""

    title: str
    line: int
    sections: dict[str, Section]
    others: Sequence[Section]


def split(lines: Sequence[str], first: int) -> Document:
    """The parts of a file below its front matter, which begin at line `first`."""
    never_ends = open_fence(lines)
    if never_ends is not None:
        raise FileRefused("The code block that begins here never ends.", first + never_ends)
    title: Section | None = None
    found: list[Section] = []
    part_of: Section | None = None
    current: Section | None = None
    headings = {i: h for i, line in outside_code(lines) if (h := _HEADING.fullmatch(line))}
    comments = {i for i, line in outside_code(lines) if _COMMENT.fullmatch(line)}
    for position, line in enumerate(lines):
        heading = headings.get(position)
        level, text = (len(heading[1]), heading[2].strip()) if heading else (0, "")
        if level == 1 and title is None:
            title = current = Section(heading=_as_typed(line), line=first + position)
        elif level == 2:
            current = part_of = Section(heading=text, line=first + position)
            found.append(current)
        elif level == 3 and part_of is not None and _is_part(part_of, text):
            current = Section(heading=_as_typed(line), line=first + position)
            part_of.parts.append(current)
        elif current is not None and position not in comments:
            current.begin = current.begin or (first + position if line.strip() else 0)
            if current.begin:
                current.lines.append(line)
        elif line.strip() and position not in comments:
            raise FileRefused(
                "This stands above the title, a line such as # Use Redis.", first + position
            )
    if title is None:
        blank = next((i for i, line in enumerate(lines) if line.strip()), 0)
        raise FileRefused("The title is missing: a line such as # Use Redis.", first + blank)
    return _document(title, found)


def _document(title: Section, found: Sequence[Section]) -> Document:
    sections: dict[str, Section] = {}
    others: list[Section] = []
    for section in found:
        _trim(section)
        name = _SECTIONS.get(section.heading.lower())
        if name is None:
            others.append(section)
            continue
        _add(sections, name, section)
        if name == write.OUTCOME:
            for part in section.parts:
                _add(sections, _IN_OUTCOME[part.heading.lower()], part)
    return Document(title=title.heading, line=title.line, sections=sections, others=others)


def _add(sections: dict[str, Section], name: str, section: Section) -> None:
    """Two are one where MADR once had two headings; else the second is a mistake."""
    _trim(section)
    known = sections.get(name)
    if known is None:
        sections[name] = section
    elif known.heading.lower() != section.heading.lower():
        known.lines += section.lines
    else:
        raise FileRefused(f"There are two sections {section.heading}.", section.line)


def _is_part(section: Section, heading: str) -> bool:
    name = _SECTIONS.get(section.heading.lower())
    if name == write.OUTCOME:
        return heading.lower() in _IN_OUTCOME
    return name == write.ARGUMENTS


def _as_typed(line: str) -> str:
    return line.lstrip("#").strip()


def _trim(section: Section) -> None:
    for each in (section, *section.parts):
        while each.lines and not each.lines[-1].strip():
            each.lines.pop()
