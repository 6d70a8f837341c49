"""*Try again* on a message that could not be posted."""

from bot.services import deliveries
from bot.views.blocks import note
from bot.views.deliveries import ACTION_RETRY
from bot.views.text import count
from handlers.replies import Reply, Tell
from handlers.requests import Click
from handlers.routing import Deps, Routes


def register(routes: Routes) -> None:
    """Add this area's handlers."""
    routes.clicks[ACTION_RETRY] = retry


async def retry(request: Click, deps: Deps) -> Reply:
    """Send again what a channel didn't take, for somebody who was told that it didn't."""
    messages = await deps.transactions.write_once(
        request.key,
        deliveries.try_again,
        request.workspace,
        request.value,
        request.user_id,
        request.now,
    )
    if not messages:
        return Tell(message=note("Nothing is waiting for that channel any more."))
    return Tell(message=note(f"Sending {count(messages, 'message')} again."))
