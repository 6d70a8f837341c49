"""Which experiments became better in some time, as far as luck can be told from progress."""

from collections.abc import Sequence, Set
from dataclasses import dataclass

from bot.domain.experiments.datasets import alike
from bot.domain.experiments.entries import Entry
from bot.domain.experiments.fairness import Contender, Judgement, judge
from bot.domain.experiments.leaderboard import Champion, Leaderboard, leaderboard
from bot.domain.experiments.records import Experiment, Run


@dataclass(frozen=True, kw_only=True)
class Improvement:
    """What now leads an experiment's board, and what is to be thought of that (`judgement`, with
    the new one as the first contender).

    `before` is the best value that led before, None where the champion that people use is beaten.
    """

    board: Leaderboard
    judgement: Judgement
    before: float | None = None


def improvement(
    experiment: Experiment, runs: Sequence[Run], news: Set[str], champions: Sequence[Champion]
) -> Improvement | None:
    """Whether those of `runs` (earliest start first) whose ids are `news` made it better.

    Repetitions count as their median. Where there is a champion it has to be beaten beyond luck;
    without one, or where it is the news itself, what led before.
    """
    board = leaderboard(experiment, runs, champions)
    best = board.best
    if best is None or not best.members & news:
        return None
    if board.champion is not None and not board.is_led_by_champion:
        beaten = board.judgement.winner == 0
        return Improvement(board=board, judgement=board.judgement) if beaten else None
    earlier = leaderboard(experiment, [run for run in runs if run.run_id not in news], ())
    led = earlier.best
    if led is None or earlier.metric != board.metric or not alike(led.dataset, best.dataset):
        return None
    if not board.direction.better(best.value, led.value):
        return None
    both = (_contender("the best run", best), _contender("the best before", led))
    judged = judge(both, board.metric or "", board.direction)
    return Improvement(board=board, judgement=judged, before=led.value)


def _contender(name: str, entry: Entry) -> Contender:
    return Contender(name=name, value=entry.value, dataset=entry.dataset, seeds=entry.seeds)
