"""`/digest`: what a channel reads at its morning, now, or only in preview, of any past date."""

from collections.abc import Callable

from bot.domain.dates import MONTHS, WEEKDAYS
from bot.domain.digests.content import Digest
from bot.ports.chat import Message
from bot.ports.repositories import UnitOfWork
from bot.services.digests import daily, days
from bot.views.blocks import note
from bot.views.digests.status import status
from bot.workflows.channels import look_before_sending
from bot.workflows.digests import readings
from handlers.digests.places import joined, refuse_dm
from handlers.replies import Reply, Tell
from handlers.requests import Command
from handlers.routing import Deps, Routes
from handlers.words import dispatcher

HELP = (
    "*/digest*: what happened in this channel's work since the last one.\n"
    "`/digest` when the next one comes\n"
    "`/digest now` post it here now, `/digest now 20 Nov` that day's\n"
    "`/digest preview` show it only to me\n"
    "`/digest preview 2026-11-20`, `/digest 20 Nov`, `/digest yesterday` that day's digest, only "
    "to me\n"
    "`/digest weekly` what the week taught\n"
    "`/digest sprint` how the sprint stands\n"
    "`/digest settings` when it comes, for whom, what of Jira and which experiments it shows\n"
    "`/digest help` this list"
)

_DATE_WORDS = ("today", "yesterday", "the", *WEEKDAYS, *MONTHS)
_SHORTEST_NAME = 3


def register(routes: Routes) -> None:
    """Add the command and its words."""
    routes.add_words("/digest", nothing=_status, now=_now, preview=_preview)
    run = dispatcher(routes, "/digest", HELP)

    async def on_command(request: Command, deps: Deps) -> Reply:
        if request.word not in routes.words["/digest"] and _is_date(request.word):
            return await _past(request, deps, request.text)
        return await run(request, deps)

    routes.commands["/digest"] = on_command


def _is_date(word: str) -> bool:
    """Whether somebody who types this begins a date."""
    is_name = len(word) >= _SHORTEST_NAME and any(name.startswith(word) for name in _DATE_WORDS)
    return is_name or word[:1].isdigit()


async def _status(request: Command, deps: Deps) -> Reply:
    refuse_dm(request)
    place = (request.workspace, request.channel)
    settings = await deps.transactions.read(daily.settings, *place, request.user_id)
    schedule = await deps.transactions.read(daily.schedule, *place)
    return Tell(message=status(settings, schedule))


async def _now(request: Command, deps: Deps) -> Reply:
    refuse_dm(request)
    await joined(request, request.channel, deps)

    def post(uow: UnitOfWork) -> Digest | None:
        who = _who(request)
        if request.rest:
            return days.post_typed(uow, *who, request.rest, request.key, request.now)
        return daily.post_now(uow, *who, request.key, request.now)

    content = await deps.transactions.write_once(request.key, post)
    if content is None:
        return await _preview(request, deps)
    return Tell(message=note("Here it comes."))


async def _preview(request: Command, deps: Deps) -> Reply:
    if request.rest:
        return await _past(request, deps, request.rest)

    def read(uow: UnitOfWork) -> Digest:
        return daily.preview(uow, *_who(request), request.now)

    return await _shown(request, deps, read)


async def _past(request: Command, deps: Deps, typed: str) -> Reply:
    def read(uow: UnitOfWork) -> Digest:
        return days.typed(uow, *_who(request), typed, request.now).content

    return await _shown(request, deps, read)


async def _shown(request: Command, deps: Deps, compose: Callable[[UnitOfWork], Digest]) -> Reply:
    """A digest for one person, after a look at who else reads the channel."""
    refuse_dm(request)
    place = (request.workspace, request.channel)
    await look_before_sending(*place, deps.chat, deps.transactions, request.now)

    def read(uow: UnitOfWork) -> Message:
        return readings.preview(uow, *place, compose(uow), request.now, deps.links)

    return Tell(message=await deps.transactions.read(read))


def _who(request: Command) -> tuple[str, str, str]:
    return request.workspace, request.channel, request.user_id
