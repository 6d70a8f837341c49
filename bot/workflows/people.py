"""People: asked of Slack when they are needed, mirrored otherwise."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.person import Person
from bot.errors import SlackError, UserError
from bot.ports.chat import ChannelInfo, Chat
from bot.ports.repositories import UnitOfWork
from bot.ports.transactions import Transactions
from bot.services import standups

# More people than these are asked for by pages: a form must open within three seconds.
_ONE_BY_ONE = 10

# Slack's answers that mean: the bot is not in this conversation, or may not see it.
_OUTSIDE = frozenset({"channel_not_found", "not_in_channel", "is_archived"})


async def mirror(workspace: str, chat: Chat, transactions: Transactions, now: datetime) -> int:
    """Copy every member of the workspace; changed zones move their schedules. How many."""
    people = await chat.people(workspace)
    await transactions.write(_keep, people, now)
    return len(people)


async def refresh(
    workspace: str, user_id: str, chat: Chat, transactions: Transactions, now: datetime
) -> None:
    """Copy one member as Slack describes them now."""
    person = await chat.person(workspace, user_id)
    await transactions.write(_keep, [person], now)


async def ensure_known(
    workspace: str, user_ids: Sequence[str], chat: Chat, transactions: Transactions, now: datetime
) -> None:
    """Ask Slack for those that the mirror doesn't hold yet."""
    known = await transactions.read(_known, workspace, user_ids)
    missing = [u for u in user_ids if u not in known]
    if len(missing) > _ONE_BY_ONE:
        await mirror(workspace, chat, transactions, now)
        return
    people = [await chat.person(workspace, user_id) for user_id in missing]
    if people:
        await transactions.write(_keep, people, now)


async def joined_channel(workspace: str, channel: str, chat: Chat) -> ChannelInfo:
    """The conversation, where Meridian is a member; raises UserError with what to type if not."""
    try:
        info = await chat.channel(workspace, channel)
    except SlackError as error:
        if error.code in _OUTSIDE:
            raise UserError(NOT_HERE) from error
        raise
    if not info.is_member:
        raise UserError(NOT_HERE)
    return info


NOT_HERE = (
    "I'm not in this channel, so I couldn't post here. "
    "Type `/invite @Meridian`, then the same command again."
)


def _known(uow: UnitOfWork, workspace: str, user_ids: Sequence[str]) -> set[str]:
    return set(uow.people.several(workspace, user_ids))


def _keep(uow: UnitOfWork, people: Sequence[Person], now: datetime) -> None:
    for person in people:
        standups.follow_zone(uow, person, now)
