"""Zone data: governments move their clocks, and a new edition of the IANA data says so."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.schedule import Schedule
from bot.ports.repositories import UnitOfWork

BATCH = 400


@dataclass(frozen=True, kw_only=True)
class Correction:
    """A schedule whose next run moved by `by` with the new zone data."""

    schedule: Schedule
    by: timedelta


def is_outdated(uow: UnitOfWork) -> bool:
    """Whether older zone data than this machine's gave some next run."""
    return bool(uow.schedules.computed_before(1))


def follow(uow: UnitOfWork, now: datetime) -> tuple[int, list[Correction]]:
    """Compute one batch of next runs anew that older zone data gave: how many were looked at (0
    when all are right), and those that moved.

    While nodes with old and new data run side by side, what the old ones compute is corrected by
    the tick of the new ones.
    """
    old = uow.schedules.computed_before(BATCH)
    fresh = [schedule.corrected(now) for schedule in old]
    uow.schedules.advance_all(fresh)
    moved = [
        Correction(schedule=new, by=new.next_run_at - before.next_run_at)
        for before, new in zip(old, fresh, strict=True)
        if new.next_run_at != before.next_run_at
    ]
    return len(old), moved
