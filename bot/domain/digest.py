"""Digests: what a channel wants to read at its morning, over which window, and what is in it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from bot.domain.alerts.incidents import Incident
from bot.domain.blocker import Blocker
from bot.domain.calendar import WORKDAYS, next_run
from bot.domain.decisions.record import DecisionRecord
from bot.domain.decisions.waiting import OpenDecision
from bot.domain.experiments.hypothesis_detail import HypothesisDetail
from bot.domain.experiments.records import RunsSummary
from bot.domain.experiments.retraining import PlanState
from bot.domain.issue import IssueMoves
from bot.domain.schedule import Schedule, ScheduleKind

# Half an hour after the stand-up's own default: who reports at once is in it.
DEFAULT_TIME = time(9, 30)
# Before a channel's first digest there is no last one.
FIRST_WINDOW = timedelta(hours=24)

_PROJECT_KEY = re.compile(r"[A-Z][A-Z0-9_]+")
_BETWEEN = re.compile(r"[,;\s]+")
_BETWEEN_NAMES = re.compile(r"[,;\n]+")


@dataclass(frozen=True, kw_only=True)
class DigestChoice:
    """What a person can choose; `projects` is the allow-list of what of Jira the channel may see.

    `experiments` are names, empty for all; no project means nothing of Jira.
    """

    zone: str
    wall_time: time = DEFAULT_TIME
    weekdays: frozenset[int] = WORKDAYS
    projects: tuple[str, ...] = ()
    experiments: tuple[str, ...] = ()
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
    """One channel's digest; `owner` set it last, `version` grows with every change."""

    workspace: str
    channel: str
    choice: DigestChoice
    owner: str
    version: int = 1
    marks: Marks = field(default_factory=Marks)


@dataclass(frozen=True, kw_only=True)
class Span:
    """The instants (since, until], aware UTC; empty where they are equal."""

    since: datetime
    until: datetime


@dataclass(frozen=True, kw_only=True)
class Window:
    """What a digest is about; fixed when it is decided that there is something to say."""

    whole: Span
    issues: Span
    runs: Span

    def to_json(self) -> dict[str, Any]:
        """Plain JSON; `since` and `until` are the window, the lists are those of the mirrors."""
        return {
            "since": self.whole.since.isoformat(),
            "until": self.whole.until.isoformat(),
            "issues": [self.issues.since.isoformat(), self.issues.until.isoformat()],
            "runs": [self.runs.since.isoformat(), self.runs.until.isoformat()],
        }

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Window":
        """The window that `to_json` wrote."""
        return cls(
            whole=_span((stored["since"], stored["until"])),
            issues=_span(stored["issues"]),
            runs=_span(stored["runs"]),
        )


@dataclass(frozen=True, kw_only=True)
class StandupNews:
    """Display names of who reported in the window and of who was asked and is awaited."""

    reported: tuple[str, ...] = ()
    awaited: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether anybody was asked or reported."""
        return bool(self.reported or self.awaited)


@dataclass(frozen=True, kw_only=True)
class OpenBlocker:
    """A blocker with display names: the person that it blocks, those it asks, and who takes it."""

    blocker: Blocker
    person: str
    asked: tuple[str, ...] = ()
    taken_by: str = ""


@dataclass(frozen=True, kw_only=True)
class OpenAlert:
    """An alert that fires; `acknowledged_by` is a display name, or empty."""

    incident: Incident
    acknowledged_by: str


@dataclass(frozen=True, kw_only=True)
class LatePlan:
    """A model that was to be retrained; `owner` is a display name. It is news on the day on which
    it gets overdue and once a week from then on."""

    state: PlanState
    owner: str
    is_news: bool


@dataclass(frozen=True, kw_only=True)
class SourceNote:
    """How old what a digest shows of a source is.

    `as_of` is None where it was never read, `down_since` None where it can be read; else `reason`
    is the sentence that says why not. `behind` are parts of it that were not read with the rest.
    """

    name: str
    as_of: datetime | None
    down_since: datetime | None = None
    reason: str = ""
    behind: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Digest:
    """All sections; each is falsy where it has nothing to say. `day` is the channel's date.

    `awaited` are all open proposals, the oldest first: they are no news and no reason for a digest.
    """

    day: date
    window: Window
    blockers: tuple[OpenBlocker, ...] = ()
    standup: StandupNews = field(default_factory=StandupNews)
    decisions: tuple[DecisionRecord, ...] = ()
    awaited: tuple[OpenDecision, ...] = ()
    moves: IssueMoves = field(default_factory=IssueMoves)
    runs: RunsSummary = field(default_factory=RunsSummary)
    alerts: tuple[OpenAlert, ...] = ()
    late: tuple[LatePlan, ...] = ()
    learned: tuple[HypothesisDetail, ...] = ()
    sources: tuple[SourceNote, ...] = ()

    @property
    def something_to_say(self) -> bool:
        """Whether any section has something; a source that is down is not enough."""
        return bool(
            self.blockers
            or self.standup
            or self.decisions
            or self.moves
            or self.runs.total
            or self.alerts
            or self.learned
            or any(each.is_news for each in self.late)
        )


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


def window_until(
    until: datetime, marks: Marks, issues_as_of: datetime | None, runs_as_of: datetime | None
) -> Window:
    """The window since the last digest, or of a day; the mirrors' parts end where they were read.

    `issues_as_of` and `runs_as_of` are when the mirrors were last read, None where never.
    """
    since = marks.until or until - FIRST_WINDOW
    return Window(
        whole=Span(since=since, until=max(since, until)),
        issues=_read_span(marks.issues or since, issues_as_of),
        runs=_read_span(marks.runs or since, runs_as_of),
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


def _read_span(since: datetime, as_of: datetime | None) -> Span:
    return Span(since=since, until=max(since, as_of or since))


def _span(pair: Sequence[str]) -> Span:
    since, until = (datetime.fromisoformat(text) for text in pair)
    return Span(since=since, until=until)
