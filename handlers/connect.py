"""`/meridian connect` and `/meridian admin`: how outside systems are connected, what is set up."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.links import Links
from bot.domain.privacy.roles import Role
from bot.errors import InvalidInput, NotPermitted
from bot.ports.repositories import UnitOfWork
from bot.services import home_settings, sources
from bot.services.privacy import roles
from bot.views import connect as views
from bot.views.connect import KINDS, Connection
from bot.workflows import people
from handlers import words
from handlers.privacy import admin
from handlers.replies import Reply, Tell
from handlers.requests import Command
from handlers.routing import Deps, Routes


def register(routes: Routes) -> None:
    """Add the words."""
    routes.add_words("/meridian", connect=on_connect, admin=on_admin)


async def on_connect(request: Command, deps: Deps) -> Reply:
    """The settings of Jira, of MLflow or of both, and how they answer. No secret is shown."""
    typed = request.rest.strip().lower()
    kinds = [typed] if typed else list(KINDS)
    if not set(kinds) <= set(KINDS):
        guess = words.nearest(typed, list(KINDS))
        raise InvalidInput(f"Type `/meridian connect {guess or 'jira'}`; {typed!r} I don't know.")

    def read(uow: UnitOfWork) -> Reply:
        return Tell(
            message=views.connect(
                _connections(uow, request.workspace, deps.links, kinds, request.now)
            )
        )

    return await deps.transactions.read(read)


async def on_admin(request: Command, deps: Deps) -> Reply:
    """What is set up, for admins and owners; `role …` and `keep …` change roles and retention."""
    workspace, user_id = request.workspace, request.user_id
    await people.ensure_known(workspace, [user_id], deps.chat, deps.transactions, request.now)

    if request.rest:
        return await admin.typed(request, deps)

    def read(uow: UnitOfWork) -> Reply:
        if roles.role(uow, workspace, user_id) < Role.ADMIN:
            raise NotPermitted(
                "Only admins and owners of this Slack workspace see that. `/meridian doctor` shows "
                "how Jira and MLflow answer, `/meridian me` your own settings."
            )
        page = home_settings.admin(uow, workspace)
        connections = _connections(uow, workspace, deps.links, KINDS, request.now)
        more = admin.page(uow, workspace)
        return Tell(message=views.administration(page, connections, more))

    return await deps.transactions.read(read)


def _connections(
    uow: UnitOfWork, workspace: str, links: Links, kinds: Sequence[str], now: datetime
) -> list[Connection]:
    addresses = {"jira": links.jira_url, "mlflow": links.mlflow_url}
    health = sources.shown(uow, workspace)
    warnings = {"jira": sources.token_warning(uow, workspace, now)}
    return [
        Connection(
            kind=kind,
            address=addresses[kind] or "",
            health=[one for one in health if one.source.partition(":")[0] == kind],
            warning=warnings.get(kind, ""),
        )
        for kind in kinds
    ]
