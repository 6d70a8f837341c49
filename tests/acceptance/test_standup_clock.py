"""Each person is asked once per local date at their own 09:00, whatever the clocks do."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.acceptance.harness import (
    ANANYA,
    BEATRIZ,
    CHURN,
    LENA,
    MARCUS,
    PEOPLE,
    YUKI,
    World,
    latest,
    start_standup,
)
from tests.standins.slack import Json, Person, text_of

EVERY_DAY = ["1", "2", "3", "4", "5", "6", "7"]


def asked_at(world: World, user_id: str, zone: str = "") -> list[datetime]:
    """When this person was asked, in their own time."""
    local = ZoneInfo(zone or PEOPLE[user_id][1])
    return [posted_at(m).astimezone(local) for m in world.slack.messages(user_id) if is_prompt(m)]


def reminded_at(world: World, user_id: str) -> list[datetime]:
    """When this person was reminded, in their own time."""
    local = ZoneInfo(PEOPLE[user_id][1])
    reminders = [m for m in world.slack.messages(user_id) if "still missing" in m["text"]]
    return [posted_at(m).astimezone(local) for m in reminders]


async def newcomer(world: World, user_id: str, zone: str) -> Person:
    """Somebody else who is in the channel."""
    user = world.slack.add_user(user_id, user_id.removeprefix("U0").title(), tz=zone)
    world.slack.ws.channels[CHURN].members.append(user_id)
    payload = user.payload(world.clock(), with_email=True)
    await world.slack.deliver_event({"type": "user_change", "user": payload})
    return world.slack.person(user_id)


def is_prompt(message: Json) -> bool:
    return bool(message["text"] == "Churn daily: your report, please")


def dates(first: str, days: int) -> list[date]:
    start = date.fromisoformat(first)
    return [start + timedelta(days=n) for n in range(days)]


def posted_at(message: Json) -> datetime:
    return datetime.fromtimestamp(int(float(message["ts"])), tz=UTC)


def at(times: list[datetime]) -> set[str]:
    return {f"{t:%H:%M}" for t in times}


async def test_at_each_local_nine_exactly_one_direct_message_comes(world: World) -> None:
    await start_standup(world.lena, reminders="0")
    expected = {
        "2026-10-19T00:00Z": YUKI,
        "2026-10-19T03:30Z": ANANYA,
        "2026-10-19T07:00Z": LENA,
        "2026-10-19T12:00Z": BEATRIZ,
        "2026-10-19T13:00Z": MARCUS,
    }
    for when, user_id in expected.items():
        before = {u: len(world.slack.messages(u)) for u in PEOPLE}
        world.clock.move_to(datetime.fromisoformat(when) - timedelta(seconds=1))
        await world.tick()
        assert {u: len(world.slack.messages(u)) for u in PEOPLE} == before
        world.clock.advance(seconds=1)
        await world.tick()
        await world.tick()
        after = {u: len(world.slack.messages(u)) for u in PEOPLE}
        assert after == before | {user_id: 1}


async def test_over_the_weeks_in_which_clocks_change_nobody_is_missed_or_asked_twice(
    world: World,
) -> None:
    await start_standup(world.lena, weekdays=EVERY_DAY)
    await world.live_until("2026-11-03T23:00Z")
    for user_id in PEOPLE:
        for times, hour in (
            (asked_at(world, user_id), "09:00"),
            (reminded_at(world, user_id), "12:00"),
        ):
            assert at(times) == {hour}
            assert [t.date() for t in times] == dates("2026-10-19", 16)


@pytest.mark.parametrize(
    ("neighbour", "first"),
    [(LENA, "2026-10-24"), (MARCUS, "2026-10-31")],
    ids=["Berlin", "New York"],
)
async def test_where_clocks_change_a_day_closes_at_the_same_time_on_the_wall(
    world: World, neighbour: str, first: str
) -> None:
    zone = ZoneInfo(PEOPLE[neighbour][1])
    nora = await newcomer(world, "U0NORA", zone.key)
    world.clock.move_to(f"{date.fromisoformat(first) - timedelta(days=1)}T20:00Z")
    await start_standup(world.lena, participants=[neighbour, nora.id], weekdays=EVERY_DAY)
    for day in dates(first, 3):
        await world.live_until(datetime.combine(day, time(9), zone).isoformat())
        await nora.command("/standup", channel=CHURN)
        assert await nora.submit(nora.modal, answer_0="Moved") is None
    await world.live_until(f"{dates(first, 4)[-1]}T04:00Z")
    cards = [m for m in world.slack.messages(CHURN) if "1 of 2" in text_of(m)]
    closed = [posted_at(m).astimezone(zone) for m in cards]
    assert at(closed) == {"13:00"}
    assert [t.date() for t in closed] == dates(first, 3)


async def test_weekends_are_left_out(world: World) -> None:
    await start_standup(world.lena)
    await world.live_until("2026-10-27T23:00Z")
    assert [t.isoweekday() for t in asked_at(world, LENA)] == [1, 2, 3, 4, 5, 1, 2]


async def test_a_time_at_night_is_moved_into_each_persons_hours(world: World) -> None:
    await start_standup(world.lena, wall_time="02:30", participants=[LENA, YUKI])
    await start_standup(world.lena, wall_time="22:00", participants=[MARCUS])
    await world.live_until("2026-10-20T00:00Z")
    assert at(asked_at(world, LENA)) == at(asked_at(world, YUKI)) == {"08:00"}
    assert at(asked_at(world, MARCUS)) == {"17:00"}


async def test_a_time_in_the_spring_gap_comes_at_its_end_and_in_the_autumn_fold_once(
    world: World,
) -> None:
    await world.lena.command("/meridian", "me", channel=CHURN)
    assert await world.lena.submit(world.lena.modal, start="00:00", end="08:00") is None
    await start_standup(world.lena, wall_time="02:30", weekdays=EVERY_DAY, participants=[LENA])
    await world.live_until("2026-10-26T12:00Z")
    fold = [t for t in asked_at(world, LENA) if t.date() == date(2026, 10, 25)]
    assert [t.astimezone(UTC).hour for t in fold] == [0]
    world.clock.move_to("2027-03-27T12:00Z")
    await world.tick()
    await world.live_until("2027-03-29T12:00Z")
    gap = [t for t in asked_at(world, LENA) if t.date() == date(2027, 3, 28)]
    assert [f"{t:%H:%M}" for t in gap] == ["03:00"]


async def test_a_member_who_moves_is_asked_at_their_new_nine(world: World) -> None:
    await start_standup(world.lena, participants=[YUKI], weekdays=EVERY_DAY)
    await world.live_until("2026-10-19T00:00Z")
    world.yuki.user.tz = "America/New_York"
    payload = world.yuki.user.payload(world.clock(), with_email=True)
    await world.slack.deliver_event({"type": "user_change", "user": payload})
    await world.live_until("2026-10-22T00:00Z")
    new_york = ZoneInfo("America/New_York")
    first, *later = asked_at(world, YUKI)
    assert first.date() == date(2026, 10, 19)
    # Monday's question was asked in Tokyo; Monday in New York isn't asked again.
    moved = [t.astimezone(new_york) for t in later]
    assert [t.date() for t in moved] == dates("2026-10-20", 2)
    assert at(moved) == {"09:00"}


async def test_an_hour_that_is_moved_later_does_not_ask_twice_on_that_date(world: World) -> None:
    await start_standup(world.lena, participants=[LENA], weekdays=EVERY_DAY)
    await world.live_until("2026-10-19T07:00Z")
    await world.lena.command("/standup", "edit", channel=CHURN)
    assert await world.lena.submit(world.lena.modal, wall_time="11:00") is None
    await world.live_until("2026-10-20T12:00Z")
    assert [f"{t:%d %H:%M}" for t in asked_at(world, LENA)] == ["19 09:00", "20 11:00"]


async def test_after_an_outage_the_latest_is_asked_if_it_still_makes_sense(world: World) -> None:
    await start_standup(world.lena, participants=[LENA, YUKI], weekdays=EVERY_DAY)
    world.clock.move_to("2026-10-21T08:30Z")
    await world.tick()
    assert [f"{t:%d %H:%M}" for t in asked_at(world, LENA)] == ["21 10:30"]
    assert "Wed 21 Oct" in text_of(latest(world.slack.messages(LENA)))
    assert asked_at(world, YUKI) == []


async def test_who_is_added_later_is_asked_from_then_on(world: World) -> None:
    await start_standup(world.lena, participants=[LENA], weekdays=EVERY_DAY)
    await world.live_until("2026-10-20T12:00Z")
    await world.lena.command("/standup", "edit", channel=CHURN)
    assert await world.lena.submit(world.lena.modal, participants=[YUKI]) is None
    await world.live_until("2026-10-21T12:00Z")
    assert [t.day for t in asked_at(world, YUKI)] == [21]
    assert [t.day for t in asked_at(world, LENA)] == [19, 20]
