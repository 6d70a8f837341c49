"""The buttons and the forms of decisions."""

from datetime import date, timedelta

from bot.domain.decisions.record import DecisionBody, DecisionStatus, number_of
from bot.services.decisions import details, life, records
from bot.views.decisions import card as views
from bot.views.decisions.form import (
    CALLBACK_CHANGE,
    CALLBACK_NEW,
    edit_modal,
    read_edit,
    read_new,
    supersede_modal,
)
from bot.workflows import people
from handlers.replies import Done, Open, Reply, Tell
from handlers.requests import Click, Request, Submission
from handlers.routing import ClickHandler, Deps, Routes


def _earliest_today(request: Request) -> date:
    """The date that it still is somewhere: the westernmost zone is twelve hours behind UTC."""
    return (request.now - timedelta(hours=12)).date()


async def open_edit(request: Request, deps: Deps, typed: str) -> Reply:
    """The filled form of a proposed decision."""
    record = await deps.transactions.read(
        records.editable, request.workspace, number_of(typed), request.user_id
    )
    return Open(modal=edit_modal(record, _earliest_today(request)))


async def open_supersede(request: Request, deps: Deps, typed: str, channel: str) -> Reply:
    """The form of the decision that replaces an accepted one."""
    record = await deps.transactions.read(records.replaceable, request.workspace, number_of(typed))
    modal = supersede_modal(record, channel or record.channel, _earliest_today(request))
    return Open(modal=modal)


async def on_edit(click: Click, deps: Deps) -> Reply:
    """*Edit* on a card."""
    return await open_edit(click, deps, click.value)


async def on_supersede(click: Click, deps: Deps) -> Reply:
    """*Supersede* on a card."""
    return await open_supersede(click, deps, click.value, click.channel)


async def on_details(click: Click, deps: Deps) -> Reply:
    """*Details* on a card, of that decision or of one it is linked with."""
    detail = await deps.transactions.read(
        details.detail, click.workspace, number_of(click.value), click.now
    )
    return Open(modal=views.details_modal(detail, deps.links, click.now))


def moves(to: DecisionStatus) -> ClickHandler:
    """The handler of a button that brings a decision into another status."""

    async def on_move(click: Click, deps: Deps) -> Reply:
        record = await deps.transactions.write_once(
            click.key,
            life.move,
            click.workspace,
            number_of(click.value),
            to,
            click.user_id,
            click.now,
        )
        return Tell(message=views.moved(record))

    return on_move


async def on_new(submission: Submission, deps: Deps) -> Reply:
    """A new decision was filled in."""
    wish = read_new(
        submission.state, submission.workspace, submission.user_id, _earliest_today(submission)
    )
    await people.require_inside(wish.workspace, wish.channel, wish.author, deps.chat)
    await _know(submission, deps, wish.body)
    await deps.transactions.write_once(submission.key, life.log, wish, submission.now)
    return Done()


async def on_change(submission: Submission, deps: Deps) -> Reply:
    """A proposed decision was edited."""
    change = read_edit(
        submission.state, submission.workspace, submission.user_id, _earliest_today(submission)
    )
    await _know(submission, deps, change.body)
    await deps.transactions.write_once(submission.key, life.edit, change, submission.now)
    return Done()


async def _know(submission: Submission, deps: Deps, body: DecisionBody) -> None:
    """Learn the names of those that the card will show."""
    shown = {submission.user_id, *body.makers, *body.consulted, *body.informed}
    await people.ensure_known(
        submission.workspace, sorted(shown), deps.chat, deps.transactions, submission.now
    )


def register(routes: Routes) -> None:
    """Add the buttons and the forms."""
    routes.clicks[views.ACTION_ACCEPT] = moves(DecisionStatus.ACCEPTED)
    routes.clicks[views.ACTION_REJECT] = moves(DecisionStatus.REJECTED)
    routes.clicks[views.ACTION_DEPRECATE] = moves(DecisionStatus.DEPRECATED)
    routes.clicks[views.ACTION_EDIT] = on_edit
    routes.clicks[views.ACTION_SUPERSEDE] = on_supersede
    routes.clicks[views.ACTION_DETAILS] = on_details
    routes.submissions[CALLBACK_NEW] = on_new
    routes.submissions[CALLBACK_CHANGE] = on_change
