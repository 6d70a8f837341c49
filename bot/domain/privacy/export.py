"""Everything that Meridian holds about somebody."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.domain.audit import AuditEntry


@dataclass(frozen=True, kw_only=True)
class Export:
    """Everything that names a person, by table, and their lines of the audit log."""

    user_id: str
    at: datetime
    tables: Mapping[str, Any]
    audit: list[AuditEntry] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many rows and lines there are."""
        return sum(map(len, self.tables.values())) + len(self.audit)
