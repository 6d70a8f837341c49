"""The audit log as services see it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.audit import AuditEntry, AuditHead, AuditLine
from bot.domain.privacy.audit_page import AuditFilter


class Audit(Protocol):
    """Lines are added and, after their time, dropped; nothing changes one."""

    def write(self, line: AuditLine) -> None:
        """Add a line in this transaction; call it last, others wait until the commit."""
        ...

    def page(self, workspace: str, wanted: AuditFilter, limit: int) -> list[AuditEntry]:
        """The newest wanted lines with people's ids in the place of tokens, where they are known;
        an unknown token stays."""
        ...

    def head(self, workspace: str) -> AuditHead:
        """Where the chain stands."""
        ...

    def chain(self, workspace: str, after: int, limit: int) -> Sequence[AuditEntry]:
        """Lines as they were hashed, from the oldest on."""
        ...

    def drop(self, workspace: str, before: datetime, limit: int) -> int:
        """Drop up to `limit` of the oldest lines that are older than `before`; how many. The rest
        of the chain still holds."""
        ...

    def forget(self, workspace: str, user_id: str) -> None:
        """Nobody can tell any more whose lines these were."""
        ...
