"""Finding decisions."""

from bot.domain.decisions.record import DecisionRecord, DecisionStatus
from bot.domain.decisions.search import Found, Query
from bot.ports.repositories import UnitOfWork


def newest(
    uow: UnitOfWork, workspace: str, status: DecisionStatus | None, limit: int
) -> list[DecisionRecord]:
    """The newest decisions, of one status or of all."""
    return uow.decisions.newest(workspace, status, limit)


def search(uow: UnitOfWork, workspace: str, query: Query, limit: int) -> list[Found]:
    """Decisions to which all of the query applies, the best first."""
    return uow.decisions.search(workspace, query, limit)
