"""Tables of the mirror of MLflow."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.experiments.records import Experiment, ModelVersion, RegisteredModel, Run, RunStatus
from storage.base import Base
from storage.mirror_json import unpack_metrics


class ExperimentRow(Base):
    """One experiment; `name_key` is its name as people type it: any case, single blanks.

    `deleted_at` is when its server showed it no more; its runs were hidden at that time too.
    """

    __tablename__ = "experiment"
    __table_args__ = (Index("ix_experiment_name_key", "workspace", "name_key"),)

    workspace: Mapped[str] = mapped_column(primary_key=True)
    experiment_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_key: Mapped[str]
    tags: Mapped[dict[str, Any]]
    deleted_at: Mapped[datetime | None]

    def to_value(self) -> Experiment:
        """The frozen value of this row."""
        return Experiment(experiment_id=self.experiment_id, name=self.name, tags=self.tags)


class RunRow(Base):
    """One run; `name_key` is its name as people type it.

    `noticed_ended_at` is when we first saw it ended, whatever its client's clock, and `deleted_at`
    when we saw it in the source's bin.
    """

    __tablename__ = "run"
    __table_args__ = (
        Index("ix_run_experiment", "workspace", "experiment_id", "noticed_ended_at"),
        Index("ix_run_noticed_ended", "workspace", "noticed_ended_at"),
        Index("ix_run_user", "workspace", "user_name", "noticed_ended_at"),
        Index("ix_run_status", "workspace", "status"),
        Index("ix_run_changed", "workspace", "changed_at"),
    )

    workspace: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str] = mapped_column(primary_key=True)
    experiment_id: Mapped[str]
    name: Mapped[str]
    name_key: Mapped[str]
    status: Mapped[str]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    params: Mapped[dict[str, Any]]
    metrics: Mapped[dict[str, Any]]
    tags: Mapped[dict[str, Any]]
    user_name: Mapped[str]
    # Clients may count in 64 bits.
    step: Mapped[int | None] = mapped_column(BigInteger)
    logged_at: Mapped[datetime | None]
    noticed_ended_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    # When we last saw anything of it change: what reads the mirror needs no look at the rest.
    changed_at: Mapped[datetime]

    def to_value(self) -> Run:
        """The frozen value of this row."""
        return Run(
            run_id=self.run_id,
            experiment_id=self.experiment_id,
            name=self.name,
            status=RunStatus(self.status),
            started_at=self.started_at,
            ended_at=self.ended_at,
            params=self.params,
            metrics=unpack_metrics(self.metrics),
            tags=self.tags,
            user=self.user_name,
            step=self.step,
            logged_at=self.logged_at,
        )


class RegisteredModelRow(Base):
    """One registered model with its alias map."""

    __tablename__ = "registered_model"

    workspace: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    aliases: Mapped[dict[str, Any]]
    mark: Mapped[str]

    def to_value(self) -> RegisteredModel:
        """The frozen value of this row."""
        return RegisteredModel(name=self.name, aliases=self.aliases, mark=self.mark)


class ModelVersionRow(Base):
    """One version of a registered model."""

    __tablename__ = "model_version"

    workspace: Mapped[str] = mapped_column(primary_key=True)
    model: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[str]
    created_at: Mapped[datetime]
    tags: Mapped[dict[str, Any]]

    def to_value(self) -> ModelVersion:
        """The frozen value of this row."""
        return ModelVersion(
            model=self.model,
            version=self.version,
            run_id=self.run_id,
            created_at=self.created_at,
            tags=self.tags,
        )
