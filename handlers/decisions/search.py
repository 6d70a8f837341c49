"""`/decide list`, `search` and `timeline`, and their pages."""

from collections.abc import Callable, Sequence

from bot.errors import InvalidInput
from bot.ports.chat import Block
from bot.ports.repositories import UnitOfWork
from bot.services.decisions import search
from bot.services.decisions.search import Asked
from bot.views.decisions import lists
from bot.views.decisions.lists import Pages
from bot.views.decisions.timeline import timeline
from handlers.decisions.viewers import viewer
from handlers.replies import Open, Reply, Show, Tell
from handlers.requests import Click, Command, Request
from handlers.routing import CommandHandler, Deps, Routes

Shown = tuple[Sequence[Block], Pages, int]
"""The blocks of a page, where it stands, and how many rows it has."""


def word(kind: str) -> CommandHandler:
    """The handler of the word that shows decisions in this way."""

    async def run(request: Command, deps: Deps) -> Reply:
        if kind == lists.SEARCH and not request.rest:
            raise InvalidInput("Type what to look for, such as `/decide search churn threshold`.")
        blocks, pages, rows = await _page(request, deps, kind, 0, request.rest)
        return Tell(message=lists.answer(blocks, pages, rows))

    return run


async def on_page(click: Click, deps: Deps) -> Reply:
    """*Older* and *Newer* open a page in a form, which the next one replaces."""
    blocks, pages, _ = await _page(click, deps, *lists.read_page(click.value))
    modal = lists.page_modal(blocks, pages, viewer(click).channel)
    return Show(modal=modal) if click.view else Open(modal=modal)


async def _page(request: Request, deps: Deps, kind: str, number: int, typed: str) -> Shown:
    asked = Asked(viewer=viewer(request), typed=typed, page=max(number, 0))
    return await deps.transactions.read(_READERS[kind], asked)


def _listed(uow: UnitOfWork, asked: Asked) -> Shown:
    page = search.listed(uow, asked)
    pages = _pages(lists.LIST, asked, more=page.more)
    return lists.listing(page.rows, page.query, pages), pages, len(page.rows)


def _found(uow: UnitOfWork, asked: Asked) -> Shown:
    page = search.search(uow, asked)
    pages = _pages(lists.SEARCH, asked, more=page.more)
    return lists.found(page.rows, pages), pages, len(page.rows)


def _happened(uow: UnitOfWork, asked: Asked) -> Shown:
    page, people = search.timeline(uow, asked)
    pages = _pages(lists.TIMELINE, asked, more=page.more)
    return timeline(page.rows, people, pages), pages, len(page.rows)


def _pages(kind: str, asked: Asked, *, more: bool) -> Pages:
    return Pages(kind, asked.typed, asked.page, more=more)


_READERS: dict[str, Callable[[UnitOfWork, Asked], Shown]] = {
    lists.LIST: _listed,
    lists.SEARCH: _found,
    lists.TIMELINE: _happened,
}


def register(routes: Routes) -> None:
    """Add the buttons."""
    routes.clicks[lists.ACTION_PAGE] = on_page
