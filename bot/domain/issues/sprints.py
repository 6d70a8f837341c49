"""Sprints of Jira's boards: what is read of them, and how a running one stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.issues.burndown import Burndown
from bot.domain.issues.records import Issue

READ_EVERY = timedelta(minutes=30)
"""How often Jira is asked for sprints where it is polled every two minutes."""

_POLLS_BETWEEN = 15

KANBAN = "kanban"


@dataclass(frozen=True, kw_only=True)
class Board:
    """A board that shows issues of `project`; `kind` is Jira's word: scrum, kanban or simple."""

    board_id: int
    project: str
    name: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class Sprint:
    """A sprint that was started; instants are aware UTC.

    `project` is the one whose board it was found on. `estimate` is the name of the board's field
    of estimates, empty where it counts issues, `estimate_id` that field's id.
    """

    sprint_id: int
    board_id: int
    board: str
    project: str
    name: str
    goal: str
    starts_at: datetime
    ends_at: datetime
    estimate: str = ""
    estimate_id: str = ""


@dataclass(frozen=True, kw_only=True)
class SprintReading:
    """A running sprint with its issues as read; `points` are estimates by issue id."""

    sprint: Sprint
    issues: tuple[Issue, ...]
    points: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class SprintsFound:
    """All that one reading found in some projects; `is_done` says of a status's name whether
    nothing is left to do in it (names that mean both are left out).

    `closed` are the numbers of boards that Jira refused, with its reason in a sentence.
    """

    projects: tuple[str, ...]
    boards: tuple[Board, ...] = ()
    sprints: tuple[SprintReading, ...] = ()
    is_done: Mapping[str, bool] = field(default_factory=dict)
    closed: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class SprintsHealth:
    """When sprints were asked for and when they were last read (aware UTC); `failure` is the
    sentence that says why the last try brought nothing, or not all."""

    tried_at: datetime
    read_at: datetime | None = None
    failure: str = ""

    def is_due(self, now: datetime, every: timedelta = READ_EVERY) -> bool:
        """Whether to ask again."""
        return now - self.tried_at >= every


def read_every(poll_seconds: int) -> timedelta:
    """How often Jira is asked for sprints: once in so many polls, for it is many calls."""
    return timedelta(seconds=_POLLS_BETWEEN * poll_seconds)


class Missing(StrEnum):
    """Why there is no sprint to show."""

    NO_TRACKER = "no tracker"
    NO_PROJECT = "no project"
    NOT_READ = "not read"
    NO_BOARD = "no board"
    ONLY_KANBAN = "only kanban"
    NOT_RUNNING = "not running"
    EMPTY = "empty"


@dataclass(frozen=True, kw_only=True)
class SprintState:
    """How a running sprint stands for some readers, as of `as_of` (aware UTC).

    The burndown counts only issues that they may see. `others` are the names of further running
    sprints, `zone` is the IANA zone whose working days count, `failure` why nothing newer is known.
    """

    sprint: Sprint
    burndown: Burndown
    as_of: datetime
    zone: str = "UTC"
    others: tuple[str, ...] = ()
    failure: str = ""
