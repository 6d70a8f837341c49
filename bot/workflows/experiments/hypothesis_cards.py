"""The messages about hypotheses, as they are when they are sent."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.domain.experiments.hypothesis_detail import HypothesisDetail
from bot.domain.links import Links
from bot.ports.chat import Message
from bot.ports.repositories import UnitOfWork
from bot.services import availability
from bot.services.experiments import hypotheses, hypothesis_asks
from bot.views.experiments import hypothesis_card as views
from bot.workflows.cards import Card


def card(
    uow: UnitOfWork, workspace: str, subject: Mapping[str, Any], _now: datetime, links: Links
) -> Message | None:
    """The card of the hypothesis whose number the subject names."""
    return views.card(_detail(uow, workspace, subject), links)


def thread(
    uow: UnitOfWork, workspace: str, subject: Mapping[str, Any], _now: datetime, _links: Links
) -> Message | None:
    """What its thread hears: a verdict, or that there is more time."""
    deadline = datetime.fromisoformat(str(subject["deadline"]))
    detail = _detail(uow, workspace, subject)
    return views.thread(detail, str(subject["what"]), str(subject["by"]), deadline)


def ask(
    uow: UnitOfWork, workspace: str, subject: Mapping[str, Any], now: datetime, links: Links
) -> Message | None:
    """The question for a verdict; nobody is asked who isn't at work, or any more once it is given,
    while a message that stands shows what came of it."""
    detail = _detail(uow, workspace, subject)
    posted = uow.deliveries.get(str(subject["id"]))
    stands = posted is not None and bool(posted.ts)
    person = uow.people.get(workspace, str(subject["user"]))
    asked = detail.hypothesis.is_open and detail.hypothesis.asking is not None
    sensible = asked and person is not None and availability.is_at_work(uow, person, now)
    if not (stands or sensible):
        return None
    return views.ask(detail, links, again=str(subject["id"]).endswith(":reminder"))


def _detail(uow: UnitOfWork, workspace: str, subject: Mapping[str, Any]) -> HypothesisDetail:
    found = hypotheses.find(uow, workspace, int(subject["number"]))
    return hypotheses.detail(uow, found)


CARDS: dict[str, Card] = {
    hypotheses.CARD: card,
    hypotheses.CARD_THREAD: thread,
    hypothesis_asks.CARD_ASK: ask,
}
