"""What a hypothesis's runs say: how far they came, and the verdict that the numbers speak for.

A person decides; this proposes, and says why in words.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import isclose

from bot.domain.experiments.datasets import alike, dataset_of, evaluation_of
from bot.domain.experiments.entries import seed_groups, valid_value
from bot.domain.experiments.fairness import ENOUGH_SEEDS
from bot.domain.experiments.hypotheses import Against, Baseline, Hypothesis, HypothesisState
from bot.domain.experiments.records import Run, RunStatus
from bot.domain.experiments.run_texts import parent
from bot.domain.metrics import Direction, difference, figure

_S = HypothesisState


@dataclass(frozen=True, kw_only=True)
class Score:
    """Repetitions that differ in their seed only: `run` is the median one with its `value`."""

    run: Run
    value: float
    runs: int
    low: float
    high: float

    def worst(self, direction: Direction) -> float:
        """The value that speaks least for the claim."""
        return self.low if direction is Direction.HIGHER else self.high

    def best(self, direction: Direction) -> float:
        """The value that speaks most for the claim."""
        return self.high if direction is Direction.HIGHER else self.low


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How far a hypothesis is: its runs by state, the best of them, and what that speaks for.

    `best` is None where no finished run can be compared. `reason` is no whole sentence: it follows
    a colon.
    """

    total: int = 0
    finished: int = 0
    running: int = 0
    failed: int = 0
    killed: int = 0
    best: Score | None = None
    baseline: Baseline | None = None
    proposal: HypothesisState = _S.INCONCLUSIVE
    reason: str = ""


def judge(hypothesis: Hypothesis, runs: Sequence[Run], baseline: Baseline | None) -> Standing:
    """What these runs, all that are attached, say against `baseline`, if there is one."""
    metric = hypothesis.prediction.metric
    told = _counted(runs, metric)
    states = Counter(run.status for run in told)
    finished = [run for run in told if run.status is RunStatus.FINISHED]
    scored = [run for run in finished if valid_value(run, metric) is not None]
    fair = [run for run in scored if _comparable(run, baseline)]
    scores = _scores(hypothesis, fair)
    proposal, reason = _proposal(hypothesis, told, scored, fair, scores, baseline)
    return Standing(
        total=len(told),
        finished=len(finished),
        running=states[RunStatus.RUNNING] + states[RunStatus.SCHEDULED],
        failed=states[RunStatus.FAILED],
        killed=states[RunStatus.KILLED],
        best=scores[0] if scores else None,
        baseline=baseline,
        proposal=proposal,
        reason=reason,
    )


def beside(value: float, baseline: Baseline) -> str:
    """`0.006 above champion v13 (0.906)`."""
    apart = value - baseline.value
    name = f"{baseline.label} ({figure(baseline.value)})"
    if not apart:
        return f"the same as {name}"
    where = "above" if apart > 0 else "below"
    return f"{difference(abs(apart), value, baseline.value)} {where} {name}"


def claimed(hypothesis: Hypothesis) -> str:
    """What the metric is to do: `val_auc at least 0.005 higher than the champion`."""
    wish = hypothesis.prediction
    up = wish.direction is Direction.HIGHER
    if wish.target is not None:
        return f"{wish.metric} {'at least' if up else 'at most'} {figure(wish.target)}"
    against = _AGAINST[wish.against]
    if wish.by < 0:
        return f"{wish.metric} at most {figure(-wish.by)} worse than {against}"
    way = "higher" if up else "lower"
    amount = f"at least {figure(wish.by)} " if wish.by else ""
    return f"{wish.metric} {amount}{way} than {against}"


_AGAINST = {
    Against.CHAMPION: "the champion",
    Against.BEST: "the best before",
    Against.RUN: "the baseline run",
}


def _counted(runs: Sequence[Run], metric: str) -> list[Run]:
    """A parent that only holds a sweep together isn't one of its runs."""
    parents = {parent(run) for run in runs}
    return [run for run in runs if run.run_id not in parents or metric in run.metrics]


def _comparable(run: Run, baseline: Baseline | None) -> bool:
    if baseline is None:
        return True
    same_test = alike(evaluation_of(run), baseline.evaluation)
    return same_test and alike(dataset_of(run), baseline.dataset)


def _scores(hypothesis: Hypothesis, runs: Sequence[Run]) -> list[Score]:
    """Of each group of repetitions, the best first."""
    direction, metric = hypothesis.prediction.direction, hypothesis.prediction.metric
    scores = [_score(group, metric, direction) for group in seed_groups(runs)]
    # Of equal ones the better repeated says more.
    sign = 1 if direction is Direction.HIGHER else -1
    return sorted(scores, key=lambda score: (sign * score.value, score.runs), reverse=True)


