"""Texts that try to ping, link or break a layout, and what must hold of whatever shows them."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

from hypothesis import strategies as st

from bot.ports.chat import Message, Modal
from tests.standins.slack.blockkit import Rules, check_message, check_view

EVIL = "<!channel> <https://evil.example|Jira> *x* _y_ `z` ~w~ @here &amp; <@U0EVIL>"

HOSTILE = st.one_of(
    st.text(max_size=400),
    st.sampled_from(
        [
            EVIL,
            "",
            "   ",
            "\u202egnp.exe\u202c \u2066x\u2069",
            "\u200b\u200c\u200d\ufeff",
            "a\u2028b\u2029c\x85d\x0be\x0cf\rg",
            "x" * 10_000,
            "<" * 10_000,
            "\n" * 5_000 + "end",
            "a\n" * 5_000,
            "👩\u200d💻" * 4_000,
            "\ud800 lone surrogate".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
            "```\ncode\n```\n> quote\n- list",
        ]
    ),
)

# What our own words may link to and whom they may mention in the tests.
OURS = re.compile(r"<(?:#C1|!date\^\d+\^[^|>]*\|[^>]*)>")


def elements(node: Any) -> Iterator[dict[str, Any]]:
    """Every object in a structure, from the outside in."""
    if isinstance(node, dict):
        yield node
        node = list(node.values())
    if isinstance(node, (list, tuple)):
        for part in node:
            yield from elements(part)


def problems(blocks: Sequence[dict[str, Any]]) -> list[str]:
    """What Slack would refuse of a message's blocks, plus mentions and foreign links."""
    rules = Rules(surface="message", native_charts=True, file_ready=lambda _file: True)
    return check_message(rules, list(blocks)) + injected(blocks)


def message_problems(message: Message) -> list[str]:
    """Like `problems`, for a whole message with its notification text."""
    found = [] if len(message.text) <= 40_000 else ["text is too long"]
    if "<" in OURS.sub("", message.text):
        found.append(f"a mention or link in the text: {message.text!r}")
    return found + problems(message.blocks)


def modal_problems(modal: Modal) -> list[str]:
    """What Slack would refuse of a modal, plus mentions and foreign links."""
    rules = Rules(surface="modal", native_charts=False, file_ready=lambda _file: True)
    return check_view(rules, modal) + injected(modal["blocks"])


def injected(node: Any) -> list[str]:
    """Mentions, links and hidden characters that our own code didn't put there."""
    found = []
    for element in elements(node):
        kind, text = element.get("type"), element.get("text")
        if kind in ("broadcast", "usergroup", "link"):
            found.append(f"a {kind}: {element}")
        if kind == "mrkdwn" and "<" in OURS.sub("", str(text)):
            found.append(f"a mention or link: {text!r}")
        if kind == "mrkdwn" and element.get("verbatim") is not True:
            found.append(f"bare addresses become links: {text!r}")
        if isinstance(text, str) and kind != "mrkdwn":
            found += [f"hidden {c!r} in {text!r}" for c in text if is_hidden(c)]
    return found


def is_hidden(char: str) -> bool:
    """Characters that can't be seen but change what is."""
    joiner = char in ("\u200d", "\n")
    return not joiner and unicodedata.category(char) in ("Cc", "Cf", "Co", "Cs", "Zl", "Zp")


def shown(node: Any) -> str:
    """All words of a structure."""
    return "".join(str(e["text"]) for e in elements(node) if isinstance(e.get("text"), str))


def texts_that_slack_formats(
    messages: Sequence[Message], forms: Sequence[Modal], mark: str
) -> list[str]:
    """What of `messages` and `forms` holds `mark` at a place where Slack reads mrkdwn."""
    return [
        str(element["text"])
        for blocks in [*(m.blocks for m in messages), *(form["blocks"] for form in forms)]
        for element in elements(blocks)
        if element.get("type") == "mrkdwn" and mark in str(element.get("text"))
    ]


def form_problems(form: Modal) -> list[str]:
    """What is wrong with a form; what people typed is put back into their own fields as it was."""
    for element in elements(form["blocks"]):
        element.pop("initial_value", None)
    return modal_problems(form)
