"""A cohort's day: when it is over, and which messages tell it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.domain.delivery import Delivery
from bot.domain.links import Links
from bot.domain.standup import PostMode, Standup
from bot.domain.turn import Cohort
from bot.services import reports, standup_posts, turns
from bot.workflows.cards import render
from bot.workflows.standup_cards import CARDS
from tests.unit.desk import at
from tests.unit.standups.conftest import PLAN, Desk

TUE = date(2026, 11, 3)
FOUR = replace(PLAN, participants=("ULENA", "UYUKI", "UANANYA", "UMARCUS"))
SECOND = timedelta(seconds=1)


@pytest.fixture
def standup(desk: Desk) -> Standup:
    """Two in Asia (09:00 at 00:00 and 03:30 UTC), one in Europe (08:00), one in America (14:00)."""
    return desk.start(at("2026-11-02T20:00"), FOUR)


def cards(desk: Desk) -> list[str]:
    return [name.split(":")[-1] for name in desk.wished("C1", "standup.wrap_up")]


def entries(desk: Desk) -> list[str]:
    return [name.split(":")[-1] for name in desk.wished("C1", "standup.report")]


def delivery(desk: Desk, delivery_id: str) -> Delivery:
    found = desk.do(lambda uow: uow.deliveries.get(delivery_id))
    assert found is not None
    return found


def test_a_cohort_is_wrapped_up_as_soon_as_its_last_one_has_answered(
    desk: Desk, standup: Standup
) -> None:
    desk.live(at("2026-11-02T20:00"), at("2026-11-03T03:30"))
    desk.report(standup, TUE, at("2026-11-03T00:10"), user="UYUKI")
    desk.tick(at("2026-11-03T00:10"))
    assert cards(desk) == []  # Ananya is still to come, or to answer.
    desk.report(standup, TUE, at("2026-11-03T03:40"), user="UANANYA")
    desk.tick(at("2026-11-03T03:40") + SECOND)
    assert cards(desk) == ["2026-11-03"]
    assert entries(desk) == ["UYUKI", "UANANYA"]


def test_a_cohort_waits_for_those_whose_hour_has_not_come(desk: Desk, standup: Standup) -> None:
    desk.tick(at("2026-11-03T00:00"))
    desk.report(standup, TUE, at("2026-11-03T00:10"), user="UYUKI")
    desk.live(at("2026-11-03T00:10"), at("2026-11-03T03:29"))
    assert cards(desk) == []


def test_it_closes_at_the_last_ones_deadline_and_names_who_is_missing(
    desk: Desk, standup: Standup
) -> None:
    desk.live(at("2026-11-02T20:00"), at("2026-11-03T03:30"))
    desk.report(standup, TUE, at("2026-11-03T00:10"), user="UYUKI")
    desk.live(at("2026-11-03T03:30"), at("2026-11-03T07:29"))
    assert cards(desk) == []
    desk.live(at("2026-11-03T07:29"), at("2026-11-03T07:30"))
    assert cards(desk) == ["2026-11-03"]
    part = desk.do(turns.day, standup, TUE).of(Cohort.ASIA)
    assert [t.user_id for t in part.missing(at("2026-11-03T07:30"))] == ["UANANYA"]


def test_each_cohort_has_its_own_card_and_all_reports_stand_in_one_thread(
    desk: Desk, standup: Standup
) -> None:
    for user, now in (
        ("UYUKI", "2026-11-03T00:10"), ("UANANYA", "2026-11-03T03:40"),
        ("ULENA", "2026-11-03T08:10"), ("UMARCUS", "2026-11-03T14:10"),
    ):  # fmt: skip
        desk.live(at("2026-11-02T20:00"), at(now))
        desk.report(standup, TUE, at(now), user=user)
    desk.live(at("2026-11-03T14:10"), at("2026-11-03T14:20"))
    assert cards(desk) == ["2026-11-03", "EUROPE", "AMERICAS"]
    assert entries(desk) == ["UYUKI", "UANANYA", "ULENA", "UMARCUS"]
    thread = standup_posts.thread_id(standup.id, TUE)
    for name in desk.wished("C1", "standup.report"):
        assert delivery(desk, name).thread_of == thread


def test_nothing_is_posted_where_nobody_reported(desk: Desk, standup: Standup) -> None:
    desk.live(at("2026-11-02T20:00"), at("2026-11-04T00:00") - SECOND)
    assert cards(desk) == []
    assert desk.do(lambda uow: uow.timers.due(at("2026-11-04T00:00") - SECOND, 10)) == []


def test_a_day_that_ends_in_silence_is_not_announced_any_more(desk: Desk, standup: Standup) -> None:
    desk.live(at("2026-11-02T20:00"), at("2026-11-03T03:30"))
    for user, now in (("UYUKI", "2026-11-03T03:35"), ("UANANYA", "2026-11-03T03:40")):
        desk.report(standup, TUE, at(now), user=user)
    desk.live(at("2026-11-03T03:40"), at("2026-11-03T07:00"))
    card = f"day:{standup.id}:{TUE}"
    assert "Europe and Africa closes" in shown(desk, card, "2026-11-03T09:00")
    desk.live(at("2026-11-03T07:00"), at("2026-11-03T12:00"))
    assert desk.do(lambda uow: uow.deliveries.pending_edit(card))
    assert "Europe and Africa closes" not in shown(desk, card, "2026-11-03T12:00")


def shown(desk: Desk, card: str, now: str) -> str:
    message = desk.do(render, CARDS, delivery(desk, card), at(now), Links())
    assert message is not None
    return str(message.blocks)


def test_a_report_after_the_close_opens_or_changes_the_card(desk: Desk, standup: Standup) -> None:
    desk.live(at("2026-11-02T20:00"), at("2026-11-03T12:30"))
    desk.report(standup, TUE, at("2026-11-03T12:40"))
    desk.tick(at("2026-11-03T12:40"))
    assert cards(desk) == ["2026-11-03"]
    (late,) = desk.do(turns.day, standup, TUE).of(Cohort.EUROPE).entries
    assert late.late
    desk.report(standup, TUE, at("2026-11-03T12:50"))
    assert desk.do(lambda uow: uow.deliveries.pending_edit(f"day:{standup.id}:{TUE}"))
    assert len(entries(desk)) == 1


def test_a_skip_can_end_the_day_too(desk: Desk, standup: Standup) -> None:
    desk.live(at("2026-11-02T20:00"), at("2026-11-03T03:30"))
    desk.report(standup, TUE, at("2026-11-03T03:40"), user="UYUKI")
    desk.do(reports.skip, "T1", "UANANYA", standup.id, TUE, at("2026-11-03T03:41"))
    desk.tick(at("2026-11-03T03:41"))
    assert cards(desk) == ["2026-11-03"]


def test_at_once_reports_do_not_wait_and_there_is_one_card_a_day(desk: Desk) -> None:
    standup = desk.start(at("2026-11-02T20:00"), replace(FOUR, post_mode=PostMode.AT_ONCE))
    desk.live(at("2026-11-02T20:00"), at("2026-11-03T00:00"))
    desk.report(standup, TUE, at("2026-11-03T00:10"), user="UYUKI")
    desk.report(standup, TUE, at("2026-11-03T08:10"))
    desk.live(at("2026-11-03T08:10"), at("2026-11-03T20:00"))
    assert desk.wished("C1", "standup.day") == [f"day:{standup.id}:{TUE}"]
    assert entries(desk) == ["UYUKI", "ULENA"]
    assert cards(desk) == []


@pytest.mark.parametrize(("wanted", "times"), [(0, []), (1, ["11:00"]), (2, ["10:00", "11:00"])])
def test_the_missing_are_reminded_within_their_hours(
    desk: Desk, wanted: int, times: list[str]
) -> None:
    desk.start(at("2026-11-02T20:00"), replace(PLAN, reminders=wanted))
    desk.live(at("2026-11-02T20:00"), at("2026-11-04T00:00"))
    found = desk.wished("ULENA", "standup.reminder")
    assert [f"{delivery(desk, name).ready_at:%H:%M}" for name in found] == times


def test_who_has_reported_skipped_or_may_is_not_reminded(desk: Desk) -> None:
    plan = replace(FOUR, optional=("UMARCUS",))
    standup = desk.start(at("2026-11-02T20:00"), plan)
    desk.live(at("2026-11-02T20:00"), at("2026-11-03T00:10"))
    desk.report(standup, TUE, at("2026-11-03T00:10"), user="UYUKI")
    desk.live(at("2026-11-03T00:10"), at("2026-11-03T03:40"))
    desk.do(reports.skip, "T1", "UANANYA", standup.id, TUE, at("2026-11-03T03:41"))
    desk.live(at("2026-11-03T03:41"), at("2026-11-04T00:00") - SECOND)
    for user in ("UYUKI", "UANANYA", "UMARCUS"):
        assert desk.wished(user, "standup.reminder") == []
    assert len(desk.wished("ULENA", "standup.reminder")) == 1
