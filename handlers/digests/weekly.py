"""`/digest weekly`: the week that ends now, for who asks; posted, and shown whole, by buttons."""

from bot.ports.chat import Message, Modal
from bot.ports.repositories import UnitOfWork
from bot.services.digests import weekly
from bot.services.digests.weekly import Week
from bot.views.digests import weekly as views
from bot.views.forms import notice
from bot.workflows.channels import look_before_sending
from handlers.digests.places import joined, refuse_dm, require_reader
from handlers.replies import Later, Open, Reply, Tell
from handlers.requests import Click, Command
from handlers.routing import Deps, Routes


def register(routes: Routes) -> None:
    """Add the word and its buttons."""
    routes.add_words("/digest", weekly=on_weekly)
    routes.clicks[views.ACTION_MORE] = on_more
    routes.clicks[views.ACTION_POST] = on_post


async def on_weekly(request: Command, deps: Deps) -> Reply:
    """`weekly`: what the last seven days taught; reading many runs may take seconds."""
    refuse_dm(request)
    if request.rest:
        return Tell(message=views.not_past(request.rest))
    place = (request.workspace, request.channel)
    await look_before_sending(*place, deps.chat, deps.transactions, request.now)

    def read(uow: UnitOfWork) -> Message:
        week = weekly.week_now(uow, *place, request.user_id, request.now)
        content = weekly.read(uow, request.workspace, week, request.now)
        return views.for_one(content, deps.links) if content.something_to_say else views.nothing()

    return Later(waiting=views.READING, work=lambda: deps.transactions.read(read))


async def on_more(click: Click, deps: Deps) -> Reply:
    """*More*: every section, for who is in the channel."""
    await require_reader(click, click.channel, deps)
    week = _week(click)

    def read(uow: UnitOfWork) -> Modal:
        return views.everything(weekly.read(uow, click.workspace, week, click.now), deps.links)

    return Open(modal=notice(views.READING), later=lambda: deps.transactions.read(read))


async def on_post(click: Click, deps: Deps) -> Reply:
    """*Post here*: the week that was shown."""
    await joined(click, click.channel, deps, by=click.user_id)
    is_posted = await deps.transactions.write_once(
        click.key,
        weekly.post,
        click.workspace,
        _week(click),
        click.user_id,
        click.key,
        click.now,
    )
    return Tell(message=views.posted() if is_posted else views.nothing())


def _week(click: Click) -> Week:
    span, zone = views.read_value(click.value)
    return Week(channel=click.channel, span=span, zone=zone)
