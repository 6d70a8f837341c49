"""`/digest settings`: the form and what becomes of it."""

from dataclasses import replace

from bot.errors import Conflict
from bot.services.digests import daily
from bot.views.digests import settings_form as forms
from bot.workflows.digests.cards import unknown_projects
from handlers.digests.places import joined, refuse_dm
from handlers.replies import Open, Reply, Show
from handlers.requests import Command, Submission
from handlers.routing import Deps, Routes


def register(routes: Routes) -> None:
    """Add the word and its form."""
    routes.add_words("/digest", settings=on_word)
    routes.submissions[forms.CALLBACK_SETTINGS] = on_settings


async def on_word(request: Command, deps: Deps) -> Reply:
    """The form with the channel's settings, or with what to propose."""
    refuse_dm(request)
    info = await joined(request, request.channel, deps)
    settings = await deps.transactions.read(
        daily.settings, request.workspace, request.channel, request.user_id
    )
    return Open(modal=forms.form(settings, shared=info.is_shared))


async def on_settings(request: Submission, deps: Deps) -> Reply:
    """The submitted settings; Jira is asked, shortly, whether the typed projects exist."""
    choice, channel = forms.read(request.state), forms.channel_of(request.state)
    info = await joined(request, channel, deps, by=request.user_id)
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
        ours = replace(theirs, choice=choice)
        return Show(modal=forms.form(ours, shared=info.is_shared, notice=str(conflict)))
    return Show(modal=forms.saved(schedule, choice, checked=unknown is not None))
