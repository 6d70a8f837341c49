"""Which runs name which issues."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from bot.domain.experiments.records import Run


class IssueRuns(Protocol):
    """Links between mirrored runs and keys of issues, which need not exist."""

    def link(self, workspace: str, named: Mapping[str, Collection[str]]) -> None:
        """Keep the keys that each of these runs (by id) names, in the place of what was kept."""
        ...

    def keys(self, workspace: str, run_id: str) -> list[str]:
        """The keys that a run names, by text."""
        ...

    def linked(self, workspace: str, keys: Collection[str]) -> set[str]:
        """Those of `keys` that a mirrored run names."""
        ...

    def runs(self, workspace: str, key: str, limit: int) -> Sequence[Run]:
        """The mirrored runs that name an issue, the latest start first, at most `limit`."""
        ...
