"""Boards and sprints of a site: who put what into which sprint, and how big it was thought."""

import itertools
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.standins.jira.site import Site

POINTS = "customfield_10016"
POINTS_NAME = "Story point estimate"


@dataclass(kw_only=True)
class Board:
    """A board of one project; without `estimates` it counts issues."""

    board_id: int
    name: str
    kind: str
    project: str
    estimates: bool


@dataclass(kw_only=True)
class Sprint:
    """A sprint of a board with the ids of its tickets; `state` is future, active or closed."""

    sprint_id: int
    board_id: int
    name: str
    goal: str
    starts_at: datetime
    ends_at: datetime
    state: str = "active"
    ticket_ids: list[str] = field(default_factory=list)


class Agile:
    """Jira Software beside a site; changes go into the changelogs of its tickets."""

    def __init__(self, site: "Site") -> None:
        self._site = site
        self.boards: dict[int, Board] = {}
        self.sprints: dict[int, Sprint] = {}
        self.points: dict[str, float] = {}
        self._ids = itertools.count(1)

    def add_board(
        self, project: str, name: str, *, kind: str = "scrum", estimates: bool = True
    ) -> int:
        """A new board; its id."""
        board_id = next(self._ids)
        self.boards[board_id] = Board(
            board_id=board_id, name=name, kind=kind, project=project, estimates=estimates
        )
        return board_id

    def start(
        self, board_id: int, name: str, starts_at: datetime, ends_at: datetime, *, goal: str = ""
    ) -> int:
        """A running sprint without tickets; its id."""
        sprint_id = next(self._ids)
        self.sprints[sprint_id] = Sprint(
            sprint_id=sprint_id,
            board_id=board_id,
            name=name,
            goal=goal,
            starts_at=starts_at,
            ends_at=ends_at,
        )
        return sprint_id

    def close(self, sprint_id: int) -> None:
        """Ends a sprint."""
        self.sprints[sprint_id].state = "closed"

    def put(self, sprint_id: int, key: str, *, by: str = "bot", told: bool = True) -> None:
        """Takes a ticket into a sprint; what is filed into one has no entry (`told` False)."""
        before = self._names(key)
        self.sprints[sprint_id].ticket_ids.append(self._site.ticket(key).issue_id)
        if told:
            self._site.changed(key, "Sprint", before, self._names(key), by=by)

    def take_out(self, sprint_id: int, key: str, *, by: str = "bot") -> None:
        """Takes a ticket out of a sprint."""
        before = self._names(key)
        self.sprints[sprint_id].ticket_ids.remove(self._site.ticket(key).issue_id)
        self._site.changed(key, "Sprint", before, self._names(key), by=by)

    def estimate(self, key: str, points: float | None, *, by: str = "bot") -> None:
        """Gives a ticket another estimate, or none."""
        issue_id = self._site.ticket(key).issue_id
        before = self.points.pop(issue_id, None)
        if points is not None:
            self.points[issue_id] = points
        self._site.changed(key, POINTS_NAME, _text(before), _text(points), by=by)

    def _names(self, key: str) -> str:
        issue_id = self._site.ticket(key).issue_id
        return ", ".join(s.name for s in self.sprints.values() if issue_id in s.ticket_ids)


def _text(points: float | None) -> str:
    return "" if points is None else f"{points:g}"
