"""The mirror of Jira: what polls copied, and when we noticed it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.issue import IssueNews, IssuePage, ProjectProgress, Reading


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
