"""`/experiment tried <words>`: what was tried, page by page."""

from bot.domain.experiments.tried_words import EXAMPLE
from bot.errors import InvalidInput
from bot.services.experiments import tried
from bot.views.experiments import tried as view
from handlers.decisions.viewers import viewer
from handlers.experiments import hypothesis_forms
from handlers.replies import Open, Reply, Show, Tell
from handlers.requests import Click, Command
from handlers.routing import Deps, Routes


async def on_tried(request: Command, deps: Deps) -> Reply:
    """`tried <words>`."""
    if not request.rest:
        raise InvalidInput(f"Type what to look for, such as `{EXAMPLE}` or `lr=0.1`.")
    found = await deps.transactions.read(tried.search, viewer(request), request.rest)
    return Tell(message=view.answer(found, deps.links))


async def on_page(click: Click, deps: Deps) -> Reply:
    """*More* and *Back* open a page in a form, which the next one replaces."""
    number, typed = view.read_page(click.value)
    who = viewer(click)
    found = await deps.transactions.read(tried.search, who, typed, max(number, 0))
    modal = view.page_modal(found, deps.links, who.channel)
    return Show(modal=modal) if click.view else Open(modal=modal)


async def on_write(click: Click, deps: Deps) -> Reply:
    """*Write a hypothesis*: its form, with what was looked for as the claim."""
    return await hypothesis_forms.open_new(click, deps, click.value, viewer(click).channel)


def register(routes: Routes) -> None:
    """Add the word and the buttons."""
    routes.add_words("/experiment", tried=on_tried)
    routes.clicks[view.ACTION_PAGE] = on_page
    routes.clicks[view.ACTION_WRITE] = on_write
