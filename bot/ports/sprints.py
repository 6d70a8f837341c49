"""Where sprints are kept: boards, sprints, and what became of their issues."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.digests.windows import Span
from bot.domain.issues.records import IssueChange
from bot.domain.issues.sprint_states import Histories, IssueState
from bot.domain.issues.sprints import Board, Sprint, SprintsHealth


@dataclass(frozen=True, kw_only=True)
class KeptSprint:
    """A sprint as last read, at `read_at`; `known` are the times of which it is known what was in
    it, oldest first (aware UTC)."""

    sprint: Sprint
    read_at: datetime
    known: tuple[Span, ...]


class Sprints(Protocol):
    """Sprints, per workspace."""

    def health(self, workspace: str) -> SprintsHealth | None:
        """How reading went, None before the first try."""
        ...

    def tried(self, workspace: str, now: datetime, failure: str, *, is_read: bool = False) -> None:
        """Jira was asked at `now`, and answered unless `failure` says why not; with `is_read` it
        answered, but not all."""
        ...

    def save_boards(
        self, workspace: str, projects: Collection[str], boards: Sequence[Board]
    ) -> None:
        """These are all boards of these projects."""
        ...

    def boards(self, workspace: str, projects: Collection[str]) -> list[Board]:
        """The boards of these projects, by id."""
        ...

    def save(self, workspace: str, kept: KeptSprint) -> bool:
        """Keep a running sprint; False, and nothing changed, where a later reading is kept."""
        ...

    def get(self, workspace: str, sprint_id: int) -> KeptSprint | None:
        """One sprint, or None."""
        ...

    def running(self, workspace: str) -> list[KeptSprint]:
        """Those that ran when they were last read, by id."""
        ...

    def end_others(
        self, workspace: str, projects: Collection[str], running: Collection[int]
    ) -> None:
        """Of the sprints of these projects only `running` run."""
        ...

    def add_states(self, workspace: str, sprint_id: int, states: Sequence[IssueState]) -> None:
        """Keep what became of issues; what is known of the same instant stays."""
        ...

    def histories(self, workspace: str, sprint_id: int) -> Histories:
        """What became of each issue that was ever in the sprint."""
        ...

    def changes(
        self,
        workspace: str,
        projects: Collection[str],
        fields: Collection[str],
        since: datetime,
    ) -> list[IssueChange]:
        """The mirrored changes of these fields of these projects' issues after `since`, oldest
        first."""
        ...
