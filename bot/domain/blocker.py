"""Blockers (impediments): what stops somebody, from the report that names it to the one that
doesn't any more."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Blocker:
    """What blocks one person in one stand-up; open while `closed_at` is None. Times aware UTC."""

    id: str
    workspace: str
    standup_id: str
    channel: str
    user_id: str
    text: str
    opened_at: datetime
    closed_at: datetime | None = None


def same_blocker(text: str, other: str) -> bool:
    """Whether two answers name the same blocker: its age then goes on counting."""
    return text.casefold().split() == other.casefold().split()
