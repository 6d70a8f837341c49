"""The buttons of decisions."""

from bot.domain.decisions.record import DecisionStatus, number_of
from bot.services.decisions import life, sight
from bot.views.decisions import card as views
from handlers.decisions.forms import open_edit, open_supersede
from handlers.decisions.viewers import viewer
from handlers.replies import Open, Reply, Tell
from handlers.requests import Click
from handlers.routing import ClickHandler, Deps, Routes


async def on_edit(click: Click, deps: Deps) -> Reply:
    """*Edit* on a card."""
    return await open_edit(click, deps, click.value)


async def on_supersede(click: Click, deps: Deps) -> Reply:
    """*Supersede* on a card."""
    return await open_supersede(click, deps, click.value, click.channel)


async def on_details(click: Click, deps: Deps) -> Reply:
    """*Details* on a card, of that decision or of one it is linked with."""
    detail = await deps.transactions.read(sight.detail, viewer(click), number_of(click.value))
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


def register(routes: Routes) -> None:
    """Add the buttons."""
    routes.clicks[views.ACTION_ACCEPT] = moves(DecisionStatus.ACCEPTED)
    routes.clicks[views.ACTION_REJECT] = moves(DecisionStatus.REJECTED)
    routes.clicks[views.ACTION_DEPRECATE] = moves(DecisionStatus.DEPRECATED)
    routes.clicks[views.ACTION_EDIT] = on_edit
    routes.clicks[views.ACTION_SUPERSEDE] = on_supersede
    routes.clicks[views.ACTION_DETAILS] = on_details
