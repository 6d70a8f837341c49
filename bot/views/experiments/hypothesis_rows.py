"""Hypotheses in digests and in App Home."""

from collections.abc import Callable

from bot.domain.experiments.hypothesis_detail import HypothesesNews, HypothesisDetail
from bot.domain.links import Links
from bot.ports.chat import Block
from bot.views.blocks import actions, bullets, button, lines
from bot.views.experiments.hypothesis_card import ACTION_MORE, ACTION_VERDICT, linked, row
from bot.views.text import Line, clean, count, words

_CLAIM = 120


def learned_row(links: Links) -> Callable[[HypothesisDetail], Line]:
    """`focal loss helps: refuted (H-9), 6 runs` for each."""

    def show(detail: HypothesisDetail) -> Line:
        hypothesis = detail.hypothesis
        runs = hypothesis.verdict.runs if hypothesis.verdict else 0
        claim = words(f"{clean(hypothesis.claim, _CLAIM)}: {hypothesis.state} (")
        return [claim, linked(detail, links), f"), {count(runs, 'run')}"]

    return show


def news_sections(news: HypothesesNews, links: Links, room: int) -> list[Block]:
    """What the weekly digest says: those that are open, and those that were tested."""
    return [
        *_section("Hypotheses tested this week", [row(d, links) for d in news.tested], room),
        *_section("Hypotheses open", [row(d, links) for d in news.open], room),
    ]


def my_verdict(detail: HypothesisDetail, links: Links) -> list[Block]:
    """A verdict that waits for who looks, in App Home: several such rows may stand there."""
    number = str(detail.hypothesis.number)
    proposal = detail.standing.proposal
    claim = words(f" {clean(detail.hypothesis.claim, _CLAIM)} waits for your verdict; ")
    speaks = words(f"the numbers speak for {proposal}")
    return [
        lines([linked(detail, links), claim, speaks]),
        actions(
            f"home_hypothesis_{number}",
            button(f"Confirm: {proposal}", f"{ACTION_VERDICT}:confirm", f"{number}|{proposal}"),
            button("Another verdict", f"{ACTION_VERDICT}:other", number),
            button("More time", ACTION_MORE, number),
        ),
    ]


def _section(title: str, rows: list[Line], room: int) -> list[Block]:
    if not rows:
        return []
    left = len(rows) - room
    more: list[Line] = []
    if left > 0:
        more = [[f"and {left} more: ", words("/experiment hypothesis list", code=True)]]
    return [lines([words(title, bold=True)]), bullets([*rows[:room], *more])]
