"""The mirror of Jira: what polls copied, and when we noticed it.

No read returns an issue that is gone: deleted, moved out of the projects that are read, out of our
account's sight, or given a security level. It is kept, since it may come back.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.issues.changes import IssueNews
from bot.domain.issues.polling import ProjectProgress, Reading, Sighting
from bot.domain.issues.records import Issue, IssueChange, IssuePage
from bot.domain.issues.token import Token, TokenFacts


class Issues(Protocol):
    """Issues and their changes, per workspace."""

    def progress(self, workspace: str) -> list[ProjectProgress]:
        """How far each project was read, by project."""
        ...

    def turn(self, workspace: str, now: datetime) -> datetime:
        """When what this transaction brings counts as noticed: `now`, but later than all that was
        told. To be asked before anything is written; others that ask wait for its end.

        Who reads up to a project's `read_at` misses nothing then, however long a writer took and
        however wrong its clock is.
        """
        ...

    def save(self, workspace: str, reading: Reading, page: IssuePage, now: datetime) -> int:
        """Store what a reading brought and how far it got; how many changes were not known yet.

        Saving the same page again changes nothing; an older state never replaces a newer one. What
        the page hides is gone, what it shows is back.
        """
        ...

    def backlog_read(self, workspace: str, projects: Sequence[str], now: datetime) -> None:
        """Keep that all open issues of these projects were read."""
        ...

    def hide(self, workspace: str, issue_ids: Sequence[str], now: datetime) -> None:
        """From now on no read returns these, until a page brings them back."""
        ...

    def sightings(self, workspace: str, issue_ids: Sequence[str]) -> dict[str, Sighting]:
        """How these issues are mirrored, gone ones too, by id."""
        ...

    def to_check(self, workspace: str, now: datetime, limit: int) -> list[str]:
        """Ids of mirrored issues, gone ones too, that Jira wasn't asked for within a day."""
        ...

    def checked(self, workspace: str, issue_ids: Sequence[str], now: datetime) -> None:
        """Keep that Jira was asked for these."""
        ...

    def token_worked(self, facts: TokenFacts, now: datetime) -> None:
        """Keep that Jira took this token, and since when it does."""
        ...

    def token(self) -> Token | None:
        """The token that worked last, or None before the first time."""
        ...

    def news(
        self,
        workspace: str,
        projects: Sequence[str],
        since: datetime,
        until: datetime,
        *,
        own: str = "",
    ) -> IssueNews:
        """New issues and changes of all fields noticed in (since, until]: of these projects, and
        of the issues of the account `own` wherever they belong."""
        ...

    def by_person(
        self, workspace: str, account_id: str, projects: Sequence[str], since: datetime
    ) -> IssueNews:
        """Issues of these projects that one account created, and its changes of status, both
        noticed after `since`."""
        ...

    def people(self, workspace: str, projects: Sequence[str]) -> list[tuple[str, str]]:
        """The accounts that changed, or are or were assigned to, something in these projects: id
        and name, by name."""
        ...

    def by_keys(self, workspace: str, keys: Sequence[str]) -> list[Issue]:
        """Those mirrored issues that have these keys, as last polled."""
        ...

    def by_ids(self, workspace: str, issue_ids: Sequence[str]) -> list[Issue]:
        """Those mirrored issues that have these ids, as last polled."""
        ...

    def open_of(self, workspace: str, projects: Sequence[str], *, own: str = "") -> list[Issue]:
        """Every issue of these projects, and of the account `own` wherever it belongs, that is not
        done, however old, by key."""
        ...

    def done_statuses(self, workspace: str, project: str, names: Iterable[str]) -> frozenset[str]:
        """Those of these statuses (by name) in which issues of that project are, or were, done;
        what the project has no issue of means what it means elsewhere."""
        ...

    def changes(
        self, workspace: str, issue_ids: Sequence[str], since: datetime, until: datetime
    ) -> list[IssueChange]:
        """Changes of all fields of these issues, noticed in (since, until], oldest first."""
        ...

    def gone(self, workspace: str, since: datetime, until: datetime) -> frozenset[str]:
        """Ids of issues that went out of sight in (since, until] and are not back."""
        ...
