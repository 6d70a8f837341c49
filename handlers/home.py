"""App Home: shown when it is opened, and anew after what was done there."""

from bot.workflows import home
from handlers.replies import Done, Reply
from handlers.requests import Event, Request
from handlers.routing import Deps, Routes


def register(routes: Routes) -> None:
    """Add this area's handlers."""
    routes.events["app_home_opened"] = opened
    routes.home = show


async def opened(request: Event, deps: Deps) -> Reply:
    """Show the Home tab to whoever opened it; the Messages tab needs nothing."""
    if request.body.get("tab") == "home":
        await show(request, deps)
    return Done()


async def show(request: Request, deps: Deps) -> None:
    """Show the person's Home as things stand now."""
    await home.show(
        request.workspace, request.user_id, deps.chat, deps.transactions, deps.links, request.now
    )
