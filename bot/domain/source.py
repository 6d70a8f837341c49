"""How an outside source answered lately."""

from dataclasses import dataclass
from datetime import datetime

RESTORED = "meridian:restore:at"
"""Its watermark says when this database was made out of a backup."""


@dataclass(frozen=True, kw_only=True)
class SourceHealth:
    """When a source was last read well, and why not since; times are aware UTC.

    `failed_at` is the first failure since then, and `failures` counts them.
    """

    source: str
    read_at: datetime | None
    failed_at: datetime | None
    reason: str
    failures: int = 0

    @property
    def down(self) -> bool:
        """Whether the latest poll failed."""
        return self.failed_at is not None
