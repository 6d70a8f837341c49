"""What people type after `/standup away` and `/standup timezone`."""

from datetime import date

import pytest

from bot.domain.away_words import AwayDates, parse, split_mention
from bot.domain.zone_words import zone_named
from bot.errors import InvalidInput

THURSDAY = date(2026, 10, 22)


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("today", "2026-10-22", "2026-10-22"),
        ("  ToMorrow ", "2026-10-23", "2026-10-23"),
        ("until Friday", "2026-10-22", "2026-10-23"),
        ("UNTIL   fri", "2026-10-22", "2026-10-23"),
        ("until thursday", "2026-10-22", "2026-10-29"),
        ("till 30 October", "2026-10-22", "2026-10-30"),
        ("..friday", "2026-10-22", "2026-10-23"),
        ("2026-10-26..2026-10-30", "2026-10-26", "2026-10-30"),
        ("2026-10-26 - 2026-10-30", "2026-10-26", "2026-10-30"),
        ("26 Oct..30 Oct", "2026-10-26", "2026-10-30"),
        ("26 Oct … 30 Oct", "2026-10-26", "2026-10-30"),
        ("26–30 Oct", "2026-10-26", "2026-10-30"),
        ("26-30 oct", "2026-10-26", "2026-10-30"),
        ("Oct 26 to Oct 30", "2026-10-26", "2026-10-30"),
        ("from 26th October until Friday", "2026-10-26", "2026-10-30"),
        ("20 Dec..3 Jan", "2026-12-20", "2027-01-03"),
        ("20 Dec..3 Jan 2028", "2026-12-20", "2028-01-03"),
        ("May 3rd, 2027", "2027-05-03", "2027-05-03"),
        ("thu", "2026-10-22", "2026-10-22"),
        ("Wednesday", "2026-10-28", "2026-10-28"),
        ("mon-fri", "2026-10-26", "2026-10-30"),
        ("for 3 days", "2026-10-22", "2026-10-24"),
        ("2 weeks", "2026-10-22", "2026-11-04"),
        ("next week", "2026-10-26", "2026-11-01"),
        ("this week", "2026-10-22", "2026-10-25"),
        ("21 Oct", "2026-10-21", "2026-10-21"),
        ("3 Jan", "2027-01-03", "2027-01-03"),
        ("29 feb", "2028-02-29", "2028-02-29"),
    ],
)
def test_dates_are_understood_as_people_write_them(typed: str, first: str, last: str) -> None:
    found = parse(typed, THURSDAY)
    assert (str(found.first), str(found.last), found.note) == (first, last, "")


def test_words_after_a_colon_are_the_note() -> None:
    found = parse("until Friday: ICML: Poster", THURSDAY)
    assert found == AwayDates(first=THURSDAY, last=date(2026, 10, 23), note="ICML: Poster")


@pytest.mark.parametrize(
    "typed",
    ["", ":", "until", "26/10", "10/26/2026", "31 Feb", "soon", "until next friday", "0 days", "to",
     "1 Oct..2 Oct..3 Oct", "may-june", "99 Oct", "..", "<script>", "2026-13-01", "x" * 3000],
)  # fmt: skip
def test_other_words_get_an_example(typed: str) -> None:
    with pytest.raises(InvalidInput, match=r"until Friday.*2026-10-26\.\.2026-10-30"):
        parse(typed, THURSDAY)


@pytest.mark.parametrize(
    ("typed", "split"),
    [
        ("until friday", ("", "until friday")),
        ("<@U123> until friday", ("U123", "until friday")),
        ("until friday <@W12AB|ben>", ("W12AB", "until friday")),
        ("<@U123|a b>", ("U123", "")),
        ("@ben tomorrow", ("", "@ben tomorrow")),
    ],
)
def test_a_mention_stands_before_or_after_the_dates(typed: str, split: tuple[str, str]) -> None:
    assert split_mention(typed) == split


@pytest.mark.parametrize(
    ("typed", "zone"),
    [("Europe/Berlin", "Europe/Berlin"), (" europe/BERLIN ", "Europe/Berlin"), ("utc", "UTC"),
     ("Berlin", "Europe/Berlin"), ("new  york", "America/New_York"), ("CET", "CET")],
)  # fmt: skip
def test_a_zone_goes_by_its_name_or_its_city(typed: str, zone: str) -> None:
    assert zone_named(typed) == zone


@pytest.mark.parametrize(
    ("typed", "reason"),
    [("Istanbul", "Asia/Istanbul or Europe/Istanbul"), ("Munich", "I don't know"), ("", "I don't")],
)
def test_a_zone_that_could_be_any_is_asked_back(typed: str, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        zone_named(typed)
