"""Which stand-up is meant."""

from bot.domain.standup import Standup
from bot.errors import NotFound
from bot.services import standups
from handlers.requests import Command
from handlers.routing import Deps


async def of_channel(request: Command, deps: Deps) -> list[Standup]:
    """The channel's stand-ups; raises NotFound where there is none."""
    found = await deps.transactions.read(lambda uow: uow.standups.all(request.workspace))
    here = [s for s in found if s.channel == request.channel]
    if not here:
        raise NotFound("This channel has no stand-up. `/standup new` starts one here.")
    return here


async def asking_here(request: Command, deps: Deps) -> list[Standup]:
    """The stand-ups that ask this person: those of this channel, else all; never none."""
    mine = await deps.transactions.read(standups.mine, request.workspace, request.user_id)
    if not mine:
        raise NotFound("No stand-up asks you yet. `/standup new` starts one in this channel.")
    return [s for s in mine if s.channel == request.channel] or mine
