"""Moods: counted once per person and date, shown as the team's ended weeks."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from bot.domain import mood as rules
from bot.domain.dates import monday
from bot.domain.mood import LEVELS, WEEKS_SHOWN, MoodTrend
from bot.domain.standup import Standup
from bot.ports.repositories import UnitOfWork


def may_vote(
    uow: UnitOfWork, standup: Standup, local_date: date, user_id: str, now: datetime
) -> bool:
    """Whether the report form of that date asks this person for their mood."""
    return (
        standup.plan.mood
        and rules.is_open(monday(local_date), now)
        and not uow.moods.has_voted(standup.id, local_date, user_id)
    )


def vote(
    uow: UnitOfWork,
    standup_id: str,
    workspace: str,
    local_date: date,
    user_id: str,
    level: int,
    now: datetime,
) -> bool:
    """Count a mood from 1 (worst) to 5; False, and nothing counted, for a second vote of that date
    or one of a week that has ended."""
    if level not in LEVELS or not rules.is_open(monday(local_date), now):
        return False
    return uow.moods.vote(workspace, standup_id, local_date, user_id, level)


def trends(uow: UnitOfWork, standups: Iterable[Standup], now: datetime) -> list[MoodTrend]:
    """What may be shown of these stand-ups' last eight ended weeks."""
    first = rules.first_open(now) - timedelta(weeks=WEEKS_SHOWN)
    return [
        rules.trend(standup.plan.name, uow.moods.weeks(standup.id, first), now)
        for standup in standups
    ]


def forget_voters(uow: UnitOfWork, now: datetime) -> int:
    """Forget who voted in weeks that have ended: nobody can vote in them any more. How many."""
    return uow.moods.forget_voters(rules.first_open(now))