def _score(group: Sequence[Run], metric: str, direction: Direction) -> Score:
    """Of two middle ones the worse stands for the group, which claims less."""
    values = [run.metrics[metric] for run in group]
    worst_first = sorted(
        group, key=lambda run: run.metrics[metric], reverse=direction is Direction.LOWER
    )
    middle = worst_first[(len(worst_first) - 1) // 2]
    value = middle.metrics[metric]
    return Score(run=middle, value=value, runs=len(group), low=min(values), high=max(values))


def _proposal(
    hypothesis: Hypothesis,
    told: Sequence[Run],
    scored: Sequence[Run],
    fair: Sequence[Run],
    scores: Sequence[Score],
    baseline: Baseline | None,
) -> tuple[HypothesisState, str]:
    wish = hypothesis.prediction
    if not told:
        return _S.INCONCLUSIVE, "no run is tagged with it"
    if not scored:
        return _S.INCONCLUSIVE, f"{_none_of(told)} finished with a number for {wish.metric}"
    if wish.target is None and baseline is None:
        return _S.INCONCLUSIVE, f"there is nothing to compare with, for {_NOTHING[wish.against]}"
    if not scores:
        return _S.INCONCLUSIVE, _other_data(scored, baseline)
    # A lucky single run above them takes nothing from repetitions that hold.
    best = next((one for one in scores if _holds(hypothesis, one, baseline)), scores[0])
    if _reached(hypothesis, best.value, baseline):
        return _above(hypothesis, best, baseline)
    return _short(hypothesis, best, baseline, fair)


_NOTHING = {
    Against.CHAMPION: "no champion of this experiment has a number for it",
    Against.BEST: "no earlier run has a number for it",
    Against.RUN: "the baseline run has no number for it",
}


def _none_of(told: Sequence[Run]) -> str:
    return "its only run never" if len(told) == 1 else f"none of {len(told)} runs"


def _other_data(scored: Sequence[Run], baseline: Baseline | None) -> str:
    assert baseline is not None, "without a baseline every run can be compared"
    verb, of, theirs = "saw", dataset_of, baseline.dataset
    if any(alike(dataset_of(run), baseline.dataset) for run in scored):
        verb, of, theirs = "were judged on", evaluation_of, baseline.evaluation
    used = ", ".join(sorted({of(run) for run in scored} - {""})[:3])
    return f"its runs {verb} other data ({used}) than {baseline.label} ({theirs})"


def _required(hypothesis: Hypothesis, baseline: Baseline | None) -> float:
    wish = hypothesis.prediction
    if wish.target is not None or baseline is None:
        return wish.target or 0.0
    return baseline.value + (wish.by if wish.direction is Direction.HIGHER else -wish.by)


def _reached(hypothesis: Hypothesis, value: float, baseline: Baseline | None) -> bool:
    wish, required = hypothesis.prediction, _required(hypothesis, baseline)
    # Differences of floats: 0.911 - 0.906 is a hair below 0.005.
    if isclose(value, required, rel_tol=1e-9, abs_tol=1e-12):
        # To be better by nothing in particular is to be better at all.
        return wish.target is not None or wish.by != 0
    return wish.gain(value, required) > 0


def _holds(hypothesis: Hypothesis, one: Score, baseline: Baseline | None) -> bool:
    """Whether its repetitions reach what was claimed beyond chance."""
    return (
        one.runs >= ENOUGH_SEEDS
        and _reached(hypothesis, one.value, baseline)
        and _beyond_noise(hypothesis, one, baseline)
    )


def _above(
    hypothesis: Hypothesis, best: Score, baseline: Baseline | None
) -> tuple[HypothesisState, str]:
    told = _told(hypothesis, best, baseline)
    if best.runs < ENOUGH_SEEDS:
        seeds = "a single seed" if best.runs == 1 else f"{best.runs} seeds"
        few = f"but from {seeds}; {ENOUGH_SEEDS} show how much of it is luck"
        return _S.INCONCLUSIVE, f"{told}, {few}"
    spread = f"{figure(best.low)}–{figure(best.high)}"
    if not _beyond_noise(hypothesis, best, baseline):
        return _S.INCONCLUSIVE, f"{told}, inside the spread of its {best.runs} seeds ({spread})"
    return _S.SUPPORTED, f"{told}; its {best.runs} seeds lie at {spread}"


def _beyond_noise(hypothesis: Hypothesis, best: Score, baseline: Baseline | None) -> bool:
    """Whether even the worst seed beats the baseline, or meets what was allowed to be lost."""
    wish, worst = hypothesis.prediction, best.worst(hypothesis.prediction.direction)
    if wish.target is None and wish.by > 0 and baseline is not None:
        return wish.gain(worst, baseline.value) > 0
    return _reached(hypothesis, worst, baseline)


def _short(
    hypothesis: Hypothesis, best: Score, baseline: Baseline | None, fair: Sequence[Run]
) -> tuple[HypothesisState, str]:
    told = f"{_told(hypothesis, best, baseline)}, short of what was claimed"
    if _reached(hypothesis, best.best(hypothesis.prediction.direction), baseline):
        spread = f"{figure(best.low)}–{figure(best.high)}"
        return _S.INCONCLUSIVE, f"{told}, which lies inside the spread of its seeds ({spread})"
    metric = hypothesis.prediction.metric
    above = [run for run in fair if _reached(hypothesis, run.metrics[metric], baseline)]
    if above:
        runs = "one run" if len(above) == 1 else f"{len(above)} runs"
        return _S.INCONCLUSIVE, f"{told}, but {runs} of {len(fair)} reached it"
    if len(fair) < ENOUGH_SEEDS:
        runs = "one run" if len(fair) == 1 else f"{len(fair)} runs"
        few = f"but from {runs} only; {ENOUGH_SEEDS} show how much of it is luck"
        return _S.INCONCLUSIVE, f"{told}, {few}"
    return _S.REFUTED, f"{told} in all {len(fair)} runs"


def _told(hypothesis: Hypothesis, best: Score, baseline: Baseline | None) -> str:
    median = f"median of {best.runs} seeds" if best.runs > 1 else "best run"
    value = f"{median} {figure(best.value)}"
    wish = hypothesis.prediction
    if wish.target is not None:
        goal = Baseline(label="what was claimed", value=wish.target)
        return f"{value}, {beside(best.value, goal)}"
    return f"{value}, {beside(best.value, baseline)}" if baseline else value
