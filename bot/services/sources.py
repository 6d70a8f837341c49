"""How Jira and MLflow answer, for who may know."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.source import SourceHealth
from bot.ports.repositories import UnitOfWork
from bot.services.issues import mirror as issues


def shown(uow: UnitOfWork, workspace: str) -> Sequence[SourceHealth]:
    """How each source answers; nothing in a workspace that the operator doesn't let see them."""
    return uow.sources.health() if uow.workspaces.tracks(workspace) else ()


def token_warning(uow: UnitOfWork, workspace: str, now: datetime) -> str:
    """That the operator's Jira token ends soon; nothing where that is nobody's business."""
    return issues.token_warning(uow, now) if uow.workspaces.tracks(workspace) else ""
