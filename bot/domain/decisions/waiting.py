"""Decisions that wait: for somebody's word, or to be looked at again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.domain.absence import Absence
from bot.domain.decisions.record import DecisionRecord
from bot.domain.decisions.review import Review

COMING = timedelta(days=7)
"""How long before its date a review is announced."""


@dataclass(frozen=True, kw_only=True)
class Awaited:
    """Somebody whose word a decision waits for, by display name.

    Where their consent was asked for, they may answer until `until` (aware UTC), and `left` of
    their working time is left; `absence` is why they are away today. No message gets to who is
    `unreachable`, so they have no end.
    """

    name: str
    until: datetime | None = None
    left: timedelta = timedelta(0)
    absence: Absence | None = None
    unreachable: bool = False


@dataclass(frozen=True, kw_only=True)
class OpenDecision:
    """A proposed decision with whom it waits for; `objecting` are display names."""

    record: DecisionRecord
    awaited: Sequence[Awaited] = ()
    objecting: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class DueDecision:
    """An accepted decision to look at again.

    `review` is the one that its makers were asked for and haven't answered; without it, `on` is
    the date on which they will be.
    """

    record: DecisionRecord
    review: Review | None = None
    on: date | None = None


@dataclass(frozen=True, kw_only=True)
class MyTurn:
    """A decision that waits for one person.

    For their look where `review` is given, for their consent where `until` is (aware UTC), else for
    their word as a maker.
    """

    record: DecisionRecord
    until: datetime | None = None
    review: Review | None = None


@dataclass(frozen=True, kw_only=True)
class Agenda:
    """What waits, as one person may see it: for themselves, and for others."""

    mine: Sequence[MyTurn] = ()
    open: Sequence[OpenDecision] = ()
    due: Sequence[DueDecision] = ()
    open_total: int = 0

    def __bool__(self) -> bool:
        """Whether anything waits."""
        return bool(self.mine or self.open or self.due)
