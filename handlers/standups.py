"""`/standup`: its help, and the form that sets a stand-up up."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from bot.domain.standup import Standup, StandupPlan
from bot.errors import Conflict, InvalidForm, InvalidInput, SlackError
from bot.services import standups
from bot.views import standup_filled as filled
from bot.views import standup_setup as forms
from bot.views import standups as views
from bot.views.digests.settings_form import refuse_unknown
from bot.views.forms import with_values
from bot.workflows import channels, people
from bot.workflows import standups as workflows
from bot.workflows.digests.cards import unknown_projects
from handlers import standup_life, words
from handlers.chosen import of_channel
from handlers.replies import Done, Open, Reply, Show, Tell
from handlers.requests import Click, Command, Submission
from handlers.routing import Deps, Routes

HELP = """*Stand-ups*
*Every day*  `/standup` report now · `skip` not today · `status` who has reported today
*Away*  `away 2026-12-24..2026-12-31` · `back` I'm here again
*Blockers*  `blocker <text> @lena` tell what blocks me, and ask somebody · `blocker` in a form · \
`blocker list` · `blocker take B-4` · `blocker solved B-4` · `blocker ask B-4 @yuki`
*Looking back*  `wrapup [date]` a day · `history [@person] [date]` · `history blockers` · \
`mood` the team's average · `rotation` whose turn it is · `export [days]` a file
*Set-up*  `new` one in this channel · `list` all of them · `edit` · `join` · `leave` · `pause` · \
`resume` · `duplicate` · `delete`
*Me*  `timezone [Europe/Berlin | auto]` · `/meridian me` for hours, holidays and accounts
Type them after `/standup`; `/standup help` shows this."""


def register(routes: Routes) -> None:
    """Add this area's handlers."""
    routes.commands["/standup"] = words.dispatcher(routes, "/standup", HELP)
    routes.add_words("/standup", new=new, list=listing, edit=edit)
    routes.clicks[views.ACTION_CHANGE] = change_clicked
    routes.clicks[forms.ACTION_MORE] = more_clicked
    routes.changes[forms.CALLBACK_SETUP] = setup_changed
    routes.submissions[forms.CALLBACK_SETUP] = setup_submitted
    standup_life.register(routes)


async def new(request: Command, deps: Deps) -> Reply:
    """Open the set-up form for this channel."""
    if request.channel_name == "directmessage":
        raise InvalidInput("A stand-up belongs to a channel; type this in one.")
    modal = await workflows.open_new(
        request.workspace,
        request.channel,
        request.user_id,
        deps.chat,
        deps.transactions,
        request.now,
    )
    return Open(modal=modal)


async def listing(request: Command, deps: Deps) -> Reply:
    """All stand-ups that this person belongs to or that run here."""
    found = await deps.transactions.read(lambda uow: uow.standups.all(request.workspace))
    visible = [s for s in found if s.channel == request.channel or s.concerns(request.user_id)]
    return Tell(message=views.listing(visible))


async def edit(request: Command, deps: Deps) -> Reply:
    """Open the set-up form of this channel's stand-up, or ask which one."""
    here = await of_channel(request, deps)
    if len(here) > 1:
        return Tell(message=views.choose(here, views.ACTION_CHANGE, "Change which stand-up?"))
    return await _open_change(request, deps, here[0].id)


async def change_clicked(request: Click, deps: Deps) -> Reply:
    """*Change* opens the set-up form."""
    return await _open_change(request, deps, request.value)


async def setup_changed(request: Click, deps: Deps) -> Reply:
    """A field of the set-up form changed: draw the preview again."""
    return await _draw_again(request, deps, more=False)


async def more_clicked(request: Click, deps: Deps) -> Reply:
    """*More settings* shows what few people change; what was typed stays."""
    return await _draw_again(request, deps, more=True)


async def setup_submitted(request: Submission, deps: Deps) -> Reply:
    """Start or change a stand-up, then show everybody's next five prompts."""
    state = request.state
    members, base = await _start(request, deps)
    plan = filled.read_setup(state, base.plan)
    await _require_known(request, deps, base, plan)
    try:
        standup = await _store(request, deps, plan, members)
    except Conflict as conflict:
        return await _offer_again(request, deps, plan, members, str(conflict))
    with suppress(SlackError):  # else the hourly look finds out whether it may see issues
        await channels.look_before_sending(
            request.workspace, standup.channel, deps.chat, deps.transactions, request.now
        )
    outlook = await deps.transactions.read(standups.outlook, standup, request.now)
    return Show(modal=forms.saved(standup, outlook))


