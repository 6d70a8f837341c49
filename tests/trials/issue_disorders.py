"""What goes wrong between a poll and Jira, and for how long."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.standins.jira import JiraStandIn
from tests.standins.jira.model import Ticket

Deed = Callable[[], None]
Due = tuple[datetime, Deed]

_LAST_DAYS = 4


@dataclass(kw_only=True)
class Disorders:
    """Faults of the site and losses of permission, all of them over some days before the end.

    `stays` is read when something happens: the issues that exist by then.
    """

    jira: JiraStandIn
    dice: random.Random
    stays: set[str]
    start: datetime

    def deeds(self, days: int) -> list[Due]:
        """What happens when."""
        start, last = self.start, days - _LAST_DAYS
        found: list[Due] = []
        for _ in range(days):
            found += self._span(start, last, 3 / 24, self._repeat, self._repeat_no_more)
            found.append((self._moment(start, last), self._stumble))
        for number in range(4):
            key = ("CHURN", "DATA")[number % 2]
            found += self._span(start, last, 2, *self._project_lost(key))
        for _ in range(8):
            found += self._span(start, last, 3, *self._some_unseen())
            found += self._span(start, last, 3, *self._some_secured())
        found += self._span(start, last, 0.5, self._expire, self._renew)
        return found

    def _span(
        self, start: datetime, last: float, days: float, begin: Deed, end: Deed
    ) -> Iterator[Due]:
        at = self._moment(start, last)
        yield at, begin
        yield at + timedelta(days=days), end

    def _moment(self, start: datetime, last: float) -> datetime:
        return start + timedelta(days=self.dice.uniform(0.5, last))

    def _repeat(self) -> None:
        self.jira.repeat_token = True

    def _repeat_no_more(self) -> None:
        self.jira.repeat_token = False

    def _stumble(self) -> None:
        """The next searches fail, in one of the ways in which Jira fails."""
        kind = self.dice.randrange(4)
        if kind == 0:
            self.jira.faults.drop("/search/jql", times=2)
        elif kind == 1:
            self.jira.faults.fail("/search/jql", status=503, times=2)
        else:
            reason = ("jira-burst-based", "jira-quota-tenant-based")[kind - 2]
            headers = {"RateLimit-Reason": reason, "Retry-After": "1800"}
            self.jira.faults.fail("/search/jql", status=429, headers=headers)

    def _expire(self) -> None:
        self.jira.token_expired = True

    def _renew(self) -> None:
        self.jira.token_expired = False

    def _project_lost(self, key: str) -> tuple[Deed, Deed]:
        hidden = self.jira.hidden_projects
        return lambda: hidden.add(key), lambda: hidden.discard(key)

    def _some_unseen(self) -> tuple[Deed, Deed]:
        chosen: set[str] = set()

        def begin() -> None:
            chosen.update(self._some())
            self.jira.hidden_ids.update(chosen)

        return begin, lambda: self.jira.hidden_ids.difference_update(chosen)

    def _some_secured(self) -> tuple[Deed, Deed]:
        chosen: set[str] = set()

        def begin() -> None:
            chosen.update(self._some())
            for issue_id in chosen:
                self.jira.secure(self.jira.ticket(issue_id).key, "Leads only")

        def end() -> None:
            for issue_id in chosen:
                self.jira.secure(self.jira.ticket(issue_id).key, None)

        return begin, end

    def _some(self) -> list[str]:
        """Issues that polls had a day to see: the past of one that appears is no news."""
        known = [each for each in sorted(self.stays) if self._is_mirrored(self.jira.ticket(each))]
        return self.dice.sample(known, max(len(known) // 500, 1))

    def _is_mirrored(self, ticket: Ticket) -> bool:
        """What was done for long when the polls began is read when it moves, not before."""
        now = self.jira.clock()
        moved = self.start < ticket.updated < now - timedelta(days=1)
        is_open = ticket.status.category != "done"
        return moved or (is_open and ticket.created < now - timedelta(days=1))
