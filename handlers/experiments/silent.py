"""The answers to the question whether a silent run is alive."""

from collections.abc import Callable
from datetime import datetime

from bot.domain.experiments.stalls import Pulse
from bot.ports.chat import Message
from bot.ports.repositories import UnitOfWork
from bot.services.experiments import endings
from bot.views.experiments import silent as views
from bot.workflows.experiments.watch_cards import silent_runs
from handlers.experiments.colleagues import require_colleague
from handlers.replies import Done, Reply, Tell
from handlers.requests import Click
from handlers.routing import ClickHandler, Deps, Routes

Answer = Callable[[UnitOfWork, str, str, str, datetime], Pulse]


def register(routes: Routes) -> None:
    """Add the two buttons."""
    routes.clicks[views.ACTION_ALIVE] = _answers(endings.alive)
    routes.clicks[views.ACTION_KILL] = _answers(endings.mark_killed)


def _answers(answer: Answer) -> ClickHandler:
    async def on_click(click: Click, deps: Deps) -> Reply:
        """The message itself shows what was said; who pressed hears it at once."""
        await require_colleague(click, deps)

        def work(uow: UnitOfWork) -> Message | None:
            pulse = answer(uow, click.workspace, click.value, click.user_id, click.now)
            shown = silent_runs(uow, click.workspace, [pulse], click.now)
            return views.answered(shown[0], deps.links) if shown else None

        told = await deps.transactions.write_once(click.key, work)
        return Tell(message=told) if told else Done()

    return on_click