async def _start(request: Submission, deps: Deps) -> tuple[Sequence[str] | None, Standup]:
    """Who is in the channel that is to be posted in, and what the form started from.

    Only who is in a channel lets us post there; where we do already, nothing more is asked.
    """
    workspace, transactions, now = request.workspace, deps.transactions, request.now
    hidden, channel = request.state.hidden, filled.channel_of(request.state)
    if "standup" in hidden:
        base = await transactions.read(workflows.base_of, workspace, request.user_id, hidden, None)
        if channel == base.channel:
            members = await workflows.members_of(workspace, channel, deps.chat, transactions, now)
            return members, base
    members = await workflows.members_inside(
        workspace, channel, request.user_id, deps.chat, transactions, now
    )
    base = await transactions.read(workflows.base_of, workspace, request.user_id, hidden, members)
    return members, base


async def _draw_again(request: Click, deps: Deps, *, more: bool) -> Reply:
    assert request.view is not None
    state = request.view.state
    channel = filled.channel_of(state)
    members = await workflows.members_of(
        request.workspace, channel, deps.chat, deps.transactions, request.now
    )
    base = await deps.transactions.read(
        workflows.base_of, request.workspace, request.user_id, state.hidden, members
    )
    try:
        plan = filled.read_half_filled(state, base.plan)
    except InvalidForm:
        return Done()
    picked = [*plan.participants, *plan.observers]
    await people.ensure_known(request.workspace, picked, deps.chat, deps.transactions, request.now)
    # The version that was seen when the form opened, or somebody else's change would be lost.
    seen = replace(base, version=int(state.hidden.get("version", base.version)))
    modal = await workflows.form(
        standups.planned(seen, plan, channel),
        members,
        deps.transactions,
        request.now,
        copy=str(state.hidden.get("copy", "")),
        more=more or bool(state.hidden.get("more")),
    )
    return Show(modal=with_values(modal, state.values))


async def _require_known(request: Submission, deps: Deps, base: Standup, plan: StandupPlan) -> None:
    """Know everybody who was named; Jira is asked, shortly, whether newly typed projects exist."""
    named = [*plan.participants, *plan.optional, *plan.observers, *plan.managers, request.user_id]
    await people.ensure_known(request.workspace, named, deps.chat, deps.transactions, request.now)
    typed = [key for key in plan.projects if key not in base.plan.projects]
    unknown = await unknown_projects(deps.issue_tracker, typed)
    if unknown:
        raise refuse_unknown(unknown)


async def _store(
    request: Submission, deps: Deps, plan: StandupPlan, members: Sequence[str] | None
) -> Standup:
    hidden, channel = request.state.hidden, filled.channel_of(request.state)
    if "standup" in hidden:
        return await deps.transactions.write_once(
            request.key,
            standups.change,
            request.workspace,
            str(hidden["standup"]),
            plan,
            seen_version=int(hidden["version"]),
            author=request.user_id,
            now=request.now,
            channel=channel,
            members=members,
        )
    return await deps.transactions.write_once(
        request.key,
        standups.create,
        request.workspace,
        channel,
        plan,
        request.user_id,
        request.now,
        members,
    )


async def _offer_again(
    request: Submission,
    deps: Deps,
    plan: StandupPlan,
    members: Sequence[str] | None,
    notice: str,
) -> Reply:
    """Somebody else was faster: the same form, with what was typed, over their version."""
    hidden = request.state.hidden
    theirs = await deps.transactions.read(standups.get, request.workspace, str(hidden["standup"]))
    modal = await workflows.form(
        standups.planned(theirs, plan, filled.channel_of(request.state)),
        members,
        deps.transactions,
        request.now,
        more=bool(hidden.get("more")),
        notice=notice,
    )
    return Show(modal=with_values(modal, request.state.values))


async def _open_change(request: Command | Click, deps: Deps, standup_id: str) -> Reply:
    modal = await workflows.open_change(
        request.workspace, standup_id, request.user_id, deps.chat, deps.transactions, request.now
    )
    return Open(modal=modal)
