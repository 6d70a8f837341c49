"""Stand-ups, reports, skips and blockers on both databases."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy.orm import Session

from bot.domain.blocker import Blocker
from bot.domain.schedule import Outcome, Schedule, ScheduleKind
from bot.domain.standup import Answer, Report, Standup, StandupPlan
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
    ),
)
REPORT = Report(
    workspace="T1",
    standup_id="s",
    local_date=DAY,
    user_id="U1",
    answers=(Answer(question="Was?", text='"q"\n語'), Answer(question="何?", text="")),
    blocker="GPU",
    submitted_at=NOW,
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


def test_skips_are_kept_once_and_taken_back(engines: Engines) -> None:
    with writing(engines) as session, session.begin():
        standups = SqlUnitOfWork(session).standups
        assert standups.skip("T1", "s", DAY, "U2")
        assert not standups.skip("T1", "s", DAY, "U2")
        assert standups.skip("T1", "s", DAY, "U1")
        assert standups.skipped("s", DAY) == ["U1", "U2"]
        standups.unskip("s", DAY, "U1")
        assert standups.skipped("s", DAY) == ["U2"]
        assert standups.skipped("s", DAY + timedelta(days=1)) == []


def test_who_was_asked_is_what_ran_in_that_order(engines: Engines) -> None:
    with writing(engines) as session, session.begin():
        uow = SqlUnitOfWork(session)
        uow.standups.add(STANDUP)
        for n, user_id in enumerate(("U2", "U1", "U3")):
            schedule = Schedule(
                id=f"s:{user_id}", workspace="T1", kind=ScheduleKind.STANDUP_PROMPT, subject="s",
                user_id=user_id, zone="UTC", wall_time=time(9), weekdays=frozenset({1}),
                next_run_at=NOW, next_date=DAY,
            )  # fmt: skip
            uow.schedules.save(schedule)
            outcome = Outcome.SKIPPED if user_id == "U3" else Outcome.RAN
            uow.schedules.record(schedule, DAY, NOW + timedelta(hours=n), outcome)
    with Session(engines.reader) as session:
        standups = SqlUnitOfWork(session).standups
        assert standups.prompted("s", DAY) == ["U2", "U1"]
        found = standups.prompted_between("T1", "C1", NOW, NOW + timedelta(hours=1))
        assert [tuple(row) for row in found] == [("s", DAY, "U1")]
        assert not standups.prompted_between("T2", "C1", NOW, NOW + timedelta(hours=1))


def test_open_blockers_are_the_oldest_first_and_close(engines: Engines) -> None:
    first = Blocker(
        id="b1", workspace="T1", standup_id="s", channel="C1", user_id="U1", text="GPU",
        opened_at=NOW,
    )  # fmt: skip
    older = replace(first, id="b2", user_id="U2", opened_at=NOW - timedelta(days=3))
    with writing(engines) as session, session.begin():
        blockers = SqlUnitOfWork(session).blockers
        for blocker in (first, older):
            blockers.save(blocker)
        assert blockers.open("T1", "C1") == [older, first]
        assert blockers.open("T2", "C1") == blockers.open("T1", "C2") == []
        assert blockers.open_of("s", "U1") == first
        blockers.save(replace(first, closed_at=NOW))
        assert blockers.open_of("s", "U1") is None
        assert blockers.open("T1", "C1") == [older]
