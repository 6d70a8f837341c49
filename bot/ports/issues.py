"""The mirror of Jira: what polls copied, and when we noticed it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.issues.changes import IssueNews
from bot.domain.issues.polling import ProjectProgress, Reading
from bot.domain.issues.records import Issue, IssuePage


class Issues(Protocol):
    """Issues and their changes, per workspace."""

    def progress(self, workspace: str) -> list[ProjectProgress]:
        """How far each project was read, by project."""
        ...

    def save(self, workspace: str, reading: Reading, page: IssuePage, now: datetime) -> int:
        """Store what a reading brought and how far it got; how many changes were not known yet.

        Saving the same page again changes nothing; an older state never replaces a newer one.
        """
        ...

    def news(
        self, workspace: str, projects: Sequence[str], since: datetime, until: datetime
    ) -> IssueNews:
        """New issues and changes of status of these projects, noticed in (since, until]."""
        ...

    def by_person(
        self, workspace: str, account_id: str, projects: Sequence[str], since: datetime
    ) -> IssueNews:
        """Issues of these projects that one account created, and its changes of status, both
        noticed after `since`."""
        ...

    def people(self, workspace: str) -> list[tuple[str, str]]:
        """The accounts that created, changed or are assigned to something: id and name, by name."""
        ...

    def by_keys(self, workspace: str, keys: Sequence[str]) -> list[Issue]:
        """Those mirrored issues that have these keys, as last polled."""
        ...
