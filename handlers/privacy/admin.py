"""`/meridian admin role …` and `/meridian admin keep …`."""

from bot.domain.away_words import split_mention
from bot.domain.person import Person
from bot.domain.privacy.roles import Grant
from bot.errors import InvalidInput
from bot.ports.chat import Block, Message
from bot.ports.repositories import UnitOfWork
from bot.services.privacy import retention, roles
from bot.views.privacy import admin as views
from bot.workflows import people
from handlers.replies import Reply, Tell
from handlers.requests import Command
from handlers.routing import Deps


async def typed(request: Command, deps: Deps) -> Reply:
    """What follows `/meridian admin`."""
    word, _, rest = request.rest.partition(" ")
    match word.lower():
        case "role":
            return await _role(request, deps, rest)
        case "keep":
            return await _keep(request, deps, rest)
        case _:
            raise InvalidInput(
                "Type `/meridian admin` to see what is set up, `/meridian admin role @colleague "
                "admin`, or `/meridian admin keep reports 365`."
            )


def page(uow: UnitOfWork, workspace: str) -> list[Block]:
    """Roles and retention, for the page of what is set up."""
    return views.blocks(roles.leading(uow, workspace), retention.kept(uow, workspace))


async def _role(request: Command, deps: Deps, rest: str) -> Reply:
    user_id, said = split_mention(rest)
    role = views.read_role(said)
    if not user_id:
        raise InvalidInput("Name a colleague: `/meridian admin role @colleague admin`.")
    await people.ensure_known(
        request.workspace, [user_id], deps.chat, deps.transactions, request.now
    )

    def work(uow: UnitOfWork) -> Grant:
        by = request.user_id
        return roles.give(uow, request.workspace, by, user_id, role, request.now)

    grant = await deps.transactions.write_once(request.key, work)
    person = await deps.transactions.read(_known, request.workspace, user_id)
    return Tell(message=_given(grant, person))


async def _keep(request: Command, deps: Deps, rest: str) -> Reply:
    area, days = views.read_kept(rest)
    kept = await deps.transactions.write_once(
        request.key,
        retention.choose,
        request.workspace,
        request.user_id,
        area,
        days,
        request.now,
    )
    return Tell(message=views.chosen(kept))


def _known(uow: UnitOfWork, workspace: str, user_id: str) -> Person | None:
    return uow.people.get(workspace, user_id)


def _given(grant: Grant, person: Person | None) -> Message:
    someone = Person(workspace=grant.workspace, user_id=grant.user_id, name=grant.user_id)
    return views.given(grant, person or someone)
