"""What somebody may ask of Meridian about themselves: everything it holds, and to be deleted."""

from datetime import datetime

from bot.domain.audit import AuditEntry, AuditLine
from bot.domain.privacy.audit_page import AuditFilter
from bot.domain.privacy.export import Export
from bot.ports.privacy import Erased
from bot.ports.repositories import UnitOfWork
from bot.services.privacy import roles

ERASED = "privacy.erased"
_STEP = 500


def export(uow: UnitOfWork, workspace: str, user_id: str, now: datetime) -> Export:
    """What is theirs as it is; of what belongs to others, where they are named in it."""
    tables = uow.privacy.export(workspace, user_id)
    return Export(
        user_id=user_id, at=now, tables=tables, audit=list(_audited(uow, workspace, user_id))
    )


def erase(uow: UnitOfWork, workspace: str, user_id: str, now: datetime) -> Erased:
    """Delete somebody, in this one transaction; raises Conflict for the last owner.

    The audit log says that somebody was deleted, and not who.
    """
    uow.roles.locked(workspace)
    roles.require_another_owner(uow, workspace, user_id)
    erased = uow.privacy.erase(workspace, user_id, now)
    uow.audit.forget(workspace, user_id)
    uow.audit.write(AuditLine(workspace=workspace, at=now, actor="", action=ERASED))
    return erased


def _audited(uow: UnitOfWork, workspace: str, user_id: str) -> list[AuditEntry]:
    found: list[AuditEntry] = []
    before: int | None = None
    while page := uow.audit.page(workspace, AuditFilter(actor=user_id, before=before), _STEP):
        found += page
        before = page[-1].seq
    return found
