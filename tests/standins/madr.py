"""What MADR 4 asks of a file, written from its template and nothing of ours.

https://github.com/adr/madr/blob/4.0.0/template/adr-template.md: the keys of the front matter are
optional; the title, the context, the options and the outcome aren't; sections keep their order.
"""

import re
from collections.abc import Sequence

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

_STATUS = re.compile(r"proposed|rejected|accepted|deprecated|superseded by \S.*")
_LISTS = ("decision-makers", "consulted", "informed")
_SECTIONS = (
    "Context and Problem Statement",
    "Decision Drivers",
    "Considered Options",
    "Decision Outcome",
    "Pros and Cons of the Options",
    "More Information",
)
_REQUIRED = ("Context and Problem Statement", "Considered Options", "Decision Outcome")
_IN_OUTCOME = ["Consequences", "Confirmation"]
_ARGUMENT = re.compile(r"(Good|Neutral|Bad), because.*", re.DOTALL)


def problems(text: str) -> list[str]:
    """Every way in which a file isn't MADR, as CommonMark sees it."""
    if not text.startswith("---\n"):
        return ["no front matter"]
    head, _, rest = text[4:].partition("\n---\n")
    tokens = MarkdownIt("commonmark").parse(rest)
    return [*_front(yaml.safe_load(head)), *_headings(tokens), *_arguments(tokens)]


def _front(values: dict[str, object]) -> list[str]:
    found = []
    if not _STATUS.fullmatch(str(values.get("status"))):
        found.append(f"status {values.get('status')!r}")
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(values.get("date"))):
        found.append(f"date {values.get('date')!r}")
    listed = [key for key in _LISTS if key in values]
    found += [f"{key}" for key in listed if not isinstance(values[key], str | list)]
    others = set(values) - {"status", "date", *_LISTS, "meridian"}
    return [*found, *(f"key {key}" for key in others)]


def _headings(tokens: Sequence[Token]) -> list[str]:
    heads = [
        (token.tag, tokens[i + 1].content)
        for i, token in enumerate(tokens)
        if token.type == "heading_open" and token.level == 0
    ]
    if [tag for tag, _ in heads].count("h1") != 1 or heads[0][0] != "h1":
        return [f"one title, at the top: {heads}"]
    second = [text for tag, text in heads if tag == "h2"]
    found = [f"required: {name}" for name in _REQUIRED if name not in second]
    if second != [name for name in _SECTIONS if name in second]:
        found.append(f"sections {second}")
    within = [text for part, text in _third(heads) if part == "Decision Outcome"]
    if within != [name for name in _IN_OUTCOME if name in within]:
        found.append(f"in the outcome: {within}")
    allowed = ("Decision Outcome", "Pros and Cons of the Options")
    return [*found, *(f"{text} in {part}" for part, text in _third(heads) if part not in allowed)]


def _third(heads: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    part, found = "", []
    for tag, text in heads:
        if tag == "h2":
            part = text
        elif tag == "h3":
            found.append((part, text))
    return found


def _arguments(tokens: Sequence[Token]) -> list[str]:
    """Every bullet on the first level below an option begins as the template's do."""
    part, found = "", []
    for i, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag == "h2":
            part = tokens[i + 1].content
        of_item = token.type == "list_item_open" and token.level == 1
        if of_item and part == "Pros and Cons of the Options":
            content = tokens[i + 2].content if i + 2 < len(tokens) else ""
            if not _ARGUMENT.fullmatch(content):
                found.append(f"argument {content!r}")
    return found
