"""How a goal stands: reached, on track, at risk or behind its date."""

from datetime import date, datetime, timedelta

from bot.domain import calendar
from bot.domain.experiments.goals import Goal, GoalSample, GoalState, Progress

# How much of the way may be missing at a time before it is said to be at risk.
_LAG = 0.2
_MONTH = timedelta(days=30)

NEAR = timedelta(days=14)
"""How long before its day the days that are left are counted."""


def progress(goal: Goal, now: GoalSample | None, zone: str, today: date) -> Progress:
    """Where the goal stands on `today`, a date in `zone`, the owner's.

    Between its start and its day it is expected to move evenly; a fifth of the way behind that, or
    worse than it began, is at risk.
    """
    if now is not None and goal.reached(now.value):
        return Progress.REACHED
    if goal.due_on is not None and today > goal.due_on:
        return Progress.BEHIND
    if now is None:
        return Progress.NO_DATA
    if goal.start is None:
        return Progress.ON_TRACK
    behind = _elapsed(goal, goal.start, zone, today) - _way(goal, goal.start, now)
    worse = goal.direction.better(goal.start.value, now.value)
    return Progress.AT_RISK if worse or behind > _LAG else Progress.ON_TRACK


def shown(state: GoalState) -> str:
    """What makes a card say something else besides another number: how the goal stands, the month
    that it looks back from, and near its day and after it, every day."""
    due, today = state.goal.due_on, state.today
    counts_days = due is not None and state.progress.is_risk and today >= due - NEAR
    return f"{state.progress.value} {today if counts_days else f'{today:%Y-%m}'}"


def month_before(now: datetime, zone: str, months: int) -> datetime:
    """An instant (aware UTC) about `months` times 30 days ago, always in an earlier month of
    `zone`."""
    where = calendar.zone_or_utc(zone)
    today = calendar.local_date(now, where)
    then = now - _MONTH * months
    local = calendar.local_date(then, where)
    if (local.year, local.month) == (today.year, today.month):
        # The 31st: thirty days ago was the first of the same month.
        return then - timedelta(days=local.day)
    return then


def _way(goal: Goal, start: GoalSample, now: GoalSample) -> float:
    """The share of the way from the start to the target that is behind us."""
    whole = goal.target - start.value
    return (now.value - start.value) / whole if whole else 0.0


def _elapsed(goal: Goal, start: GoalSample, zone: str, today: date) -> float:
    """The share of the time to its day that is over; 0 where no day was agreed."""
    if goal.due_on is None:
        return 0.0
    began = calendar.local_date(start.at, calendar.zone_or_utc(zone))
    whole = (goal.due_on - began).days
    return (today - began).days / whole if whole > 0 else 1.0
