"""What the mirror says about experiments."""

import html
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.experiments.directions import SaidDirection
from bot.domain.experiments.leaderboard import Champion, Leaderboard, best_since, leaderboard
from bot.domain.experiments.records import (
    Activity,
    BestRun,
    Experiment,
    Run,
    RunsSummary,
    RunStatus,
)
from bot.domain.experiments.servers import SOURCE as SOURCE
from bot.domain.experiments.servers import is_mlflow, server_of, source_of
from bot.domain.metrics import primary_metric
from bot.domain.source import SourceHealth
from bot.ports.repositories import UnitOfWork
from bot.services.alerts import samples
from bot.services.experiments import directions

CHAMPION_ALIAS = "champion"
_BROKEN = 5
# With how many of an experiment's latest runs before a window its best is compared: reading all of
# them would take longer with every month.
_COMPARED = 200
# A slow machine needs a second for so many.
_LARGE = 3000
_QUOTES = "\"'`“”‘’"


@dataclass(frozen=True, kw_only=True)
class Page:
    """A leaderboard and how its source answered lately (None: never polled).

    `said` is who said which way its metric gets better, with the name, where somebody did.
    """

    board: Leaderboard
    source: SourceHealth | None
    said: tuple[str, SaidDirection] | None = None


@dataclass(frozen=True, kw_only=True)
class Broken:
    """The runs of an experiment that failed or were stopped, latest first, and their metric."""

    experiment: Experiment
    metric: str | None
    runs: Sequence[Run]


@dataclass(frozen=True, kw_only=True)
class Overview:
    """Every mirrored experiment, latest activity first, and how the source answered lately."""

    experiments: Sequence[tuple[Experiment, Activity]]
    source: SourceHealth | None


def match(experiments: Iterable[Experiment], typed: str) -> Experiment | None:
    """The one meant by a name in any case or an id, or None; `Links.unlinked` makes an id of a
    pasted address."""
    by_id: dict[str, Experiment] = {}
    by_name: dict[str, Experiment] = {}
    by_key: dict[str, Experiment] = {}
    for one in experiments:
        by_id[one.experiment_id] = by_name[one.name] = one
        by_key.setdefault(_key(one.name), one)
    for text in _readings(typed):
        if found := by_name.get(text) or by_key.get(_key(text)) or by_id.get(text):
            return found
    return None


def page(uow: UnitOfWork, workspace: str, typed: str, *, within: str = "") -> Page | None:
    """The leaderboard of the experiment that was typed, or None where the mirror has none.

    `within` is the id of a sweep's root: then it is about that sweep.
    """
    experiment = match(directions.experiments(uow, workspace), typed)
    if experiment is None:
        return None
    runs = uow.experiments.runs(workspace, [experiment.experiment_id])
    board = leaderboard(
        experiment, runs, champions(uow, workspace, experiment, runs), within=within
    )
    said = directions.said_by(uow, workspace, experiment) if board.metric else ()
    ours = next((pair for pair in said if pair[1].metric == board.metric), None)
    health = source(uow, server_of(experiment.experiment_id))
    return Page(board=board, source=health, said=ours)


def broken(uow: UnitOfWork, workspace: str, experiment_id: str) -> Broken | None:
    """What failed or was stopped in an experiment, or None where the mirror has none."""
    known = {each.experiment_id: each for each in directions.experiments(uow, workspace)}
    experiment = known.get(experiment_id)
    if experiment is None:
        return None
    runs = uow.experiments.runs(workspace, [experiment_id])
    finished = [run for run in runs if run.status is RunStatus.FINISHED]
    lost = [run for run in runs if run.status in (RunStatus.FAILED, RunStatus.KILLED)]
    lost.sort(key=lambda run: ended.timestamp() if (ended := run.ended_at or run.started_at) else 0)
    return Broken(
        experiment=experiment, metric=primary_metric(experiment, finished or runs), runs=lost[::-1]
    )


def with_metrics(
    uow: UnitOfWork, workspace: str, typed: str
) -> tuple[Experiment, list[str]] | None:
    """The experiment that was typed with the names of its runs' metrics, or None."""
    experiment = match(directions.experiments(uow, workspace), typed)
    if experiment is None:
        return None
    return experiment, uow.experiments.metric_names(workspace, experiment.experiment_id)


def is_large(uow: UnitOfWork, workspace: str, typed: str) -> bool:
    """Whether the experiment that was typed has so many runs that its leaderboard takes longer
    than people wait without a word."""
    found = match(uow.experiments.all(workspace), typed)
    return found is not None and uow.experiments.size(workspace, found.experiment_id) > _LARGE


