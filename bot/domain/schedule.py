"""Durable schedules: a wall time on weekdays in a zone, and what became of each due date."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

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
        upcoming = next(self.occurrences(after))
        return replace(self, next_run_at=upcoming.run_at, next_date=upcoming.local_date)

    def moved(
        self, now: datetime, *, zone: str, wall_time: time, weekdays: frozenset[int]
    ) -> "Schedule":
        """This schedule at another local time, with its next run after `now`."""
        changed = replace(self, zone=zone, wall_time=wall_time, weekdays=weekdays)
        return changed.advanced(now)

    def due(self, now: datetime) -> list[calendar.Occurrence]:
        """The occurrences at or before `now`, oldest first; empty if none is due yet."""
        if self.next_run_at > now:
            return []
        found = [calendar.Occurrence(run_at=self.next_run_at, local_date=self.next_date)]
        for upcoming in self.occurrences(self.next_run_at):
            if upcoming.run_at > now:
                return found
            found.append(upcoming)
        return found

    def reason_to_skip(self, run_at: datetime, now: datetime) -> str:
        """Why the occurrence of `run_at` makes no sense any more at `now`; empty if it does."""
        late = now - run_at
        if late <= STILL_MAKES_SENSE[self.kind]:
            return ""
        return f"{int(late.total_seconds() // 60)} minutes late"
