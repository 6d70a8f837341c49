"""The card of a goal, as it is when it is sent."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.domain.links import Links
from bot.ports.chat import Message
from bot.ports.repositories import UnitOfWork
from bot.services.experiments import goals
from bot.views.experiments import goals as views
from bot.workflows.cards import Card


def card(
    uow: UnitOfWork, workspace: str, subject: Mapping[str, Any], now: datetime, _links: Links
) -> Message | None:
    """The card of the goal whose number the subject names."""
    goal = goals.find(uow, workspace, int(subject["number"]))
    samples = uow.goals.samples(workspace, goal.number)
    return views.card(goals.state(uow, goal, now), samples)


CARDS: dict[str, Card] = {goals.CARD: card}
