"""What services ask of the storage about models' plans."""

from typing import Protocol

from bot.domain.experiments.plan import ModelPlan


class Plans(Protocol):
    """One plan per registered model."""

    def get(self, workspace: str, model: str) -> ModelPlan | None:
        """A model's plan, or None."""
        ...

    def all(self, workspace: str) -> list[ModelPlan]:
        """Every plan, by model."""
        ...

    def save(self, plan: ModelPlan) -> None:
        """Insert or replace one."""
        ...
