"""Texts inside markdown, exactly: what would end a section or swallow the next one is escaped.

A backslash stands before a line that markdown would read as a heading, as the underline of one,
as a code block that never ends or as raw HTML (https://spec.commonmark.org/0.31.2/#backslash-escapes);
a character that an editor or git would lose is written as a numeric reference.
"""

import re
from collections.abc import Iterator, Sequence

_STRUCTURE = re.compile(
    r"""( [ ]{0,3} ) ( \\* )
        (?: \#{1,3} (?: [ \t] | $ )  |  (?: =+ | -+ ) [ \t]* $  |  `{3,}  |  ~{3,}
          | < (?: [!?] | /? [A-Za-z] [A-Za-z0-9-]* (?: [\s/>] | $ ) ) )""",
    re.VERBOSE,
)
_FENCE = re.compile(r" {0,3}(?:(`{3,})[^`]*|(~{3,}).*)$")
_REFERENCE = re.compile(r"&#([0-9]{1,7});")
_LOST = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x85\u2028\u2029\ufeff]")
_BULLET = "* "


def block(text: str) -> str:
    """A text of several lines for a section of its own."""
    return "\n".join(_escaped(_kept(text).split("\n")))


def unblock(lines: Sequence[str]) -> str:
    """The text that `block` made these lines of."""
    return _restored("\n".join(_unescaped(lines)))


def bullets(text: str) -> str:
    """Like `block`, with a bullet before each line of a text that is a plain list of lines."""
    lines = _kept(text).split("\n")
    if all(line.startswith(_BULLET) for line in lines):
        return "\n".join(_escaped([f"&#42;{lines[0][1:]}", *lines[1:]]))
    if all(line and not line[0].isspace() and not _fence_like(line) for line in lines):
        return "\n".join(_BULLET + _do(line) for line in lines)
    return "\n".join(_escaped(lines))


def unbullets(lines: Sequence[str]) -> str:
    """The text that `bullets` made these lines of."""
    if all(line.startswith(_BULLET) for line in lines):
        return _restored("\n".join(_undo(line.removeprefix(_BULLET)) for line in lines))
    return unblock(lines)


def one_line(text: str) -> str:
    """A text on one line, after something else on it."""
    return _kept(text).replace("\n", "&#10;")


def item(text: str) -> str:
    """A text on one line, after a bullet."""
    return _do(one_line(text))


def plain(line: str) -> str:
    """The text that `one_line` made this of."""
    return _restored(line)


def unitem(line: str) -> str:
    """The text that `item` made this of."""
    return _restored(_undo(line))


def outside_code(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """The lines that aren't part of a code block, with their positions."""
    fence = ""
    for position, line in enumerate(lines):
        if fence:
            fence = "" if _closes(line, fence) else fence
        else:
            fence = _opened(line)
            if not fence:
                yield position, line


def open_fence(lines: Sequence[str]) -> int | None:
    """The position of the line that opens a code block which never ends."""
    fence, since = "", 0
    for position, line in enumerate(lines):
        if fence:
            fence = "" if _closes(line, fence) else fence
        else:
            fence, since = _opened(line), position
    return since if fence else None


def _escaped(lines: Sequence[str]) -> list[str]:
    done: list[str] = []
    fence = ""
    for position, line in enumerate(lines):
        if fence:
            fence = "" if _closes(line, fence) else fence
            done.append(line)
            continue
        opened = _opened(line)
        if opened and any(_closes(later, opened) for later in lines[position + 1 :]):
            fence = opened
            done.append(line)
        else:
            done.append(_do(line))
    return done


def _unescaped(lines: Sequence[str]) -> list[str]:
    done = list(lines)
    for position, line in outside_code(lines):
        done[position] = _undo(line)
    return done


def _do(line: str) -> str:
    found = _STRUCTURE.match(line)
    return f"{found[1]}\\{line[len(found[1]) :]}" if found else line


def _undo(line: str) -> str:
    found = _STRUCTURE.match(line)
    return f"{found[1]}{line[len(found[1]) + 1 :]}" if found and found[2] else line


def _opened(line: str) -> str:
    found = _FENCE.match(line)
    return (found[1] or found[2]) if found else ""


def _closes(line: str, fence: str) -> bool:
    stripped = line.strip(" \t")
    indent = len(line) - len(line.lstrip(" "))
    return indent <= 3 and len(stripped) >= len(fence) and set(stripped) == {fence[0]}


def _fence_like(line: str) -> bool:
    return line.startswith(("```", "~~~"))


def _kept(text: str) -> str:
    """Without what an editor or git changes: control characters, blanks at either end."""
    text = _REFERENCE.sub(lambda found: f"&#38;{found[0][1:]}", text)
    text = _LOST.sub(lambda found: _reference(found[0]), text)
    if text[:1].isspace():
        text = _reference(text[0]) + text[1:]
    if text[-1:].isspace():
        text = text[:-1] + _reference(text[-1])
    return text


def _restored(text: str) -> str:
    return _REFERENCE.sub(_character, text)


def _character(found: re.Match[str]) -> str:
    code = int(found[1])
    return chr(code) if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else found[0]


def _reference(character: str) -> str:
    return f"&#{ord(character)};"
