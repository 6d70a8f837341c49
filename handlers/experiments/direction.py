"""Which way a metric gets better: the answer by button, and `/experiment direction`."""

from contextlib import suppress

from bot.domain.experiments.naming import split_typed
from bot.domain.metrics import Direction
from bot.errors import InvalidInput, SlackError
from bot.services.experiments import directions
from bot.services.experiments import pages as experiments
from bot.views.experiments import direction as view
from bot.workflows import people
from handlers.experiments import show
from handlers.replies import Reply, Tell
from handlers.requests import Click, Command, Request
from handlers.routing import Deps, Routes

_USAGE = (
    "Type the experiment, the metric and what is better, such as "
    "`/experiment direction churn score lower`; a name with blanks in quotes."
)


def register(routes: Routes) -> None:
    """Add the word and the two buttons."""
    routes.add_words("/experiment", direction=on_direction)
    routes.clicks[view.ACTION_DIRECTION] = answered


async def answered(click: Click, deps: Deps) -> Reply:
    """*Higher is better* or *Lower is better*: the first answer counts, and is shown at once."""
    experiment_id, metric, direction = view.read_answer(click.value)
    said = directions.word(
        click.workspace, experiment_id, metric, direction, click.user_id, click.now
    )
    await _ensure_known(click, deps)
    await deps.transactions.write_once(click.key, directions.answer, said)
    page = await show.by_name(click, deps, experiment_id)
    if page is None:
        raise InvalidInput("Noted, but that experiment isn't in MLflow any more.")
    return page


async def on_direction(request: Command, deps: Deps) -> Reply:
    """`direction <experiment> <metric> higher|lower`: the latest word counts."""
    typed = split_typed(request.rest)
    if len(typed) < 3 or typed[-1].lower() not in (Direction.HIGHER, Direction.LOWER):
        raise InvalidInput(_USAGE)
    *name, metric, word = typed
    found = await deps.transactions.read(
        experiments.with_metrics, request.workspace, deps.links.unlinked(" ".join(name))
    )
    if found is None:
        raise InvalidInput(f"I don't know an experiment {' '.join(name)}. {_USAGE}")
    experiment, metrics = found
    if metric not in metrics:
        raise InvalidInput(_no_metric(metric, metrics))
    said = directions.word(
        request.workspace,
        experiment.experiment_id,
        metric,
        Direction(word.lower()),
        request.user_id,
        request.now,
    )
    await _ensure_known(request, deps)
    await deps.transactions.write_once(request.key, directions.change, said)
    return Tell(message=view.changed(experiment, metric, said.direction))


async def _ensure_known(request: Request, deps: Deps) -> None:
    """A name is nice to have: without an answer from Slack the word counts all the same."""
    with suppress(SlackError):
        await people.ensure_known(
            request.workspace, [request.user_id], deps.chat, deps.transactions, request.now
        )


def _no_metric(typed: str, metrics: list[str]) -> str:
    # Imported for a typed name that is unknown, not at the start.
    from rapidfuzz import process

    guess = process.extractOne(typed, metrics, processor=str.casefold, score_cutoff=60)
    hint = f"Did you mean {guess[0]}?" if guess else "Its runs have: " + ", ".join(metrics[:8])
    return f"No run of that experiment has a metric {typed}. {hint}"
