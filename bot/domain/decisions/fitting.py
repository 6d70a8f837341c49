"""What comes from a file has to be what a form in Slack would have taken."""

import unicodedata
from dataclasses import replace

from bot.domain.decisions.consent import HOURS
from bot.domain.decisions.options import Option, typed
from bot.domain.decisions.record import DecisionBody

TITLE_LIMIT = 150
TEXT_LIMIT = 3000
"""https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element"""
MOST_TAGS = 10
TAG_LIMIT = 40

_JOINER = "\u200d"
_TEXTS = ("outcome", "context", "drivers", "consequences")


def tidied(body: DecisionBody) -> DecisionBody:
    """The body without characters that nobody sees; the title and each tag on one line."""
    return replace(
        body,
        title=_one_line(body.title),
        outcome=_tidy(body.outcome),
        context=_tidy(body.context),
        drivers=_tidy(body.drivers),
        consequences=_tidy(body.consequences),
        options=tuple(_option(option) for option in body.options),
        tags=tuple(map(_one_line, body.tags)),
    )


def misfits(body: DecisionBody) -> dict[str, str]:
    """What no form would have taken, such as what is too long, as sentences by field."""
    found = {}
    if not 0 < len(body.title) <= TITLE_LIMIT:
        found["title"] = f"A title has 1 to {TITLE_LIMIT} characters; this has {len(body.title)}."
    for name in _TEXTS:
        length = len(getattr(body, name))
        if length > TEXT_LIMIT:
            found[name] = f"Use at most {TEXT_LIMIT} characters; this has {length}."
    if not body.outcome:
        found["outcome"] = "Say what was chosen, and why."
    if len(typed(body.options)) > TEXT_LIMIT:
        found["options"] = f"The options have more than {TEXT_LIMIT} characters together."
    if len(body.tags) > MOST_TAGS or any(not 0 < len(tag) <= TAG_LIMIT for tag in body.tags):
        found["tags"] = f"Use at most {MOST_TAGS} tags of 1 to {TAG_LIMIT} characters."
    if body.consent and body.consent.hours not in HOURS:
        *most, longest = map(str, HOURS)
        offered = f"{', '.join(most)} or {longest}"
        found["consent"] = f"Makers get {offered} hours to answer, not {body.consent.hours}."
    return found


def _option(option: Option) -> Option:
    points = tuple(replace(point, text=_one_line(point.text)) for point in option.points)
    return replace(option, title=_one_line(option.title), points=points)


def _one_line(text: str) -> str:
    return " ".join(_tidy(text).split())


def _tidy(text: str) -> str:
    lines = (line.replace("\t", " ") for line in text.splitlines())
    return "\n".join("".join(filter(_is_visible, line)) for line in lines).strip()


def _is_visible(char: str) -> bool:
    return unicodedata.category(char) not in ("Cc", "Cf", "Co", "Cs") or char == _JOINER
