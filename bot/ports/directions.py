"""What services ask of the storage about directions that people said."""

from collections.abc import Sequence
from typing import Protocol

from bot.domain.experiments.directions import SaidDirection


class Directions(Protocol):
    """One word per experiment and metric."""

    def get(self, workspace: str, experiment_id: str, metric: str) -> SaidDirection | None:
        """What was said, or None."""
        ...

    def all(self, workspace: str) -> Sequence[SaidDirection]:
        """Everything that was said."""
        ...

    def add(self, said: SaidDirection) -> bool:
        """Keep it; False, and nothing kept, where somebody was faster."""
        ...

    def save(self, said: SaidDirection) -> None:
        """Insert or replace it."""
        ...
