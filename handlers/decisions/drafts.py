"""The buttons by which a draft is left for an empty form, or for another draft."""

from dataclasses import replace

from bot.errors import NotFound
from bot.ports.chat import Modal
from bot.ports.repositories import UnitOfWork
from bot.services.decisions import drafts
from bot.views.decisions import form, sheets
from bot.views.decisions.origin import title_of
from bot.views.decisions.sheets import Sheet
from handlers.decisions import forms
from handlers.decisions.promotions import rollback_sheet
from handlers.replies import Reply, Show
from handlers.requests import Click
from handlers.routing import Deps, Routes


async def on_afresh(click: Click, deps: Deps) -> Reply:
    """*Start afresh*: the draft is dropped and the form begins as if there had been none."""
    return Show(modal=await deps.transactions.write(_afresh, click))


async def on_draft(click: Click, deps: Deps) -> Reply:
    """*Open my draft*: what stands in the form is kept and waits beside that one."""
    return Show(modal=await deps.transactions.write(_other, click))


def _afresh(uow: UnitOfWork, click: Click) -> Modal:
    sheet = _on_screen(click)
    drafts.drop(uow, click.workspace, click.user_id, sheet.place, click.now)
    return _next_edition(uow, click, sheet, _empty(uow, click, sheet))


def _empty(uow: UnitOfWork, click: Click, sheet: Sheet) -> Sheet:
    if incident_id := drafts.rolled_back(sheet.place):
        return rollback_sheet(uow, click, incident_id, sheet.channel)
    if sheet.number is not None:
        return forms.edit_sheet(uow, click, sheet.number)
    if sheet.supersedes is not None:
        return forms.supersede_sheet(uow, click, sheet.supersedes, sheet.channel)
    origin = sheet.body.origin
    return sheets.new(
        sheet.place, sheet.channel, click.user_id, title_of(origin) if origin else "", origin
    )


def _other(uow: UnitOfWork, click: Click) -> Modal:
    sheet = _on_screen(click)
    forms.keep(uow, click)
    places = drafts.new_places(sheet.channel)
    found = [drafts.at(uow, click.workspace, click.user_id, place) for place in places]
    chosen = next((draft for draft in found if draft and draft.place == click.value), None)
    if chosen is None:
        raise NotFound("That draft isn't there any more: it was sent or dropped meanwhile.")
    others = [draft for draft in found if draft and draft is not chosen]
    other = sheets.new(chosen.place, sheet.channel, click.user_id).with_draft(chosen)
    return _next_edition(uow, click, sheet, replace(other, others=others))


def _next_edition(uow: UnitOfWork, click: Click, sheet: Sheet, following: Sheet) -> Modal:
    return forms.drawn(uow, click.workspace, replace(following, edition=sheet.edition + 1))


def _on_screen(click: Click) -> Sheet:
    assert click.view is not None
    return sheets.again(click.view.state, click.user_id)


def register(routes: Routes) -> None:
    """Add the buttons."""
    routes.clicks[form.ACTION_AFRESH] = on_afresh
    routes.clicks[form.ACTION_DRAFT] = on_draft
