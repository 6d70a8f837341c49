"""Keeping what a poll of MLflow read, server by server."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.decisions.promotion import PromotionState
from bot.domain.experiments.records import Experiment, ModelVersion, RegisteredModel, Run
from bot.domain.experiments.servers import is_mlflow, server_name, server_of, source_of
from bot.ports.repositories import UnitOfWork
from bot.services.experiments import hypotheses
from bot.services.issues import runs as issue_runs

# Older ends are history that we read late, not news.
_NEWS = timedelta(days=1)
_LOST = timedelta(days=1)

_log = logging.getLogger(__name__)
_TOLD: set[tuple[str, str]] = set()


@dataclass(frozen=True, kw_only=True)
class Known:
    """What the mirror has of a server before a poll; times are None before the first one.

    `read_until` is the latest end that was seen, `listed_at` and `swept_at` when the list of
    experiments and the last days were read.
    """

    experiment_ids: frozenset[str]
    open_runs: Sequence[Run]
    read_until: datetime | None
    listed_at: datetime | None
    swept_at: datetime | None
    models: Sequence[RegisteredModel]


def known(uow: UnitOfWork, workspace: str, server: str) -> Known:
    """What the mirror has of a server, and how far the last polls came."""
    mirrored = (one.experiment_id for one in uow.experiments.all(workspace))
    running = uow.experiments.open_runs(workspace)
    models = uow.experiments.models(workspace)
    return Known(
        experiment_ids=frozenset(each for each in mirrored if server_of(each) == server),
        open_runs=[run for run in running if server_of(run.experiment_id) == server],
        read_until=uow.sources.watermark(_progress(workspace, server)),
        listed_at=uow.sources.watermark(_part(workspace, server, "listed")),
        swept_at=uow.sources.watermark(_part(workspace, server, "sweep")),
        models=[model for model in models if server_of(model.name) == server],
    )


def unlike(uow: UnitOfWork, workspace: str, runs: Sequence[Run], now: datetime) -> list[Run]:
    """Those of `runs` that the mirror doesn't hold as they are: most re-reads change nothing."""
    return uow.experiments.unlike(workspace, _own(uow, workspace, runs, now))


def keep_runs(uow: UnitOfWork, workspace: str, runs: Sequence[Run], now: datetime) -> list[Run]:
    """Keep runs that a poll read; those that are new or changed."""
    changed = uow.experiments.save_runs(workspace, _own(uow, workspace, runs, now), now)
    hypotheses.touched(uow, workspace, changed, now)
    issue_runs.kept(uow, workspace, changed)
    return changed


def keep_history(uow: UnitOfWork, workspace: str, runs: Sequence[Run], now: datetime) -> list[Run]:
    """Keep runs of an experiment that was not mirrored before; those that are new or changed."""
    runs = _own(uow, workspace, runs, now)
    old = [run for run in runs if run.ended_at is not None and run.ended_at < now - _NEWS]
    history = {run.run_id for run in old}
    changed = uow.experiments.save_runs(workspace, old, now, backfill=True)
    rest = [run for run in runs if run.run_id not in history]
    changed += uow.experiments.save_runs(workspace, rest, now)
    hypotheses.touched(uow, workspace, changed, now)
    issue_runs.kept(uow, workspace, changed)
    return changed


def started(
    uow: UnitOfWork,
    workspace: str,
    experiment_ids: Sequence[str],
    since: datetime,
    until: datetime | None,
) -> list[str]:
    """The ids of mirrored runs that started in [since, until)."""
    return uow.experiments.started(workspace, experiment_ids, since, until)


def hide(uow: UnitOfWork, workspace: str, run_ids: Iterable[str], now: datetime) -> None:
    """Note that these runs are gone at the source for good."""
    uow.experiments.hide(workspace, run_ids, now)


def keep_experiments(uow: UnitOfWork, workspace: str, experiments: Sequence[Experiment]) -> None:
    """Keep these experiments as they are now."""
    uow.experiments.save_experiments(workspace, experiments)


