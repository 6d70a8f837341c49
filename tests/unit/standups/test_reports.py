"""Reports, skips, the day's composition and the age of blockers."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from bot.domain.blocker import Blocker
from bot.domain.report import Answer, FilledReport
from bot.domain.standup import PostMode, Standup
from bot.errors import Conflict, InvalidForm, NotFound, NotPermitted
from bot.services import reports, standup_posts, standups, turns
from tests.unit.desk import at
from tests.unit.standups.conftest import PLAN, Desk

MON, TUE, WED = date(2026, 11, 2), date(2026, 11, 3), date(2026, 11, 4)
THREE = replace(PLAN, participants=("ULENA", "UYUKI", "UMARCUS"))


@pytest.fixture
def standup(desk: Desk) -> Standup:
    """Lena, Yuki and Marcus report daily."""
    return desk.start(at("2026-11-01T12:00"), THREE)


def blockers(desk: Desk) -> list[Blocker]:
    return desk.do(lambda uow: uow.blockers.open("T1", "C1"))


def test_at_once_a_report_opens_the_days_thread_once_and_stands_in_it(desk: Desk) -> None:
    standup = desk.start(at("2026-11-01T12:00"), replace(THREE, post_mode=PostMode.AT_ONCE))
    desk.report(standup, MON, at("2026-11-02T08:00"))
    desk.report(standup, MON, at("2026-11-02T09:00"), user="UYUKI")
    day_id = standup_posts.thread_id(standup.id, MON)
    ids = [f"report:{standup.id}:{MON}:{user_id}" for user_id in ("ULENA", "UYUKI")]
    for entry in desk.do(lambda uow: [uow.deliveries.get(i) for i in ids]):
        assert entry is not None
        assert (entry.thread_of, entry.channel, entry.owner) == (day_id, "C1", "ULENA")
    assert desk.do(lambda uow: uow.deliveries.pending_edit(day_id))


def test_a_changed_report_keeps_when_it_was_submitted(desk: Desk, standup: Standup) -> None:
    desk.report(standup, MON, at("2026-11-02T08:00"))
    desk.report(standup, MON, at("2026-11-02T09:00"))
    (kept,) = desk.do(lambda uow: uow.standups.reports(standup.id, MON))
    assert kept.submitted_at == at("2026-11-02T08:00")
    assert kept.edited_at == at("2026-11-02T09:00")
    assert kept.answers[0].text == "Something at 09:00"


def test_an_empty_report_is_refused_and_nothing_is_kept(desk: Desk, standup: Standup) -> None:
    empty = FilledReport(
        standup_id=standup.id, local_date=MON, blocker="",
        answers=(Answer(question="What moved?", text=""),),
    )  # fmt: skip
    with pytest.raises(InvalidForm) as refused:
        desk.do(reports.submit, "T1", "ULENA", empty, at("2026-11-02T08:00"))
    assert set(refused.value.fields) == {"answer_0"}
    assert desk.do(lambda uow: uow.standups.reports(standup.id, MON)) == []


def test_only_participants_of_this_workspace_report(desk: Desk, standup: Standup) -> None:
    with pytest.raises(NotPermitted):
        desk.report(standup, MON, at("2026-11-02T08:00"), user="UANANYA")
    filled = FilledReport(standup_id=standup.id, local_date=MON, answers=(), blocker="x")
    with pytest.raises(NotFound):
        desk.do(reports.submit, "T2", "ULENA", filled, at("2026-11-02T08:00"))
    with pytest.raises(NotFound):
        desk.do(reports.skip, "T2", "ULENA", standup.id, MON, at("2026-11-02T08:00"))


def test_the_day_says_who_reported_who_skips_and_who_is_awaited(
    desk: Desk, standup: Standup
) -> None:
    desk.tick(at("2026-11-02T00:00"))
    desk.tick(at("2026-11-02T08:00"))
    desk.report(standup, MON, at("2026-11-02T08:30"), user="UYUKI")
    found = desk.do(turns.day, standup, MON)
    assert [r.user_id for r in found.reports] == ["UYUKI"]
    assert (found.absent, [t.user_id for t in found.waiting]) == ((), ["ULENA"])
    desk.do(reports.skip, "T1", "ULENA", standup.id, MON, at("2026-11-02T09:00"))
    desk.tick(at("2026-11-02T14:00"))
    found = desk.do(turns.day, standup, MON)
    assert [t.user_id for t in found.absent] == ["ULENA"]
    assert [t.user_id for t in found.waiting] == ["UMARCUS"]
    without = replace(standup, plan=replace(THREE, participants=("ULENA", "UYUKI")))
    assert desk.do(turns.day, without, MON).waiting == ()


def test_reporting_after_all_ends_the_skip_and_a_report_cannot_be_skipped(
    desk: Desk, standup: Standup
) -> None:
    desk.do(reports.skip, "T1", "ULENA", standup.id, MON, at("2026-11-02T08:00"))
    desk.report(standup, MON, at("2026-11-02T09:00"))
    assert desk.do(turns.day, standup, MON).absent == ()
    with pytest.raises(Conflict):
        desk.do(reports.skip, "T1", "ULENA", standup.id, MON, at("2026-11-02T10:00"))


def test_a_blocker_ages_until_a_report_leaves_it_out(desk: Desk, standup: Standup) -> None:
    desk.report(standup, MON, at("2026-11-02T08:00"), blocker="GPU quota")
    desk.report(standup, TUE, at("2026-11-03T08:00"), blocker=" gpu  QUOTA ")
    (aged,) = blockers(desk)
    assert aged.opened_at == at("2026-11-02T08:00")
    desk.report(standup, WED, at("2026-11-04T08:00"))
    assert blockers(desk) == []


def test_another_blocker_starts_its_own_age(desk: Desk, standup: Standup) -> None:
    desk.report(standup, MON, at("2026-11-02T08:00"), blocker="GPU quota")
    desk.report(standup, TUE, at("2026-11-03T08:00"), blocker="Data access")
    (now,) = blockers(desk)
    assert (now.text, now.opened_at) == ("Data access", at("2026-11-03T08:00"))


@pytest.mark.parametrize("blocker", ["GPU quota", ""])
def test_changing_an_old_report_leaves_todays_blocker_alone(
    desk: Desk, standup: Standup, blocker: str
) -> None:
    desk.report(standup, MON, at("2026-11-02T08:00"), blocker="GPU quota")
    desk.report(standup, TUE, at("2026-11-03T08:00"), blocker="Data access")
    desk.report(standup, MON, at("2026-11-03T09:00"), blocker=blocker)
    assert [b.text for b in blockers(desk)] == ["Data access"]


def test_blockers_of_two_people_do_not_mix(desk: Desk, standup: Standup) -> None:
    desk.report(standup, MON, at("2026-11-02T08:00"), blocker="GPU quota")
    desk.report(standup, MON, at("2026-11-02T09:00"), user="UYUKI", blocker="GPU quota")
    desk.report(standup, TUE, at("2026-11-03T09:00"), user="UYUKI")
    assert [b.user_id for b in blockers(desk)] == ["ULENA"]


def test_today_is_the_persons_own_date(desk: Desk, standup: Standup) -> None:
    def today(user_id: str, now: datetime) -> date:
        return desk.do(standups.today, standup, user_id, now)

    assert today("UYUKI", at("2026-11-02T15:00")) == TUE
    assert today("UMARCUS", at("2026-11-02T04:59")) == date(2026, 11, 1)
    assert today("USTRANGER", at("2026-11-02T23:59")) == MON
