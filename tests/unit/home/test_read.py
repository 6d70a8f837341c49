"""What App Home reads: on SQLite, for somebody among others."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot.domain import standup as rules
from bot.domain.absence import Absence, AbsenceKind, Away
from bot.domain.experiments.records import Experiment, Run, RunStatus
from bot.domain.home import HomePage
from bot.domain.person import Choices
from bot.domain.roster import Reason
from bot.errors import NotFound
from bot.services import home
from storage.base import Base
from storage.engine import open_engines
from storage.unit_of_work import SqlUnitOfWork
from tests.unit.home.pages import LENA, MARCUS, NOW, TODAY, blocker, report, standup, turn


@pytest.fixture
def uow(tmp_path: Path) -> Iterator[SqlUnitOfWork]:
    engines = open_engines(f"sqlite:///{tmp_path}/meridian.db")
    Base.metadata.create_all(engines.writer)
    with Session(engines.writer) as session:
        found = SqlUnitOfWork(session)
        found.people.save([LENA, MARCUS])
        yield found
    for engine in (engines.writer, engines.reader):
        engine.dispose()


def read(uow: SqlUnitOfWork, now: datetime = NOW) -> HomePage:
    return home.read(uow, "T1", "ULENA", now)


def test_somebody_whom_nothing_concerns(uow: SqlUnitOfWork) -> None:
    uow.standups.add(replace(standup(), plan=replace(standup().plan, participants=("UMARCUS",))))
    uow.blockers.add(blocker(1, user_id="UMARCUS"))
    found = read(uow)
    assert (found.person, found.standups, found.blockers, found.asking) == (LENA, [], [], [])
    with pytest.raises(NotFound):
        home.read(uow, "T1", "UNOBODY", NOW)
    with pytest.raises(NotFound):
        home.read(uow, "T2", "ULENA", NOW)


def test_a_prompt_waits_until_it_is_answered_or_its_day_is_over(uow: SqlUnitOfWork) -> None:
    uow.standups.add(standup())
    uow.turns.save(turn())
    [prompt] = read(uow).prompts
    assert (prompt.standup.id, prompt.turn.local_date) == ("s1", TODAY)
    assert read(uow, NOW + timedelta(hours=4)).prompts, "late, but today"
    assert read(uow, NOW + timedelta(days=1)).prompts == []
    uow.standups.save_report(report())
    assert read(uow).prompts == []
    [mine] = read(uow).standups
    assert mine.report == report()


def test_what_was_asked_late_on_friday_waits_on_monday(uow: SqlUnitOfWork) -> None:
    uow.standups.add(standup())
    friday = datetime(2026, 10, 23, 15, tzinfo=UTC)
    monday = friday + timedelta(days=2, hours=18)
    asked = turn(local_date=friday.date(), asked_at=friday, due_at=monday + timedelta(hours=1))
    uow.turns.save(asked)
    assert [p.turn for p in read(uow, monday).prompts] == [asked]


def test_no_prompt_waits_for_who_is_absent_was_not_asked_or_left(uow: SqlUnitOfWork) -> None:
    skipped = turn(absence=Absence(kind=AbsenceKind.SKIPPED))
    for number, (each, it) in enumerate(
        [
            (skipped, standup(number=1)),
            (turn(asked_at=None), standup(number=2)),
            (turn(), replace(standup(number=3), plan=replace(standup().plan, participants=()))),
            (turn(), replace(standup(number=4), active=False)),
        ],
        start=1,
    ):
        uow.standups.add(it)
        uow.turns.save(replace(each, standup_id=f"s{number}"))
    assert read(uow).prompts == []


def test_my_standups_are_those_that_i_have_any_part_in(uow: SqlUnitOfWork) -> None:
    empty = replace(standup().plan, participants=())
    parts: dict[str, dict[str, Any]] = {
        "asked": {"plan": standup().plan},
        "resting": {"plan": empty, "resting": ("ULENA",)},
        "watched": {"plan": replace(empty, observers=("ULENA",))},
        "managed": {"plan": replace(empty, managers=("ULENA",))},
        "other": {"plan": empty},
    }
    for name, part in parts.items():
        uow.standups.add(replace(standup(**part), id=name))
    found = {mine.standup.id: mine for mine in read(uow).standups}
    assert set(found) == set(parts) - {"other"}
    assert {name for name, mine in found.items() if mine.may_change} == {"managed"}
    assert {name for name, mine in found.items() if mine.asks_me} == {"asked"}
    [resting] = found["resting"].idle
    assert (resting.name, resting.reason) == ("Lena", Reason.NOT_IN_CHANNEL)


def test_who_is_asked_may_change_what_nobody_manages_any_more(uow: SqlUnitOfWork) -> None:
    uow.people.save([replace(MARCUS, deleted=True)])
    uow.standups.add(standup())
    assert [mine.may_change for mine in read(uow).standups] == [True]


def test_the_next_prompt_is_the_schedules_unless_it_rests(uow: SqlUnitOfWork) -> None:
    it = standup()
    uow.standups.add(it)
    schedule = rules.participant_schedule(it, LENA, NOW)
    uow.schedules.save(schedule)
    assert [mine.next_prompt for mine in read(uow).standups] == [schedule.next_run_at]
    day = schedule.next_date
    uow.absences.add(
        Away(id="a", workspace="T1", user_id="ULENA", first=day, last=day, set_by="ULENA")
    )
    after = schedule.advanced(schedule.next_run_at).next_run_at
    assert [mine.next_prompt for mine in read(uow).standups] == [after]
    uow.schedules.save(replace(schedule, active=False))
    assert [mine.next_prompt for mine in read(uow).standups] == [None]


def test_blockers_are_mine_or_ask_me_or_may_be_solved(uow: SqlUnitOfWork) -> None:
    uow.standups.add(standup())
    uow.blockers.add(blocker(1))
    uow.blockers.add(blocker(2, moved_to="Done", proposed_at=NOW))
    uow.blockers.add(blocker(3, user_id="UMARCUS", asked=("ULENA",)))
    uow.blockers.add(
        blocker(4, user_id="UMARCUS", asked=("ULENA",), acknowledged_by="UX", acknowledged_at=NOW)
    )
    found = read(uow)
    numbers = {
        "mine": [b.number for b in found.blockers],
        "closing": [b.number for b in found.closing],
        "asking": [b.number for b in found.asking],
    }
    assert numbers == {"mine": [1], "closing": [2], "asking": [3]}
    assert found.people["UMARCUS"].name == "Marcus"


def test_when_i_am_away_and_how_the_sources_answered(uow: SqlUnitOfWork) -> None:
    past = Away(
        id="p", workspace="T1", user_id="ULENA", set_by="ULENA",
        first=TODAY - timedelta(days=2), last=TODAY - timedelta(days=1),
    )  # fmt: skip
    running = replace(past, id="r", last=TODAY)
    for away in (past, running, replace(running, id="o", user_id="UMARCUS")):
        uow.absences.add(away)
    uow.sources.read_failed("jira", "timed out", NOW)
    found = read(uow)
    assert list(found.away) == [running]
    assert [source.source for source in found.sources] == ["jira"]


def test_who_somebody_is_in_mlflow(uow: SqlUnitOfWork) -> None:
    uow.experiments.save_experiments("T1", [Experiment(experiment_id="e", name="churn")])
    runs = [
        Run(
            run_id=user,
            experiment_id="e",
            name="calm-bee",
            status=RunStatus.RUNNING,
            started_at=NOW,
            ended_at=None,
            user=user,
        )
        for user in ("lena", "marcus", "ci")
    ]
    uow.experiments.save_runs("T1", runs, NOW)
    assert read(uow).mlflow_users == ["lena"]
    uow.people.choose("T1", "ULENA", Choices(mlflow_user="ci"))
    assert read(uow).mlflow_users == ["ci"]
