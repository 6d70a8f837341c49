"""`/alert settings`: how much a channel wants to hear, and when."""

from bot.domain.alerts.silences import ChannelNoise
from bot.errors import InvalidInput
from bot.ports.chat import Modal
from bot.ports.repositories import UnitOfWork
from bot.services.alerts import noise
from bot.views.alerts import settings_form as form
from bot.workflows import people
from handlers.alerts import typed
from handlers.replies import Open, Reply, Show
from handlers.requests import Command, Submission
from handlers.routing import Deps, Routes


async def settings(request: Command, deps: Deps) -> Reply:
    """Open the form with what the channel chose; its zone is at first that of who asks."""
    if request.channel_name == "directmessage":
        raise InvalidInput("Alerts come to a channel; type this in one.")
    await typed.require_colleague(request, deps)
    await people.joined_channel(request.workspace, request.channel, deps.chat)

    def read(uow: UnitOfWork) -> Modal:
        chosen = noise.settings(uow, request.workspace, request.channel)
        digest = uow.digests.get(request.workspace, request.channel)
        person = uow.people.get(request.workspace, request.user_id)
        zone = digest.choice.zone if digest else person.zone if person else "UTC"
        return form.form(chosen, zone)

    return Open(modal=await deps.transactions.read(read))


async def on_submitted(request: Submission, deps: Deps) -> Reply:
    """Keep what was filled in."""
    await typed.require_colleague(request, deps)
    wanted = form.read(request.state, request.workspace)
    await people.joined_channel(request.workspace, wanted.channel, deps.chat, by=request.user_id)
    kept: ChannelNoise = await deps.transactions.write_once(
        request.key, noise.choose, wanted, request.user_id, request.now
    )
    return Show(modal=form.saved(kept))


def register(routes: Routes) -> None:
    """Add its word and its form."""
    routes.add_words("/alert", settings=settings)
    routes.submissions[form.CALLBACK_SETTINGS] = on_submitted
