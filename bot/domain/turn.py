"""Turns: whose report is expected for a local date, and what came of it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.domain import calendar
from bot.domain.absence import Absence
from bot.domain.report import Report


class Cohort(StrEnum):
    """People whose working days overlap: their day of a stand-up closes together.

    Told by the offset from UTC, so that a zone's name (Asia/Istanbul) decides nothing.
    """

    ASIA = "Asia and Pacific"
    EUROPE = "Europe and Africa"
    AMERICAS = "Americas"

    @classmethod
    def of(cls, zone: str, at: datetime) -> "Cohort":
        """The cohort of somebody in `zone` (IANA) at `at` (aware)."""
        offset = at.astimezone(calendar.zone_or_utc(zone)).utcoffset() or timedelta(0)
        if offset >= timedelta(hours=4, minutes=30):
            return cls.ASIA
        return cls.EUROPE if offset >= timedelta(hours=-1, minutes=-30) else cls.AMERICAS


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One person's turn on one local date: they were asked, or why not.

    Written when the date comes for them, or when they report or skip unasked; it stays as it was
    then, whatever becomes of the stand-up. `due_at` is when their day closes (aware UTC);
    `asked_at` is None where they were not asked. Whoever has an `absence` is never missing.
    """

    workspace: str
    standup_id: str
    local_date: date
    user_id: str
    cohort: Cohort
    due_at: datetime
    asked_at: datetime | None = None
    required: bool = True
    absence: Absence | None = None

    @property
    def key(self) -> tuple[str, date, str]:
        """Stand-up, local date and person: there is one turn for these."""
        return self.standup_id, self.local_date, self.user_id


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A turn with what came of it."""

    turn: Turn
    report: Report | None = None

    @property
    def answered(self) -> bool:
        """Whether nothing more is expected from them."""
        return self.report is not None or self.turn.absence is not None

    @property
    def late(self) -> bool:
        """Whether the report came after their day had closed."""
        return self.report is not None and self.report.submitted_at > self.turn.due_at
