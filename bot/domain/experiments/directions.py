"""Which way a metric gets better, as people said: asked once, never guessed."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.experiments.records import Experiment
from bot.domain.metrics import Direction, direction_tag


@dataclass(frozen=True, kw_only=True)
class SaidDirection:
    """What somebody said of one metric of one experiment; `said_at` is aware UTC."""

    workspace: str
    experiment_id: str
    metric: str
    direction: Direction
    said_by: str
    said_at: datetime


def informed(experiment: Experiment, said: Iterable[SaidDirection]) -> Experiment:
    """The experiment with what people said of its metrics among its tags.

    There `bot.domain.metrics.direction_of` finds it, before what the source and the name say.
    """
    known = {
        direction_tag(each.metric): each.direction.value
        for each in said
        if each.experiment_id == experiment.experiment_id
    }
    return replace(experiment, tags={**experiment.tags, **known}) if known else experiment
