"""Channels get shared with another company, or are theirs alone again; archived ones come back."""

from bot.errors import SlackError
from bot.ports.chat import ChannelInfo
from bot.services import channels as services
from bot.services import deliveries
from bot.workflows import channels
from handlers.replies import Done, Reply
from handlers.requests import Event
from handlers.routing import Deps, Routes


def register(routes: Routes) -> None:
    """Add this area's handlers."""
    routes.events["channel_shared"] = shared
    routes.events["channel_unshared"] = looked_at
    routes.events["channel_unarchive"] = unarchived
    routes.events["group_unarchive"] = unarchived


async def shared(request: Event, deps: Deps) -> Reply:
    """The channel shows no issues from now on, also where Slack doesn't answer us."""
    try:
        return await looked_at(request, deps)
    except SlackError:
        info = ChannelInfo(channel_id=_channel(request), name="", is_member=True, is_shared=True)
        await deps.transactions.write(services.noticed, request.workspace, info, request.now)
        raise


async def looked_at(request: Event, deps: Deps) -> Reply:
    """Another company may have left and a third still be there: Slack is asked how it is."""
    await channels.look_at(
        request.workspace, _channel(request), deps.chat, deps.transactions, request.now
    )
    return Done()


async def unarchived(request: Event, deps: Deps) -> Reply:
    """What is meant for the channel is sent there again."""
    await deps.transactions.write(
        deliveries.opened, request.workspace, _channel(request), request.now
    )
    return Done()


def _channel(request: Event) -> str:
    return str(request.body["channel"])