def keep_list(
    uow: UnitOfWork,
    workspace: str,
    server: str,
    experiments: Sequence[Experiment],
    now: datetime,
) -> None:
    """Keep a server's whole list of experiments: those that it did not show are forgotten.

    A server that shows none at all rather lost its mind, or our rights, than its data.
    """
    kept = {one.experiment_id: one for one in uow.experiments.all(workspace)}
    changed = [one for one in experiments if kept.get(one.experiment_id) != one]
    uow.experiments.save_experiments(workspace, changed)
    if experiments:
        ids = [one.experiment_id for one in experiments]
        uow.experiments.keep_only(workspace, ids, now, server=server)
    uow.sources.read_ok(_part(workspace, server, "listed"), now, now)


def keep_models(
    uow: UnitOfWork,
    workspace: str,
    changed: Sequence[RegisteredModel],
    versions: Sequence[ModelVersion],
    gone: Iterable[str],
    begun_at: datetime,
) -> None:
    """Keep these registered models, with all their versions, as a poll that began at `begun_at`
    read them, and forget those that are `gone`.

    It may have read an alias just before a decision moved it, and come here just after.
    """
    for name in gone:
        uow.experiments.forget_model(workspace, name)
    for model in changed:
        mine = [version for version in versions if version.model == model.name]
        current = _with_moves(uow, workspace, model, begun_at)
        uow.experiments.save_model(workspace, current, mine)


def unknown_runs(uow: UnitOfWork, workspace: str, run_ids: Iterable[str]) -> list[str]:
    """Those of `run_ids` that the mirror doesn't hold."""
    return [r for r in sorted(run_ids) if uow.experiments.run(workspace, r) is None]


def succeeded(
    uow: UnitOfWork,
    workspace: str,
    server: str,
    read_until: datetime | None,
    swept: bool,
    now: datetime,
) -> None:
    """A whole poll was read."""
    uow.sources.read_ok(source_of(server), read_until, now)
    progressed(uow, workspace, server, read_until, swept, now)


def progressed(
    uow: UnitOfWork,
    workspace: str,
    server: str,
    read_until: datetime | None,
    swept: bool,
    now: datetime,
) -> None:
    """The runs of a poll were read, whatever became of the rest."""
    if read_until != uow.sources.watermark(_progress(workspace, server)):
        uow.sources.read_ok(_progress(workspace, server), read_until, now)
    if swept:
        uow.sources.read_ok(_part(workspace, server, "sweep"), now, now)


def failed(uow: UnitOfWork, server: str, reason: str, now: datetime) -> None:
    """MLflow didn't answer."""
    uow.sources.read_failed(source_of(server), reason, now)


def _own(uow: UnitOfWork, workspace: str, runs: Sequence[Run], now: datetime) -> Sequence[Run]:
    """Those that no other server has shown us before: a copied database holds the same runs.

    Another server keeps its runs for as long as it was read lately: it may be called another name
    by now.
    """
    shown_by = {server_of(run.experiment_id) for run in runs}
    lately = {
        server_name(one.source)
        for one in uow.sources.health()
        if is_mlflow(one.source) and one.read_at and now - one.read_at < _LOST
    }
    if not lately - shown_by:
        return runs
    homes = uow.experiments.homes(workspace, [run.run_id for run in runs])
    own = []
    for run in runs:
        server = server_of(run.experiment_id)
        home = server_of(homes.get(run.run_id, run.experiment_id))
        if home == server or home not in lately:
            own.append(run)
        elif (server, home) not in _TOLD:
            _TOLD.add((server, home))
            _log.warning(
                "MLflow server %r shows runs of %r, such as %s: they stay with the latter.",
                source_of(server),
                source_of(home),
                run.run_id,
            )
    return own


def _with_moves(
    uow: UnitOfWork, workspace: str, model: RegisteredModel, since: datetime
) -> RegisteredModel:
    moved = [
        status
        for status in uow.promotions.of_model(workspace, model.name)
        if status.state is PromotionState.DONE and status.changed_at >= since
    ]
    moved.sort(key=lambda status: status.changed_at)
    newer = {status.promotion.alias: status.promotion.version for status in moved}
    return replace(model, aliases={**model.aliases, **newer})


def _progress(workspace: str, server: str) -> str:
    """Each workspace has a mirror of its own, which may be younger than the others."""
    return _part(workspace, server, "read")


def _part(workspace: str, server: str, part: str) -> str:
    return f"{source_of(server)}:{part}:{workspace}"
