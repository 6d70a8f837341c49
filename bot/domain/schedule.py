"""Durable schedules: a wall time on weekdays in a zone, and what became of each due date."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.domain import calendar


class ScheduleKind(StrEnum):
    """What a due schedule starts."""

    STANDUP_PROMPT = "standup_prompt"
    DIGEST = "digest"
    DECISIONS_WEEKLY = "decisions_weekly"
    HANDOVER = "handover"
    DIGEST_WEEKLY = "digest_weekly"


class Outcome(StrEnum):
    """What became of one occurrence."""

    RAN = "ran"
    SKIPPED = "skipped"


# After an outage the latest occurrence still runs within this time, else it is recorded as
# skipped: a stand-up prompt in the afternoon or a morning digest at night helps nobody.
STILL_MAKES_SENSE = {
    ScheduleKind.STANDUP_PROMPT: timedelta(hours=4),
    ScheduleKind.DIGEST: timedelta(hours=6),
    ScheduleKind.DECISIONS_WEEKLY: timedelta(hours=24),
    ScheduleKind.HANDOVER: timedelta(hours=6),
    ScheduleKind.DIGEST_WEEKLY: timedelta(hours=24),
}


# No government has moved its clocks further at once, but over the date line.
_MOST_CORRECTED = timedelta(hours=3)


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """A durable schedule; `subject` names what it starts, `next_run_at` is aware UTC.

    `next_date` is the local date that `next_run_at` stands for.
    """

    id: str
    workspace: str
    kind: ScheduleKind
    subject: str
    zone: str
    wall_time: time
    weekdays: frozenset[int]
    next_run_at: datetime
    next_date: date
    user_id: str = ""
    active: bool = True

    def occurrences(self, after: datetime) -> Iterator[calendar.Occurrence]:
        """Every occurrence strictly after `after`; a zone that tzdata doesn't know counts as UTC,
        so that one row can't stop the tick."""
        return calendar.occurrences(
            after,
            wall_time=self.wall_time,
            weekdays=self.weekdays,
            zone=calendar.zone_or_utc(self.zone),
        )

    def advanced(self, after: datetime) -> "Schedule":
        """This schedule with its next run strictly after `after`."""
        upcoming = self.following(after)
        return replace(self, next_run_at=upcoming.run_at, next_date=upcoming.local_date)

    def moved(
        self, now: datetime, *, zone: str, wall_time: time, weekdays: frozenset[int]
    ) -> "Schedule":
        """This schedule at another local time, with its next run after `now`."""
        changed = replace(self, zone=zone, wall_time=wall_time, weekdays=weekdays)
        return changed.advanced(now)

    def corrected(self, now: datetime) -> "Schedule":
        """This schedule by the zone data of this machine, where its next run was computed by other
        data; a date whose right hour has passed meanwhile is due at once."""
        zone = calendar.zone_or_utc(self.zone)
        right = calendar.resolve(self.next_date, self.wall_time, zone)
        if right is None:
            return self.advanced(now)
        if self.next_run_at > now - _MOST_CORRECTED and right <= now - _MOST_CORRECTED:
            return self  # an hour that was announced to somebody whose zone or hours had changed
        return replace(self, next_run_at=right)

    def due(self, now: datetime) -> list[calendar.Occurrence]:
        """The occurrences at or before `now`, oldest first; empty if none is due yet."""
        if self.next_run_at > now:
            return []
        found = [self.upcoming]
        upcoming = self.following(self.next_run_at)
        while upcoming.run_at <= now:
            found.append(upcoming)
            upcoming = self.following(upcoming.run_at)
        return found

    @property
    def upcoming(self) -> calendar.Occurrence:
        """The next run."""
        return calendar.Occurrence(run_at=self.next_run_at, local_date=self.next_date)

    def following(self, after: datetime) -> calendar.Occurrence:
        """The first run strictly after `after`."""
        return _next_run(after, self.wall_time, self.weekdays, calendar.zone_or_utc(self.zone))

    def reason_to_skip(self, run_at: datetime, now: datetime) -> str:
        """Why the occurrence of `run_at` makes no sense any more at `now`; empty if it does."""
        late = now - run_at
        if late <= STILL_MAKES_SENSE[self.kind]:
            return ""
        return f"{int(late.total_seconds() // 60)} minutes late"


@lru_cache(maxsize=4096)
def _next_run(
    after: datetime, wall_time: time, weekdays: frozenset[int], zone: ZoneInfo
) -> calendar.Occurrence:
    # Remembered: thousands of schedules are due at one instant.
    return calendar.next_run(after, wall_time=wall_time, weekdays=weekdays, zone=zone)


@dataclass(frozen=True, kw_only=True)
class Ran:
    """What became of one occurrence; `reason` says why it was skipped, if it was."""

    schedule: Schedule
    occurrence: calendar.Occurrence
    outcome: Outcome
    reason: str = ""

    @property
    def key(self) -> tuple[str, date]:
        """The schedule's id and the local date: each date has one turn."""
        return self.schedule.id, self.occurrence.local_date
