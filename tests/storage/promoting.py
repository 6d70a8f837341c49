"""Decisions that promote, for tests of the storage."""

from datetime import UTC, datetime

from bot.domain.decisions.promotion import Promotion, PromotionStatus
from bot.domain.decisions.record import DecisionBody, NewDecision
from bot.domain.experiments.records import ModelVersion, RegisteredModel
from bot.services.decisions import life
from storage.unit_of_work import SqlUnitOfWork

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
W = "T1"


def mirror(uow: SqlUnitOfWork) -> None:
    """Two models in two workspaces; version 13 is the champion of each."""
    for workspace in (W, "T2"):
        models = [RegisteredModel(name=n, aliases={"champion": 13}) for n in ("churn", "spam")]
        versions = [
            ModelVersion(model=model.name, version=number, run_id="", created_at=NOW)
            for model in models
            for number in (13, 14, 15)
        ]
        uow.experiments.save_models(workspace, models, versions)


def accept(
    uow: SqlUnitOfWork, version: int = 14, model: str = "churn", supersedes: int | None = None
) -> int:
    """Log an accepted decision; its number."""
    promotion = Promotion(model=model, version=version, alias="champion")
    body = DecisionBody(title="Promote", outcome="Yes.", promotion=promotion)
    wish = NewDecision(workspace=W, channel="C1", author="A", body=body, supersedes=supersedes)
    return life.log(uow, wish, NOW).number


def status(uow: SqlUnitOfWork, number: int = 1) -> PromotionStatus:
    """How far a promotion came."""
    found = uow.promotions.get(W, number)
    assert found is not None
    return found


def audit(uow: SqlUnitOfWork, number: int = 1) -> list[str]:
    """What the audit trail says of a promotion."""
    changes = uow.decisions.changes(W, number)
    return [change.detail for change in changes if change.kind == "promoted"]
