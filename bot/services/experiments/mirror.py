"""Keeping what a poll of MLflow read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.decisions.promotion import PromotionState
from bot.domain.experiments.records import Experiment, ModelVersion, RegisteredModel, Run
from bot.ports.repositories import UnitOfWork
from bot.services.experiments.pages import SOURCE

# Older ends are history that we read late, not news.
_NEWS = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Known:
    """What the mirror has before a poll; times are None before the first one."""

    experiment_ids: frozenset[str]
    open_runs: Sequence[Run]
    read_until: datetime | None
    swept_at: datetime | None


def known(uow: UnitOfWork, workspace: str) -> Known:
    """What the mirror has, and how far the last polls came."""
    mirrored = uow.experiments.all(workspace)
    return Known(
        experiment_ids=frozenset(one.experiment_id for one in mirrored),
        open_runs=uow.experiments.open_runs(workspace),
        read_until=uow.sources.watermark(_progress(workspace)),
        swept_at=uow.sources.watermark(_sweep(workspace)),
    )


def keep_runs(uow: UnitOfWork, workspace: str, runs: Sequence[Run], now: datetime) -> list[Run]:
    """Keep runs that a poll read; those that are new or changed."""
    return uow.experiments.save_runs(workspace, runs, now)


def keep_history(uow: UnitOfWork, workspace: str, runs: Sequence[Run], now: datetime) -> list[Run]:
    """Keep runs of an experiment that was not mirrored before; those that are new or changed."""
    old = [run for run in runs if run.ended_at is not None and run.ended_at < now - _NEWS]
    history = {run.run_id for run in old}
    changed = uow.experiments.save_runs(workspace, old, now, backfill=True)
    rest = [run for run in runs if run.run_id not in history]
    return changed + uow.experiments.save_runs(workspace, rest, now)


def keep_experiments(uow: UnitOfWork, workspace: str, experiments: Sequence[Experiment]) -> None:
    """Keep these experiments as they are now."""
    uow.experiments.save_experiments(workspace, experiments)


def keep_registry(
    uow: UnitOfWork,
    workspace: str,
    models: Sequence[RegisteredModel],
    versions: Sequence[ModelVersion],
    begun_at: datetime,
) -> None:
    """Keep all registered models and versions as a poll that began at `begun_at` read them.

    It may have read an alias just before a decision moved it, and come here just after.
    """
    current = [_with_moves(uow, workspace, model, begun_at) for model in models]
    uow.experiments.save_models(workspace, current, versions)


def unknown_runs(uow: UnitOfWork, workspace: str, run_ids: Iterable[str]) -> list[str]:
    """Those of `run_ids` that the mirror doesn't hold."""
    return [r for r in sorted(run_ids) if uow.experiments.run(workspace, r) is None]


def succeeded(
    uow: UnitOfWork,
    workspace: str,
    experiment_ids: Sequence[str],
    read_until: datetime | None,
    swept: bool,
    now: datetime,
) -> None:
    """A whole poll was read: experiments that it did not show are forgotten."""
    if experiment_ids:
        # A server that shows none at all rather lost its mind, or our rights, than its data.
        uow.experiments.keep_only(workspace, experiment_ids)
    uow.sources.read_ok(SOURCE, read_until, now)
    uow.sources.read_ok(_progress(workspace), read_until, now)
    if swept:
        uow.sources.read_ok(_sweep(workspace), now, now)


def failed(uow: UnitOfWork, reason: str, now: datetime) -> None:
    """MLflow didn't answer."""
    uow.sources.read_failed(SOURCE, reason, now)


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


def _progress(workspace: str) -> str:
    """Each workspace has a mirror of its own, which may be younger than the others."""
    return f"{SOURCE}:read:{workspace}"


def _sweep(workspace: str) -> str:
    return f"{SOURCE}:sweep:{workspace}"
