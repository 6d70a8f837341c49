"""`/alert report`: which alerts were worth it."""

from bot.ports.chat import Message
from bot.ports.repositories import UnitOfWork
from bot.services.alerts import precision
from bot.views.alerts import report as views
from handlers.decisions.viewers import viewer
from handlers.replies import Reply, Tell
from handlers.requests import Command
from handlers.routing import Deps, Routes


async def report(request: Command, deps: Deps) -> Reply:
    """The last 30 days, rule by rule."""

    def read(uow: UnitOfWork) -> Message:
        since = request.now - precision.SPAN
        return views.report(precision.report(uow, viewer(request), since))

    return Tell(message=await deps.transactions.read(read))


def register(routes: Routes) -> None:
    """Add its word."""
    routes.add_words("/alert", report=report)
