"""A stand-up's day: everybody's turn of one local date."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from bot.domain.report import Report
from bot.domain.standup import Standup
from bot.domain.turn import Cohort, Entry, Turn


@dataclass(frozen=True, kw_only=True)
class Day:
    """One local date of a stand-up, or one cohort's part of it: everybody's turn."""

    standup: Standup
    local_date: date
    entries: tuple[Entry, ...]

    @property
    def reports(self) -> tuple[Report, ...]:
        """The reports in the order in which they came; the same for everybody who looks."""
        found = [e.report for e in self.entries if e.report]
        return tuple(sorted(found, key=lambda r: (r.submitted_at, r.user_id)))

    @property
    def absent(self) -> tuple[Turn, ...]:
        """Those of whom nothing is expected and who reported nothing."""
        return tuple(e.turn for e in self.entries if e.turn.absence and not e.report)

    @property
    def waiting(self) -> tuple[Turn, ...]:
        """Those who were asked and haven't answered."""
        return tuple(e.turn for e in self.entries if not e.answered)

    def missing(self, now: datetime) -> tuple[Turn, ...]:
        """Those whose report is required and whose day has closed without one."""
        return tuple(t for t in self.waiting if t.required and t.due_at <= now)

    def of(self, cohort: Cohort) -> "Day":
        """One cohort's part."""
        mine = tuple(e for e in self.entries if e.turn.cohort is cohort)
        return replace(self, entries=mine)
