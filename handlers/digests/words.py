"""`/digest`: what a channel reads at its morning, now, or only in preview."""

from dataclasses import replace

from bot.errors import Conflict, InvalidInput
from bot.services.digests import daily
from bot.views.blocks import note
from bot.views.digests import card as views
from bot.views.digests import settings_form as forms
from bot.workflows import people
from bot.workflows.digests.cards import unknown_projects
from handlers.replies import Open, Reply, Show, Tell
from handlers.requests import Command, Submission
from handlers.routing import CommandHandler, Deps, Routes
from handlers.words import dispatch

HELP = (
    "*/digest*: what happened in this channel's work since the last one.\n"
    "`/digest` when the next one comes\n"
    "`/digest now` post it here now\n"
    "`/digest preview` show it only to me\n"
    "`/digest settings` time, weekdays, Jira projects and experiments of this channel\n"
    "`/digest help` this list\n"
    "_Coming next:_ `weekly`, `sprint`"
)


def register(routes: Routes) -> None:
    """Add the command and its form."""
    routes.commands["/digest"] = on_command
    routes.submissions[forms.CALLBACK_SETTINGS] = on_settings


async def on_command(request: Command, deps: Deps) -> Reply:
    """`/digest` and its words."""
    if not request.word:
        return await _status(request, deps)
    return await dispatch(request, deps, _WORDS, HELP)


async def _status(request: Command, deps: Deps) -> Reply:
    _refuse_dm(request)
    place = (request.workspace, request.channel)
    settings = await deps.transactions.read(daily.settings, *place, request.user_id)
    schedule = await deps.transactions.read(daily.schedule, *place)
    return Tell(message=views.status(settings, schedule))


async def _now(request: Command, deps: Deps) -> Reply:
    await _require_channel(request, deps)
    content = await deps.transactions.write_once(
        request.key,
        daily.post_now,
        request.workspace,
        request.channel,
        request.user_id,
        request.key,
        request.now,
    )
    if not content.something_to_say:
        return Tell(message=views.nothing(content))
    return Tell(message=note("Here it comes."))


async def _preview(request: Command, deps: Deps) -> Reply:
    content = await deps.transactions.read(
        daily.preview, request.workspace, request.channel, request.user_id, request.now
    )
    if not content.something_to_say:
        return Tell(message=views.nothing(content))
    return Tell(message=views.preview(content, deps.links))


async def _settings(request: Command, deps: Deps) -> Reply:
    await _require_channel(request, deps)
    settings = await deps.transactions.read(
        daily.settings, request.workspace, request.channel, request.user_id
    )
    return Open(modal=forms.form(settings))


async def _later(request: Command, _deps: Deps) -> Reply:
    return Tell(message=note(f"`/digest {request.word}` isn't there yet."))


def _refuse_dm(request: Command) -> None:
    if request.channel_name == "directmessage":
        raise InvalidInput("A digest belongs to a channel; type this in one.")


async def _require_channel(request: Command, deps: Deps) -> None:
    _refuse_dm(request)
    await people.joined_channel(request.workspace, request.channel, deps.chat)


async def on_settings(request: Submission, deps: Deps) -> Reply:
    """The submitted settings; Jira is asked, shortly, whether the typed projects exist."""
    choice, channel = forms.read(request.state), forms.channel_of(request.state)
    await people.joined_channel(request.workspace, channel, deps.chat, by=request.user_id)
    unknown = await unknown_projects(deps.issue_tracker, choice.projects if choice.active else ())
    if unknown:
        raise forms.refuse_unknown(unknown)
    try:
        schedule = await deps.transactions.write_once(
            request.key,
            daily.save,
            request.workspace,
            channel,
            choice,
            seen_version=forms.version_of(request.state),
            author=request.user_id,
            now=request.now,
        )
    except Conflict as conflict:
        theirs = await deps.transactions.read(
            daily.settings, request.workspace, channel, request.user_id
        )
        return Show(modal=forms.form(replace(theirs, choice=choice), notice=str(conflict)))
    return Show(modal=forms.saved(schedule, choice, checked=unknown is not None))


_WORDS: dict[str, CommandHandler] = {
    "now": _now,
    "preview": _preview,
    "settings": _settings,
    "weekly": _later,
    "sprint": _later,
}
