"""What a person's ended runs come to: a line per run, and one per sweep."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.domain.activity import Found, Reference, ReferenceKind
from bot.domain.experiments.leaderboard import Champion, Leaderboard, leaderboard
from bot.domain.experiments.records import Experiment, Run, RunStatus
from bot.domain.experiments.sweeps import root, stem
from bot.domain.metrics import Direction, difference, figure
from bot.domain.wording import one_line

# Fewer runs of one name are better told one by one.
_ALIKE = 4
_NAME = 60


@dataclass(frozen=True, kw_only=True)
class EndedRuns:
    """A person's runs that ended, and what is needed to tell of them.

    `parents` are the runs above them by id, as far as they are known; `experiments` and
    `champions` go by experiment id.
    """

    runs: Sequence[Run]
    parents: Mapping[str, Run] = field(default_factory=dict)
    experiments: Mapping[str, Experiment] = field(default_factory=dict)
    champions: Mapping[str, Sequence[Champion]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class _Group:
    """Runs told in one line, under the words and the address that stand for them."""

    runs: Sequence[Run]
    reference: Reference
    is_sweep: bool


def run_lines(ended: EndedRuns) -> list[Found]:
    """Sweeps first, then single runs, each latest end first.

    A sweep is what shares a parent run, however deep, or four and more runs of one experiment
    whose names differ in their last number only.
    """
    groups = sorted(_groups(ended), key=lambda group: (not group.is_sweep, -_ended(group)))
    return [_line(group, ended) for group in groups]


def _groups(ended: EndedRuns) -> Iterable[_Group]:
    known = {**ended.parents, **{run.run_id: run for run in ended.runs}}
    families: dict[str, list[Run]] = defaultdict(list)
    for run in ended.runs:
        families[root(run, known)].append(run)
    alone: list[Run] = []
    for top, members in families.items():
        children = [run for run in members if run.run_id != top]
        if len(children) > 1:
            yield _family(children, known.get(top), ended)
        else:
            alone += members
    yield from _alike(alone, ended)


def _family(children: Sequence[Run], top: Run | None, ended: EndedRuns) -> _Group:
    if top is None:
        return _sweep(children, stem(children[0]), ended)
    return _Group(runs=children, reference=_run_reference(top), is_sweep=True)


def _alike(runs: Iterable[Run], ended: EndedRuns) -> Iterable[_Group]:
    stems: dict[tuple[str, str], list[Run]] = defaultdict(list)
    for run in runs:
        stems[run.experiment_id, stem(run)].append(run)
    for (_, name), members in stems.items():
        if len(members) >= _ALIKE:
            yield _sweep(members, name, ended)
        else:
            for run in members:
                yield _Group(runs=[run], reference=_run_reference(run), is_sweep=False)


def _sweep(runs: Sequence[Run], name: str, ended: EndedRuns) -> _Group:
    experiment = _experiment(runs[0].experiment_id, ended)
    reference = Reference(
        kind=ReferenceKind.EXPERIMENT,
        key=experiment.experiment_id,
        anchor=name or _experiment_name(experiment),
    )
    return _Group(runs=runs, reference=reference, is_sweep=True)


def _line(group: _Group, ended: EndedRuns) -> Found:
    experiment = _experiment(group.runs[0].experiment_id, ended)
    champions = ended.champions.get(experiment.experiment_id, ())
    board = leaderboard(experiment, group.runs, champions)
    name = group.reference.anchor
    if group.is_sweep:
        text = f"{len(group.runs)}-run sweep {name}: {_sweep_result(board)}"
    else:
        text = f"{name}{_run_result(group.runs[0], board)}"
    return Found(
        text=text,
        reference=group.reference,
        runs=len(group.runs),
        experiment=Reference(
            kind=ReferenceKind.EXPERIMENT,
            key=experiment.experiment_id,
            anchor=_experiment_name(experiment),
        ),
    )


def _sweep_result(board: Leaderboard) -> str:
    counts = board.counts
    if counts.failed == counts.total:
        return "all failed"
    best = f"best {_standing(board)}" if board.best else ""
    finished = f"{counts.finished} finished" if counts.finished and not best else ""
    troubles = (
        (counts.failed, "failed"),
        (counts.killed, "stopped"),
        (counts.invalid, "without a number"),
    )
    told = [f"{number} {what}" for number, what in troubles if number]
    return ", ".join(filter(None, (best, finished, *told)))


def _run_result(run: Run, board: Leaderboard) -> str:
    if run.status is not RunStatus.FINISHED:
        return " failed" if run.status is RunStatus.FAILED else " was stopped"
    if board.best:
        return f": {_standing(board)}"
    if board.metric is None:
        return " finished"
    metric, value = one_line(board.metric, _NAME), run.metrics.get(board.metric)
    if value is None:
        return f" finished without {metric}"
    return f": {metric} {figure(value)}" if math.isfinite(value) else f" finished without {metric}"


def _standing(board: Leaderboard) -> str:
    """The best value, and how far it is from what people use."""
    assert board.best is not None
    assert board.metric is not None
    seeds = f" (median of {board.best.seeds.runs} seeds)" if board.best.seeds else ""
    value = f"{one_line(board.metric, _NAME)} {figure(board.best.value)}{seeds}"
    champion = board.champion
    if champion is None or champion.value is None:
        return value
    if champion.run.run_id == board.best.run.run_id:
        return f"{value}, now champion"
    if not champion.comparable:
        return f"{value}, on other data than champion"
    delta = board.best.value - champion.value
    if not delta:
        return f"{value}, the same as champion"
    where = "above" if delta > 0 else "below"
    # Below is better for a loss, which not everybody who reads a stand-up knows.
    hint = " (lower is better)" if board.direction is Direction.LOWER else ""
    gap = difference(abs(delta), board.best.value, champion.value)
    return f"{value}, {gap} {where} champion{hint}"


def _run_reference(run: Run) -> Reference:
    return Reference(
        kind=ReferenceKind.RUN,
        key=f"{run.experiment_id}/{run.run_id}",
        anchor=one_line(run.name, _NAME) or run.run_id[:8],
    )


def _experiment(experiment_id: str, ended: EndedRuns) -> Experiment:
    """The experiment, or what is known of one that was deleted."""
    return ended.experiments.get(experiment_id) or Experiment(
        experiment_id=experiment_id, name=experiment_id
    )


def _experiment_name(experiment: Experiment) -> str:
    return one_line(experiment.name, _NAME) or experiment.experiment_id


def _ended(group: _Group) -> float:
    return max(run.ended_at.timestamp() if run.ended_at else 0.0 for run in group.runs)
