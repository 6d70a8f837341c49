"""The form of a rule: opened, tried on the past as it is filled in, and sent."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.alerts.rules import RuleDraft
from bot.domain.alerts.watchable import Watchable
from bot.domain.metrics import Direction, direction_of
from bot.errors import AlreadyHandled, Conflict, InvalidForm, NotFound
from bot.ports.chat import ChannelInfo, Modal
from bot.ports.repositories import UnitOfWork
from bot.services import channels
from bot.services.alerts import editing, rules, set_up, sight, trials
from bot.services.alerts.responsible import require_readers
from bot.services.alerts.set_up import Created
from bot.services.experiments import directions
from bot.views.alerts import detail, form
from bot.views.alerts import trial as trial_views
from bot.views.alerts.form import Sheet
from bot.views.text import Line
from bot.workflows import people
from handlers.alerts import typed
from handlers.decisions.viewers import viewer
from handlers.replies import Done, Open, Reply, Show
from handlers.requests import Click, Command, Request, Submission
from handlers.routing import Deps, Routes


async def new(request: Command, deps: Deps) -> Reply:
    """Open the empty form, or say why there is nothing to watch."""
    known = await deps.transactions.read(rules.watchable, request.workspace)
    if known.is_empty:
        raise NotFound(detail.nothing_to_watch(deps.links.mlflow_url is not None))
    await people.joined_channel(request.workspace, request.channel, deps.chat)
    sheet = form.begun(request.channel, known)
    modal, _ = await deps.transactions.read(_drawn, request, sheet)
    return Open(modal=modal)


async def edit(request: Command, deps: Deps) -> Reply:
    """Open the filled form of a rule."""
    return await _open_edit(request, deps, typed.number(request.rest, "edit"))


async def on_edit(click: Click, deps: Deps) -> Reply:
    """*Edit* on a rule or in the report."""
    return await _open_edit(click, deps, typed.number(click.value, "edit"))


async def on_changed(click: Click, deps: Deps) -> Reply:
    """A field changed: show what belongs to it, and what the rule would have said.

    Letters that somebody types redraw the form only where that changes what it says.
    """
    assert click.view is not None
    state = click.view.state
    sheet = form.again(state)
    modal, tried = await deps.transactions.read(_drawn, click, sheet)
    if form.is_typing(state, click.field) and form.says(state, tried):
        return Done()
    return Show(modal=modal)


async def on_more(click: Click, deps: Deps) -> Reply:
    """*More settings*: the rest is shown; what was filled in stays."""
    assert click.view is not None
    sheet = form.unfolded(form.again(click.view.state))
    modal, _ = await deps.transactions.read(_drawn, click, sheet)
    return Show(modal=modal)


async def on_try(click: Click, deps: Deps) -> Reply:
    """*Try it on the last 90 days*, which also says what is missing."""
    assert click.view is not None
    sheet = form.again(click.view.state)
    modal, _ = await deps.transactions.read(_drawn, click, sheet, asked=True)
    return Show(modal=modal)


async def on_new(request: Submission, deps: Deps) -> Reply:
    """Make the rule and say how the latest evaluation stands."""
    draft = form.submitted(request.state, request.workspace, request.user_id)
    place = await people.joined_channel(
        request.workspace, draft.channel, deps.chat, by=request.user_id
    )
    await typed.require_colleague(request, deps, draft.owner, *draft.deputies)
    try:
        made = await deps.transactions.write_once(request.key, _made, draft, place, request.now)
    except InvalidForm as error:
        raise form.by_block(request.state, error) from error
    return Show(modal=detail.created(made.rule, made.latest, made.finding))


async def on_edited(request: Submission, deps: Deps) -> Reply:
    """Put what was filled in in the place of the rule; where somebody else was faster, show it."""
    draft = form.submitted(request.state, request.workspace, request.user_id)
    sheet = form.again(request.state)
    await typed.require_colleague(request, deps, draft.owner, *draft.deputies)
    place = await people.require_inside(request.workspace, draft.channel, "", deps.chat)
    try:
        await deps.transactions.read(_require_readers, draft, place)
        rule = await deps.transactions.write_once(
            request.key,
            editing.edit,
            sheet.number,
            draft,
            sheet.revision,
            request.user_id,
            request.now,
        )
    except InvalidForm as error:
        raise form.by_block(request.state, error) from error
    except AlreadyHandled:
        raise
    except Conflict as error:
        modal = await deps.transactions.read(_overtaken, request, sheet, str(error))
        return Show(modal=modal)
    return Show(modal=detail.changed(rule))


def _made(uow: UnitOfWork, draft: RuleDraft, place: ChannelInfo, now: datetime) -> Created:
    _require_readers(uow, draft, place)
    channels.noticed(uow, draft.workspace, place, now)
    return set_up.create(uow, draft, now)


def _require_readers(uow: UnitOfWork, draft: RuleDraft, place: ChannelInfo | None) -> None:
    if place is not None and not place.is_public and place.member_ids:
        require_readers(uow, draft, place.member_ids)


async def _open_edit(request: Request, deps: Deps, number: int) -> Reply:
    """A dry run over a long history takes longer than Slack waits for a form: it comes after it."""
    sheet = await deps.transactions.read(_edit_sheet, request, number)

    async def tried() -> Modal:
        modal, _ = await deps.transactions.read(_drawn, request, sheet)
        return modal

    return Open(modal=await deps.transactions.read(_filled, request, sheet), later=tried)


def _edit_sheet(uow: UnitOfWork, request: Request, number: int) -> Sheet:
    sight.living(uow, viewer(request), number)
    return form.editing(editing.editable(uow, request.workspace, number, request.user_id))


def _filled(uow: UnitOfWork, request: Request, sheet: Sheet) -> Modal:
    known, about, name = _known(uow, request, sheet)
    return form.draw(_with_direction(uow, request.workspace, sheet, about, name), known)


def _overtaken(uow: UnitOfWork, request: Request, sheet: Sheet, sentence: str) -> Modal:
    rule = editing.editable(uow, request.workspace, sheet.number, request.user_id)
    theirs = form.editing(rule, edition=sheet.edition + 1, note=sentence)
    return _drawn(uow, request, theirs)[0]


def _drawn(
    uow: UnitOfWork, request: Request, sheet: Sheet, *, asked: bool = False
) -> tuple[Modal, Sequence[Line]]:
    """The form with the dry run, as far as it is filled in, and what can be proposed for it."""
    known, about, name = _known(uow, request, sheet)
    sheet = _with_direction(uow, request.workspace, sheet, about, name)
    kind, tried = sheet.kind(known), list[Line]()
    propose = form.has_delta(kind) and not sheet.typed.get("abs_delta")
    wish = form.with_typed(sheet, abs_delta="1") if propose else sheet
    try:
        draft = form.draft(wish, kind, request.workspace, request.user_id)
        found = trials.dry_run(uow, draft, request.now, propose=propose)
        tried = trial_views.trial(found.rule, found.trial, request.now, found.baseline)
        if propose:
            sheet = form.with_typed(sheet, abs_delta=form.delta_of(found.rule))
    except InvalidForm as error:
        tried = trial_views.incomplete(str(error)) if asked else []
    return form.draw(sheet, known, tried), tried


def _known(uow: UnitOfWork, request: Request, sheet: Sheet) -> tuple[Watchable, str, str]:
    """What can be watched, and what the form is about: its kind and its name."""
    known = rules.watchable(uow, request.workspace)
    about, name = sheet.about(known)
    if name:
        known = rules.watchable(uow, request.workspace, **{about: name})
    return known, about, name


def _with_direction(uow: UnitOfWork, workspace: str, sheet: Sheet, about: str, name: str) -> Sheet:
    """The form with the direction that is known by the metric's name, or that people were asked
    for once."""
    metric = sheet.typed.get("metric", "")
    if not metric or sheet.typed.get("direction"):
        return sheet
    known = direction_of(metric, {})
    if about == form.MODEL and name:
        known = directions.of_model(uow, workspace, name, metric)
    elif experiment := uow.experiments.by_name(workspace, name):
        known = directions.of(uow, workspace, experiment, metric)
    return sheet if known is Direction.UNKNOWN else form.with_typed(sheet, direction=known.value)


def register(routes: Routes) -> None:
    """Add its words, its forms and its buttons."""
    routes.add_words("/alert", new=new, edit=edit)
    routes.clicks[detail.ACTION_EDIT] = on_edit
    routes.clicks[form.ACTION_MORE] = on_more
    routes.clicks[form.ACTION_TRY] = on_try
    routes.changes[form.CALLBACK_NEW] = on_changed
    routes.changes[form.CALLBACK_EDIT] = on_changed
    routes.submissions[form.CALLBACK_NEW] = on_new
    routes.submissions[form.CALLBACK_EDIT] = on_edited
