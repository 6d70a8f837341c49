"""Whose digest somebody may read, and the channel as Slack shows it at that moment."""

from bot.errors import InvalidInput, NotPermitted
from bot.ports.chat import ChannelInfo
from bot.services import channels
from bot.workflows import people
from handlers.requests import Command, Request
from handlers.routing import Deps


def refuse_dm(request: Command) -> None:
    """Raises InvalidInput in a direct message."""
    if request.channel_name == "directmessage":
        raise InvalidInput("A digest belongs to a channel; type this in one.")


async def joined(request: Request, channel: str, deps: Deps, *, by: str = "") -> ChannelInfo:
    """The channel, where Meridian is a member, with who is in it noticed: what of Jira may be
    shown hangs on that. Raises UserError with what to type if it isn't."""
    info = await people.joined_channel(request.workspace, channel, deps.chat, by=by)
    await deps.transactions.write(channels.noticed, request.workspace, info, request.now)
    return info


async def require_reader(request: Request, channel: str, deps: Deps) -> None:
    """Raises NotPermitted unless who clicks is in the channel, as far as Slack says who is."""
    info = await joined(request, channel, deps)
    if info.member_ids and request.user_id not in info.member_ids:
        raise NotPermitted("Only who is in a channel can read its digest, and you aren't in it.")
