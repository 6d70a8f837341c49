"""What a search among what was tried brings back from the storage."""

from dataclasses import dataclass
from enum import IntEnum

from bot.domain.experiments.records import Run


class Closeness(IntEnum):
    """How well a text holds what is looked for, the best first."""

    TOGETHER = 0
    ALL = 1
    BEGUN = 2


@dataclass(frozen=True, kw_only=True)
class RunHit:
    """A run that holds every word: all in one place of it, anywhere, or only begun alike.

    `matched` are the params and tags, with their values, that hold some of them.
    """

    run: Run
    closeness: Closeness
    matched: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Looked:
    """How much somebody's search looked through."""

    runs: int = 0
    hypotheses: int = 0
    decisions: int = 0
    reports: int = 0
