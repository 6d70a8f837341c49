"""A part of the audit log, as somebody asks for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.audit import AuditEntry, AuditOutcome
from bot.domain.person import Person


@dataclass(frozen=True, kw_only=True)
class AuditFilter:
    """Which lines are wanted; what is empty or None leaves nothing out.

    `action` is how an action begins, `actor` who acted or whom it is about, `since` the earliest
    instant, `before` the number that all wanted lines are below.
    """

    actor: str = ""
    action: str = ""
    subject: str = ""
    outcome: AuditOutcome | None = None
    since: datetime | None = None
    before: int | None = None


@dataclass(frozen=True, kw_only=True)
class AuditPage:
    """Some lines, the newest first, who is who, and what subjects are called.

    `older` asks for the next page; None where this is the last one.
    """

    entries: Sequence[AuditEntry]
    people: Mapping[str, Person]
    names: Mapping[str, str]
    older: AuditFilter | None = None
