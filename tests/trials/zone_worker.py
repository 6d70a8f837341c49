"""One process of trial 7: it makes schedules, or follows the zone data, by its own edition."""

import asyncio
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from bot.domain.calendar import EVERY_DAY
from bot.domain.schedule import Schedule, ScheduleKind
from bot.ports.repositories import UnitOfWork
from bot.workflows.tenants import OneTenant
from jobs import tick
from jobs.deps import JobDeps
from storage.engine import open_engines
from storage.transactions import SqlTransactions
from tests.trials.zone_upgrade import HOUR


async def _main(word: str, url: str, now: datetime, zones: Sequence[str]) -> None:
    transactions = SqlTransactions(open_engines(url), lambda: now, lambda: None)
    try:
        if word == "plant":
            await transactions.write(_plant, zones, now)
        else:
            await tick.step(_deps(transactions), now)
    finally:
        transactions.close()


def _plant(uow: UnitOfWork, zones: Sequence[str], now: datetime) -> None:
    """A schedule in each zone; its next hour is computed by this process's data."""
    made = [
        Schedule(
            id=f"trial:{zone}",
            workspace="T0TEAM",
            kind=ScheduleKind.STANDUP_PROMPT,
            subject="trial",
            user_id=zone,
            zone=zone,
            wall_time=HOUR,
            weekdays=EVERY_DAY,
            next_run_at=now,
            next_date=now.date(),
        ).advanced(now)
        for zone in zones
    ]
    uow.schedules.save_all(made)


def _deps(transactions: SqlTransactions) -> JobDeps:
    nothing = cast(Any, None)
    return JobDeps(
        tenants=OneTenant(workspace="T0TEAM"),
        transactions=transactions,
        chat=nothing,
        deliverer=nothing,
        holidays=nothing,
    )


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], sys.argv[2], datetime.fromisoformat(sys.argv[3]), sys.argv[4:]))
