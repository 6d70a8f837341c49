"""The registered models of the mirror of MLflow."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import and_, delete, select
from sqlalchemy.orm import Session

from bot.domain.experiments.records import ModelVersion, RegisteredModel, Run
from storage.experiments.rows import ModelVersionRow, RegisteredModelRow, RunRow
from storage.mirror_json import pack_texts
from storage.upsert import insert_or_replace, replace_all


class SqlRegistry:
    """Models and versions for `bot.ports.experiments.Experiments`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def save_models(
        self, workspace: str, models: Iterable[RegisteredModel], versions: Iterable[ModelVersion]
    ) -> None:
        """Replace all registered models and versions."""
        wanted = {model.name: model for model in models}
        listed = list(versions)
        for name in {each.name for each in self.models(workspace)} - set(wanted):
            self.forget_model(workspace, name)
        for model in wanted.values():
            mine = [version for version in listed if version.model == model.name]
            self.save_model(workspace, model, mine)

    def save_model(
        self, workspace: str, model: RegisteredModel, versions: Iterable[ModelVersion]
    ) -> None:
        """Insert or replace one registered model with all its versions."""
        insert_or_replace(
            self._session,
            RegisteredModelRow,
            workspace=workspace,
            name=model.name,
            aliases=dict(model.aliases),
            mark=model.mark,
        )
        numbers = {version.version: version for version in versions}
        shared = {"workspace": workspace, "model": model.name}
        rows = [shared | _values(version) for version in numbers.values()]
        replace_all(self._session, ModelVersionRow, rows)
        self._session.execute(
            delete(ModelVersionRow).where(
                ModelVersionRow.workspace == workspace,
                ModelVersionRow.model == model.name,
                ModelVersionRow.version.not_in(numbers),
            )
        )

    def forget_model(self, workspace: str, name: str) -> None:
        """Drop a registered model and its versions."""
        self._session.execute(
            delete(ModelVersionRow).where(
                ModelVersionRow.workspace == workspace, ModelVersionRow.model == name
            )
        )
        self._session.execute(
            delete(RegisteredModelRow).where(
                RegisteredModelRow.workspace == workspace, RegisteredModelRow.name == name
            )
        )

    def point_alias(self, workspace: str, model: str, alias: str, version: int) -> None:
        """Note where an alias of a mirrored model points now."""
        row = self._session.get(RegisteredModelRow, (workspace, model), with_for_update=True)
        if row is not None:
            row.aliases = {**row.aliases, alias: version}
            self._session.flush()

    def models(self, workspace: str) -> list[RegisteredModel]:
        """Every registered model, by name."""
        query = (
            select(RegisteredModelRow)
            .where(RegisteredModelRow.workspace == workspace)
            .order_by(RegisteredModelRow.name)
        )
        return [row.to_value() for row in self._session.scalars(query)]

    def aliased(
        self, workspace: str, alias: str, experiment_id: str
    ) -> list[tuple[ModelVersion, Run]]:
        """The versions that this alias names whose runs are in an experiment, by model."""
        query = (
            select(ModelVersionRow, RunRow)
            .join(
                RegisteredModelRow,
                and_(
                    RegisteredModelRow.workspace == ModelVersionRow.workspace,
                    RegisteredModelRow.name == ModelVersionRow.model,
                    RegisteredModelRow.aliases[alias].as_integer() == ModelVersionRow.version,
                ),
            )
            .join(
                RunRow,
                and_(
                    RunRow.workspace == ModelVersionRow.workspace,
                    RunRow.run_id == ModelVersionRow.run_id,
                ),
            )
            .where(
                ModelVersionRow.workspace == workspace,
                RunRow.experiment_id == experiment_id,
                RunRow.deleted_at.is_(None),
            )
            .order_by(ModelVersionRow.model)
        )
        rows = self._session.execute(query)
        return [(version.to_value(), run.to_value()) for version, run in rows]

    def versions(self, workspace: str, model: str) -> list[ModelVersion]:
        """The versions of one model, newest first."""
        query = (
            select(ModelVersionRow)
            .where(ModelVersionRow.workspace == workspace, ModelVersionRow.model == model)
            .order_by(ModelVersionRow.version.desc())
        )
        return [row.to_value() for row in self._session.scalars(query)]


def _values(version: ModelVersion) -> dict[str, Any]:
    return {
        "version": version.version,
        "run_id": version.run_id,
        "created_at": version.created_at,
        "tags": pack_texts(version.tags),
    }
