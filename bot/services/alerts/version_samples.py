"""What the mirror of MLflow holds for one version of a registered model: its evaluations."""

from datetime import datetime

from bot.domain.alerts.rules import ModelThreshold, RuleDraft
from bot.domain.alerts.states import Sample
from bot.domain.decisions.promotion import Promotion, PromotionState
from bot.domain.experiments.records import Run
from bot.ports.repositories import UnitOfWork
from bot.services.alerts.samples import CHAMPION, MODEL_TAG, counts, sample_of

VERSION_TAG = "model_version"

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
    sources = {each.run_id for each in uow.experiments.versions(workspace, model)}
    is_champion = version_under(uow, workspace, model, CHAMPION) == version
    spoken_for = {str(version), f"v{version}", *([""] if is_champion else [])}
    return [
        run
        for run in uow.experiments.runs_tagged(workspace, MODEL_TAG, model)
        if run.run_id not in sources and run.tags.get(VERSION_TAG, "").strip().lower() in spoken_for
    ]


def of_version(
    uow: UnitOfWork, rule: RuleDraft, condition: ModelThreshold, version: int | None, now: datetime
) -> list[Sample]:
    """The evaluations of the version that a rule looks at, by end time; none without a version."""
    if version is None:
        return []
    runs = runs_of_version(uow, rule.workspace, condition.model, version)
    found = [sample_of(run, rule.metric, now, version) for run in runs if counts(run, rule.metric)]
    return sorted(found, key=lambda sample: (sample.at, sample.key))


def _moves(promotion: Promotion, condition: ModelThreshold) -> bool:
    return (promotion.model, promotion.alias) == (condition.model, condition.alias)
