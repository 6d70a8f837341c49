"""Where stand-ups, turns and reports are kept."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Protocol

from bot.domain.report import Report
from bot.domain.standup import Standup
from bot.domain.turn import Turn


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

    def several(self, workspace: str, standup_ids: Collection[str]) -> dict[str, Standup]:
        """Those of `standup_ids` that are known, by id."""
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

    def locked(self, workspace: str, standup_id: str) -> Standup | None:
        """Like `get`; nobody else changes it until this transaction has ended."""
        ...

    def reports_of_days(
        self, standup_ids: Sequence[str], first: date, last: date, user_id: str = ""
    ) -> list[Report]:
        """Reports of the local dates `first` to `last`, of everybody or of one, oldest first."""
        ...


class Turns(Protocol):
    """Whose report is expected when."""

    def save(self, turn: Turn) -> None:
        """Insert or replace one."""
        ...

    def missing(self, keys: Collection[tuple[str, date, str]]) -> set[tuple[str, date, str]]:
        """Those of the keys of turns for which there is none."""
        ...

    def add_all(self, turns: Sequence[Turn]) -> None:
        """Insert many, in one order for all; one that is there stays as it is."""
        ...

    def get(self, standup_id: str, local_date: date, user_id: str) -> Turn | None:
        """One turn, or None."""
        ...

    def of_day(self, standup_id: str, local_date: date) -> list[Turn]:
        """All turns of one date, in the order in which their days close."""
        ...

    def progress(self, standup_id: str, local_date: date) -> tuple[int, int]:
        """How many have reported for a date, and how many are absent and haven't."""
        ...

    def of_days(
        self, standup_ids: Sequence[str], first: date, last: date, user_id: str = ""
    ) -> list[Turn]:
        """Turns of the local dates `first` to `last`, of everybody or of one, oldest first."""
        ...

    def of_person(self, workspace: str, user_id: str, first: date) -> list[Turn]:
        """One person's turns of all stand-ups from the local date `first` on."""
        ...

    def asked_between(
        self, workspace: str, channel: str, since: datetime, until: datetime
    ) -> list[Turn]:
        """Turns of the channel's active stand-ups whose person was asked in (since, until]."""
        ...
