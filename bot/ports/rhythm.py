"""What the rhythm of decisions keeps and asks: weekly digests, what is open, what is due."""

from datetime import date, datetime
from typing import Protocol

from bot.domain.decisions.record import DecisionRecord
from bot.domain.decisions.weekly import WeeklySettings


class Rhythm(Protocol):
    """One weekly digest per channel, and the decisions that wait for something."""

    def get(self, workspace: str, channel: str) -> WeeklySettings | None:
        """The channel's settings, or None."""
        ...

    def add(self, settings: WeeklySettings) -> bool:
        """Store a channel's first settings; False, and nothing stored, if it has some."""
        ...

    def change(self, settings: WeeklySettings, *, from_version: int) -> bool:
        """Replace all but `until` if they still have `from_version`; whether it did."""
        ...

    def mark(self, workspace: str, channel: str, until: datetime | None) -> None:
        """Keep up to where the channel's digest reported."""
        ...

    def proposed(self, workspace: str) -> list[DecisionRecord]:
        """All that are proposed, by number."""
        ...

    def review_dates(self, workspace: str, until: date) -> list[DecisionRecord]:
        """The accepted ones that may have to be looked at again on a date up to `until`, by number.

        None for which somebody is asked already; which date counts is for the domain to say.
        """
        ...
