"""Who reported and who is awaited."""

from collections.abc import Collection, Iterable

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
    missing = [t for t in asked if not (t.absence or _is_reported(uow, t, scope))]
    awaited = list(dict.fromkeys(turn.user_id for turn in missing))
    people = names(uow, scope.workspace, [*reported, *awaited])
    titles = _titles(uow, scope, {r.standup_id for r in reports} | {t.standup_id for t in asked})

    def label(user: str, standups: Iterable[str]) -> str:
        """`Marcus Reed`, or `Marcus Reed (Daily, Weekly)` where there are several stand-ups."""
        named = ", ".join(dict.fromkeys(titles[each] for each in standups if each in titles))
        return f"{people[user]} ({named})" if named else people[user]

    return StandupNews(
        reported=tuple(
            label(user, [r.standup_id for r in reports if r.user_id == user]) for user in reported
        ),
        awaited=tuple(
            label(user, [t.standup_id for t in missing if t.user_id == user]) for user in awaited
        ),
    )


def _titles(uow: UnitOfWork, scope: Scope, standups: Collection[str]) -> dict[str, str]:
    """The stand-ups' names by id where there are several, else none."""
    if len(standups) < 2:
        return {}
    found = (uow.standups.get(scope.workspace, each) for each in sorted(standups))
    return {each.id: each.plan.name for each in found if each is not None}


def _is_reported(uow: UnitOfWork, turn: Turn, scope: Scope) -> bool:
    report = uow.standups.report(turn.standup_id, turn.local_date, turn.user_id)
    return report is not None and not (scope.past and report.submitted_at > scope.until)
