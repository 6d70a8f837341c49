"""A line about an issue that somebody names in a channel: rarely, and what the channel may see.

An issue gets one line in a channel within half an hour, in the thread of the message that names it
first, and none where its project isn't the channel's.
"""

from datetime import datetime

from bot.domain.delivery import Delivery
from bot.domain.issues.naming import QUIET, Named, Unfurl, span_of
from bot.domain.issues.records import Issue
from bot.ports.repositories import UnitOfWork
from bot.services import deliveries
from bot.services.issues import sight, told

CARD = "issue.named"


def answer(
    uow: UnitOfWork,
    workspace: str,
    channel: str,
    by: str,
    thread_ts: str,
    named: Named,
    now: datetime,
) -> int:
    """Let the thread of a message read of the issues that it names; how many. None for bots."""
    person = uow.people.get(workspace, by)
    if person is None or person.is_bot:
        return 0
    settings = uow.digests.get(workspace, channel)
    wanted = named.wanted(settings.choice.unfurl if settings else Unfurl.LINKS)
    if not wanted:
        return 0
    fresh = [key for key in wanted if not _told_lately(uow, workspace, channel, key, now)]
    seen = sight.of_channel(uow, workspace, channel)
    issues = seen.only(uow.issues.by_keys(workspace, fresh))
    if not issues:
        return 0
    anchor = told.thread(uow, workspace, channel, thread_ts, now)
    lines = [_line(workspace, channel, issue.key, anchor, now) for issue in issues]
    return sum(deliveries.post(uow, each) for each in lines)


def shown(uow: UnitOfWork, workspace: str, channel: str, key: str) -> Issue | None:
    """The issue as the channel may see it now, or None."""
    found = uow.issues.by_keys(workspace, [key])
    return next(iter(sight.of_channel(uow, workspace, channel).only(found)), None)


def _told_lately(uow: UnitOfWork, workspace: str, channel: str, key: str, now: datetime) -> bool:
    this = span_of(now)
    ids = [_id(workspace, channel, key, number) for number in (this - 1, this)]
    return any(now - each.ready_at < QUIET for each in uow.deliveries.several(ids).values())


def _line(workspace: str, channel: str, key: str, anchor: str, now: datetime) -> Delivery:
    return Delivery(
        id=_id(workspace, channel, key, span_of(now)),
        workspace=workspace,
        channel=channel,
        card=CARD,
        subject={"key": key, "channel": channel},
        ready_at=now,
        thread_of=anchor,
    )


def _id(workspace: str, channel: str, key: str, span: int) -> str:
    return f"named:{workspace}:{channel}:{key}:{span}"
