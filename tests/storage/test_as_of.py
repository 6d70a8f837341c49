"""What a digest of a past date asks: what was open then, and an experiment's runs before then."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from sqlalchemy.orm import Session

from bot.domain.alerts.incidents import Incident
from bot.domain.alerts.rules import Severity
from bot.domain.blocker import Blocker
from bot.domain.experiments.records import Run, RunStatus
from storage.engine import Engines
from storage.unit_of_work import SqlUnitOfWork

T = TypeVar("T")
T0 = datetime(2026, 10, 28, 8, tzinfo=UTC)
DAY = timedelta(days=1)


def _do(engines: Engines, work: Callable[[SqlUnitOfWork], T]) -> T:
    with Session(engines.writer) as session, session.begin():
        return work(SqlUnitOfWork(session))


def test_blockers_that_were_open_then(engines: Engines) -> None:
    def happen(uow: SqlUnitOfWork) -> list[int]:
        blocker = Blocker(
            workspace="T1",
            number=1,
            standup_id="S",
            channel="C1",
            user_id="U1",
            text="GPU quota",
            opened_at=T0 - 2 * DAY,
        )
        uow.blockers.add(blocker)
        uow.blockers.add(replace(blocker, number=2, closed_at=T0 + DAY))
        uow.blockers.add(replace(blocker, number=3, closed_at=T0 - DAY))
        uow.blockers.add(replace(blocker, number=4, opened_at=T0 + DAY))
        uow.blockers.add(replace(blocker, number=5, channel="C2"))
        return [each.number for each in uow.blockers.open_at("T1", "C1", T0)]

    assert _do(engines, happen) == [1, 2]


def test_alerts_that_fired_then(engines: Engines) -> None:
    def happen(uow: SqlUnitOfWork) -> list[str]:
        fires = Incident(
            id="open",
            workspace="T1",
            rule_number=1,
            channel="C1",
            severity=Severity.WARNING,
            title="auc",
            latest="",
            sample=None,
            baseline=None,
            opened_at=T0 - 2 * DAY,
            changed_at=T0,
        )
        uow.alerts.open_incident(fires)
        uow.alerts.open_incident(replace(fires, id="ended since", resolved_at=T0 + DAY))
        uow.alerts.open_incident(replace(fires, id="ended before", resolved_at=T0 - DAY))
        uow.alerts.open_incident(replace(fires, id="later", opened_at=T0 + DAY))
        return [each.id for each in uow.alerts.incidents_open_at("T1", T0)]

    assert _do(engines, happen) == ["ended since", "open"]


def test_the_runs_whose_end_was_noticed_last(engines: Engines) -> None:
    def happen(uow: SqlUnitOfWork) -> list[str]:
        for name, days, experiment in (("a", 3, "1"), ("b", 2, "1"), ("c", 1, "1"), ("d", 1, "2")):
            run = Run(
                run_id=name,
                experiment_id=experiment,
                name=name,
                status=RunStatus.FINISHED,
                started_at=T0 - 9 * DAY,
                ended_at=T0 - 9 * DAY,
            )
            uow.experiments.save_runs("T1", [run], T0 - days * DAY)
        return [run.run_id for run in uow.experiments.latest_ended("T1", "1", T0 - 2 * DAY, 5)]

    assert _do(engines, happen) == ["b", "a"]
