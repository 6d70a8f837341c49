"""The message that a decision was logged from: as plain text, and how it is shown."""

import re
from collections.abc import Mapping

from bot.domain.decisions.record import Origin
from bot.domain.person import Person
from bot.ports.chat import Block
from bot.views.text import Piece, clean, clean_lines, cut, link, unescape, words

QUOTE_LIMIT = 1000
TITLE_LIMIT = 150

_NAME_LIMIT = 60
# https://docs.slack.dev/messaging/formatting-message-text: what stands between < and >.
_TOKEN = re.compile(r"<([^<>]+)>")
_MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^<>]*)?>")
# Bold, italic, struck and code; a name such as val_auc holds no such pair.
_STYLE = re.compile(r"(?<![\w*_~`])([*_~`])(?=\S)([^\n]+?)(?<=\S)\1(?![\w*_~`])")
_LINE_MARK = re.compile(r"^\s*(?:>+|[•◦▪*-]\s)\s*")
_SENTENCE_END = re.compile(r"(?<=[.!?。！？])\s")


def mentioned(text: str) -> list[str]:
    """The ids of the people whom a message's mrkdwn mentions."""
    return list(dict.fromkeys(_MENTION.findall(text)))


def plain(text: str, people: Mapping[str, Person]) -> str:
    """A message's mrkdwn as people read it: names for mentions, link texts for links."""
    without_blocks = text.replace("```", "")
    named = _TOKEN.sub(lambda token: _said(token[1], people), without_blocks)
    lines = (unescape(_unstyled(line)).strip() for line in named.splitlines())
    return "\n".join(lines).strip()


def first_sentence(text: str) -> str:
    """The beginning of a plain text that can be a title: its first sentence, on one line."""
    first = next((line for line in text.splitlines() if _bare(line)), "")
    sentence = _SENTENCE_END.split(_bare(first), maxsplit=1)[0]
    return clean(sentence.removesuffix("."), 3000)


def title_of(origin: Origin) -> str:
    """What a decision from this message can be called; empty where no person wrote it."""
    return cut(first_sentence(origin.quote), TITLE_LIMIT) if origin.author else ""


def quoted(text: str) -> str:
    """As much of a plain text as is kept with a decision."""
    return clean_lines(text, QUOTE_LIMIT)


def quote_block(origin: Origin, people: Mapping[str, Person], limit: int = QUOTE_LIMIT) -> Block:
    """Whose message it was with a link to it, and what it said."""
    whose = [piece.element for piece in _whose(origin, people)]
    elements = [{"type": "rich_text_section", "elements": whose}]
    if origin.quote:
        said = words(cut(origin.quote, limit)).element
        elements.append({"type": "rich_text_quote", "elements": [said]})
    return {"type": "rich_text", "elements": elements}


def _whose(origin: Origin, people: Mapping[str, Person]) -> list[Piece]:
    person = people.get(origin.author)
    name = clean(person.name, _NAME_LIMIT) if person else origin.author
    what = f"a message of {name}" if name else "a message"
    return [words("From "), link(origin.url, f"{what} ↗") if origin.url else words(what)]


def _said(token: str, people: Mapping[str, Person]) -> str:
    """What stands for one token: `@U1`, `#C1|churn`, `!here`, `!date^1^{time}|noon`, an address."""
    target, _, label = token.partition("|")
    if target.startswith("@"):
        person = people.get(target[1:])
        return f"@{person.name if person else label or target[1:]}"
    if target.startswith("#"):
        return f"#{label or target[1:]}"
    if target.startswith("!"):
        return label or f"@{target[1:].partition('^')[0]}"
    return label or target.removeprefix("mailto:")


def _unstyled(line: str) -> str:
    """Without the marks around styled words; they may be within each other."""
    for _ in range(3):
        line = _STYLE.sub(r"\2", line)
    return line


def _bare(line: str) -> str:
    return _LINE_MARK.sub("", line).strip()
