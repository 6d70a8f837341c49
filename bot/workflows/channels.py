"""Which of the channels with decisions or alerts are public, asked of Slack now and then."""

from datetime import datetime, timedelta

from bot.errors import SlackError
from bot.ports.chat import Chat
from bot.ports.repositories import UnitOfWork
from bot.ports.transactions import Transactions

MOST_AT_ONCE = 30
"""Two calls each, of which Slack takes some fifty a minute
(https://docs.slack.dev/reference/methods/conversations.info)."""

_LOOK_AGAIN = timedelta(minutes=50)


async def look(
    workspace: str,
    chat: Chat,
    transactions: Transactions,
    now: datetime,
    most: int = MOST_AT_ONCE,
) -> None:
    """Look at channels with decisions or alerts at which nobody looked for almost an hour.

    One that Slack doesn't show us counts as private; where Slack doesn't answer, what was known
    stays, and grows old.
    """
    for channel in (await transactions.read(_unseen, workspace, now))[:most]:
        try:
            public = (await chat.channel(workspace, channel)).is_public
        except SlackError as error:
            if error.retryable or error.ambiguous:
                return
            public = False
        await transactions.write(_keep, workspace, channel, public, now)


def _unseen(uow: UnitOfWork, workspace: str, now: datetime) -> list[str]:
    ours = {*uow.channels.deciding(workspace), *uow.channels.alerting(workspace)}
    return uow.channels.unseen(workspace, ours, now - _LOOK_AGAIN)


def _keep(uow: UnitOfWork, workspace: str, channel: str, public: bool, now: datetime) -> None:
    uow.channels.keep(workspace, channel, public=public, now=now)
