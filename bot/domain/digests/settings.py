"""What a channel wants to read at its morning, and when."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum

from bot.domain.calendar import WORKDAYS, next_run
from bot.domain.issues.naming import Unfurl
from bot.domain.issues.sharing import ALL_FIELDS, IssueField
from bot.domain.schedule import Schedule, ScheduleKind

# Half an hour after the stand-up's own default: who reports at once is in it.
DEFAULT_TIME = time(9, 30)
# The week's last working hours, and still before people leave.
WEEKLY_TIME = time(16)

_PROJECT_KEY = re.compile(r"[A-Z][A-Z0-9_]+")
_BETWEEN = re.compile(r"[,;\s]+")
_BETWEEN_NAMES = re.compile(r"[,;\n]+")


class Audience(StrEnum):
    """For whom a digest is written: who builds the models, or who asked for them."""

    TECHNICAL = "technical"
    STAKEHOLDER = "stakeholder"


@dataclass(frozen=True, kw_only=True)
class Weekly:
    """When the channel's weekly digest comes: an ISO weekday, None for never."""

    weekday: int | None = None
    wall_time: time = WEEKLY_TIME


@dataclass(frozen=True, kw_only=True)
class DigestChoice:
    """What a person can choose; `projects` and `fields` are the allow-list of what of Jira the
    channel may see, digest or not.

    `experiments` are names, empty for all; no project means nothing of Jira. `shared_ok` says that
    people of another company who are in the channel may see it too.
    """

    zone: str
    wall_time: time = DEFAULT_TIME
    weekdays: frozenset[int] = WORKDAYS
    projects: tuple[str, ...] = ()
    fields: frozenset[IssueField] = ALL_FIELDS
    shared_ok: bool = False
    experiments: tuple[str, ...] = ()
    audience: Audience = Audience.TECHNICAL
    weekly: Weekly = field(default_factory=Weekly)
    unfurl: Unfurl = Unfurl.LINKS
    active: bool = True


@dataclass(frozen=True, kw_only=True)
class Marks:
    """Up to where the last digest reported; None before the first. Aware UTC.

    Issues and runs have marks of their own: what a poll finds after the moment up to which it was
    reported comes in the next digest, however late the poll was.
    """

    until: datetime | None = None
    issues: datetime | None = None
    runs: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class DigestSettings:
    """One channel's digest; `owner` set it last, `version` grows with every change.

    `weekly_until` is up to where its last weekly digest reported (aware UTC), None before the
    first.
    """

    workspace: str
    channel: str
    choice: DigestChoice
    owner: str
    version: int = 1
    marks: Marks = field(default_factory=Marks)
    weekly_until: datetime | None = None


def schedule_id(workspace: str, channel: str) -> str:
    """The id of a channel's digest schedule."""
    return f"digest:{workspace}:{channel}"


def schedule_of(settings: DigestSettings, now: datetime) -> Schedule:
    """The channel's schedule with its next run after `now`."""
    choice = settings.choice
    upcoming = next_run(now, wall_time=choice.wall_time, weekdays=choice.weekdays, zone=choice.zone)
    return Schedule(
        id=schedule_id(settings.workspace, settings.channel),
        workspace=settings.workspace,
        kind=ScheduleKind.DIGEST,
        subject=settings.channel,
        zone=choice.zone,
        wall_time=choice.wall_time,
        weekdays=choice.weekdays,
        next_run_at=upcoming.run_at,
        next_date=upcoming.local_date,
        user_id=settings.owner,
        active=choice.active,
    )


def split_projects(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Typed project keys in any case and order, and those words that can't be keys."""
    typed = [word.upper() for word in _BETWEEN.split(text) if word]
    keys = sorted({word for word in typed if _PROJECT_KEY.fullmatch(word)})
    return tuple(keys), tuple(word for word in typed if word not in keys)


def split_names(text: str) -> tuple[str, ...]:
    """Typed names between commas, semicolons or line breaks, each once."""
    words = (word.strip() for word in _BETWEEN_NAMES.split(text))
    return tuple(dict.fromkeys(word for word in words if word))


def all_projects(settings: Iterable[DigestSettings]) -> list[str]:
    """The projects that some switched-on digest shows."""
    return sorted({key for each in settings if each.choice.active for key in each.choice.projects})
