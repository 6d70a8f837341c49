"""The weekly digest of a channel: when it comes, what is in it, and what isn't."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest

from bot.domain.decisions.consent import Stance
from bot.domain.decisions.record import DecisionBody, DecisionRecord, DecisionStatus, NewDecision
from bot.domain.decisions.weekly import Scope, WeeklyChoice
from bot.domain.schedule import Outcome
from bot.services import ticks
from bot.services.decisions import life, weekly
from tests.unit.decisions.rounds import LENA, MARCUS, YUKI, Office, office
from tests.unit.desk import at

__all__ = ["office"]

FRIDAY = at("2026-10-23T12:00")
# Berlin's clocks go back on Sunday 25 October.
MONDAY_SUMMER, MONDAY_WINTER = at("2026-10-19T07:00"), at("2026-10-26T08:00")
WEEK = timedelta(days=7)
BERLIN = WeeklyChoice(zone="Europe/Berlin")


def weekly_in(office: Office, channel: str = "C1", now: datetime = FRIDAY, **how: Any) -> None:
    """Turn it on, or change it."""
    known = office.do(weekly.settings, "T1", channel, LENA)
    choice = WeeklyChoice(**{**vars(BERLIN), **how})
    values: dict[str, Any] = {"seen_version": known.version, "author": LENA, "now": now}
    office.do(weekly.save, "T1", channel, choice, **values)


def logged(
    office: Office,
    title: str,
    now: datetime = FRIDAY,
    status: DecisionStatus = DecisionStatus.ACCEPTED,
    channel: str = "C1",
    supersedes: int | None = None,
    **body: Any,
) -> DecisionRecord:
    """A decision of Lena's."""
    wish = NewDecision(
        workspace="T1",
        channel=channel,
        author=LENA,
        body=DecisionBody(title=title, outcome="It wins.", **body),
        status=status,
        supersedes=supersedes,
    )
    return office.do(life.log, wish, now)


def comes(office: Office, now: datetime, channel: str = "C1") -> str:
    """What the channel reads at a tick, empty if there is nothing."""
    while office.do(ticks.tick, now):
        pass
    office.send(now)
    new = [
        each
        for each in office.posted(channel)
        if each.card == weekly.CARD and each.first_sent_at == now
    ]
    assert len(new) < 2
    shown = office.shown(new[0], now) if new else None
    return shown.text + str(shown.blocks) if shown else ""


def test_it_comes_at_nine_on_monday_before_and_after_the_clocks_change(office: Office) -> None:
    weekly_in(office, now=MONDAY_SUMMER - timedelta(days=1))
    logged(office, "First", now=MONDAY_SUMMER - timedelta(hours=1))
    assert comes(office, MONDAY_SUMMER - timedelta(seconds=1)) == ""
    assert "First" in comes(office, MONDAY_SUMMER)
    logged(office, "Second")
    assert comes(office, MONDAY_WINTER - timedelta(seconds=1)) == ""
    said = comes(office, MONDAY_WINTER)
    assert "Second" in said
    assert "First" not in said
    assert comes(office, MONDAY_WINTER + timedelta(minutes=5)) == ""


@pytest.mark.parametrize(
    ("zone", "weekday", "wall_time", "before", "runs"),
    [
        # At half past two the clocks go forward to three: the first instant after the gap.
        ("Europe/Berlin", 7, time(2, 30), "2026-03-28T12:00", "2026-03-29T01:00"),
        # Half past two comes twice: the first of them.
        ("Europe/Berlin", 7, time(2, 30), "2026-10-24T12:00", "2026-10-25T00:30"),
        # Monday's midnight doesn't exist in this zone: the day still has its turn.
        ("America/Santiago", 7, time(0), "2026-09-05T12:00", "2026-09-06T04:00"),
    ],
)
def test_gap_and_fold_have_one_turn_each(
    office: Office, zone: str, weekday: int, wall_time: time, before: str, runs: str
) -> None:
    weekly_in(office, now=at(before), zone=zone, weekday=weekday, wall_time=wall_time)
    logged(office, "Kept", now=at(before))
    end = at(before) + WEEK - timedelta(hours=13)
    ran = [r for r in office.do(ticks.upcoming, at(before), end) if "weekly" in r.schedule.id]
    assert [r.occurrence.run_at for r in ran] == [at(runs)]
    assert "Kept" in comes(office, at(runs))
    assert comes(office, at(runs) + timedelta(hours=1)) == ""


def test_nothing_to_say_is_not_said_and_an_old_one_is_skipped(office: Office) -> None:
    weekly_in(office)
    assert comes(office, MONDAY_WINTER) == ""
    logged(office, "Late", now=MONDAY_WINTER)
    late = MONDAY_WINTER + WEEK + timedelta(hours=25)
    ran = office.do(ticks.tick, late)
    assert [r.outcome for r in ran] == [Outcome.SKIPPED]
    assert comes(office, late) == ""
    assert "Late" in comes(office, MONDAY_WINTER + 2 * WEEK), "the next one tells it"


