"""`/standup rotation`: who is there, who passes a week on, and what the wrap-up says."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.domain.absence import Away
from bot.domain.delivery import Delivery
from bot.domain.person import Choices
from bot.errors import InvalidInput, NotPermitted
from bot.services import rotation, standup_posts
from storage.unit_of_work import SqlUnitOfWork
from tests.unit.history.builders import NOW, TEAM, a_standup, buttons_of, text_of
from tests.unit.history.conftest import Desk

WED = date(2026, 11, 18)
MON = WED - timedelta(days=2)
STANDUP = a_standup(call_weekday=3)


@pytest.fixture(autouse=True)
def _a_standup(desk: Desk) -> None:
    desk.do(lambda uow: uow.standups.add(STANDUP))


def order(desk: Desk) -> list[str]:
    """Who facilitates in the coming five weeks."""
    return [call.user_id for call in desk.do(rotation.calls, STANDUP, WED)]


def away(desk: Desk, user: str, first: date, last: date) -> None:
    absence = Away(
        id=f"{user}{first}", workspace="T1", user_id=user, first=first, last=last, set_by=user
    )
    desk.do(lambda uow: uow.absences.add(absence))


def test_everybody_comes_once_in_four_weeks_on_the_day_of_the_call(desk: Desk) -> None:
    calls = desk.do(rotation.calls, STANDUP, WED)
    assert [call.day for call in calls] == [WED + timedelta(weeks=n) for n in range(5)]
    assert {call.user_id for call in calls[:4]} == set(TEAM)
    assert calls[0].user_id == calls[4].user_id
    assert desk.do(rotation.calls, STANDUP, WED + timedelta(days=1))[0] == calls[1]


def test_who_is_away_or_on_holiday_is_passed_over(desk: Desk) -> None:
    first, second = order(desk)[:2]
    away(desk, first, WED, WED)
    stand_in = order(desk)[0]
    assert stand_in not in (first, second)
    next_week = WED + timedelta(weeks=1)

    def holiday(uow: SqlUnitOfWork) -> None:
        uow.people.choose("T1", second, Choices(country="DE", region="BE"))
        uow.absences.save_holidays("DE", "BE", 2026, {next_week: "Day of Rest"})

    desk.do(holiday)
    assert order(desk)[1] != second


def test_on_a_team_day_there_is_no_call(desk: Desk) -> None:
    free = replace(STANDUP, plan=replace(STANDUP.plan, days_off=(WED,)))
    assert desk.do(rotation.calls, free, WED)[0].user_id == ""
    assert desk.do(rotation.line, free, MON) == ""


def test_who_was_deactivated_has_no_week(desk: Desk) -> None:
    gone = replace(TEAM[order(desk)[0]], deleted=True)
    desk.do(lambda uow: uow.people.save([gone]))
    assert gone.user_id not in order(desk)


def test_the_first_wrap_up_of_the_week_says_who_facilitates(desk: Desk) -> None:
    name = TEAM[order(desk)[0]].name
    assert desk.do(rotation.line, STANDUP, MON) == f"Wednesday's call: {name} facilitates"
    assert desk.do(rotation.line, STANDUP, WED) == ""
    assert desk.do(rotation.line, a_standup(), MON) == ""


async def test_the_coming_five_weeks_are_shown(desk: Desk) -> None:
    first = order(desk)[0]
    other = next(user for user in TEAM if user != first)
    message = await desk.types("rotation", first)
    shown = text_of(message)
    assert f"Wed 18 Nov  {TEAM[first].name}" in shown
    assert "Wed 16 Dec" in shown
    assert list(buttons_of(message)) == ["Not me this week", "Not me on Wed 16 Dec"]
    assert "Not me this week" not in buttons_of(await desk.types("rotation", other))


async def test_a_week_is_passed_on_and_taken_back(desk: Desk) -> None:
    before = order(desk)
    message = await desk.types("rotation", before[0])
    passed = await desk.click(buttons_of(message)["Not me this week"], before[0])
    after = order(desk)
    assert after[0] not in (before[0], before[1])
    assert after[1:] == before[1:]
    assert f"Wed 18 Nov  {TEAM[after[0]].name}" in text_of(passed)
    back = await desk.click(buttons_of(passed)["I can on Wed 18 Nov after all"], before[0])
    assert order(desk) == before
    assert "Not me this week" in buttons_of(back)


async def test_the_wrap_up_that_names_the_facilitator_follows(desk: Desk) -> None:
    first = order(desk)[0]
    button = buttons_of(await desk.types("rotation", first))["Not me this week"]
    announced = Delivery(
        id=standup_posts.thread_id("s1", MON),
        workspace="T1",
        channel="C1",
        card="standup.wrap_up",
        subject={},
        ready_at=NOW,
    )
    desk.do(lambda uow: uow.deliveries.add(announced))
    await desk.click(button, first)
    assert desk.do(lambda uow: uow.deliveries.pending_edit(announced.id))


async def test_only_whose_week_it_is_passes_it_on(desk: Desk) -> None:
    first, second = order(desk)[:2]
    button = buttons_of(await desk.types("rotation", first))["Not me this week"]
    with pytest.raises(NotPermitted, match=TEAM[first].name):
        await desk.click(button, second)
    with pytest.raises(InvalidInput, match="is over"):
        await desk.click(button, first, now=NOW + timedelta(days=2))
    with pytest.raises(InvalidInput, match="no weekly call"):
        await desk.click({**button, "value": "gone|46"}, first)


async def test_the_last_one_there_keeps_the_week(desk: Desk) -> None:
    first = order(desk)[0]
    for user in TEAM:
        if user != first:
            away(desk, user, WED, WED)
    button = buttons_of(await desk.types("rotation", first))["Not me this week"]
    with pytest.raises(InvalidInput, match="Nobody else is there on Wed 18 Nov"):
        await desk.click(button, first)
    assert order(desk)[0] == first


async def test_without_a_call_there_is_no_rotation(desk: Desk) -> None:
    desk.do(lambda uow: uow.standups.add(a_standup("s2", "C2")))
    assert (
        "No stand-up here has a weekly call" in (await desk.types("rotation", "ULENA", "C2")).text
    )
