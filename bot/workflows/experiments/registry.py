"""Registered models: one request where nothing changed."""

from collections.abc import Sequence

from bot.domain.experiments.records import ModelVersion, RegisteredModel
from bot.services.experiments import mirror
from bot.services.experiments.mirror import Known
from bot.workflows.experiments.copying import Copying


async def keep_registry(
    copying: Copying,
    experiment_ids: Sequence[str],
    known: Known,
    models: Sequence[RegisteredModel],
    *,
    everything: bool,
) -> None:
    """Keep those of MLflow's list of `models` whose entry changed, with their versions.

    Neither a moved alias nor a tag moves a time there: entries are compared whole. Tags of older
    versions are not in them, so `everything` says to read all versions.
    """
    kept = {model.name: model for model in known.models}
    changed = [each for each in models if everything or _differs(kept.get(each.name), each)]
    gone = set(kept) - {model.name for model in models}
    if not (changed or gone or everything):
        return
    versions = await _versions(copying, changed, everything)
    await copying.transactions.write(
        mirror.keep_models, copying.workspace, changed, versions, gone, copying.now
    )
    await _sources(copying, experiment_ids, changed, versions)


def _differs(kept: RegisteredModel | None, read: RegisteredModel) -> bool:
    if kept is None or not read.mark:
        return True
    # A decision may have moved an alias in the mirror alone, and somebody back at the source.
    return (kept.mark, kept.aliases) != (read.mark, read.aliases)


async def _versions(
    copying: Copying, models: Sequence[RegisteredModel], everything: bool
) -> list[ModelVersion]:
    if everything:
        return await copying.tracker.all_versions() if models else []
    return [
        version for model in models for version in await copying.tracker.model_versions(model.name)
    ]


async def _sources(
    copying: Copying,
    experiment_ids: Sequence[str],
    models: Sequence[RegisteredModel],
    versions: Sequence[ModelVersion],
) -> None:
    """The runs behind aliased versions, however old: rules compare with them."""
    aliased = {(model.name, number) for model in models for number in model.aliases.values()}
    wanted = {v.run_id for v in versions if v.run_id and (v.model, v.version) in aliased}
    missing = await copying.transactions.read(mirror.unknown_runs, copying.workspace, wanted)
    if missing:
        runs = await copying.tracker.several(experiment_ids, missing)
        await copying.transactions.write(mirror.keep_history, copying.workspace, runs, copying.now)
