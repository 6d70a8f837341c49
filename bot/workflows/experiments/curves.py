"""The curves of compared runs, asked of MLflow itself: the mirror keeps last values only."""

import asyncio

from bot.domain.experiments.comparison import Comparison
from bot.domain.experiments.records import MetricPoint
from bot.errors import MlflowError
from bot.ports.trackers import ExperimentTracker

DEADLINE = 6.0
_POINTS = 200

Curves = tuple[tuple[MetricPoint, ...], ...]
"""The points of each side, in step order."""


async def curves(
    comparison: Comparison, tracker: ExperimentTracker, *, deadline: float = DEADLINE
) -> Curves | None:
    """Each side's curve of the deciding metric; None where MLflow didn't give them in time.

    Ends within `deadline` seconds.
    """
    if comparison.metric is None:
        return ()
    try:
        async with asyncio.timeout(deadline):
            found = await asyncio.gather(
                *(
                    tracker.metric_history(side.run.run_id, comparison.metric, _POINTS)
                    for side in comparison.sides
                )
            )
    except (TimeoutError, MlflowError):
        return None
    return tuple(tuple(points) for points in found)
