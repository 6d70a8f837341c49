"""The cards of blockers, as they are when they are sent."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.domain.blocker import Blocker, Notice
from bot.domain.links import Links
from bot.ports.chat import Message
from bot.ports.repositories import UnitOfWork
from bot.services import blocker_notices as notices
from bot.services.blocker_links import veiled
from bot.views import blockers as views
from bot.views.blockers import Scene
from bot.workflows.cards import Card

# What could not be sent in time is not sent at all: nobody is written to at night.
_LIFE = timedelta(hours=4)
_OUT_OF_SIGHT = "another status"


def scene(uow: UnitOfWork, blocker: Blocker, now: datetime, links: Links) -> Scene:
    """What is known around one blocker."""
    standup = uow.standups.get(blocker.workspace, blocker.standup_id)
    return Scene(
        people=uow.people.several(blocker.workspace, blocker.people),
        links=links,
        now=now,
        standup=standup.plan.name if standup else "",
    )


def _card(
    uow: UnitOfWork, workspace: str, subject: Mapping[str, Any], now: datetime, links: Links
) -> Message | None:
    blocker = uow.blockers.get(workspace, int(subject["number"]))
    if blocker is None or not (blocker.open or _stands(uow, subject)):
        return None
    return views.card(veiled(uow, blocker), scene(uow, blocker, now, links))


def _notice(
    uow: UnitOfWork, workspace: str, subject: Mapping[str, Any], now: datetime, links: Links
) -> Message | None:
    blocker = uow.blockers.get(workspace, int(subject["number"]))
    kind, user_id = Notice(subject["notice"]), str(subject["user"])
    if blocker is None:
        return None
    late = now - datetime.fromisoformat(subject["at"]) > _LIFE
    if not _stands(uow, subject) and (late or not blocker.calls_for(kind, user_id)):
        return None
    around, shown = scene(uow, blocker, now, links), veiled(uow, blocker)
    state = str(subject["state"])
    if kind is Notice.PROPOSAL and shown != blocker:
        # What it waits for is out of sight by now; of a message that stands, the state goes.
        state = _OUT_OF_SIGHT
    return views.notice(kind, shown, user_id, state, around)


def _stands(uow: UnitOfWork, subject: Mapping[str, Any]) -> bool:
    """Whether the message was posted before, so that this brings it up to date."""
    delivery = uow.deliveries.get(str(subject["id"]))
    return delivery is not None and bool(delivery.ts)


CARDS: dict[str, Card] = {notices.CARD: _card, notices.NOTICE_CARD: _notice}
