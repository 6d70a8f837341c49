"""What was reported and how it went: `/standup history`, `wrapup`, `export`, `mood`, `rotation`.

All of it is shown only to the person who asks.
"""

from bot.domain.away_words import split_mention
from bot.errors import InvalidInput
from bot.ports.chat import Message
from bot.ports.repositories import UnitOfWork
from bot.services import history as services
from bot.services import mood, rotation
from bot.services.history import Reader
from bot.views import history as views
from bot.views import mood as mood_views
from bot.views import rotation as rotation_views
from bot.views.blocks import note
from bot.workflows import history as workflows
from handlers.replies import Later, Reply, Tell
from handlers.requests import Click, Command
from handlers.routing import Deps, Routes

_EXPORTED = 30
_MOST_EXPORTED = 3660


def register(routes: Routes) -> None:
    """Add this area's handlers."""
    routes.add_words(
        "/standup",
        history=on_history,
        wrapup=on_wrap_up,
        export=on_export,
        mood=on_mood,
        rotation=on_rotation,
    )
    routes.clicks[views.ACTION_PEOPLE] = on_more_people
    routes.clicks[views.ACTION_OLDER] = on_older
    routes.clicks[views.ACTION_DAY] = on_day
    routes.clicks[rotation_views.ACTION_PASS] = on_pass
    routes.clicks[rotation_views.ACTION_TAKE_BACK] = on_take_back


async def on_history(request: Command, deps: Deps) -> Reply:
    """`history [@user] [date]`, `history blockers`: without more, everybody's participation."""
    return Tell(message=await deps.transactions.read(_history, request, deps))


async def on_wrap_up(request: Command, deps: Deps) -> Reply:
    """`wrapup [date]`: a day as its channel saw it."""
    shown = await deps.transactions.read(workflows.day, _reader(request), request.rest, deps.links)
    return Tell(message=shown)


async def on_export(request: Command, deps: Deps) -> Reply:
    """`export [days]`: a file in the direct message."""
    days = _days(request.rest)
    return Later(
        waiting=note("Putting the file together…"),
        work=lambda: workflows.export(_reader(request), days, deps.chat, deps.transactions),
    )


async def on_mood(request: Command, deps: Deps) -> Reply:
    """`mood`: the team's trend."""

    def read(uow: UnitOfWork) -> Message:
        asking = [s for s in services.readable(uow, _reader(request)) if s.plan.mood]
        return mood_views.trends(mood.trends(uow, asking, request.now))

    return Tell(message=await deps.transactions.read(read))


async def on_rotation(request: Command, deps: Deps) -> Reply:
    """`rotation`: the coming calls."""
    return Tell(message=await deps.transactions.read(_rotation, _reader(request)))


async def on_more_people(click: Click, deps: Deps) -> Reply:
    """*More people* below the participation."""
    shown = await deps.transactions.read(workflows.participation, _reader(click), int(click.value))
    return Tell(message=shown)


async def on_older(click: Click, deps: Deps) -> Reply:
    """*Older* below somebody's reports."""
    user_id, cursor = views.read_older(click.value)
    shown = await deps.transactions.read(
        workflows.of_person, _reader(click), user_id, "", deps.links, cursor
    )
    return Tell(message=shown)


async def on_day(click: Click, deps: Deps) -> Reply:
    """One of several stand-ups was chosen."""
    standup_id, day = views.read_day(click.value)
    shown = await deps.transactions.read(
        workflows.chosen_day, _reader(click), standup_id, day, deps.links
    )
    return Tell(message=shown)


async def on_pass(click: Click, deps: Deps) -> Reply:
    """*Not me this week*."""
    standup_id, week = rotation_views.read_value(click.value)
    await deps.transactions.write_once(
        click.key, rotation.pass_on, click.workspace, standup_id, week, click.user_id, click.now
    )
    return Tell(message=await deps.transactions.read(_rotation, _reader(click)))


async def on_take_back(click: Click, deps: Deps) -> Reply:
    """*I can … after all*."""
    standup_id, week = rotation_views.read_value(click.value)
    await deps.transactions.write_once(
        click.key, rotation.take_back, click.workspace, standup_id, week, click.user_id, click.now
    )
    return Tell(message=await deps.transactions.read(_rotation, _reader(click)))


def _reader(request: Command | Click) -> Reader:
    return Reader(
        workspace=request.workspace,
        user_id=request.user_id,
        channel=request.channel,
        now=request.now,
    )


def _history(uow: UnitOfWork, request: Command, deps: Deps) -> Message:
    reader = _reader(request)
    user_id, typed = _person_and_rest(uow, request)
    if user_id:
        return workflows.of_person(uow, reader, user_id, typed, deps.links)
    if typed.casefold() in ("blocker", "blockers"):
        return workflows.blockers(uow, reader)
    if typed:
        return workflows.day(uow, reader, typed, deps.links)
    return workflows.participation(uow, reader)


def _person_and_rest(uow: UnitOfWork, request: Command) -> tuple[str, str]:
    """Who is meant, and what else was typed; a name that Slack didn't turn into a mention is
    looked up."""
    user_id, rest = split_mention(request.rest)
    if user_id or not rest.startswith("@"):
        return user_id, rest
    name, _, rest = rest[1:].partition(" ")
    return services.named(uow, request.workspace, name), rest.strip()


def _rotation(uow: UnitOfWork, reader: Reader) -> Message:
    today = services.today(uow, reader)
    with_call = [s for s in services.readable(uow, reader) if s.plan.call_weekday]
    shown = [(standup, rotation.calls(uow, standup, today)) for standup in with_call]
    return rotation_views.coming(shown, reader.user_id)


def _days(typed: str) -> int:
    number = typed.removesuffix("days").removesuffix("day").strip()
    if not number:
        return _EXPORTED
    if not number.isdecimal() or not 1 <= int(number) <= _MOST_EXPORTED:
        raise InvalidInput("Type how many days, for example `/standup export 90`.")
    return int(number)
