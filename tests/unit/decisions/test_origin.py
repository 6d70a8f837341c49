"""A message in Slack's own markup, as plain words."""

import pytest

from bot.domain.decisions.record import Origin
from bot.views.decisions.origin import first_sentence, mentioned, plain, quoted, title_of
from tests.unit.decisions.samples import PEOPLE


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("Ask <@UANA> and <@UBEN|ben>", "Ask @Ana and @Ben"),
        ("Ask <@UXYZ> and <@UXYZ|xy>", "Ask @UXYZ and @xy"),
        ("In <#C1|churn> and <#C2>", "In #churn and #C2"),
        ("<!here> <!subteam^S1|@ml> <!date^1^{time}|noon>", "@here @ml noon"),
        ("<https://x.test/a?b=1&amp;c=2|the &lt;run&gt;> is good", "the <run> is good"),
        ("<https://x.test/a?b=1&amp;c=2>", "https://x.test/a?b=1&c=2"),
        ("<mailto:a@b.test>", "a@b.test"),
        ("*Bold* _it_ ~no~ `code` *_both_*", "Bold it no code both"),
        ("val_auc is 2*3*4 and a_b_c", "val_auc is 2*3*4 and a_b_c"),
        ("```\nx = 1\n```", "x = 1"),
        ("5 &lt; 6 &amp;&amp; 7", "5 < 6 && 7"),
        ("", ""),
    ],
)
def test_markup_becomes_what_people_read(typed: str, said: str) -> None:
    assert plain(typed, PEOPLE) == said


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Use LightGBM. It wins.", "Use LightGBM"),
        ("\n\n> Use LightGBM\nIt wins", "Use LightGBM"),
        ("• Use v2.1 now", "Use v2.1 now"),
        ("Shall we? Yes!", "Shall we?"),
        ("LightGBM を使う。 はい", "LightGBM を使う。"),
        ("", ""),
        (">\n", ""),
    ],
)
def test_the_first_sentence_is_the_title(text: str, title: str) -> None:
    assert first_sentence(text) == title


def test_a_long_sentence_is_cut_and_a_bots_message_gives_no_title() -> None:
    said = "word " * 100
    title = title_of(Origin(url="", author="UANA", quote=said))
    assert len(title) <= 150
    assert title.endswith("…")
    assert title_of(Origin(url="", author="", quote=said)) == ""


def test_people_are_named_once_and_a_quote_has_its_limit() -> None:
    assert mentioned("<@UANA> <@UBEN|ben> <@UANA>") == ["UANA", "UBEN"]
    assert len(quoted("x" * 5000)) == 1000
