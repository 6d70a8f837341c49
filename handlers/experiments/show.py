"""`/experiment show` and `list`, and the buttons below a leaderboard."""

from collections.abc import Sequence

from bot.errors import InvalidInput, MlflowError
from bot.ports.chat import Message, Modal
from bot.services.experiments import pages as experiments
from bot.services.experiments.pages import Overview, Page
from bot.views.blocks import note
from bot.views.experiments import broken, listing, pages, summary
from bot.views.experiments.watches import ACTION_WATCH
from bot.views.forms import notice
from bot.workflows.experiments.look_up import look_up
from handlers.replies import Done, Later, Open, Reply, Show, Tell
from handlers.requests import Click, Command, Request
from handlers.routing import Deps, Routes

READING_MANY = note("Reading many runs…")
_SIMILAR = 60
_GUESSES = 3
_GONE = "That experiment isn't in MLflow any more; `/experiment list` shows what is."


def register(routes: Routes) -> None:
    """Add the words and the buttons."""
    routes.add_words("/experiment", list=on_list, show=on_show)
    routes.clicks[summary.ACTION_OPEN] = opened
    routes.clicks[summary.ACTION_BROKEN] = on_broken
    routes.clicks[pages.ACTION_PAGE] = on_page


async def on_list(request: Command, deps: Deps) -> Reply:
    """`list`: from the mirror."""
    listed = await deps.transactions.read(experiments.overview, request.workspace)
    return Tell(message=listing.listing(listed.experiments, listed.source, deps.links))


async def on_show(request: Command, deps: Deps) -> Reply:
    """`show <name>`: from the mirror; what it doesn't know is asked of MLflow itself."""
    if not request.rest:
        listed = await deps.transactions.read(experiments.overview, request.workspace)
        return Tell(message=listing.which(listed.experiments))
    known = await by_name(request, deps, request.rest)
    return known or Later(waiting=note("Reading MLflow…"), work=lambda: _read_live(request, deps))


async def by_name(request: Request, deps: Deps, typed: str) -> Reply | None:
    """The leaderboard of the experiment that was typed, None where the mirror has none."""
    wanted = deps.links.unlinked(typed)
    if await deps.transactions.read(experiments.is_large, request.workspace, wanted):
        return Later(waiting=READING_MANY, work=lambda: leaderboard(request, deps, wanted))
    page = await deps.transactions.read(experiments.page, request.workspace, wanted)
    return Tell(message=shown(page, deps)) if page else None


async def leaderboard(request: Request, deps: Deps, wanted: str) -> Message:
    """The leaderboard of an experiment that the mirror had a moment ago."""
    page = await deps.transactions.read(experiments.page, request.workspace, wanted)
    if page is None:
        raise InvalidInput(_GONE)
    return shown(page, deps)


def shown(page: Page, deps: Deps) -> Message:
    """A leaderboard with its buttons."""
    return summary.summary(page.board, page.source, deps.links, said=page.said, watch=ACTION_WATCH)


async def opened(_click: Click, _deps: Deps) -> Reply:
    """A link button: Slack opens the page and tells us too."""
    return Done()


async def on_broken(click: Click, deps: Deps) -> Reply:
    """*What failed*."""
    found = await deps.transactions.read(experiments.broken, click.workspace, click.value)
    if found is None:
        raise InvalidInput(_GONE)
    return Tell(message=broken.broken(found.experiment, found.metric, found.runs, deps.links))


async def on_page(click: Click, deps: Deps) -> Reply:
    """*More*, *Back* and *Unfold* open a page in a form, which the next one replaces."""
    experiment_id, start, root = pages.read_page(click.value)

    async def modal() -> Modal:
        page = await deps.transactions.read(
            experiments.page, click.workspace, experiment_id, within=root
        )
        if page is None:
            raise InvalidInput(_GONE)
        return pages.page_modal(page.board, start, deps.links)

    if click.view:
        return Show(modal=await modal())
    if await deps.transactions.read(experiments.is_large, click.workspace, experiment_id):
        return Open(modal=notice(READING_MANY), later=modal)
    return Open(modal=await modal())


async def _read_live(request: Command, deps: Deps) -> Message:
    assert deps.experiment_tracker is not None
    try:
        page = await look_up(
            request.workspace,
            deps.links.unlinked(request.rest),
            deps.experiment_tracker,
            deps.transactions,
            request.now,
        )
    except MlflowError:
        return await _unknown(request, deps, live=False)
    if page is None:
        return await _unknown(request, deps, live=True)
    return shown(page, deps)


async def _unknown(request: Command, deps: Deps, *, live: bool) -> Message:
    listed = await deps.transactions.read(experiments.overview, request.workspace)
    return listing.unknown(request.rest, _nearest(request.rest, listed), listed.source, live)


def _nearest(typed: str, listed: Overview) -> Sequence[str]:
    # Imported for a typed name that is unknown, not at the start.
    from rapidfuzz import process

    names = [experiment.name for experiment, _ in listed.experiments]
    found = process.extract(
        typed, names, processor=str.casefold, limit=_GUESSES, score_cutoff=_SIMILAR
    )
    return [name for name, _score, _index in found]
