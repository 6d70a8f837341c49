"""The chart of a goal: its number by day, with the target as a line."""

from collections.abc import Sequence

from bot.domain.chart import Chart, Series
from bot.domain.experiments.goals import GoalSample, GoalState
from bot.views.experiments.goal_words import objective
from bot.views.text import clean

# https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block
_CATEGORIES = 20
_TITLE = 50
_MANY_DAYS = 300


def goal_chart(state: GoalState, samples: Sequence[GoalSample]) -> Chart | None:
    """The kept numbers, thinned to 20, and the target; None where there is no line to see."""
    if len(samples) < 2:
        return None
    picked = [samples[i] for i in _spread(len(samples))]
    scale, target = state.goal.wording.scale, state.goal.target
    years = (picked[-1].at - picked[0].at).days > _MANY_DAYS
    return Chart(
        title=clean(objective(state.goal.objective), _TITLE),
        categories=tuple(_label(one, years) for one in picked),
        series=(
            Series(name="so far", values=tuple(one.value * scale for one in picked)),
            Series(name="goal", values=(target * scale,) * len(picked)),
        ),
    )


def _label(sample: GoalSample, years: bool) -> str:
    return f"{sample.at.day} {sample.at:%b %y}" if years else f"{sample.at.day} {sample.at:%b}"


def _spread(amount: int) -> list[int]:
    """At most 20 positions, evenly spread, the first and the last among them."""
    if amount <= _CATEGORIES:
        return list(range(amount))
    return [round(i * (amount - 1) / (_CATEGORIES - 1)) for i in range(_CATEGORIES)]
