"""How an issue stands: what keeps it from going on, and when that is worth a word."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain import calendar
from bot.domain.digests.windows import Span
from bot.domain.issues.records import Issue, IssueChange
from bot.domain.issues.summary import IssueGroup

_WEEK = timedelta(weeks=1)

# What Jira's changelog calls the fields that say that an issue waits.
LINK = "Link"
FLAGGED = "Flagged"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Why an issue doesn't go on and since when (aware UTC).

    `waited` and `working_day` are working time of its assignee, for one that is stuck; `waits_for`
    the keys of what blocks it, wherever that belongs.
    """

    group: IssueGroup
    began: datetime
    waited: timedelta = timedelta(0)
    working_day: timedelta = timedelta(hours=10)
    waits_for: tuple[str, ...] = ()


def is_told(began: datetime, span: Span) -> bool:
    """Whether it began in the span, or has lasted for one, two, four, eight … weeks since then.

    That follows from facts alone: every reader, asked any number of times, gets the same answer,
    and spans that follow on each other tell each of these once. What has stood for long comes ever
    more rarely, so that a team with many old issues isn't told a seventh of them every day.
    """
    return _times(began, span.until) > _times(began, span.since)


def overdue_since(issue: Issue, zone: ZoneInfo) -> datetime | None:
    """The end of the day on which it was due, in this zone; None without such a date."""
    if issue.due_on is None:
        return None
    return calendar.resolve(issue.due_on + timedelta(days=1), time(0), zone)


def blocked_since(
    issue: Issue, waits_for: Iterable[str], changes: Iterable[IssueChange]
) -> datetime:
    """When the flag or the latest of these links was set, as far as `changes` say; else when it
    came into its status."""
    keys = set(waits_for)
    said = [
        change.at
        for change in changes
        if (change.field == LINK and keys & set(change.after.split()))
        or (change.field == FLAGGED and issue.flagged and change.after)
    ]
    return max(said, default=issue.status_since or issue.created_at)


def _times(began: datetime, at: datetime) -> int:
    """How often it was worth a word by then."""
    return 1 + ((at - began) // _WEEK).bit_length() if at >= began else 0
