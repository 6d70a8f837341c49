"""Links inside what people wrote: the words that stand for an issue, a run or a decision."""

import re
from collections.abc import Iterable

from bot.domain.activity import Reference
from bot.domain.links import Links
from bot.views.text import Line, link, words

Span = tuple[int, int, str]
"""Start and end in the text, and the address."""


def linked(text: str, references: Iterable[Reference], links: Links) -> Line:
    """`text` with the first free occurrence of each anchor as a link, shown exactly as it is.

    Anchors are whole words: CHURN-4 isn't found in CHURN-41, nor gentle-owl in gentle-owl-2.
    """
    spans: list[Span] = []
    # Longer ones first: the run lr-search-big lies inside no link of the sweep lr-search.
    for reference in sorted(references, key=lambda each: -len(each.anchor)):
        url = links.reference(reference)
        place = _free_place(text, reference.anchor, spans) if url else None
        if url and place:
            spans.append((*place, url))
    line: Line = []
    end = 0
    for start, stop, url in sorted(spans):
        line += [words(text[end:start])] if start > end else []
        line.append(link(url, text[start:stop]))
        end = stop
    return [*line, words(text[end:])] if end < len(text) else line


def _free_place(text: str, anchor: str, taken: list[Span]) -> tuple[int, int] | None:
    if not anchor or anchor not in text:
        return None
    for found in re.finditer(rf"(?<![\w-]){re.escape(anchor)}(?![\w-]|\.\w)", text):
        if all(found.end() <= start or stop <= found.start() for start, stop, _ in taken):
            return found.span()
    return None
