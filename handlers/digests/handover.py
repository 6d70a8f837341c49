"""The buttons of a hand-over: they answer what waits, and show all of it."""

from bot.ports.chat import Modal
from bot.ports.repositories import UnitOfWork
from bot.services.decisions import waiting
from bot.services.digests.handover import reading
from bot.views.digests.handover import answers, card
from handlers.replies import Open, Reply, Show
from handlers.requests import Click, Surface
from handlers.routing import Deps, Routes


def register(routes: Routes) -> None:
    """Add the buttons."""
    routes.clicks[card.ACTION_ANSWER] = on_answer
    routes.clicks[card.ACTION_MORE] = on_more


async def on_answer(click: Click, deps: Deps) -> Reply:
    """*Answer*: the decisions that wait for whoever clicked, with the buttons that answer them."""

    def read(uow: UnitOfWork) -> Modal:
        found = waiting.mine(uow, click.workspace, click.user_id, click.now)
        person = uow.people.get(click.workspace, click.user_id)
        return answers.answers(found, person.zone if person else "UTC", click.now)

    return Open(modal=await deps.transactions.read(read))


async def on_more(click: Click, deps: Deps) -> Reply:
    """*More*: all of the hand-over of whoever clicked, over the instants of the card; a page of it
    in the place of the one before."""
    window, start = card.read_more(click.value)

    def read(uow: UnitOfWork) -> Modal:
        content = reading.read(uow, click.workspace, click.user_id, click.now, window)
        return card.more(content, deps.links, start)

    page = await deps.transactions.read(read)
    in_form = click.view is not None and click.view.surface is Surface.MODAL
    return Show(modal=page) if in_form else Open(modal=page)
