"""What is scraped, with gauges of this moment."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from bot.domain.delivery import Delivery, DeliveryState, Verdict
from bot.ports.repositories import UnitOfWork
from handlers.metrics import Metrics
from storage.engine import open_engines
from storage.transactions import SqlTransactions
from tests.standins.tables import create_tables

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def transactions(tmp_path: Path) -> Iterator[SqlTransactions]:
    url = f"sqlite:///{tmp_path}/meridian.db"
    create_tables(url, ["delivery", "schedule", "source"])
    opened = SqlTransactions(open_engines(url), lambda: NOW, lambda: None)
    yield opened
    opened.close()


async def scraped(metrics: Metrics, transactions: SqlTransactions) -> dict[str, float]:
    """Every sample by its name and labels."""
    exposition = (await metrics.exposition(transactions)).decode()
    return {
        sample.name + "".join(f"[{value}]" for value in sample.labels.values()): sample.value
        for family in text_string_to_metric_families(exposition)
        for sample in family.samples
    }


def keep(uow: UnitOfWork, name: str, ready_at: datetime, state: DeliveryState) -> None:
    uow.deliveries.add(
        Delivery(
            id=name,
            workspace="T1",
            channel=name,
            card="x",
            subject={},
            ready_at=ready_at,
            state=state,
        )
    )


def skip(uow: UnitOfWork, name: str, now: datetime) -> None:
    pending = uow.deliveries.get(name)
    assert pending is not None
    verdict = Verdict(state=DeliveryState.SKIPPED, ready_at=now)
    assert uow.deliveries.settle(pending, verdict, now)


async def test_the_outbox_says_what_could_have_been_sent(transactions: SqlTransactions) -> None:
    metrics = Metrics(lambda: NOW)
    empty = await scraped(metrics, transactions)
    assert empty["meridian_outbox_overdue"] == 0
    assert empty["meridian_outbox_oldest_due_timestamp_seconds"] == 0
    since = NOW - timedelta(minutes=20)
    await transactions.write(keep, "old", since, DeliveryState.PENDING)
    await transactions.write(keep, "cut off", NOW, DeliveryState.SENDING)
    await transactions.write(keep, "later", NOW + timedelta(hours=1), DeliveryState.PENDING)
    await transactions.write(keep, "done", since - timedelta(days=1), DeliveryState.SENT)
    found = await scraped(metrics, transactions)
    assert found["meridian_outbox_overdue"] == 2
    assert found["meridian_outbox_oldest_due_timestamp_seconds"] == since.timestamp()
    assert found["meridian_deliveries[pending]"] == 2
    assert found["meridian_workers_alive"] == 0
    await transactions.write(skip, "later", NOW)
    found = await scraped(metrics, transactions)
    assert found["meridian_deliveries[pending]"] == 1
    await transactions.write(skip, "old", NOW)
    found = await scraped(metrics, transactions)
    assert found["meridian_deliveries[pending]"] == 0, "the last one's number doesn't stay"


async def test_the_process_says_whether_it_works(transactions: SqlTransactions) -> None:
    metrics, ended_at, problems = Metrics(lambda: NOW), {"tick": NOW}, ["no connection to Slack"]
    backups = [NOW - timedelta(days=1)]
    metrics.watch(
        ended_at=ended_at,
        problem=lambda: problems[0] if problems else "",
        backed_up_at=lambda: backups[0] if backups else None,
    )
    found = await scraped(metrics, transactions)
    assert found["meridian_ready"] == 0
    assert found["meridian_job_ended_timestamp_seconds[tick]"] == NOW.timestamp()
    assert found["meridian_backup_timestamp_seconds"] == backups[0].timestamp()
    problems.clear()
    backups.clear()
    ended_at["deliver"] = NOW
    found = await scraped(metrics, transactions)
    assert (found["meridian_ready"], found["meridian_backup_timestamp_seconds"]) == (1, 0)
    assert found["meridian_job_ended_timestamp_seconds[deliver]"] == NOW.timestamp()


async def test_workers_are_those_with_a_fresh_sign_of_life(postgres_database: str) -> None:
    create_tables(postgres_database, ["delivery", "schedule", "source"])
    engines = open_engines(postgres_database)
    with engines.writer.begin() as connection:
        connection.execute(text("CREATE TABLE procrastinate_workers (last_heartbeat TIMESTAMPTZ)"))
        for seconds in (5, 50, 70, 7000):
            connection.execute(
                text("INSERT INTO procrastinate_workers VALUES (:at)"),
                {"at": NOW - timedelta(seconds=seconds)},
            )
    opened = SqlTransactions(engines, lambda: NOW, lambda: None)
    found = await scraped(Metrics(lambda: NOW), opened)
    opened.close()
    assert found["meridian_workers_alive"] == 2
