"""`meridian tick`: the operator's and the tests' way to move time."""

import asyncio
from datetime import datetime

from bot.domain import calendar
from bot.domain.schedule import Outcome, Ran
from bot.errors import ConfigError
from bot.services import ticks
from storage import schema
from storage.engine import open_engines
from storage.transactions import SqlTransactions


async def tick(database_url: str, now: datetime, *, dry_run: bool) -> list[str]:
    """Run what is due at `now`, or only say what would run; a line each."""
    transactions = await _open(database_url, now)
    try:
        if dry_run:
            return [line(ran) for ran in await transactions.read(ticks.due, now)]
        lines: list[str] = []
        while ran_now := await transactions.write(ticks.tick, now):
            lines += [line(ran) for ran in ran_now]
        while timer_ids := await transactions.read(ticks.due_timers, now):
            for timer_id in timer_ids:
                if timer := await transactions.write(ticks.fire, timer_id, now):
                    lines.append(f"{timer.due_at:%Y-%m-%dT%H:%MZ}  {timer.kind.value}  {timer.id}")
        return lines
    finally:
        transactions.close()


async def upcoming(database_url: str, start: datetime, end: datetime) -> list[str]:
    """Every occurrence in (start, end], a line each, in each person's local time."""
    transactions = await _open(database_url, start)
    try:
        return [line(ran) for ran in await transactions.read(ticks.upcoming, start, end)]
    finally:
        transactions.close()


def line(ran: Ran) -> str:
    """UTC, local time, zone, what and whom it is for, and the reason if it was skipped."""
    schedule, run_at = ran.schedule, ran.occurrence.run_at
    local = run_at.astimezone(calendar.zone_or_utc(schedule.zone))
    fields = [
        f"{run_at:%Y-%m-%dT%H:%MZ}",
        f"{ran.occurrence.local_date} {local:%H:%M}",
        f"{schedule.zone:<20}",
        f"{schedule.kind.value:<14}",
        schedule.user_id or schedule.subject,
    ]
    if ran.outcome is Outcome.SKIPPED:
        fields.append(f"skipped: {ran.reason}")
    return "  ".join(fields)


async def _open(database_url: str, now: datetime) -> SqlTransactions:
    if not await asyncio.to_thread(schema.is_current, database_url):
        raise ConfigError("DATABASE_URL has an old schema: run `meridian migrate` once.")
    return SqlTransactions(open_engines(database_url), lambda: now, lambda: None)
