"""A month of a team in Jira, with everything that hides a change from a poll for a while."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tests.standins.jira import JiraStandIn
from tests.standins.jira.model import WORKFLOW
from tests.trials.issue_disorders import Disorders

START = datetime(2026, 9, 1, tzinfo=UTC)
DAYS = 30
PROJECTS = ("CHURN", "DATA", "FRAUD", "RANK", "VISION")
# Nobody reads about this one.
ELSEWHERE = "LEGAL"
_PEOPLE = ("aiko", "ananya", "lena", "marcus", "beatriz")
# Nobody is told of a new title, and the mirror doesn't hold it.
_TOLD = frozenset({"status", "assignee", "priority"})
_PAST = timedelta(days=60)
_OLD = 0.6

Deed = Callable[[], None]


@dataclass(kw_only=True)
class SimulatedClock:
    """A clock that goes forward as it is told."""

    now: datetime = START - _PAST

    def __call__(self) -> datetime:
        return self.now


@dataclass(kw_only=True)
class Month:
    """`issues` that stay, a twentieth more that leave for good, and `changes` of those that stay.

    `due` holds what happens in order; `stays` and `leaves` are Jira's numbers of the issues.
    """

    jira: JiraStandIn
    clock: SimulatedClock
    dice: random.Random
    issues: int
    changes: int
    stays: set[str] = field(default_factory=set)
    leaves: set[str] = field(default_factory=set)
    left: dict[str, datetime] = field(default_factory=dict)

    def begin(self) -> list[tuple[datetime, Deed]]:
        """Fills the site with a past, and returns the month to come, in order."""
        for key in (*PROJECTS, ELSEWHERE):
            self.jira.add_project(key)
        for handle in _PEOPLE:
            self.jira.add_user(handle, handle.title())
        old, new = self._split(self.issues)
        doomed, _ = self._split(max(self.issues // 20, 1))
        mine = [self._past() for _ in range(old)]
        lost = [self._past() for _ in range(doomed)]
        self.clock.now = START
        to_come = list(self._births(new, mine))
        to_come += self._work(mine, lost)
        to_come += [(self._moment(10, DAYS - 3), self._departure(ids)) for ids in lost]
        disorders = Disorders(jira=self.jira, dice=self.dice, stays=self.stays, start=START)
        to_come += disorders.deeds(DAYS)
        self.stays.update(mine)
        self.leaves.update(lost)
        return sorted(to_come, key=lambda each: each[0])

    def expected(self) -> set[str]:
        """The ids of the changes of the month that a digest must have told once."""
        return {
            f"{history.history_id}:{change.field}:1"
            for ticket in self.jira.tickets.values()
            if ticket.issue_id in self.stays
            for history in ticket.histories
            if history.at >= START
            for change in history.changes
            if change.field in _TOLD
        }

    def _split(self, total: int) -> tuple[int, int]:
        old = round(total * _OLD)
        return old, total - old

    def _past(self) -> str:
        """An issue from before; a tenth of them never moved again."""
        self.clock.now = START - self.dice.random() * _PAST
        issue_id = self._file()
        if self.dice.random() < 0.9:
            self._move(issue_id)
        return issue_id

    def _births(self, number: int, into: list[str]) -> Iterator[tuple[datetime, Deed]]:
        """Issues filed within the month; `into` gets each when it is filed."""

        def file() -> None:
            issue_id = self._file()
            into.append(issue_id)
            self.stays.add(issue_id)

        for _ in range(number):
            yield self._moment(0, DAYS - 1), file

    def _work(self, mine: list[str], lost: list[str]) -> Iterator[tuple[datetime, Deed]]:
        for _ in range(self.changes):
            yield self._moment(0, DAYS), lambda: self._change(self.dice.choice(mine))
        for _ in range(self.changes // 20):
            yield self._moment(0, DAYS), lambda: self._change(self.dice.choice(lost))
        for _ in range(self.changes // 10):
            yield self._moment(0, DAYS), lambda: self._comment(self.dice.choice(mine))

    def _file(self) -> str:
        self._lag()
        key = self.jira.create(self.dice.choice(PROJECTS), "Tune it", by=self._who())
        return self.jira.ticket(key).issue_id

    def _change(self, issue_id: str) -> None:
        if issue_id in self.left:
            return
        self._lag()
        key, who = self.jira.ticket(issue_id).key, self._who()
        kind = self.dice.random()
        if kind < 0.7:
            self._move(issue_id)
        elif kind < 0.8:
            self.jira.assign(key, self._who(), by=who)
        elif kind < 0.9:
            self.jira.prioritize(key, self.dice.choice(("Low", "High")), by=who)
        else:
            self.jira.flag(key, self.dice.random() < 0.5, by=who)

    def _move(self, issue_id: str) -> None:
        ticket = self.jira.ticket(issue_id)
        others = [status.name for status in WORKFLOW if status is not ticket.status]
        self.jira.move(ticket.key, self.dice.choice(others), by=self._who())

    def _comment(self, issue_id: str) -> None:
        self._lag()
        self.jira.comment(self.jira.ticket(issue_id).key, "A thought", by=self._who())

    def _departure(self, issue_id: str) -> Deed:
        how = self.dice.randrange(4)

        def depart() -> None:
            key = self.jira.ticket(issue_id).key
            self.left[issue_id] = self.clock.now
            if how == 0:
                self.jira.delete(key)
            elif how == 1:
                self.jira.relocate(key, ELSEWHERE)
            elif how == 2:
                self.jira.secure(key, "Leads only")
            else:
                self.jira.hidden_ids.add(issue_id)

        return depart

    def _lag(self) -> None:
        """How long the index needs for the next write: seconds, minutes, seldom hours."""
        draw = self.dice.random()
        if draw < 0.7:
            seconds = self.dice.uniform(0, 5)
        elif draw < 0.995:
            seconds = self.dice.uniform(5, 540)
        else:
            seconds = self.dice.uniform(600, 6 * 3600)
        self.jira.index_lag = timedelta(seconds=seconds)

    def _who(self) -> str:
        return self.dice.choice(_PEOPLE)

    def _moment(self, first: float, last: float) -> datetime:
        return START + timedelta(days=self.dice.uniform(first, last))
