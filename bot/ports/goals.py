"""Where goals and what their numbers came to are kept."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.decisions.sight import Sight
from bot.domain.experiments.goals import Goal, GoalSample, GoalWatch


class Goals(Protocol):
    """Goals, at most one number a day (UTC) for each, and how far the mirror was read for it."""

    def add(self, goal: Goal) -> None:
        """Store a new one."""
        ...

    def get(self, workspace: str, number: int) -> Goal | None:
        """One goal, or None."""
        ...

    def locked(self, workspace: str, number: int) -> Goal | None:
        """One that no other transaction changes until this one ends, or None."""
        ...

    def replace(self, goal: Goal) -> bool:
        """Store what `version - 1` became; False if that isn't the newest any more."""
        ...

    def note_shown(self, workspace: str, number: int, shown: str) -> bool:
        """Remember what its card shows; False if that is known already."""
        ...

    def listed(self, workspace: str, sight: Sight, limit: int) -> list[Goal]:
        """Those in sight, the open ones first, then the newest."""
        ...

    def open(self, workspace: str, channel: str = "") -> list[Goal]:
        """Those that nobody has ended, of one channel or of all, by number."""
        ...

    def channels(self, workspace: str) -> list[str]:
        """The channels of goals, ended ones too."""
        ...

    def watch(self, workspace: str, number: int) -> GoalWatch:
        """How far the mirror was read for a goal; nothing yet for one that isn't known."""
        ...

    def watched(self, workspace: str, number: int, watch: GoalWatch) -> None:
        """Keep how far the mirror was read for a goal."""
        ...

    def keep(self, workspace: str, number: int, samples: Sequence[GoalSample]) -> None:
        """Keep numbers, of each day the latest."""
        ...

    def forget(self, workspace: str, number: int) -> None:
        """Drop all numbers of a goal: it is measured otherwise from now on."""
        ...

    def latest(self, workspace: str, number: int, until: datetime) -> GoalSample | None:
        """The last kept number at or before `until`, or None."""
        ...

    def samples(self, workspace: str, number: int) -> list[GoalSample]:
        """All kept numbers, the oldest first."""
        ...
