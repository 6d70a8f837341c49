"""The decision log as files, with those decisions only that their reader may see."""

from dataclasses import dataclass
from datetime import date

from bot.domain.decisions.sight import Sight
from bot.errors import InvalidInput, SlackError
from bot.ports.archive import DecisionFiles
from bot.ports.chat import Chat, Message
from bot.ports.transactions import Transactions
from bot.services.decisions import archive
from bot.views.decisions import files as views


@dataclass(frozen=True, kw_only=True)
class Places:
    """The channels with decisions whose decisions may be shown, and how many may not."""

    shown: frozenset[str]
    hidden: int = 0


async def public_places(workspace: str, chat: Chat, transactions: Transactions) -> Places:
    """The public channels; raises `SlackError` where Slack doesn't answer."""
    return await _places(workspace, "", True, chat, transactions)


async def places_of(workspace: str, user_id: str, chat: Chat, transactions: Transactions) -> Places:
    """The channels that one member may read: public ones unless they are a guest, and those that
    they are in; raises `SlackError` where Slack doesn't answer."""
    person = await transactions.read(lambda uow: uow.people.get(workspace, user_id))
    inside = person is not None and not (person.is_guest or person.is_external)
    return await _places(workspace, user_id, inside, chat, transactions)


async def export(
    workspace: str,
    user_id: str,
    today: date,
    chat: Chat,
    transactions: Transactions,
    files: DecisionFiles,
) -> Message:
    """Send a person the decisions that they may see, as a zip in their direct message; what to
    tell them."""
    places = await places_of(workspace, user_id, chat, transactions)
    seen = Sight(channels=places.shown, user_id=user_id)
    found = await transactions.read(archive.collect, workspace, seen)
    if not found:
        raise InvalidInput(views.NOTHING)
    name = views.file_name(today)
    content = files.pack(files.write(found))
    await chat.send_file(workspace, user_id, name, content, views.comment(len(found)))
    return views.sent(name, len(found), places.hidden)


async def _places(
    workspace: str, user_id: str, reads_public: bool, chat: Chat, transactions: Transactions
) -> Places:
    shown: set[str] = set()
    channels = await transactions.read(lambda uow: uow.channels.deciding(workspace))
    for channel in channels:
        try:
            info = await chat.channel(workspace, channel)
        except SlackError as error:
            # A channel that Slack doesn't show us is none of ours any more: nobody is let in.
            if error.retryable or error.ambiguous:
                raise
            continue
        if (reads_public and info.is_public) or (user_id and user_id in info.member_ids):
            shown.add(channel)
    return Places(shown=frozenset(shown), hidden=len(channels) - len(shown))
