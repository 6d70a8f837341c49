"""Outside text never pings, links or breaks a line."""

import re

import pytest
from hypothesis import example, given, settings

from bot.views import text
from tests.unit.views.hostile import EVIL, HOSTILE, is_hidden

FEW = settings(max_examples=100, deadline=None)


@FEW
@given(HOSTILE)
@example("a\u2028b\u2029c")
def test_clean_is_one_visible_line_within_its_limit(raw: str) -> None:
    cleaned = text.clean(raw)
    assert len(cleaned) <= 300
    assert cleaned == cleaned.strip()
    assert len(cleaned.splitlines()) <= 1
    assert not any(is_hidden(c) for c in cleaned)
    assert text.clean(cleaned) == cleaned


@FEW
@given(HOSTILE)
def test_clean_lines_keeps_nothing_but_line_breaks(raw: str) -> None:
    cleaned = text.clean_lines(raw)
    assert len(cleaned) <= 2800
    assert not any(is_hidden(c) for c in cleaned)
    assert cleaned.split("\n") == cleaned.splitlines() or not cleaned


def test_every_kind_of_line_break_separates_words() -> None:
    raw = "a\nb\r\nc\rd\u2028e\u2029f\x85g\x0bh\x0ci\tj"
    assert text.clean(raw) == "a b c d e f g h i j"
    assert text.clean_lines("a\r\nb\rc\u2028d") == "a\nb\nc\nd"


@pytest.mark.parametrize("raw", ["\u200d", "\u200d \u200d", "\u200b\ufeff\u202e", " \n\t "])
def test_what_cannot_be_seen_is_nothing(raw: str) -> None:
    assert text.clean(raw) == text.clean_lines(raw) == ""


def test_an_emoji_of_several_people_stays_one() -> None:
    assert text.clean("on call: 👩\u200d💻") == "on call: 👩\u200d💻"


def test_direction_is_never_turned_around() -> None:
    assert text.clean("\u202egnp.exe") == "gnp.exe"


@FEW
@given(HOSTILE)
def test_escape_leaves_no_token_of_slack(raw: str) -> None:
    escaped = text.escape(raw)
    assert not re.search(r"[<>]|&(?!amp;|lt;|gt;)", escaped)
    back = escaped.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert back == raw


def test_words_are_a_rich_text_element_as_typed() -> None:
    assert text.words(EVIL).element == {"type": "text", "text": EVIL}


@pytest.mark.parametrize("limit", [1, 2, 10])
def test_cut_says_that_something_is_missing(limit: int) -> None:
    assert text.cut("x" * limit, limit) == "x" * limit
    assert text.cut("x" * (limit + 1), limit) == "x" * (limit - 1) + "…"
