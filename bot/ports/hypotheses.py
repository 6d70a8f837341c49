"""Where hypotheses are kept, and where what was tried is looked for."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from bot.domain.decisions.sight import Sight
from bot.domain.experiments.found import Looked, RunHit
from bot.domain.experiments.hypotheses import Hypothesis, HypothesisState
from bot.domain.experiments.records import Run
from bot.domain.experiments.tried_words import Sought
from bot.domain.report import Report


class Hypotheses(Protocol):
    """Hypotheses, and the runs that are tagged with them."""

    def add(self, hypothesis: Hypothesis) -> None:
        """Store a new one."""
        ...

    def get(self, workspace: str, number: int) -> Hypothesis | None:
        """One hypothesis, or None."""
        ...

    def locked(self, workspace: str, number: int) -> Hypothesis | None:
        """One that no other transaction changes until this one ends, or None."""
        ...

    def replace(self, hypothesis: Hypothesis) -> bool:
        """Store what `version - 1` became; False if that isn't the newest any more."""
        ...

    def note_shown(self, workspace: str, number: int, progress: str) -> bool:
        """Remember how far its card shows it to be; False if that is known already."""
        ...

    def listed(
        self,
        workspace: str,
        sight: Sight,
        state: HypothesisState | None,
        limit: int,
        offset: int = 0,
    ) -> list[Hypothesis]:
        """Those in sight of that state, or of any, the newest first."""
        ...

    def open(self, workspace: str) -> list[Hypothesis]:
        """Those without a verdict, by number."""
        ...

    def decided_between(self, workspace: str, since: datetime, until: datetime) -> list[Hypothesis]:
        """Those whose verdict was given in (since, until], in that order."""
        ...

    def runs(self, workspace: str, number: int) -> list[Run]:
        """The mirrored runs whose tag, or whose parent's, names it, earliest start first."""
        ...

    def of_runs(self, workspace: str, run_ids: Collection[str]) -> dict[str, int]:
        """Which hypothesis each of these runs is attached to, by run id; others are left out."""
        ...


class Tried(Protocol):
    """Full-text search over what was tried, with the same answers on every database."""

    def runs(self, workspace: str, sought: Sought, limit: int) -> list[RunHit]:
        """Runs of any state that hold all of it, the best first, then the latest mirrored."""
        ...

    def hypotheses(
        self, workspace: str, sight: Sight, sought: Sought, limit: int
    ) -> list[Hypothesis]:
        """Hypotheses in sight that hold all of it, the best first, then the newest."""
        ...

    def reports(self, workspace: str, sight: Sight, sought: Sought, limit: int) -> list[Report]:
        """Reports of stand-ups whose channel is in sight, and one's own, likewise."""
        ...

    def looked(self, workspace: str, sight: Sight) -> Looked:
        """How much there is to look through for who sees this."""
        ...
