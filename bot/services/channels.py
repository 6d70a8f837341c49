"""What Slack says of a channel, kept; and what follows from it."""

from datetime import datetime

from bot.ports.chat import ChannelInfo
from bot.ports.repositories import UnitOfWork
from bot.services.issues import shared


def noticed(uow: UnitOfWork, workspace: str, info: ChannelInfo, now: datetime) -> None:
    """Keep how a channel is; one that got shared with another company shows no issues any more."""
    channel = info.channel_id
    before = uow.channels.known(workspace, [channel]).get(channel)
    uow.channels.keep(
        workspace,
        channel,
        public=info.is_public,
        shared=info.is_shared,
        members=info.member_ids,
        now=now,
    )
    if info.is_shared and not (before and before.shared):
        shared.begun(uow, workspace, channel, now)


def watched(uow: UnitOfWork, workspace: str) -> set[str]:
    """The channels of which it matters who reads them: with decisions, alerts, goals, or issues to
    see."""
    return {
        *uow.channels.deciding(workspace),
        *uow.channels.alerting(workspace),
        *uow.goals.channels(workspace),
        *(each.channel for each in uow.digests.all(workspace) if each.choice.projects),
        *(each.channel for each in uow.standups.all(workspace) if each.active),
    }


def sees_issues(uow: UnitOfWork, workspace: str, channel: str) -> bool:
    """Whether anybody named a project of Jira for this channel."""
    settings = uow.digests.get(workspace, channel)
    if settings is not None and settings.choice.projects:
        return True
    return any(
        standup.channel == channel and standup.plan.projects
        for standup in uow.standups.all(workspace)
    )
