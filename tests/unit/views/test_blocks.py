"""Builders stay within Slack's limits whatever they are given."""

import pytest
from hypothesis import given, settings

from bot.ports.chat import Block
from bot.views import blocks
from bot.views.text import clean, words
from tests.unit.views.hostile import HOSTILE, message_problems, problems, shown

FEW = settings(max_examples=60, deadline=None)


@FEW
@given(HOSTILE)
def test_whatever_a_title_says_slack_takes_it_and_nobody_is_pinged(raw: str) -> None:
    title = clean(raw)
    built = blocks.message(
        title,
        [
            blocks.header(raw),
            blocks.lines([words(title, bold=True), " is here"], [title]),
            blocks.bullets([[title], ["a", words(title)]]),
            blocks.actions("row", blocks.button(title, "a.b", "1")),
        ],
    )
    assert message_problems(built) == []


@pytest.mark.parametrize("content", ["", " "])
def test_nothing_to_show_is_still_a_valid_block(content: str) -> None:
    built = [
        blocks.header(content),
        blocks.lines(),
        blocks.lines([content]),
        blocks.bullets([[content], ["x"]]),
        blocks.bullets([]),
        blocks.actions("row", blocks.button(content, "a.b")),
    ]
    assert problems(built) == []


def test_our_own_mrkdwn_turns_no_bare_address_into_a_link() -> None:
    assert problems([blocks.mrkdwn("see https://x.example"), blocks.context("#general")]) == []


def test_long_mrkdwn_is_cut() -> None:
    assert problems([blocks.mrkdwn("x" * 10_000), blocks.context("x" * 10_000)]) == []


def rows(number: int) -> list[Block]:
    return [blocks.lines([f"row {n}"]) for n in range(number)]


def test_fifty_blocks_fit_and_of_more_the_reader_is_told() -> None:
    assert blocks.fit(rows(50)) == rows(50)
    fitted = blocks.fit(rows(51))
    assert len(fitted) == 50
    assert fitted[:49] == rows(49)
    assert "There is more" in shown(fitted[49])


def test_blocks_that_are_too_big_together_are_dropped_with_a_word() -> None:
    fitted = blocks.fit([blocks.lines(["x" * 2900]) for _ in range(6)])
    assert "There is more" in shown(fitted[-1])
    assert 3 <= len(fitted) <= 5
    assert message_problems(blocks.message("x", fitted)) == []
