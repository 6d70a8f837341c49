"""Who reads a channel: asked of Slack now and then, and before issues are shown there."""

from datetime import datetime, timedelta

from bot.domain.channel import KnownChannel
from bot.errors import SlackError
from bot.ports.chat import Chat
from bot.ports.repositories import UnitOfWork
from bot.ports.transactions import Transactions
from bot.services import channels

MOST_AT_ONCE = 30
"""Two calls each, of which Slack takes some fifty a minute
(https://docs.slack.dev/reference/methods/conversations.info)."""

_LOOK_AGAIN = timedelta(minutes=50)
# Slack tells of a channel that gets shared; where that event is lost, this is how long it counts.
_FRESH = timedelta(minutes=5)


async def look(
    workspace: str,
    chat: Chat,
    transactions: Transactions,
    now: datetime,
    most: int = MOST_AT_ONCE,
) -> None:
    """Look at channels of which it matters who reads them and at which nobody looked for almost an
    hour.

    One that Slack doesn't show us counts as private; where Slack doesn't answer, what was known
    stays, and grows old.
    """
    for channel in (await transactions.read(_unseen, workspace, now))[:most]:
        try:
            await look_at(workspace, channel, chat, transactions, now)
        except SlackError as error:
            if error.retryable or error.ambiguous:
                return
            await transactions.write(_keep_hidden, workspace, channel, now)


async def look_at(
    workspace: str, channel: str, chat: Chat, transactions: Transactions, now: datetime
) -> None:
    """Ask Slack how a channel is, and keep it; raises `SlackError` where it doesn't say."""
    info = await chat.channel(workspace, channel)
    await transactions.write(channels.noticed, workspace, info, now)


async def look_before_sending(
    workspace: str, channel: str, chat: Chat, transactions: Transactions, now: datetime
) -> None:
    """Look at a channel that may see issues, unless somebody did within minutes.

    Raises `SlackError` where Slack doesn't answer: then nothing can be sent either. A channel that
    Slack doesn't show us is as it was.
    """
    if not await transactions.read(_is_stale, workspace, channel, now - _FRESH):
        return
    try:
        await look_at(workspace, channel, chat, transactions, now)
    except SlackError as error:
        if error.retryable or error.ambiguous:
            raise


def _unseen(uow: UnitOfWork, workspace: str, now: datetime) -> list[str]:
    ours = channels.watched(uow, workspace)
    return uow.channels.unseen(workspace, ours, now - _LOOK_AGAIN)


def _keep_hidden(uow: UnitOfWork, workspace: str, channel: str, now: datetime) -> None:
    uow.channels.keep(workspace, channel, public=False, now=now)


def _is_stale(uow: UnitOfWork, workspace: str, channel: str, since: datetime) -> bool:
    """Of a channel that nothing of Jira can reach nobody needs to know."""
    if not channels.sees_issues(uow, workspace, channel):
        return False
    known: KnownChannel | None = uow.channels.known(workspace, [channel]).get(channel)
    return known is None or known.shared is None or known.seen_at <= since
