"""`/decide review` and `/decide weekly`: what waits, now and every week."""

import asyncio

from bot.domain.decisions.weekly import Scope
from bot.errors import InvalidForm, InvalidInput
from bot.services.decisions import waiting, weekly
from bot.views.decisions import weekly as forms
from bot.views.decisions.waiting import MOST_OPEN, review
from bot.workflows import channels, people
from handlers.decisions.viewers import viewer
from handlers.replies import Open, Reply, Show, Tell
from handlers.requests import Click, Command, Submission
from handlers.routing import Deps, Routes

# A submitted form must be answered within 3 s; what isn't looked at now is within the hour.
_LOOK_SECONDS = 1.5
_LOOK_AT = 10


def register(routes: Routes) -> None:
    """Add the form and its button."""
    routes.submissions[forms.CALLBACK_WEEKLY] = on_saved
    routes.clicks[forms.ACTION_OFF] = on_off


async def on_review(request: Command, deps: Deps) -> Reply:
    """`review`: what waits for the asker, then for others, then what is due."""
    agenda = await deps.transactions.read(waiting.agenda, viewer(request), MOST_OPEN)
    return Tell(message=review(agenda, deps.links, request.now))


async def on_weekly(request: Command, deps: Deps) -> Reply:
    """`weekly`: the form of the channel's weekly digest."""
    if request.channel_name == "directmessage":
        raise InvalidInput("The weekly decisions belong to a channel; type this in one.")
    await people.joined_channel(request.workspace, request.channel, deps.chat)
    settings = await deps.transactions.read(
        weekly.settings, request.workspace, request.channel, request.user_id
    )
    inside = await deps.transactions.read(weekly.is_inside, request.workspace, request.channel)
    return Open(modal=forms.form(settings, inside=inside))


async def on_saved(submission: Submission, deps: Deps) -> Reply:
    """The weekly digest was set."""
    choice, channel = forms.read(submission.state), forms.channel_of(submission.state)
    place = await people.joined_channel(
        submission.workspace, channel, deps.chat, by=submission.user_id
    )
    if choice.scope is Scope.PUBLIC:
        if place.is_shared:
            raise InvalidForm({"scope": _SHARED})
        await _look(submission, deps)
    schedule = await deps.transactions.write_once(
        submission.key,
        weekly.save,
        submission.workspace,
        channel,
        choice,
        seen_version=forms.version_of(submission.state),
        author=submission.user_id,
        now=submission.now,
    )
    inside = await deps.transactions.read(weekly.is_inside, submission.workspace, channel)
    return Show(modal=forms.saved(schedule, inside=inside))


async def on_off(click: Click, deps: Deps) -> Reply:
    """*Turn off*."""
    await people.require_inside(click.workspace, click.value, click.user_id, deps.chat)
    await deps.transactions.write_once(
        click.key,
        weekly.turn_off,
        click.workspace,
        click.value,
        author=click.user_id,
        now=click.now,
    )
    return Show(modal=forms.turned_off())


_SHARED = "People of another company are in this channel, so only its own decisions can come here."


async def _look(submission: Submission, deps: Deps) -> None:
    try:
        async with asyncio.timeout(_LOOK_SECONDS):
            await channels.look(
                submission.workspace, deps.chat, deps.transactions, submission.now, _LOOK_AT
            )
    except TimeoutError:
        return
