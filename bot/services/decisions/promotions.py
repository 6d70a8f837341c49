"""Promotions: what an accepted decision does in the model registry."""

from datetime import datetime

from bot.domain.decisions.record import DecisionBody, DecisionRecord
from bot.ports.repositories import UnitOfWork


def check(uow: UnitOfWork, workspace: str, body: DecisionBody) -> None:
    """Raises InvalidForm for a promotion of what the registry doesn't have."""


def begin(uow: UnitOfWork, record: DecisionRecord, now: datetime) -> None:
    """An accepted decision moves its alias; nothing happens where it promotes nothing."""


def drop(uow: UnitOfWork, record: DecisionRecord, now: datetime) -> None:
    """The decision no longer holds: an alias that it hasn't moved yet stays."""
