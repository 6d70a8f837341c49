"""Digests: their card, and the short question to Jira whether projects exist."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.domain.digests.windows import Window
from bot.domain.links import Links
from bot.errors import JiraError
from bot.ports.chat import Message
from bot.ports.repositories import UnitOfWork
from bot.ports.trackers import IssueTracker
from bot.services.digests import daily
from bot.workflows.cards import Card
from bot.workflows.digests import readings

# A submitted form must be answered within 3 s.
CHECK_SECONDS = 1.5


async def unknown_projects(
    tracker: IssueTracker | None, projects: Sequence[str], seconds: float = CHECK_SECONDS
) -> list[str] | None:
    """Those of `projects` that Jira doesn't show us; None where it didn't say within `seconds`."""
    if not projects:
        return []
    if tracker is None:
        return None
    try:
        async with asyncio.timeout(seconds):
            return await tracker.unknown_projects(projects)
    except (TimeoutError, JiraError):
        return None


def _digest(
    uow: UnitOfWork, workspace: str, subject: Mapping[str, Any], now: datetime, links: Links
) -> Message | None:
    channel, zone = subject["channel"], subject.get("zone", "UTC")
    content = daily.at_sending(uow, workspace, channel, Window.of(subject), now, zone)
    return readings.for_channel(uow, workspace, channel, content, now, links)


CARDS: dict[str, Card] = {daily.CARD: _digest}
