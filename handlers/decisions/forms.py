"""The form of a decision: opened, and unfolded as its writer goes on."""

from dataclasses import replace
from datetime import date, timedelta

from bot.domain.decisions.record import (
    DecisionBody,
    DecisionRecord,
    DecisionStatus,
    number_of,
)
from bot.ports.chat import Modal
from bot.ports.repositories import UnitOfWork
from bot.services.decisions import drafts, promotions, records, sight
from bot.views.decisions import form, sections, sheets
from bot.views.decisions.consent_inputs import FIELD_HOURS
from bot.views.decisions.form_state import kept, shown
from bot.views.decisions.sheets import Sheet
from handlers.decisions.viewers import viewer
from handlers.replies import Done, Open, Reply, Show
from handlers.requests import Click, Command, Request, Submission
from handlers.routing import Deps, Routes


def earliest_today(request: Request) -> date:
    """The date that it still is somewhere: the westernmost zone is twelve hours behind UTC."""
    return (request.now - timedelta(hours=12)).date()


async def open_new(request: Command, deps: Deps, title: str) -> Reply:
    """An empty form, or the draft of that title; a title wins over drafts of others."""

    def read(uow: UnitOfWork) -> Modal:
        desk = drafts.desk(uow, request.workspace, request.user_id, request.channel, title)
        sheet = sheets.new(desk.place, request.channel, request.user_id, title)
        sheet = replace(sheet.with_draft(desk.draft), others=desk.others)
        return drawn(uow, request.workspace, sheet)

    return Open(modal=await deps.transactions.read(read))


async def open_edit(request: Request, deps: Deps, typed: str) -> Reply:
    """The filled form of a proposed decision; a draft of the edit comes first."""
    modal = await deps.transactions.read(edit_form, request, number_of(typed))
    return Open(modal=modal)


async def open_supersede(
    request: Request, deps: Deps, typed: str, channel: str, body: DecisionBody | None = None
) -> Reply:
    """The form of the decision that replaces an accepted one, filled with `body`, or else with
    what the older one says; a draft of it comes first."""
    modal = await deps.transactions.read(_supersede_form, request, number_of(typed), channel, body)
    return Open(modal=modal)


async def on_unfold(click: Click, deps: Deps) -> Reply:
    """A section is opened; what was typed stays."""
    sheet = _on_screen(click)
    wider = replace(sheet, unfolded=sheet.unfolded | {click.value})
    return Show(modal=await deps.transactions.write(_keep_and_draw, click, wider))


async def on_changed(click: Click, deps: Deps) -> Reply:
    """Somebody types, which is kept, or chooses who decides: who is asked is in sight then."""
    sheet = _on_screen(click)
    assert click.view is not None
    if sheet.asks_consent == (FIELD_HOURS in shown(click.view.state)):
        await deps.transactions.write(keep, click)
        return Done()
    return Show(modal=await deps.transactions.write(_keep_and_draw, click, sheet))


def keep(uow: UnitOfWork, request: Click | Submission) -> None:
    """Keep what stands in the form as a draft."""
    assert request.view is not None
    state = request.view.state
    place = str(state.hidden["place"])
    drafts.keep(uow, request.workspace, request.user_id, place, kept(state), request.now)


def drawn(uow: UnitOfWork, workspace: str, sheet: Sheet) -> Modal:
    """The form with the names and the models that it shows."""
    origin = sheet.body.origin
    people = uow.people.several(workspace, [origin.author] if origin else [])
    registry = sections.Registry()
    if sections.EFFECT in sheet.open:
        models = uow.experiments.models(workspace)
        versions = {
            model.name: [v.version for v in uow.experiments.versions(workspace, model.name)]
            for model in models
        }
        registry = sections.Registry(models=models, versions=versions)
    return form.draw(sheet, people, registry)


def edit_sheet(uow: UnitOfWork, request: Request, number: int) -> Sheet:
    """The form of an edit without a draft; raises Conflict, NotFound or NotPermitted."""
    sight.record(uow, viewer(request), number)
    record = records.editable(uow, request.workspace, number, request.user_id)
    place = drafts.edit_place(number)
    return sheets.editing(record, place, request.user_id, earliest_today(request))


def supersede_sheet(
    uow: UnitOfWork,
    request: Request,
    number: int,
    channel: str,
    body: DecisionBody | None = None,
) -> Sheet:
    """The form of what replaces a decision without a draft; raises Conflict or NotFound."""
    sight.record(uow, replace(viewer(request), channel=channel), number)
    record = records.replaceable(uow, request.workspace, number)
    sheet = sheets.superseding(
        record,
        body or record.body,
        drafts.supersede_place(number),
        channel or record.channel,
        request.user_id,
        earliest_today(request),
    )
    if body is None:
        sheet = sheets.moving_nothing_back(sheet, promotions.moved_on(uow, record))
    return proposed_by_others(uow, record, sheet)


def proposed_by_others(uow: UnitOfWork, older: DecisionRecord, sheet: Sheet) -> Sheet:
    """The form as it is for who has no say in the older decision: they propose, others decide."""
    if records.may_decide(uow, older, sheet.author):
        return sheet
    return replace(sheet, status=DecisionStatus.PROPOSED)


def edit_form(uow: UnitOfWork, request: Request, number: int) -> Modal:
    """The filled form of a proposed decision with the draft of an edit, if there is one.

    Raises Conflict, NotFound or NotPermitted.
    """
    sheet = edit_sheet(uow, request, number)
    draft = drafts.at(uow, request.workspace, request.user_id, sheet.place)
    record = records.find(uow, request.workspace, number)
    if draft and drafts.is_overtaken(record, draft):
        sheet = replace(sheet, note=_OVERTAKEN)
    return drawn(uow, request.workspace, sheet.with_draft(draft))


_OVERTAKEN = (
    "Somebody changed this decision after you began: *Save* puts your text in the place of theirs, "
    "*Start afresh* shows theirs."
)


def _supersede_form(
    uow: UnitOfWork, request: Request, number: int, channel: str, body: DecisionBody | None
) -> Modal:
    sheet = supersede_sheet(uow, request, number, channel, body)
    draft = drafts.at(uow, request.workspace, request.user_id, sheet.place)
    return drawn(uow, request.workspace, sheet.with_draft(draft))


def _keep_and_draw(uow: UnitOfWork, click: Click, sheet: Sheet) -> Modal:
    keep(uow, click)
    return drawn(uow, click.workspace, sheet)


def _on_screen(click: Click) -> Sheet:
    assert click.view is not None
    return sheets.again(click.view.state, click.user_id)


def register(routes: Routes) -> None:
    """Add what happens in an open form."""
    routes.clicks[form.ACTION_UNFOLD] = on_unfold
    routes.changes[form.CALLBACK_NEW] = on_changed
    routes.changes[form.CALLBACK_CHANGE] = on_changed
