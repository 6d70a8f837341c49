"""`/meridian audit`: who did what, for admins and owners."""

from bot.domain import calendar
from bot.domain.away_words import split_mention
from bot.ports.chat import Message
from bot.ports.repositories import UnitOfWork
from bot.services.privacy import auditing
from bot.views.privacy import audit as views
from handlers.replies import Reply, Tell
from handlers.requests import Click, Command
from handlers.routing import Deps, Routes

_CHECK = "check"


def register(routes: Routes) -> None:
    """Add the word and its button."""
    routes.add_words("/meridian", audit=on_audit)
    routes.clicks[views.ACTION_OLDER] = on_older


async def on_audit(request: Command, deps: Deps) -> Reply:
    """`audit [@person] [refused|done] [action] [D-12] [since day]`, `audit check`."""
    return Tell(message=await deps.transactions.read(_answer, request))


async def on_older(click: Click, deps: Deps) -> Reply:
    """*Older* below a page; the right to read it is asked again."""
    wanted = views.read_older(click.value)
    found = await deps.transactions.read(auditing.page, click.workspace, click.user_id, wanted)
    return Tell(message=views.page(found))


def _answer(uow: UnitOfWork, request: Command) -> Message:
    who = request.workspace, request.user_id
    if request.rest.strip().lower() == _CHECK:
        return views.checked(auditing.checked(uow, *who))
    person, rest = split_mention(request.rest)
    reader = uow.people.get(*who)
    today = calendar.local_date(request.now, reader.zone if reader else "UTC")
    return views.page(auditing.page(uow, *who, views.read_filter(rest, person, today)))
