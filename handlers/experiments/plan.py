"""`/experiment plan`: data cards and retraining plans of models."""

from bot.domain.experiments.plan import ModelPlan
from bot.errors import Conflict, SlackError
from bot.services.experiments import plans
from bot.views.experiments import plan as view
from bot.views.experiments import plan_form
from bot.views.forms import notice
from bot.workflows import people
from handlers.replies import Open, Reply, Show, Tell
from handlers.requests import Click, Command, Request, Submission
from handlers.routing import Deps, Routes


def register(routes: Routes) -> None:
    """Add the word, the button and the form."""
    routes.add_words("/experiment", plan=on_plan)
    routes.clicks[view.ACTION_CHANGE] = on_change
    routes.submissions[plan_form.CALLBACK_PLAN] = on_submitted


async def on_plan(request: Command, deps: Deps) -> Reply:
    """`plan <model>`: its card, or the form of the first one; `plan` alone lists all."""
    if not request.rest:
        pages, known = await deps.transactions.read(plans.listed, request.workspace, request.now)
        states = [page.state for page in pages if page.state]
        without = [page.model for page in pages if page.state is None]
        return Tell(message=view.listing(states, without, known))
    page = await deps.transactions.read(plans.of, request.workspace, request.rest, request.now)
    if page.state is not None:
        return Tell(message=view.card(page.state, page.people))
    return await _open(request, page.model, request.channel, deps)


async def on_change(click: Click, deps: Deps) -> Reply:
    """*Change* on the card."""
    return await _open(click, click.value, click.channel, deps)


async def _open(request: Request, model: str, channel: str, deps: Deps) -> Reply:
    kept = await deps.transactions.read(plans.editable, request.workspace, model, request.user_id)
    if kept is not None:
        return Open(modal=plan_form.form(kept, kept.changed_at))
    first = ModelPlan(
        workspace=request.workspace,
        model=model,
        owner=request.user_id,
        channel=await _postable(request, channel, deps),
        changed_at=request.now,
    )
    return Open(modal=plan_form.form(first, None))


async def _postable(request: Request, channel: str, deps: Deps) -> str:
    """The channel where Meridian is a member, else empty: a plan may be written anywhere."""
    try:
        info = await deps.chat.channel(request.workspace, channel)
    except SlackError:
        return ""
    return channel if info.is_member and not channel.startswith("D") else ""


async def on_submitted(request: Submission, deps: Deps) -> Reply:
    """The filled-in plan; who was slower sees their own values once more."""
    typed = plan_form.read(request.state, request.workspace, request.user_id, request.now)
    if typed.channel:
        await people.joined_channel(request.workspace, typed.channel, deps.chat, by=request.user_id)
    named = [typed.owner, *typed.deputies, request.user_id]
    await people.ensure_known(request.workspace, named, deps.chat, deps.transactions, request.now)
    seen = plan_form.seen_of(request.state.hidden)
    try:
        kept = await deps.transactions.write_once(request.key, plans.save, typed, seen=seen)
    except Conflict as conflict:
        theirs = await deps.transactions.read(
            plans.editable, request.workspace, typed.model, request.user_id
        )
        now_seen = theirs.changed_at if theirs else None
        return Show(modal=plan_form.form(typed, now_seen, notice=str(conflict)))
    page = await deps.transactions.read(plans.of, request.workspace, kept.model, request.now)
    assert page.state is not None
    return Show(modal=notice(view.card(page.state, page.people)))
