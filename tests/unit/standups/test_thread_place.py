"""Where a day's thread stays when its stand-up changes under it."""

from dataclasses import replace
from datetime import date

from bot.domain.person import Person
from bot.domain.standup import PostMode
from bot.services import announcements, standups
from tests.unit.desk import at
from tests.unit.standups.conftest import PLAN, Desk

MON = date(2026, 11, 2)


def test_a_report_after_the_channel_was_changed_stands_in_the_thread_of_before(desk: Desk) -> None:
    plan = replace(PLAN, post_mode=PostMode.AT_ONCE, participants=("ULENA", "UYUKI"))
    standup = desk.start(at("2026-11-01T12:00"), plan)
    desk.report(standup, MON, at("2026-11-02T00:10"), user="UYUKI")
    desk.do(
        standups.change, "T1", standup.id, plan,
        seen_version=1, author="ULENA", now=at("2026-11-02T01:00"), channel="C2",
    )  # fmt: skip
    desk.report(standup, MON, at("2026-11-02T08:10"))
    assert len(desk.wished("C1", "standup.report")) == 2
    assert desk.wished("C2", "standup.report") == []


def test_a_manager_who_is_gone_is_not_who_hears_of_a_dead_channel(desk: Desk) -> None:
    plan = replace(PLAN, managers=("ULENA", "UYUKI"))
    standup = desk.start(at("2026-11-01T12:00"), plan)
    assert desk.do(announcements.spokesperson, standup) == "ULENA"
    gone = Person(workspace="T1", user_id="ULENA", name="Lena", deleted=True)
    desk.do(lambda uow: uow.people.save([gone]))
    assert desk.do(announcements.spokesperson, standup) == "UYUKI"
