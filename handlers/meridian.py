"""`/meridian`: help for everything, and how the outside systems answer."""

from bot.ports.repositories import UnitOfWork
from bot.views import status as views
from handlers import words
from handlers.replies import Reply, Tell
from handlers.requests import Command
from handlers.routing import Deps, Routes

HELP = """*Meridian*
`/standup` report, set up and follow stand-ups · `/decide` log decisions and find them again
`/experiment` what MLflow knows · `/alert` know when a model got worse · `/digest` this channel's \
morning summary
`/meridian me` your time zone, working hours, holidays, accounts and hand-over
`/meridian issue CHURN-41` one Jira issue and what to do with it · `/meridian issue words` a new one
`/meridian doctor` how Jira and MLflow answer · `/meridian connect` how to connect them
`/meridian admin` what is set up here, for admins of this workspace
Each command explains itself with `help`, for example `/standup help`.
`/meridian trace churn v14` the chain behind a model, run, issue, decision, alert or blocker
_Coming next:_ `audit`"""

COMING = ("audit",)


def register(routes: Routes) -> None:
    """Add this area's handlers."""
    routes.commands["/meridian"] = words.dispatcher(routes, "/meridian", HELP)
    routes.add_words("/meridian", nothing=words.explain(HELP), doctor=doctor)
    routes.add_words("/meridian", **dict.fromkeys(COMING, words.coming))


async def doctor(_request: Command, deps: Deps) -> Reply:
    """When each source answered last, and what waits in the outbox."""

    def read(uow: UnitOfWork) -> Reply:
        return Tell(message=views.doctor(uow.sources.health(), uow.deliveries.counts()))

    return await deps.transactions.read(read)
