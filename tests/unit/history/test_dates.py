"""Past dates as people type them."""

from datetime import date

import pytest

from bot.domain.dates import past_date
from bot.errors import InvalidInput

TODAY = date(2026, 10, 28)  # A Wednesday.


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("today", date(2026, 10, 28)),
        ("Yesterday", date(2026, 10, 27)),
        ("2026-10-26", date(2026, 10, 26)),
        ("26 Oct", date(2026, 10, 26)),
        ("26 october", date(2026, 10, 26)),
        ("26. Oct", date(2026, 10, 26)),
        ("26Oct", date(2026, 10, 26)),
        ("Oct  26", date(2026, 10, 26)),
        ("oct 26th", date(2026, 10, 26)),
        ("1st sept", date(2026, 9, 1)),
        ("October 26, 2025", date(2025, 10, 26)),
        ("26 Oct 2025", date(2025, 10, 26)),
        ("monday", date(2026, 10, 26)),
        ("MON", date(2026, 10, 26)),
        ("wednesday", date(2026, 10, 28)),
        ("thursday", date(2026, 10, 22)),
        ("28 Oct", date(2026, 10, 28)),
        ("29 Oct", date(2025, 10, 29)),
        ("3 Dec", date(2025, 12, 3)),
        ("29 Feb", date(2024, 2, 29)),
        ("Mon 26 Oct", date(2026, 10, 26)),
        ("Monday, the 26th of October", date(2026, 10, 26)),
        ("Tue 1 Sep", date(2026, 9, 1)),
        ("Mon 2026-10-26", date(2026, 10, 26)),
        ("26.10.2026", date(2026, 10, 26)),
        ("2026/10/26", date(2026, 10, 26)),
        ("the 26th", date(2026, 10, 26)),
        ("the 31st", date(2026, 8, 31)),
    ],
)
def test_a_date_is_the_latest_one_that_the_words_fit(typed: str, meant: date) -> None:
    assert past_date(typed, TODAY) == meant


@pytest.mark.parametrize(
    "typed",
    ["", "soon", "31 Feb", "2026-02-31", "26", "26 Foo", "mo", "2026-13-01", "oct", "0 Oct"],
)
def test_other_words_get_an_example(typed: str) -> None:
    with pytest.raises(InvalidInput, match="26 Oct, monday, yesterday or 2026-10-26"):
        past_date(typed, TODAY)


@pytest.mark.parametrize("typed", ["26/10/2026", "10/26", "Mon 26/10/2026"])
def test_slashes_can_be_read_in_two_ways(typed: str) -> None:
    with pytest.raises(InvalidInput, match="in two ways, the day first or the month"):
        past_date(typed, TODAY)


def test_a_weekday_that_does_not_fit_is_told() -> None:
    with pytest.raises(InvalidInput, match="2026-10-26 is a Monday, not a Tuesday"):
        past_date("Tue 26 Oct", TODAY)


@pytest.mark.parametrize("typed", ["2026-10-29", "1 Nov 2026"])
def test_a_date_to_come_is_told_as_such(typed: str) -> None:
    with pytest.raises(InvalidInput, match="still to come"):
        past_date(typed, TODAY)
