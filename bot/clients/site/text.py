"""Markdown that people wrote as HTML that does nothing: no tag of theirs survives."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

_MENTION = re.compile(r"(?<![\w-])D-([1-9][0-9]{0,8})(?![\w-])")
_SLACK = re.compile(r"<(?P<kind>[@#!])(?P<id>[^>|]*)(?:\|(?P<label>[^>]*))?>")
_ADDRESS = re.compile(r"<(?P<url>https?://[^>|]+)\|(?P<label>[^>]*)>")
_WORD = re.compile(r"(?<![A-Za-z0-9_])[A-Z0-9_]{2,}(?![A-Za-z0-9_])")
_SLACK_ID = re.compile(r"[UWCDG]0[A-Z0-9]{7,9}")
_NOBODY = "somebody"
_LOOKS_LIKE = str.maketrans({"<": "‹", ">": "›", '"': "”"})


def page_of(number: int) -> str:
    """The page of a decision."""
    return f"d-{number}.html"


def mentioned(text: str) -> set[int]:
    """The numbers of the decisions that a text names."""
    return {int(found[1]) for found in _MENTION.finditer(text)}


def inline(text: str) -> str:
    """Outside text for one line of a page: every sign that could mean something is a reference."""
    return "".join(char if char.isalnum() or char == " " else _reference(char) for char in text)


def tab_title(text: str) -> str:
    """Outside text for a page's own title, which the theme writes between tags as it is, and the
    search shows as it is: what could end a tag is replaced by what looks like it."""
    seen = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(seen.split()).translate(_LOOKS_LIKE)


def without_ids(text: str, names: Mapping[str, str]) -> str:
    """People by name, channels by theirs; what only Slack understands is gone."""
    text = _ADDRESS.sub(lambda found: f"{found['label']} ({found['url']})", text)
    text = _SLACK.sub(lambda found: _by_name(found, names), text)
    return _WORD.sub(lambda found: _without_id(found[0], names), text)


@dataclass(frozen=True)
class Renderer:
    """Turns markdown into HTML; a named decision becomes a link if it has a page here."""

    pages: Collection[int]
    _markdown: MarkdownIt = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # Pictures would be fetched from elsewhere, and tell who reads what.
        markdown = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
        markdown.core.ruler.push("decisions", _linking(self.pages))
        object.__setattr__(self, "_markdown", markdown)

    def html(self, text: str) -> str:
        """A block of HTML, which markdown leaves as it is; it begins on the side where its text
        does."""
        return f'<div class="decision" dir="auto">\n{self._markdown.render(text)}</div>'


def link(number: int, pages: Collection[int]) -> str:
    """A decision in HTML."""
    if number in pages:
        return f'<a href="{page_of(number)}">D-{number}</a>'
    return f"D-{number} (not in this site)"


def _linking(pages: Collection[int]) -> Callable[[StateCore], None]:
    def rule(state: StateCore) -> None:
        for token in state.tokens:
            if token.type == "inline" and token.children:
                token.children = _linked(token.children, pages)

    return rule


def _linked(children: list[Token], pages: Collection[int]) -> list[Token]:
    done: list[Token] = []
    depth = 0
    for token in children:
        depth += {"link_open": 1, "link_close": -1}.get(token.type, 0)
        if token.type == "text" and not depth:
            done += _pieces(token.content, pages)
        else:
            done.append(token)
    return done


def _pieces(text: str, pages: Collection[int]) -> list[Token]:
    pieces: list[Token] = []
    end = 0
    for found in _MENTION.finditer(text):
        pieces.append(Token("text", "", 0, content=text[end : found.start()]))
        pieces.append(Token("html_inline", "", 0, content=link(int(found[1]), pages)))
        end = found.end()
    return [*pieces, Token("text", "", 0, content=text[end:])]


def _by_name(found: re.Match[str], names: Mapping[str, str]) -> str:
    label = found["label"] or names.get(found["id"], "")
    if found["kind"] == "!":
        return label or "@channel"
    return f"{found['kind']}{(label or _NOBODY).lstrip('@#')}"


def _without_id(word: str, names: Mapping[str, str]) -> str:
    return names.get(word) or ("…" if _SLACK_ID.fullmatch(word) else word)


def _reference(char: str) -> str:
    return f"&#{ord(char)};"
