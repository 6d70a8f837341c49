"""Where stand-ups, reports and blockers are kept."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from bot.domain.blocker import Blocker
from bot.domain.standup import Report, Standup


class Standups(Protocol):
    """Stand-ups and their reports."""

    def add(self, standup: Standup) -> None:
        """Store a new one."""
        ...

    def change(self, standup: Standup, *, from_version: int) -> bool:
        """Replace it if it still has `from_version`; whether it did."""
        ...

    def get(self, workspace: str, standup_id: str) -> Standup | None:
        """One stand-up, or None."""
        ...

    def all(self, workspace: str) -> list[Standup]:
        """The active ones, by name."""
        ...

    def save_report(self, report: Report) -> None:
        """Insert or replace the person's report of that date."""
        ...

    def report(self, standup_id: str, local_date: date, user_id: str) -> Report | None:
        """One report, or None."""
        ...

    def last_report(self, standup_id: str, user_id: str, before: date) -> Report | None:
        """The person's latest report of an earlier date, or None."""
        ...

    def reports(self, standup_id: str, local_date: date) -> list[Report]:
        """All reports of one date, in the order in which they came."""
        ...

    def reports_between(
        self, workspace: str, channel: str, since: datetime, until: datetime
    ) -> list[Report]:
        """Reports submitted in (since, until] for the channel's stand-ups, in that order."""
        ...

    def skip(self, workspace: str, standup_id: str, local_date: date, user_id: str) -> bool:
        """The person doesn't report that date; False if that was known."""
        ...

    def unskip(self, standup_id: str, local_date: date, user_id: str) -> None:
        """The person reports after all."""
        ...

    def skipped(self, standup_id: str, local_date: date) -> list[str]:
        """Who skips that date."""
        ...

    def prompted(self, standup_id: str, local_date: date) -> list[str]:
        """Who was asked for that date."""
        ...

    def prompted_between(
        self, workspace: str, channel: str, since: datetime, until: datetime
    ) -> Sequence[tuple[str, date, str]]:
        """(stand-up id, local date, user id) of the prompts of (since, until]."""
        ...


class Blockers(Protocol):
    """What blocks people."""

    def open_of(self, standup_id: str, user_id: str) -> Blocker | None:
        """The person's open blocker in one stand-up, or None."""
        ...

    def open(self, workspace: str, channel: str) -> list[Blocker]:
        """The open blockers of a channel, oldest first."""
        ...

    def save(self, blocker: Blocker) -> None:
        """Insert or replace one."""
        ...
