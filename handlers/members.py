"""Members join, change their zone or leave."""

from bot.workflows import people
from handlers.replies import Done, Reply
from handlers.requests import Event
from handlers.routing import Deps, Routes


def register(routes: Routes) -> None:
    """Add this area's handlers."""
    routes.events["user_change"] = changed
    routes.events["team_join"] = changed


async def changed(request: Event, deps: Deps) -> Reply:
    """Keep what Slack now says of the member; a changed zone moves their schedules."""
    await people.refresh(
        request.workspace, request.user_id, deps.chat, deps.transactions, request.now
    )
    return Done()
