"""Roles, retention and what the storage holds about somebody."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from bot.domain.privacy.retention import Area
from bot.domain.privacy.roles import Grant


@dataclass(frozen=True, kw_only=True)
class Erased:
    """What deleting somebody did: rows that went, and rows that stay under a placeholder, by
    table."""

    placeholder: str
    deleted: Mapping[str, int] = field(default_factory=dict)
    replaced: Mapping[str, int] = field(default_factory=dict)


class Roles(Protocol):
    """Roles that were given."""

    def get(self, workspace: str, user_id: str) -> Grant | None:
        """What somebody was given, or None."""
        ...

    def all(self, workspace: str) -> list[Grant]:
        """Everything that was given, by person."""
        ...

    def locked(self, workspace: str) -> list[Grant]:
        """Like `all`; no role is given or taken until this transaction has ended."""
        ...

    def give(self, grant: Grant) -> None:
        """Insert or replace one."""
        ...


class Privacy(Protocol):
    """What is kept for how long, and everything about one person or one workspace."""

    def days(self, workspace: str) -> Mapping[Area, int]:
        """The days that somebody chose; areas that nobody touched are missing."""
        ...

    def choose(self, workspace: str, area: Area, days: int, by: str, now: datetime) -> None:
        """Keep an area for so many days."""
        ...

    def sweep(self, workspace: str, area: Area, before: datetime, limit: int) -> int:
        """Delete up to `limit` rows of an area that are over since before then; how many. What
        still refers to a row keeps it."""
        ...

    def claim_sweep(self, workspace: str, now: datetime, every_seconds: int) -> bool:
        """Whether it is this process's turn to sweep the workspace."""
        ...

    def export(self, workspace: str, user_id: str) -> dict[str, Any]:
        """By table: rows that are theirs, and of rows of others where they are named in them."""
        ...

    def erase(self, workspace: str, user_id: str, now: datetime) -> Erased:
        """Delete what is theirs; elsewhere a placeholder takes their place. Remembers only that
        this id isn't to be copied from Slack any more."""
        ...

    def is_forgotten(self, workspace: str, user_id: str) -> bool:
        """Whether somebody asked to be deleted and hasn't come back."""
        ...

    def welcome_back(self, workspace: str, user_id: str) -> None:
        """They use Meridian again."""
        ...

    def forgotten(self, workspace: str) -> frozenset[str]:
        """Everybody who is forgotten here, by id."""
        ...

    def purge(self, workspace: str, limit: int) -> int:
        """Delete up to `limit` rows of a workspace; how many. Fewer than that: nothing is left."""
        ...
