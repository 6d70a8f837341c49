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

    def locked(self, workspace: str, model: str) -> ModelPlan | None:
        """Like `get`; nobody else changes it until this transaction has ended."""
        ...

    def add(self, plan: ModelPlan) -> bool:
        """Keep a model's first plan; False, and nothing kept, where it has one."""
        ...

    def save(self, plan: ModelPlan) -> None:
        """Insert or replace one."""
        ...