def test_turned_off_it_says_nothing_and_later_no_old_news(office: Office) -> None:
    weekly_in(office)
    office.do(weekly.turn_off, "T1", "C1", author=LENA, now=FRIDAY)
    logged(office, "Unheard")
    assert comes(office, MONDAY_WINTER) == ""
    weekly_in(office, now=MONDAY_WINTER + 2 * WEEK)
    logged(office, "Heard", now=MONDAY_WINTER + 2 * WEEK)
    said = comes(office, MONDAY_WINTER + 3 * WEEK)
    assert "Heard" in said
    assert "Unheard" not in said


def test_what_was_replaced_is_told_once_by_what_replaced_it(office: Office) -> None:
    logged(office, "Old rule", now=FRIDAY - 2 * WEEK)
    weekly_in(office)
    logged(office, "New rule", supersedes=1)
    office.do(life.move, "T1", 2, DecisionStatus.DEPRECATED, LENA, FRIDAY + timedelta(hours=1))
    said = comes(office, MONDAY_WINTER)
    assert "Old rule" not in said
    assert "New rule · deprecated" in said
    assert " by Lena" in said


def test_it_says_whom_an_open_one_waits_for_and_how_long(office: Office) -> None:
    weekly_in(office)
    office.away(YUKI, "2026-10-26", "2026-10-29", FRIDAY)
    office.propose((LENA, YUKI, MARCUS), hours=20, now=FRIDAY)
    office.say(MARCUS, Stance.OBJECT, at("2026-10-23T14:00"), "costs twice as much")
    said = comes(office, MONDAY_WINTER)
    assert "waits for " in said
    assert "Yuki" in said
    assert "(away until Thu 29 Oct)" in said
    assert "Marcus objects" in said
    assert "Lena" not in said
    assert "'type': 'user'" not in said, "nobody is mentioned"


def test_hours_left_are_those_of_the_person(office: Office) -> None:
    weekly_in(office)
    # Marcus works from eight to eighteen: six hours of Friday and four of Monday.
    office.propose((LENA, MARCUS), hours=10, now=at("2026-10-23T16:00"))
    office.live_until(MONDAY_WINTER - timedelta(seconds=1))
    said = comes(office, MONDAY_WINTER)
    assert "4 of their hours left → until " in said


def test_reviews_that_wait_and_dates_that_come_are_due(office: Office) -> None:
    weekly_in(office)
    soon, later = MONDAY_WINTER.date() + WEEK, MONDAY_WINTER.date() + WEEK + timedelta(days=1)
    logged(office, "Soon", now=FRIDAY - 3 * WEEK, review_on=soon)
    logged(office, "Not yet", now=FRIDAY - 3 * WEEK, review_on=later)
    passed = (FRIDAY - timedelta(days=1)).date()
    logged(office, "Passed", now=FRIDAY - 3 * WEEK, review_on=passed)
    office.live_until(MONDAY_WINTER - timedelta(seconds=1))
    said = comes(office, MONDAY_WINTER)
    assert "Soon" in said
    assert f"on {soon.day} {soon:%b} {soon.year}" in said
    assert "Not yet" not in said
    assert "Passed" in said
    assert "asked since" in said


def test_other_channels_stay_out_unless_they_are_public(office: Office) -> None:
    weekly_in(office)
    weekly_in(office, channel="C2", scope=Scope.PUBLIC)
    office.do(lambda uow: uow.channels.keep("T1", "C3", public=True, now=MONDAY_WINTER))
    office.do(lambda uow: uow.channels.keep("T1", "CSECRET", public=False, now=MONDAY_WINTER))
    for channel in ("C1", "C2", "C3", "CSECRET", "CUNKNOWN"):
        logged(office, f"Of {channel}", channel=channel)
        logged(office, f"Open {channel}", channel=channel, status=DecisionStatus.PROPOSED)
    one = comes(office, MONDAY_WINTER)
    many = comes(office, MONDAY_WINTER, "C2")
    assert [c for c in ("C1", "C2", "C3", "CSECRET", "CUNKNOWN") if f"Of {c}" in one] == ["C1"]
    for word in ("Of", "Open"):
        assert f"{word} C2" in many
        assert f"{word} C3" in many
        assert f"{word} C1" not in many
        assert f"{word} CSECRET" not in many
        assert f"{word} CUNKNOWN" not in many


def test_what_changed_until_it_is_sent_is_in_it(office: Office) -> None:
    weekly_in(office)
    logged(office, "Open one", status=DecisionStatus.PROPOSED)
    while office.do(ticks.tick, MONDAY_WINTER):
        pass
    office.do(life.move, "T1", 1, DecisionStatus.REJECTED, LENA, MONDAY_WINTER)
    [delivery] = [each for each in office.waiting() if each.card == weekly.CARD]
    assert office.shown(delivery, MONDAY_WINTER) is None, "nothing of it is open or was made then"
    assert "Open one · rejected" in comes(office, MONDAY_WINTER + WEEK)
