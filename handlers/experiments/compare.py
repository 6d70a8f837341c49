"""`/experiment compare`, and *Compare top 3* below a leaderboard."""

from bot.ports.chat import Message
from bot.services.experiments import comparisons
from bot.services.experiments.comparisons import Compared
from bot.views.blocks import note
from bot.views.experiments import comparison as view
from bot.views.experiments import summary
from bot.workflows.experiments.curves import curves
from handlers.replies import Later, Reply, Tell
from handlers.requests import Click, Command
from handlers.routing import Deps, Routes


def register(routes: Routes) -> None:
    """Add the word and the button."""
    routes.add_words("/experiment", compare=on_compare)
    routes.clicks[summary.ACTION_COMPARE] = on_top


async def on_compare(request: Command, deps: Deps) -> Reply:
    """`compare <run> <run>…`."""
    found = await deps.transactions.read(comparisons.by_names, request.workspace, request.rest)
    return _answer(found, deps)


async def on_top(click: Click, deps: Deps) -> Reply:
    """*Compare top 3*."""
    found = await deps.transactions.read(comparisons.by_ids, click.workspace, click.value.split())
    return _answer(found, deps)


def _answer(found: Compared, deps: Deps) -> Reply:
    if found.comparison is None:
        return Tell(message=view.unclear(found.unclear, deps.links))
    return Later(
        waiting=note("Reading the curves from MLflow…"), work=lambda: _with_curves(found, deps)
    )


async def _with_curves(found: Compared, deps: Deps) -> Message:
    assert found.comparison is not None
    tracker = deps.experiment_tracker
    drawn = await curves(found.comparison, tracker) if tracker else None
    return view.compared(found.comparison, drawn, found.source, deps.links, repeated=found.repeated)
