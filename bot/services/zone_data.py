"""Zone data: governments move their clocks, and a new edition of the IANA data says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.schedule import Schedule
from bot.ports.repositories import UnitOfWork

BATCH = 400
_ALL = 10**9


@dataclass(frozen=True, kw_only=True)
class Correction:
    """A schedule whose next run moved by `by` with the new zone data."""

    schedule: Schedule
    by: timedelta


def is_outdated(uow: UnitOfWork) -> bool:
    """Whether older zone data than this machine's gave some next run."""
    return bool(uow.schedules.outdated_ids(1))


def outdated(uow: UnitOfWork) -> list[str]:
    """The ids of all schedules of which older zone data than this machine's gave the next run."""
    return uow.schedules.outdated_ids(_ALL)


def follow_one(uow: UnitOfWork, schedule_id: str, now: datetime) -> list[Correction]:
    """The same as `follow` for one schedule, where another one breaks; empty if it didn't move."""
    schedule = uow.schedules.locked(schedule_id)
    return _followed(uow, [schedule], now) if schedule and schedule.active else []


def follow(uow: UnitOfWork, now: datetime) -> tuple[int, list[Correction]]:
    """Compute one batch of next runs anew that older zone data gave: how many were looked at (0
    when all are right), and those that moved.

    While nodes with old and new data run side by side, what the old ones compute is corrected by
    the tick of the new ones.
    """
    old = uow.schedules.computed_before(BATCH)
    return len(old), _followed(uow, old, now)


def _followed(uow: UnitOfWork, old: Sequence[Schedule], now: datetime) -> list[Correction]:
    fresh = [schedule.corrected(now) for schedule in old]
    uow.schedules.advance_all({schedule.id: schedule.upcoming for schedule in fresh})
    return [
        Correction(schedule=new, by=new.next_run_at - before.next_run_at)
        for before, new in zip(old, fresh, strict=True)
        if new.next_run_at != before.next_run_at
    ]
