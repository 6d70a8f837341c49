"""`/experiment`: what MLflow knows, and who is best."""

from collections.abc import Sequence

from rapidfuzz import process

from bot.errors import MlflowError
from bot.ports.chat import Message
from bot.services.experiments import pages as experiments
from bot.services.experiments.pages import Overview
from bot.views.blocks import note
from bot.views.experiments import summary as view
from bot.workflows.experiments.look_up import look_up
from handlers.replies import Done, Later, Reply, Tell
from handlers.requests import Click, Command
from handlers.routing import CommandHandler, Deps, Routes
from handlers.words import coming, dispatch, explain

COMMAND = "/experiment"
HELP = """*`/experiment`* answers from MLflow.
• `/experiment list`: every experiment, the latest first
• `/experiment show churn`: the best runs, what differs among them, the champion; a name, an id \
or a pasted link
• `/experiment help`: this
_Coming next:_ `compare <run> <run>…` · `watch <name>` · `unwatch <name>` · `tried <words>` · \
`hypothesis [text]` · `goal` · `plan <model>`""".replace("<", "&lt;").replace(">", "&gt;")
LATER_WORDS = ("compare", "watch", "unwatch", "tried", "hypothesis", "goal", "plan")

NOT_CONNECTED = (
    "MLflow isn't connected, so there are no experiments to show. Whoever runs Meridian connects "
    "it with `MLFLOW_TRACKING_URI`."
)

_SIMILAR = 60
_GUESSES = 3


def register(routes: Routes) -> None:
    """Add this area's handlers."""
    routes.commands[COMMAND] = on_command
    routes.clicks[view.ACTION_OPEN] = opened


async def on_command(request: Command, deps: Deps) -> Reply:
    """`/experiment …`: a word that it knows, or an experiment that the mirror knows."""
    if deps.experiment_tracker is None and request.word not in ("", "help"):
        return Tell(message=note(NOT_CONNECTED))
    table: dict[str, CommandHandler] = {
        "": explain(HELP),
        "list": on_list,
        "show": on_show,
        **dict.fromkeys(LATER_WORDS, coming),
    }
    if request.word not in (*table, "help"):
        typed = request.text.strip()
        page = await deps.transactions.read(experiments.page, request.workspace, typed)
        if page is not None:
            return Tell(message=view.summary(page.board, page.source, deps.links))
    return await dispatch(request, deps, table, HELP)


async def on_list(request: Command, deps: Deps) -> Reply:
    """`list`: from the mirror."""
    listed = await deps.transactions.read(experiments.overview, request.workspace)
    return Tell(message=view.listing(listed.experiments, listed.source, deps.links))


async def on_show(request: Command, deps: Deps) -> Reply:
    """`show <name>`: from the mirror; what it doesn't know is asked of MLflow itself."""
    if not request.rest:
        listed = await deps.transactions.read(experiments.overview, request.workspace)
        return Tell(message=view.which(listed.experiments))
    page = await deps.transactions.read(experiments.page, request.workspace, request.rest)
    if page is not None:
        return Tell(message=view.summary(page.board, page.source, deps.links))
    return Later(waiting=note("Reading MLflow…"), work=lambda: _read_live(request, deps))


async def opened(_click: Click, _deps: Deps) -> Reply:
    """A link button: Slack opens the page and tells us too."""
    return Done()


async def _read_live(request: Command, deps: Deps) -> Message:
    assert deps.experiment_tracker is not None
    try:
        page = await look_up(
            request.workspace,
            request.rest,
            deps.experiment_tracker,
            deps.transactions,
            request.now,
        )
    except MlflowError:
        return await _unknown(request, deps, live=False)
    if page is None:
        return await _unknown(request, deps, live=True)
    return view.summary(page.board, page.source, deps.links)


async def _unknown(request: Command, deps: Deps, *, live: bool) -> Message:
    listed = await deps.transactions.read(experiments.overview, request.workspace)
    return view.unknown(request.rest, _nearest(request.rest, listed), listed.source, live)


def _nearest(typed: str, listed: Overview) -> Sequence[str]:
    names = [experiment.name for experiment, _ in listed.experiments]
    found = process.extract(
        typed, names, processor=str.casefold, limit=_GUESSES, score_cutoff=_SIMILAR
    )
    return [name for name, _score, _index in found]
