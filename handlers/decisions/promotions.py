"""*Try again* on a card whose promotion failed, and *Propose rollback* on an alert."""

from dataclasses import replace

from bot.domain.decisions.record import DecisionBody, DecisionRecord, number_of
from bot.ports.chat import Modal
from bot.ports.repositories import UnitOfWork
from bot.services.decisions import drafts, promotions, rollbacks
from bot.views.alerts.buttons import ACTION_ROLLBACK
from bot.views.decisions import promotion as views
from bot.views.decisions import sheets
from bot.views.decisions.sheets import Sheet
from bot.workflows import people
from handlers.decisions.forms import drawn, earliest_today, proposed_by_others
from handlers.decisions.viewers import viewer
from handlers.replies import Open, Reply, Tell
from handlers.requests import Click
from handlers.routing import Deps, Routes


async def on_again(click: Click, deps: Deps) -> Reply:
    """*Try again*: somebody mended what kept the alias from being moved."""
    retry = await deps.transactions.write_once(
        click.key,
        promotions.try_again,
        click.workspace,
        number_of(click.value),
        click.user_id,
        click.now,
    )
    return Tell(message=views.again(retry))


async def on_rollback(click: Click, deps: Deps) -> Reply:
    """*Propose rollback*: the form of the decision that undoes the promotion, filled."""
    await people.require_inside(click.workspace, click.channel, click.user_id, deps.chat)
    return Open(modal=await deps.transactions.read(_form, click))


def _form(uow: UnitOfWork, click: Click) -> Modal:
    sheet = rollback_sheet(uow, click, click.value, click.channel)
    draft = drafts.at(uow, click.workspace, click.user_id, sheet.place)
    return drawn(uow, click.workspace, sheet.with_draft(draft))


def rollback_sheet(uow: UnitOfWork, click: Click, incident_id: str, channel: str) -> Sheet:
    """The form that undoes what an incident is about, before any draft; raises as `proposal`."""
    found = rollbacks.proposal(uow, replace(viewer(click), channel=channel), incident_id)
    place = drafts.rollback_place(incident_id)
    body = found.body if found.body.makers else _by(found.body, click.user_id)
    if found.older is None:
        return Sheet(place=place, channel=found.channel, author=click.user_id, body=body)
    today = earliest_today(click)
    older, author = found.older, click.user_id
    sheet = sheets.superseding(older, body, place, found.channel, author, today)
    sheet = replace(sheet, note=_proposed_already(uow, older))
    return proposed_by_others(uow, older, sheet)


def _proposed_already(uow: UnitOfWork, older: DecisionRecord) -> str:
    """Two that replace the same one: the second to be accepted would find nothing to replace."""
    rivals = [r.ref for r in uow.rhythm.proposed(older.workspace) if r.supersedes == older.number]
    if not rivals:
        return ""
    return f"{rivals[0]} is proposed to replace {older.ref} too: answer that, or this overtakes it."


def _by(body: DecisionBody, author: str) -> DecisionBody:
    return replace(body, makers=(author,))


def register(routes: Routes) -> None:
    """Add the buttons."""
    routes.clicks[views.ACTION_AGAIN] = on_again
    routes.clicks[ACTION_ROLLBACK] = on_rollback
