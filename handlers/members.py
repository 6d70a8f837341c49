"""Members join, change their zone or leave; people come to channels and leave them."""

from bot.ports.repositories import UnitOfWork
from bot.services import deliveries, memberships
from bot.workflows import people
from handlers.replies import Done, Reply
from handlers.requests import Event
from handlers.routing import Deps, Routes


def register(routes: Routes) -> None:
    """Add this area's handlers."""
    routes.events["user_change"] = changed
    routes.events["team_join"] = changed
    routes.events["member_joined_channel"] = came
    routes.events["member_left_channel"] = went


async def changed(request: Event, deps: Deps) -> Reply:
    """Keep what Slack now says of the member; a changed zone moves their schedules."""
    await people.refresh(
        request.workspace, request.user_id, deps.chat, deps.transactions, request.now
    )
    return Done()


async def came(request: Event, deps: Deps) -> Reply:
    """The channel's stand-ups ask them, if they ask everyone or somebody picked them.

    Nobody comes to an archived channel, and it may be us who came: the next message is tried.
    """
    channel = str(request.body["channel"])
    if await deps.transactions.read(deliveries.closed, request.workspace, channel, request.now):
        await deps.transactions.write(deliveries.opened, request.workspace, channel, request.now)
    if not await deps.transactions.read(memberships.of_channel, request.workspace, channel):
        return Done()
    await people.ensure_known(
        request.workspace, [request.user_id], deps.chat, deps.transactions, request.now
    )
    await deps.transactions.write(
        memberships.joined, request.workspace, channel, request.user_id, request.now
    )
    return Done()


async def went(request: Event, deps: Deps) -> Reply:
    """The channel's stand-ups don't ask them any more, and what it may see isn't theirs to see."""
    channel = str(request.body["channel"])

    def store(uow: UnitOfWork) -> None:
        uow.channels.forget_member(request.workspace, channel, request.user_id)
        memberships.left(uow, request.workspace, channel, request.user_id, request.now)

    await deps.transactions.write(store)
    return Done()
