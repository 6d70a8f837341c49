"""How old what a digest shows of its sources is, and that one of them holds up no other."""

from datetime import datetime, timedelta

import pytest

from bot.domain.digests.settings import DigestChoice, Weekly
from bot.domain.experiments.records import Experiment, Run, RunStatus
from bot.domain.issues.polling import Reading
from bot.domain.issues.records import IssuePage
from bot.domain.person import Person
from bot.ports.repositories import UnitOfWork
from bot.services.digests import daily, days, weekly
from bot.services.digests.sections.sources import runs_read_at
from storage.transactions import SqlTransactions
from tests.unit.digests.builders import HOUR, MINUTE, T0

DAY = timedelta(days=1)


@pytest.fixture
async def channel(transactions: SqlTransactions) -> SqlTransactions:
    """A channel that shows one project of Jira, with a digest every day and every week."""

    def set_up(uow: UnitOfWork) -> None:
        uow.people.save([Person(workspace="T1", user_id="U1", name="Ana", zone="UTC")])
        uow.channels.keep("T1", "C1", public=True, shared=False, now=T0 - 9 * DAY)
        choice = DigestChoice(zone="UTC", projects=("CHURN",), weekly=Weekly(weekday=3))
        daily.save(uow, "T1", "C1", choice, seen_version=0, author="U1", now=T0 - 9 * DAY)

    await transactions.write(set_up)
    return transactions


def _read(uow: UnitOfWork, source: str, at: datetime, *, down: bool = False) -> None:
    uow.sources.read_ok(source, at, at)
    if down:
        uow.sources.read_failed(source, "No answer.", at + HOUR)


async def test_a_source_is_as_old_as_it_was_read(channel: SqlTransactions) -> None:
    long_ago, lately = T0 - 3 * DAY, T0 - 2 * MINUTE

    def happen(uow: UnitOfWork) -> list[dict[str, datetime | None]]:
        reading = Reading(projects=("CHURN",), since=long_ago, news_since=long_ago)
        uow.issues.save("T1", reading, IssuePage(issues=(), changes=()), long_ago)
        _read(uow, "jira", long_ago, down=True)
        _read(uow, "mlflow", long_ago, down=True)
        _read(uow, "mlflow:eu", lately)
        week = weekly.week_now(uow, "T1", "C1", "U1", T0)
        told = [
            weekly.read(uow, "T1", week, T0).week,
            days.typed(uow, "T1", "C1", "U1", "today", T0 + 4 * HOUR).content,
        ]
        return [{note.name: note.as_of for note in each.sources} for each in told]

    for ages in await channel.write(happen):
        assert ages == {"Jira": long_ago, "MLflow": long_ago, "MLflow eu": lately}


async def test_a_server_that_is_down_hides_no_other(channel: SqlTransactions) -> None:
    def happen(uow: UnitOfWork) -> int:
        _read(uow, "mlflow", T0 - 2 * DAY, down=True)
        _read(uow, "mlflow:eu", T0)
        uow.experiments.save_experiments("T1", [Experiment(experiment_id="eu/1", name="eu/churn")])
        run = Run(
            run_id="r",
            experiment_id="eu/1",
            name="r",
            status=RunStatus.FAILED,
            started_at=T0 - 3 * HOUR,
            ended_at=T0 - 2 * HOUR,
        )
        uow.experiments.save_runs("T1", [run], T0 - 2 * HOUR)
        return daily.preview(uow, "T1", "C1", "U1", T0).runs.failed

    assert await channel.write(happen) == 1


@pytest.mark.parametrize(
    ("reads", "known"),
    [
        ({}, T0),
        ({"mlflow": (T0 - MINUTE, False)}, T0 - MINUTE),
        # A poll of the default one may be under way: it brings what it noticed since.
        ({"mlflow": (T0 - 9 * MINUTE, False), "mlflow:eu": (T0, False)}, T0 - 9 * MINUTE),
        # One that isn't asked any more is never read again.
        ({"mlflow": (T0, False), "mlflow:gone": (T0 - 9 * DAY, False)}, T0),
        ({"mlflow": (T0 - 9 * HOUR, True), "mlflow:eu": (T0 - 3 * HOUR, True)}, T0 - 3 * HOUR),
    ],
)
async def test_runs_are_known_as_far_as_every_answering_server_was_read(
    transactions: SqlTransactions, reads: dict[str, tuple[datetime, bool]], known: datetime
) -> None:
    def happen(uow: UnitOfWork) -> datetime:
        for source, (at, down) in reads.items():
            _read(uow, source, at, down=down)
        return runs_read_at(uow, T0)

    assert await transactions.write(happen) == known
