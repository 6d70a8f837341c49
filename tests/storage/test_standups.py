"""Stand-ups and reports on both databases."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy.orm import Session

from bot.domain.activity import Reference, ReferenceKind
from bot.domain.report import Answer, FollowUp, PlanItem, Report
from bot.domain.standup import PostMode, Standup, StandupPlan
from storage.engine import Engines
from storage.unit_of_work import SqlUnitOfWork

NOW = datetime(2026, 11, 23, 9, 0, 0, 123456, tzinfo=UTC)
DAY = date(2026, 11, 23)
STANDUP = Standup(
    id="s",
    workspace="T1",
    channel="C1",
    created_by="U1",
    plan=StandupPlan(
        name="Daily „ü“",
        questions=("Was?", "何?"),
        blocker_question="",
        wall_time=time(9, 30),
        weekdays=frozenset({7, 1}),
        participants=("U2", "U1"),
        optional=("U2",),
        observers=("U5", "U4"),
        managers=("U6", "U1"),
        everyone=True,
        excluded=("U7",),
        close_after=6,
        reminders=2,
        post_mode=PostMode.AT_ONCE,
        escalate_after=5,
        projects=("CHURN", "DATA"),
        days_off=(date(2026, 12, 24), date(2026, 12, 31)),
        mood=True,
        call_weekday=4,
    ),
    paused=True,
    resting=("U9", "U8"),
    changed_by="U6",
    changed_at=NOW,
)
REPORT = Report(
    workspace="T1",
    standup_id="s",
    local_date=DAY,
    user_id="U1",
    answers=(Answer(question="Was?", text='"q"\n語'), Answer(question="何?", text="")),
    blocker="GPU",
    submitted_at=NOW,
    reviewed=(
        PlanItem(text="„Sweep“", carried=2, became=FollowUp.CARRIED),
        PlanItem(text="Plots"),
    ),
    references=(
        Reference(kind=ReferenceKind.ISSUE, key="CHURN-41", anchor="CHURN-41"),
        Reference(kind=ReferenceKind.RUN, key="7/3f2a", anchor="gentle-owl"),
    ),
)


def writing(engines: Engines) -> Session:
    return Session(engines.writer)


def test_a_stand_up_comes_back_as_it_was_in_its_workspace_only(engines: Engines) -> None:
    with writing(engines) as session, session.begin():
        SqlUnitOfWork(session).standups.add(STANDUP)
    with Session(engines.reader) as session:
        kept = SqlUnitOfWork(session).standups
        assert kept.get("T1", "s") == STANDUP
        assert kept.get("T2", "s") is None
        assert (kept.all("T1"), kept.all("T2")) == ([STANDUP], [])


def test_a_change_needs_the_version_that_was_seen(engines: Engines) -> None:
    newer = replace(STANDUP, version=2, active=False)
    with writing(engines) as session, session.begin():
        standups = SqlUnitOfWork(session).standups
        standups.add(STANDUP)
        assert standups.change(newer, from_version=1)
        assert not standups.change(replace(newer, version=3), from_version=1)
    with Session(engines.reader) as session:
        standups = SqlUnitOfWork(session).standups
        assert standups.get("T1", "s") == newer
        assert standups.all("T1") == []


def test_a_report_is_one_a_person_and_date_and_is_replaced(engines: Engines) -> None:
    changed = replace(REPORT, blocker="", edited_at=NOW + timedelta(minutes=1))
    with writing(engines) as session, session.begin():
        standups = SqlUnitOfWork(session).standups
        standups.add(STANDUP)
        standups.save_report(REPORT)
        standups.save_report(replace(REPORT, user_id="U2", submitted_at=NOW - timedelta(hours=1)))
        standups.save_report(changed)
    with Session(engines.reader) as session:
        standups = SqlUnitOfWork(session).standups
        assert standups.report("s", DAY, "U1") == changed
        assert [r.user_id for r in standups.reports("s", DAY)] == ["U2", "U1"]
        window = ("T1", "C1", NOW - timedelta(hours=1), NOW)
        assert [r.user_id for r in standups.reports_between(*window)] == ["U1"]
        assert standups.reports_between("T1", "C2", *window[2:]) == []
        assert standups.reports_between("T2", "C1", *window[2:]) == []


def test_the_last_report_is_the_latest_before_a_date(engines: Engines) -> None:
    with writing(engines) as session, session.begin():
        standups = SqlUnitOfWork(session).standups
        for days in (3, 1, 2):
            standups.save_report(replace(REPORT, local_date=DAY - timedelta(days=days)))
        last = standups.last_report("s", "U1", DAY)
        assert last is not None
        assert last.local_date == DAY - timedelta(days=1)
        assert standups.last_report("s", "U1", DAY - timedelta(days=3)) is None
        assert standups.last_report("s", "U2", DAY) is None
        newest = standups.last_report("s", "U1", date.max)
        assert newest == last
