"""People: asked of Slack when they are needed, mirrored otherwise."""

from collections.abc import Sequence
from datetime import datetime

from bot.errors import NotPermitted, SlackError, UserError
from bot.ports.chat import ChannelInfo, Chat
from bot.ports.repositories import UnitOfWork
from bot.ports.transactions import Transactions
from bot.services import people as services

# More people than these are asked for by pages: a form must open within three seconds.
_ONE_BY_ONE = 10

# Slack's answers that mean: the bot is not in this conversation, or may not see it.
_OUTSIDE = frozenset({"channel_not_found", "not_in_channel", "is_archived"})


async def mirror(workspace: str, chat: Chat, transactions: Transactions, now: datetime) -> int:
    """Copy every member of the workspace; changed zones move their schedules. How many."""
    people = await chat.people(workspace)
    await transactions.write(services.follow_all, people, now)
    return len(people)


async def refresh(
    workspace: str, user_id: str, chat: Chat, transactions: Transactions, now: datetime
) -> None:
    """Copy one member as Slack describes them now."""
    person = await chat.person(workspace, user_id)
    await transactions.write(services.follow_all, [person], now)


async def ensure_known(
    workspace: str, user_ids: Sequence[str], chat: Chat, transactions: Transactions, now: datetime
) -> None:
    """Ask Slack for those that the mirror doesn't hold yet."""
    if not user_ids:
        return
    known = await transactions.read(_known, workspace, user_ids)
    missing = [u for u in user_ids if u not in known]
    if len(missing) > _ONE_BY_ONE:
        await mirror(workspace, chat, transactions, now)
        return
    people = [await chat.person(workspace, user_id) for user_id in missing]
    if people:
        await transactions.write(services.follow_all, people, now)


async def joined_channel(workspace: str, channel: str, chat: Chat, *, by: str = "") -> ChannelInfo:
    """The conversation, where Meridian is a member; raises UserError with what to type if not.

    `by` is the person whose form names the channel: that is a hint, so NotPermitted is raised
    where they aren't in it (any more). A command's own channel needs no such proof.
    """
    info = await _joined(workspace, channel, chat)
    if info is None:
        raise UserError(NOT_HERE)
    _require_inside(info, by)
    return info


async def require_member(workspace: str, channel: str, by: str, chat: Chat) -> None:
    """Raises NotPermitted unless this person is known to be in the channel."""
    info = await _joined(workspace, channel, chat)
    if info is None or by not in info.member_ids:
        raise NotPermitted("Only who is in its channel can do that, and I don't see you in it.")


async def require_inside(workspace: str, channel: str, by: str, chat: Chat) -> ChannelInfo | None:
    """The conversation, None where Slack doesn't show it; raises NotPermitted where Meridian could
    post and this person couldn't read it."""
    info = await _shown(workspace, channel, chat)
    if info is not None and info.is_member:
        _require_inside(info, by)
    return info


NOT_HERE = (
    "I'm not in this channel, so I couldn't post here. "
    "Type `/invite @Meridian`, then the same command again."
)


async def _joined(workspace: str, channel: str, chat: Chat) -> ChannelInfo | None:
    info = await _shown(workspace, channel, chat)
    return info if info is not None and info.is_member else None


async def _shown(workspace: str, channel: str, chat: Chat) -> ChannelInfo | None:
    try:
        return await chat.channel(workspace, channel)
    except SlackError as error:
        if error.code in _OUTSIDE:
            return None
        raise


def _require_inside(info: ChannelInfo, user_id: str) -> None:
    if user_id and info.member_ids and user_id not in info.member_ids:
        raise NotPermitted(
            "You aren't in that channel (any more), so I post nothing there for you. "
            "Type the command again in a channel that you are in."
        )


def _known(uow: UnitOfWork, workspace: str, user_ids: Sequence[str]) -> set[str]:
    return set(uow.people.several(workspace, user_ids))
