"""Messages that people write: to Meridian in its DM, and in channels where they name an issue."""

from bot.domain.delivery import Delivery, Priority
from bot.services import deliveries
from handlers.issues import unfurl
from handlers.replies import Done, Reply
from handlers.requests import Event
from handlers.routing import Deps, Routes


def register(routes: Routes) -> None:
    """Add this area's handlers."""
    routes.events["message"] = written


async def written(request: Event, deps: Deps) -> Reply:
    """In the DM say once an hour that commands are what we answer to; not to bots and edits."""
    body = request.body
    from_person = request.user_id and not body.get("bot_id") and not body.get("subtype")
    if from_person and body.get("channel_type") in unfurl.CHANNELS:
        return await unfurl.said(request, deps)
    if body.get("channel_type") == "im" and from_person:
        greeting = Delivery(
            id=f"greeting:{request.workspace}:{request.user_id}:{request.now:%Y-%m-%dT%H}",
            workspace=request.workspace,
            channel=request.user_id,
            card="greeting",
            subject={},
            priority=Priority.PROMPT,
            ready_at=request.now,
        )
        await deps.transactions.write(deliveries.post, greeting)
    return Done()