def overview(uow: UnitOfWork, workspace: str) -> Overview:
    """Every mirrored experiment with its activity, the latest first."""
    activity = uow.experiments.activity(workspace)
    nothing = Activity(runs=0, last_at=None)
    listed = [
        (one, activity.get(one.experiment_id, nothing)) for one in uow.experiments.all(workspace)
    ]
    listed.sort(key=lambda item: item[1].last_at.timestamp() if item[1].last_at else 0.0)
    return Overview(experiments=listed[::-1], source=worst_source(uow))


def source(uow: UnitOfWork, server: str = "") -> SourceHealth | None:
    """How an MLflow server answered lately, or None before the first poll."""
    name = source_of(server)
    return next((one for one in uow.sources.health() if one.source == name), None)


def worst_source(uow: UnitOfWork, servers: Collection[str] | None = None) -> SourceHealth | None:
    """How the one of these MLflow servers answered that is known least well: one that is down
    before others, else the one that was read the longest ago; of all of them if none are named."""
    names = None if servers is None else {source_of(server) for server in servers}
    found = [
        one
        for one in uow.sources.health()
        if (is_mlflow(one.source) if names is None else one.source in names)
    ]
    return min(found, key=_known_until, default=None)


def _known_until(health: SourceHealth) -> tuple[bool, float]:
    return not health.down, health.read_at.timestamp() if health.read_at else 0.0


def runs_since(
    uow: UnitOfWork,
    workspace: str,
    since: datetime,
    until: datetime,
    *,
    names: Sequence[str] = (),
    with_best: bool = True,
) -> RunsSummary:
    """What became of the runs whose end was noticed in (since, until], reopened ones aside.

    Only of the experiments called `names`, if any are given. Each experiment's best is compared
    with its last few hundred runs before; `with_best` says whether that is worth reading them.
    """
    wanted = {name.casefold() for name in names}
    known = {one.experiment_id: one for one in directions.experiments(uow, workspace)}
    chosen = {i: one for i, one in known.items() if not wanted or one.name.casefold() in wanted}
    noticed = uow.experiments.noticed_ended(workspace, since, until)
    ended = [r for r in noticed if r.status.ended and (not wanted or r.experiment_id in chosen)]
    touched = {run.experiment_id for run in ended}
    experiments = {i: one for i, one in chosen.items() if i in touched}
    states = Counter(run.status for run in ended)
    failed = [run for run in ended if run.status is RunStatus.FAILED]
    return RunsSummary(
        finished=states[RunStatus.FINISHED],
        failed=states[RunStatus.FAILED],
        killed=states[RunStatus.KILLED],
        broken=tuple(failed[: -_BROKEN - 1 : -1]),
        best=tuple(_best(uow, workspace, experiments.values(), ended, since)) if with_best else (),
        experiments=experiments,
    )


def champions(
    uow: UnitOfWork, workspace: str, experiment: Experiment, runs: Sequence[Run] | None = None
) -> list[Champion]:
    """The versions that the alias `champion` names, as far as their runs are in the experiment.

    Where there is none, those of the models that its runs say they evaluate. `runs` are the runs
    of the experiment, where they are known already.
    """
    found = uow.experiments.aliased(workspace, CHAMPION_ALIAS, experiment.experiment_id)
    if not found:
        return list(_evaluated(uow, workspace, experiment, runs))
    return [Champion(model=one.model, version=one.version, run=run) for one, run in found]


def _evaluated(
    uow: UnitOfWork, workspace: str, experiment: Experiment, runs: Sequence[Run] | None
) -> Iterator[Champion]:
    models = [m.name for m in uow.experiments.models(workspace) if CHAMPION_ALIAS in m.aliases]
    if models and runs is None:
        runs = uow.experiments.runs(workspace, [experiment.experiment_id])
    for model in models:
        evaluated = any(samples.evaluates(run, model) for run in runs or ())
        behind = samples.champion_run(uow, workspace, model) if evaluated else None
        if behind:
            yield Champion(model=model, version=behind[0], run=behind[1])


def _best(
    uow: UnitOfWork,
    workspace: str,
    experiments: Iterable[Experiment],
    ended: Sequence[Run],
    since: datetime,
) -> Iterator[BestRun]:
    news = {run.run_id for run in ended}
    for experiment in experiments:
        known = experiment.experiment_id
        before = uow.experiments.latest_ended(workspace, known, since, _COMPARED)
        runs = [*before, *(run for run in ended if run.experiment_id == known)]
        if found := best_since(experiment, runs, news):
            yield found


def _key(name: str) -> str:
    return " ".join(name.casefold().split())


def _readings(typed: str) -> Iterator[str]:
    """Slack escapes &, < and > in a command's text, and people put names in quotes."""
    for text in dict.fromkeys((typed, html.unescape(typed))):
        yield text.strip()
        yield text.strip().strip(_QUOTES).strip()
