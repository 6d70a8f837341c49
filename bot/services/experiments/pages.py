"""What the mirror says about experiments."""

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.experiments.leaderboard import Champion, Leaderboard, best_since, leaderboard
from bot.domain.experiments.records import (
    Activity,
    BestRun,
    Experiment,
    Run,
    RunsSummary,
    RunStatus,
)
from bot.domain.source import SourceHealth
from bot.ports.repositories import UnitOfWork

SOURCE = "mlflow"
CHAMPION_ALIAS = "champion"
_BROKEN = 5
_QUOTES = "\"'`“”‘’"
_ADDRESS = re.compile(r"https?://\S+?/experiments/([^/?#|>\s]+)")


@dataclass(frozen=True, kw_only=True)
class Page:
    """A leaderboard and how its source answered lately (None: never polled)."""

    board: Leaderboard
    source: SourceHealth | None


@dataclass(frozen=True, kw_only=True)
class Overview:
    """Every mirrored experiment, latest activity first, and how the source answered lately."""

    experiments: Sequence[tuple[Experiment, Activity]]
    source: SourceHealth | None


def match(experiments: Iterable[Experiment], typed: str) -> Experiment | None:
    """The one meant by a name in any case, an id or a pasted MLflow address, or None."""
    by_id: dict[str, Experiment] = {}
    by_name: dict[str, Experiment] = {}
    by_key: dict[str, Experiment] = {}
    for one in experiments:
        by_id[one.experiment_id] = by_name[one.name] = one
        by_key.setdefault(_key(one.name), one)
    for text in _readings(typed):
        if found := by_name.get(text) or by_key.get(_key(text)) or by_id.get(text):
            return found
    address = _ADDRESS.search(typed)
    return by_id.get(address[1]) if address else None


def page(uow: UnitOfWork, workspace: str, typed: str) -> Page | None:
    """The leaderboard of the experiment that was typed, or None where the mirror has none."""
    experiment = match(uow.experiments.all(workspace), typed)
    if experiment is None:
        return None
    runs = uow.experiments.runs(workspace, [experiment.experiment_id])
    board = leaderboard(experiment, runs, champions(uow, workspace, experiment))
    return Page(board=board, source=source(uow))


def overview(uow: UnitOfWork, workspace: str) -> Overview:
    """Every mirrored experiment with its activity, the latest first."""
    activity = uow.experiments.activity(workspace)
    nothing = Activity(runs=0, last_at=None)
    listed = [
        (one, activity.get(one.experiment_id, nothing)) for one in uow.experiments.all(workspace)
    ]
    listed.sort(key=lambda item: item[1].last_at.timestamp() if item[1].last_at else 0.0)
    return Overview(experiments=listed[::-1], source=source(uow))


def source(uow: UnitOfWork) -> SourceHealth | None:
    """How MLflow answered lately, or None before the first poll."""
    return next((one for one in uow.sources.health() if one.source == SOURCE), None)


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

    Only of the experiments called `names`, if any are given. Finding each experiment's best reads
    all its runs; `with_best` says whether that is worth it.
    """
    wanted = {name.casefold() for name in names}
    known = {one.experiment_id: one for one in uow.experiments.all(workspace)}
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
        best=tuple(_best(uow, workspace, experiments.values(), ended)) if with_best else (),
        experiments=experiments,
    )


def champions(uow: UnitOfWork, workspace: str, experiment: Experiment) -> list[Champion]:
    """The versions that the alias `champion` names, as far as their runs are in the experiment."""
    found: list[Champion] = []
    for model in uow.experiments.models(workspace):
        number = model.aliases.get(CHAMPION_ALIAS)
        versions = uow.experiments.versions(workspace, model.name) if number else []
        run_ids = [version.run_id for version in versions if version.version == number]
        run = uow.experiments.run(workspace, run_ids[0]) if run_ids else None
        if number and run and run.experiment_id == experiment.experiment_id:
            found.append(Champion(model=model.name, version=number, run=run))
    return found


def _best(
    uow: UnitOfWork, workspace: str, experiments: Iterable[Experiment], ended: Sequence[Run]
) -> Iterator[BestRun]:
    news = {run.run_id for run in ended}
    for experiment in experiments:
        runs = uow.experiments.runs(workspace, [experiment.experiment_id])
        if found := best_since(experiment, runs, news):
            yield found


def _key(name: str) -> str:
    return " ".join(name.casefold().split())


def _readings(typed: str) -> Iterator[str]:
    """Slack escapes &, < and > in a command's text, and people put names in quotes."""
    for text in dict.fromkeys((typed, html.unescape(typed))):
        yield text.strip()
        yield text.strip().strip(_QUOTES).strip()
