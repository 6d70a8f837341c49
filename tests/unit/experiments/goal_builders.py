"""Goals as tests want them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot.domain.decisions.measure import Measure
from bot.domain.experiments.goal_numbers import NumberForm, Wording
from bot.domain.experiments.goal_standing import progress
from bot.domain.experiments.goals import Goal, GoalSample, GoalState
from bot.domain.metrics import Direction

NOW = datetime(2026, 10, 28, 8, tzinfo=UTC)
LEAVERS = Wording(
    phrase="The model finds {value} of 100 leavers", form=NumberForm.OF_100, scale=100
)
GOAL = Goal(
    workspace="T1",
    number=3,
    channel="C1",
    author="U1",
    owner="U1",
    objective="Cut churn by 15 %",
    measured=Measure(model="churn", alias="champion", metric="val_auc"),
    direction=Direction.HIGHER,
    target=0.9,
    wording=LEAVERS,
    opened_at=NOW - timedelta(days=100),
    due_on=date(2027, 1, 31),
    start=GoalSample(value=0.8, at=NOW - timedelta(days=100)),
)


def sample(value: float, days_ago: float = 0) -> GoalSample:
    """A number of so many days ago."""
    return GoalSample(value=value, at=NOW - timedelta(days=days_ago))


def standing(
    now: float | None, month: float | None = None, two: float | None = None, **changes: Any
) -> GoalState:
    """The goal with its number now, a month and two months ago."""
    goal = replace(GOAL, **changes)
    latest = None if now is None else sample(now, 3)
    today = NOW.date()
    return GoalState(
        goal=goal,
        owner="Lena Fischer",
        today=today,
        progress=progress(goal, latest, "UTC", today),
        now=latest,
        month_ago=None if month is None else sample(month, 30),
        two_months_ago=None if two is None else sample(two, 60),
        page=("C1", "1234.5678"),
    )
