"""Who reported and who is awaited."""

from bot.domain.digests.content import StandupNews
from bot.domain.turn import Turn
from bot.ports.repositories import UnitOfWork
from bot.services.digests.scope import Scope, names


def read(uow: UnitOfWork, scope: Scope) -> StandupNews:
    """Who reported in the window, and who was asked in it and has neither reported nor skipped
    since (in a past digest: by its end)."""
    span = scope.window.whole
    place = (scope.workspace, scope.channel)
    reports = uow.standups.reports_between(*place, span.since, span.until)
    reported = list(dict.fromkeys(r.user_id for r in reports))
    asked = uow.turns.asked_between(*place, span.since, span.until)
    awaited = [t.user_id for t in asked if not (t.absence or _is_reported(uow, t, scope))]
    known = names(uow, scope.workspace, [*reported, *awaited])
    return StandupNews(
        reported=tuple(known[u] for u in reported),
        awaited=tuple(known[u] for u in dict.fromkeys(awaited)),
    )


def _is_reported(uow: UnitOfWork, turn: Turn, scope: Scope) -> bool:
    report = uow.standups.report(turn.standup_id, turn.local_date, turn.user_id)
    return report is not None and not (scope.past and report.submitted_at > scope.until)
