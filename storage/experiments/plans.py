"""Models' data cards and retraining plans."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.domain.experiments.plan import ModelPlan
from storage.base import Base
from storage.upsert import insert_if_absent, insert_or_replace


class ModelPlanRow(Base):
    """One model's plan."""

    __tablename__ = "model_plan"

    workspace: Mapped[str] = mapped_column(primary_key=True)
    model: Mapped[str] = mapped_column(primary_key=True)
    owner: Mapped[str]
    deputies: Mapped[list[Any]]
    cadence_days: Mapped[int]
    data: Mapped[str]
    description: Mapped[str]
    runbook: Mapped[str]
    channel: Mapped[str]
    changed_by: Mapped[str]
    changed_at: Mapped[datetime]

    def to_value(self) -> ModelPlan:
        """The frozen value of this row."""
        return ModelPlan(
            workspace=self.workspace,
            model=self.model,
            owner=self.owner,
            deputies=tuple(self.deputies),
            cadence_days=self.cadence_days,
            data=self.data,
            description=self.description,
            runbook=self.runbook,
            channel=self.channel,
            changed_by=self.changed_by,
            changed_at=self.changed_at,
        )


class SqlPlans:
    """Implements `bot.ports.plans.Plans`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, workspace: str, model: str) -> ModelPlan | None:
        """A model's plan, or None."""
        row = self._session.get(ModelPlanRow, (workspace, model))
        return row.to_value() if row else None

    def all(self, workspace: str) -> list[ModelPlan]:
        """Every plan, by model."""
        query = (
            select(ModelPlanRow)
            .where(ModelPlanRow.workspace == workspace)
            .order_by(ModelPlanRow.model)
        )
        return [row.to_value() for row in self._session.scalars(query)]

    def locked(self, workspace: str, model: str) -> ModelPlan | None:
        """Like `get`; nobody else changes it until this transaction has ended."""
        row = self._session.get(ModelPlanRow, (workspace, model), with_for_update=True)
        return row.to_value() if row else None

    def add(self, plan: ModelPlan) -> bool:
        """Keep a model's first plan; False where it has one."""
        return insert_if_absent(self._session, ModelPlanRow, **_values(plan))

    def save(self, plan: ModelPlan) -> None:
        """Insert or replace one."""
        insert_or_replace(self._session, ModelPlanRow, **_values(plan))


def _values(plan: ModelPlan) -> dict[str, Any]:
    return {**vars(plan), "deputies": list(plan.deputies)}
