"""How goals stand by the numbers that were kept; it asks the mirror nothing."""

from collections.abc import Iterable
from datetime import datetime

from bot.domain import calendar
from bot.domain.experiments.goal_standing import month_before, progress
from bot.domain.experiments.goals import Goal, GoalSample, GoalState
from bot.ports.repositories import UnitOfWork

CARD = "goal"


def card_id(goal: Goal) -> str:
    """The id of the card's delivery."""
    return f"goal:{goal.workspace}:{goal.number}"


def of(uow: UnitOfWork, goals: Iterable[Goal], now: datetime) -> tuple[GoalState, ...]:
    """The states of these goals of one workspace, in their order."""
    found = list(goals)
    if not found:
        return ()
    people = uow.people.several(found[0].workspace, sorted({goal.owner for goal in found}))
    cards = uow.deliveries.several([card_id(goal) for goal in found])
    states = []
    for goal in found:
        owner = people.get(goal.owner)
        card = cards.get(card_id(goal))
        page = (card.posted_channel, card.ts) if card and card.ts else ("", "")
        zone = owner.zone if owner else "UTC"
        states.append(_state(uow, goal, owner.name if owner else goal.owner, zone, page, now))
    return tuple(states)


def _state(
    uow: UnitOfWork, goal: Goal, owner: str, zone: str, page: tuple[str, str], now: datetime
) -> GoalState:
    today = calendar.local_date(now, calendar.zone_or_utc(zone))
    latest = uow.goals.latest(goal.workspace, goal.number, now)
    return GoalState(
        goal=goal,
        owner=owner,
        today=today,
        progress=progress(goal, latest, zone, today),
        now=latest,
        month_ago=_then(uow, goal, month_before(now, zone, 1)),
        two_months_ago=_then(uow, goal, month_before(now, zone, 2)),
        page=page,
        zone=zone,
    )


def _then(uow: UnitOfWork, goal: Goal, moment: datetime) -> GoalSample | None:
    """The number as it stood at that moment."""
    found = uow.goals.latest(goal.workspace, goal.number, moment)
    return GoalSample(value=found.value, at=moment) if found else None
