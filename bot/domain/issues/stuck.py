"""How long an issue waits in its status, in working time of whoever has it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.working_time import Window

# So many of their working days in one status make an issue stuck.
WORKING_DAYS = 3
# Jira's category of what somebody works on; what nobody has begun isn't stuck.
IN_PROGRESS = "indeterminate"


@dataclass(frozen=True, kw_only=True)
class Wait:
    """Working time that passed, and when it became too long (aware UTC)."""

    waited: timedelta
    began: datetime


def long_wait(
    days: Iterable[Window],
    since: datetime,
    until: datetime,
    enough: timedelta,
    pauses: Sequence[Window] = (),
) -> Wait | None:
    """The working time between `since` and `until`, None where that is less than `enough`.

    `days` are the working days that end after `since`, in order; nothing that lies in one of the
    `pauses` counts.
    """
    waited, began = timedelta(0), None
    for opens, closes in days:
        if opens >= until:
            break
        for start, end in _without(pauses, max(opens, since), min(closes, until)):
            if began is None and waited + (end - start) >= enough:
                began = start + (enough - waited)
            waited += end - start
    return Wait(waited=waited, began=began) if began else None


def _without(pauses: Iterable[Window], start: datetime, end: datetime) -> Iterator[Window]:
    """What the pauses leave of a stretch of time."""
    for begins, ends in sorted(pauses):
        if begins < end and ends > start:
            if begins > start:
                yield start, begins
            start = max(start, ends)
    if start < end:
        yield start, end
