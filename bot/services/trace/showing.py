"""Showing a chain to a channel, where somebody who read it wants that."""

from bot.domain.decisions.sight import Viewer
from bot.domain.delivery import Delivery
from bot.errors import NotPermitted
from bot.ports.repositories import UnitOfWork
from bot.services import deliveries
from bot.services.trace import story

CARD = "trace"


def show(uow: UnitOfWork, viewer: Viewer, typed: str, key: str) -> None:
    """Post what everybody in the viewer's channel may see of it; `key` makes the wish unique.

    Raises NotFound as `story.of_channel` does, NotPermitted where nothing of it is for everybody.
    """
    if not story.of_channel(uow, viewer, typed):
        raise NotPermitted("Nothing of this may be seen by everybody in this channel.")
    deliveries.post(
        uow,
        Delivery(
            id=f"trace:{viewer.workspace}:{key}",
            workspace=viewer.workspace,
            channel=viewer.channel,
            card=CARD,
            subject={"typed": typed, "channel": viewer.channel, "by": viewer.user_id},
            ready_at=viewer.now,
            owner=viewer.user_id,
        ),
    )
