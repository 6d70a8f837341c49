"""What people type: numbers of rules, lengths of time, mute times."""

from datetime import UTC, datetime, time, timedelta

import pytest

from bot.domain.alerts import mute_text
from bot.domain.alerts.silences import MuteTime
from bot.domain.alerts.spans import leading_length, leading_span
from bot.errors import InvalidInput
from handlers.alerts import typed

ZONE = "Europe/Berlin"


@pytest.mark.parametrize("text", ["A-12", "a12", " a - 12 ", "12", "*A-12*", "`a–12`.", "(A-12)"])
def test_a_rules_number_is_understood_however_it_is_typed_or_pasted(text: str) -> None:
    assert typed.is_number(text)
    assert typed.number(text) == 12


@pytest.mark.parametrize("text", ["", "A-", "B-12", "A-1 now", "twelve", "1234567890"])
def test_anything_else_is_no_number_and_the_refusal_says_what_is(text: str) -> None:
    assert not typed.is_number(text)
    with pytest.raises(InvalidInput, match="/alert test A-1"):
        typed.number(text, "test")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A-3 4h we retrain", (3, "4h we retrain")),
        ("a3", (3, "")),
        ("*A-3*: 2 days", (3, "2 days")),
        ("4h because", (0, "4h because")),
        ("a3b 4h", (0, "a3b 4h")),
    ],
)
def test_a_silence_begins_with_a_rule(text: str, expected: tuple[int, str]) -> None:
    assert typed.leading_number(text) == expected


@pytest.mark.parametrize(
    ("text", "length", "rest"),
    [
        ("4h we retrain", timedelta(hours=4), "we retrain"),
        ("2 days, new data", timedelta(days=2), "new data"),
        ("30MIN", timedelta(minutes=30), ""),
        ("1w because", timedelta(weeks=1), "because"),
        ("4 horses", None, "4 horses"),
        ("", None, ""),
    ],
)
def test_a_length_of_time_comes_first(text: str, length: timedelta | None, rest: str) -> None:
    assert leading_span(text) == (length, rest)


def test_tomorrow_lasts_until_nine_of_the_persons_next_day() -> None:
    now = datetime(2026, 11, 22, 20, tzinfo=UTC)
    assert leading_length("tomorrow, we retrain", "Asia/Tokyo", now) == (
        timedelta(hours=28),
        "we retrain",
    )
    assert leading_length("tomorrow", "UTC", now) == (timedelta(hours=13), "")
    assert leading_length("4h why", "UTC", now) == (timedelta(hours=4), "why")


@pytest.mark.parametrize(
    ("text", "days", "start", "end"),
    [
        ("Mon-Fri 20:00-08:00", {1, 2, 3, 4, 5}, time(20), time(8)),
        ("weekend 00:00-24:00", {6, 7}, time(0), time(0)),
        ("fri – mon 18.30 – 7:00", {5, 6, 7, 1}, time(18, 30), time(7)),
        ("Mondays, wed and Saturday 12:00 to 13:00", {1, 3, 6}, time(12), time(13)),
        ("22:00-06:00", {1, 2, 3, 4, 5, 6, 7}, time(22), time(6)),
    ],
)
def test_mute_times_are_read_and_written_back(
    text: str, days: set[int], start: time, end: time
) -> None:
    [mute] = mute_text.parse(text, ZONE)
    assert mute == MuteTime(weekdays=frozenset(days), start=start, end=end, zone=ZONE)
    assert mute_text.parse(mute_text.written([mute]), ZONE) == (mute,)


@pytest.mark.parametrize(
    "text", ["at night", "Mon 25:00-26:00", "Moonday 20:00-22:00", "20:00", "Mon-Fri 20:60-8:00"]
)
def test_what_is_no_mute_time_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InvalidInput, match=r"20:00|Mon"):
        mute_text.parse(text, ZONE)


def test_more_than_ten_mute_times_are_refused() -> None:
    with pytest.raises(InvalidInput, match="at most 10"):
        mute_text.parse("\n".join(["Mon 08:00-09:00"] * 11), ZONE)
