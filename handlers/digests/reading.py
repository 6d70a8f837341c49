"""A digest in a form for who asks: its details, in plain words, or of another date."""

from bot.domain.digests.content import Digest
from bot.errors import InvalidInput
from bot.ports.chat import Modal
from bot.ports.repositories import UnitOfWork
from bot.services.digests import days
from bot.services.digests.days import Reading
from bot.views.digests import details as views
from bot.views.digests.details import Beside
from bot.views.digests.places import ACTION_READ, STAKEHOLDERS, Place, read_place
from bot.workflows.digests.readings import in_plain_words
from handlers.digests.places import require_reader
from handlers.replies import Open, Reply, Show
from handlers.requests import Click
from handlers.routing import Deps, Routes


def register(routes: Routes) -> None:
    """Add the buttons."""
    routes.clicks[ACTION_READ] = on_read


async def on_read(click: Click, deps: Deps) -> Reply:
    """Open what the button leads to, in the place of the form that it stands in, if any."""
    channel = click.channel or (views.channel_of(click.view.state) if click.view else "")
    if not channel:
        raise InvalidInput("Type `/digest preview` in the channel whose digest you mean.")
    await require_reader(click, channel, deps)
    place = read_place(click.value)

    def read(uow: UnitOfWork) -> Modal:
        found = _found(uow, click, channel, place)
        return _form(uow, found, channel, place, click, deps)

    modal = await deps.transactions.read(read)
    return Show(modal=modal) if click.view else Open(modal=modal)


def _found(uow: UnitOfWork, click: Click, channel: str, place: Place) -> Reading:
    who = (click.workspace, channel, click.user_id)
    if place.window:
        return days.of_window(uow, *who, place.window, click.now)
    if place.day:
        return days.of_day(uow, *who, place.day, click.now)
    raise InvalidInput("That button is out of date. Type `/digest preview`.")


def _form(
    uow: UnitOfWork, found: Reading, channel: str, place: Place, click: Click, deps: Deps
) -> Modal:
    content: Digest = found.content
    beside = Beside(older=found.older, newer=found.newer)
    if place.reading == STAKEHOLDERS:
        told = in_plain_words(uow, click.workspace, channel, content, click.now, deps.links)
        return views.stakeholders(content, beside, told, channel)
    if place.part:
        return views.page(content, place.part, place.page, deps.links, channel)
    return views.details(content, beside, deps.links, channel)
