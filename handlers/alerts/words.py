"""`/alert`, its form, and *Acknowledge*."""

import re
from contextlib import suppress

from bot.errors import InvalidForm, InvalidInput, NotFound, SlackError
from bot.ports.repositories import UnitOfWork
from bot.services.alerts import incidents, set_up
from bot.services.alerts.incidents import AckResult
from bot.views.alerts import card as views
from bot.views.alerts import form
from bot.workflows import people
from handlers import words
from handlers.replies import Done, Open, Reply, Show, Tell
from handlers.requests import Click, Command, Request, Submission
from handlers.routing import Deps, Routes

HELP = """*Alerts*
`/alert new` watch a metric, and tell this channel · `/alert list` all rules
`/alert show A-1` one rule and what happened to it · `/alert help` this
_Coming next:_ `silence` · `test A-n` · `report`"""

COMING = ("silence", "test", "report")

_NUMBER = re.compile(r"(?:a\s*-?\s*)?(\d{1,9})", re.IGNORECASE)


def register(routes: Routes) -> None:
    """Add this area's handlers."""
    routes.commands["/alert"] = command
    routes.changes[form.CALLBACK_NEW] = new_changed
    routes.submissions[form.CALLBACK_NEW] = new_submitted
    routes.clicks[views.ACTION_ACKNOWLEDGE] = acknowledge


async def command(request: Command, deps: Deps) -> Reply:
    """`/alert …`."""
    table = {
        "": words.explain(HELP),
        "new": new,
        "list": listing,
        "show": show,
        **dict.fromkeys(COMING, words.coming),
    }
    if _NUMBER.fullmatch(request.text.strip()):
        return await _show(request, deps, request.text)
    return await words.dispatch(request, deps, table, HELP)


async def new(request: Command, deps: Deps) -> Reply:
    """Open the form, or say why there is nothing to watch."""
    known = await deps.transactions.read(set_up.watchable, request.workspace)
    if not (known.experiments or known.models):
        raise NotFound(views.nothing_to_watch(deps.links.mlflow_url is not None))
    await people.joined_channel(request.workspace, request.channel, deps.chat)
    hidden = {"channel": request.channel}
    return Open(modal=form.new_rule(known.experiments, known.models, (), {}, hidden))


async def new_changed(request: Click, deps: Deps) -> Reply:
    """Another kind, experiment, model or metric: show the fields that belong to it."""
    assert request.view is not None
    state = request.view.state
    typed = form.read_typed(state)
    is_model = typed.get("kind") == form.REGRESSION
    known = await deps.transactions.read(
        set_up.watchable,
        request.workspace,
        experiment="" if is_model else typed.get("experiment", ""),
        model=typed.get("model", "") if is_model else "",
    )
    hidden = {"channel": state.hidden["channel"]}
    return Show(modal=form.new_rule(known.experiments, known.models, known.metrics, typed, hidden))


async def new_submitted(request: Submission, deps: Deps) -> Reply:
    """Make the rule and say how the latest evaluation stands."""
    draft = form.read_draft(request.state, request.workspace, request.user_id)
    await people.joined_channel(request.workspace, draft.channel, deps.chat, by=request.user_id)
    await _ensure_known(request, deps)
    try:
        made = await deps.transactions.write_once(request.key, set_up.create, draft, request.now)
    except InvalidForm as error:
        raise form.by_block(request.state, error) from error
    return Show(modal=views.created(made.rule, made.latest, made.finding))


async def listing(request: Command, deps: Deps) -> Reply:
    """Every rule of the workspace."""
    found = await deps.transactions.read(set_up.listed, request.workspace)
    return Tell(message=views.listing(found))


async def show(request: Command, deps: Deps) -> Reply:
    """One rule with its state and log."""
    return await _show(request, deps, request.rest)


async def _show(request: Command, deps: Deps, typed: str) -> Reply:
    number = _number(typed)

    def read(uow: UnitOfWork) -> Reply:
        found = set_up.shown(uow, request.workspace, number)
        known = uow.people.several(request.workspace, [found.rule.author])
        return Tell(message=views.shown(found.rule, found.stored, found.log, known))

    return await deps.transactions.read(read)


async def acknowledge(request: Click, deps: Deps) -> Reply:
    """*Acknowledge*: the first one wins; others hear who it was."""
    await _ensure_known(request, deps)
    ack = await deps.transactions.write_once(
        request.key,
        incidents.acknowledge,
        request.workspace,
        request.value,
        request.user_id,
        request.channel,
        request.now,
    )
    by = ack.incident.acknowledged_by
    if ack.result is AckResult.DONE:
        return Done()
    if ack.result is AckResult.OVER:
        return Tell(message=views.over(ack.incident))
    if by == request.user_id:
        return Done()
    known = await deps.transactions.read(lambda uow: uow.people.several(request.workspace, [by]))
    return Tell(message=views.already(ack.incident, known))


async def _ensure_known(request: Request, deps: Deps) -> None:
    """A name is nice to have: without an answer from Slack the work goes on."""
    with suppress(SlackError):
        await people.ensure_known(
            request.workspace, [request.user_id], deps.chat, deps.transactions, request.now
        )


def _number(text: str) -> int:
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        raise InvalidInput("Name a rule, such as `/alert show A-1`. `/alert list` shows all.")
    return int(found[1])
