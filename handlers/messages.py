"""Messages that people write to Meridian in its DM."""

from bot.domain.delivery import Delivery, Priority
from bot.services import deliveries
from handlers.replies import Done, Reply
from handlers.requests import Event
from handlers.routing import Deps, Routes


def register(routes: Routes) -> None:
    """Add this area's handlers."""
    routes.events["message"] = written


async def written(request: Event, deps: Deps) -> Reply:
    """Say once an hour that commands are what we answer to; bots and edits get no answer."""
    body = request.body
    from_person = request.user_id and not body.get("bot_id") and not body.get("subtype")
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
