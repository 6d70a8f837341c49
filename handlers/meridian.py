"""`/meridian`: help for everything, and how the outside systems answer."""

from collections.abc import Awaitable, Callable

from bot.domain.privacy.roles import Role
from bot.ports.chat import Message
from bot.ports.doctor import Doctor
from bot.ports.repositories import UnitOfWork
from bot.services import sources
from bot.services.privacy import roles
from bot.views import status as views
from bot.workflows import people
from handlers import words
from handlers.replies import Later, Reply, Tell
from handlers.requests import Command
from handlers.routing import Deps, Routes

HELP = """*Meridian*
`/standup` report, set up and follow stand-ups · `/decide` log decisions and find them again
`/experiment` what MLflow knows · `/alert` know when a model got worse · `/digest` this channel's \
morning summary
`/meridian me` your time zone, working hours, holidays, accounts and hand-over · \
`/meridian me export` all I keep about you, as a file · `/meridian me delete` forgets you
`/meridian issue CHURN-41` one Jira issue and what to do with it · `/meridian issue words` a new one
`/meridian doctor` how Jira and MLflow answer, for admins every check of the installation · \
`/meridian connect` how to connect them
`/meridian admin` what is set up here, for admins of this workspace · `/meridian admin role \
@colleague admin` who else is one · `/meridian admin keep reports 365` how long things are kept
`/meridian audit` who did what and who was refused, for admins: `audit @colleague`, \
`audit refused`, `audit D-12`, `audit decision since monday`, `audit check`
Each command explains itself with `help`, for example `/standup help`.
`/meridian trace churn v14` the chain behind a model, run, issue, decision, alert or blocker"""


def register(routes: Routes) -> None:
    """Add this area's handlers."""
    routes.commands["/meridian"] = words.dispatcher(routes, "/meridian", HELP)
    routes.add_words("/meridian", nothing=words.explain(HELP), doctor=doctor)


async def doctor(request: Command, deps: Deps) -> Reply:
    """When each source answered last, and what waits in the outbox; admins get every check."""
    workspace, user_id = request.workspace, request.user_id
    await people.ensure_known(workspace, [user_id], deps.chat, deps.transactions, request.now)

    def read(uow: UnitOfWork) -> tuple[Message, bool]:
        known = views.doctor(sources.shown(uow, workspace), uow.deliveries.counts(workspace))
        return known, roles.role(uow, workspace, user_id) >= Role.ADMIN

    known, is_admin = await deps.transactions.read(read)
    if deps.doctor is None or not is_admin:
        return Tell(message=known)
    return Later(waiting=known, work=_examined(deps.doctor, workspace))


def _examined(doctor: Doctor, workspace: str) -> Callable[[], Awaitable[Message]]:
    async def work() -> Message:
        return views.findings(await doctor.examine(workspace))

    return work
