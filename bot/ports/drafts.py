"""Where drafts are kept."""

from datetime import datetime
from typing import Protocol

from bot.domain.draft import Draft


class Drafts(Protocol):
    """At most one draft per person and place."""

    def save(self, draft: Draft) -> None:
        """Insert or replace it; one that is older than what is kept changes nothing."""
        ...

    def get(self, workspace: str, user_id: str, place: str) -> Draft | None:
        """The draft, or None."""
        ...

    def drop(self, workspace: str, user_id: str, place: str) -> None:
        """Forget it; nothing happens if there is none."""
        ...

    def forget(self, before: datetime) -> int:
        """Drop what was saved before then; how many."""
        ...
