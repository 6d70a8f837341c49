"""What the mirror of MLflow holds for one version of a registered model: its evaluations."""

from bot.domain.alerts.rules import ModelThreshold, RuleDraft
from bot.domain.decisions.promotion import Promotion, PromotionState
from bot.domain.experiments.records import Run
from bot.ports.repositories import UnitOfWork
from bot.services.alerts.samples import CHAMPION, VERSION_TAG, runs_of_model, sources

__all__ = ["VERSION_TAG", "runs_of_version", "speaks_for", "version_under", "watched"]

_ON_ITS_WAY = (PromotionState.PENDING, PromotionState.FAILED)


def version_under(uow: UnitOfWork, workspace: str, model: str, alias: str) -> int | None:
    """The version that an alias of a model points to, or None."""
    models = {found.name: found for found in uow.experiments.models(workspace)}
    return models[model].aliases.get(alias) if model in models else None


def watched(uow: UnitOfWork, rule: RuleDraft, condition: ModelThreshold) -> int | None:
    """The version that a rule looks at now, or None.

    Where the decision that asks for the rule moves that alias itself, only its own version speaks
    for it: neither what stands there before, nor what another decision puts there later.
    """
    version = version_under(uow, rule.workspace, condition.model, condition.alias)
    if rule.decision is not None:
        status = uow.promotions.get(rule.workspace, rule.decision)
        if status and _moves(status.promotion, condition):
            done = status.state not in _ON_ITS_WAY
            return version if done and version == status.promotion.version else None
    return version


def runs_of_version(uow: UnitOfWork, workspace: str, model: str, version: int) -> list[Run]:
    """The runs that evaluate one version, earliest start first.

    Those are tagged `registered_model` with the model's name and `model_version` with the version
    (`14` or `v14`). A run without that second tag speaks for the version that is the champion now.
    A run from which a version was made never counts, whatever its tags: it is what a decision
    rests on, not what came of it.
    """
    runs = runs_of_model(uow, workspace, model)
    return speaks_for(uow, workspace, model, version, runs)


def speaks_for(
    uow: UnitOfWork, workspace: str, model: str, version: int, runs: list[Run]
) -> list[Run]:
    """Those of a model's tagged `runs` that evaluate one version, as `runs_of_version` has it."""
    made = sources(uow, workspace, model)
    is_champion = version_under(uow, workspace, model, CHAMPION) == version
    spoken_for = {str(version), f"v{version}", *([""] if is_champion else [])}
    return [
        run
        for run in runs
        if run.run_id not in made and run.tags.get(VERSION_TAG, "").strip().lower() in spoken_for
    ]


def _moves(promotion: Promotion, condition: ModelThreshold) -> bool:
    return (promotion.model, promotion.alias) == (condition.model, condition.alias)
