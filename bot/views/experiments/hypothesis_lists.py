"""Hypotheses in rows, page by page."""

from collections.abc import Sequence

from bot.domain.experiments.hypotheses import HypothesisState
from bot.domain.experiments.hypothesis_detail import HypothesisDetail
from bot.domain.links import Links
from bot.ports.chat import Message
from bot.views.blocks import bullets, context, lines, message, note, roomiest
from bot.views.experiments.hypothesis_card import row
from bot.views.text import words

_ROOMS = (15, 10, 5, 2)

STATES = ", ".join(f"`{state}`" for state in HypothesisState)


def listing(
    found: Sequence[HypothesisDetail], state: HypothesisState | None, more: bool, links: Links
) -> Message:
    """The newest ones, one line each."""
    if not found:
        which = f" {state}" if state else ""
        every = " `/experiment hypothesis list` shows all." if state else ""
        hint = every or " `/experiment hypothesis` writes the first."
        return note(f"There is no{which} hypothesis that you can see.{hint}")
    title = f"Hypotheses, {state or 'the newest first'}"
    variants = (
        [
            lines([words(title, bold=True)]),
            bullets([row(detail, links) for detail in found[:room]]),
            *([context(_left(state))] if more or len(found) > room else []),
        ]
        for room in _ROOMS
    )
    return message(title, roomiest(variants))


def _left(state: HypothesisState | None) -> str:
    if state is None:
        return f"There are older ones. A state after `list` narrows it: {STATES}."
    return "There are older ones; `/experiment tried` finds them by their words."
