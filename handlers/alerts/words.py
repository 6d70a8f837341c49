"""`/alert`: its help, and its words, which the other modules add."""

from handlers import words
from handlers.alerts import typed
from handlers.replies import Reply
from handlers.requests import Command
from handlers.routing import CommandHandler, Deps, Routes

COMMAND = "/alert"

HELP = """*Alerts*: know when a model got worse, and only then
`/alert new`  watch a model, a run's metric, a budget, slices or silence; tried on the past first
`/alert list`  all rules, those that fire first
`/alert show A-1`  one rule, what happened to it and what people thought of it; or only `A-1`
`/alert edit A-1`  change it · `/alert delete A-1`  end it
`/alert test A-1`  what it would have said in the last 90 days, and a test message only to you
`/alert silence`  say nothing for a while; or `/alert silence A-1 4h we retrain`
`/alert silences`  what is silenced, and the end of it
`/alert settings`  how much this channel wants to hear, and when
`/alert report`  which alerts were worth it, and which rules to loosen
`/alert help`  this"""


def register(routes: Routes) -> None:
    """Add the command."""
    dispatch = words.dispatcher(routes, COMMAND, HELP)
    routes.commands[COMMAND] = _command(dispatch, routes)
    routes.add_words(COMMAND, nothing=words.explain(HELP))


def _command(dispatch: CommandHandler, routes: Routes) -> CommandHandler:
    async def run(request: Command, deps: Deps) -> Reply:
        """A rule's number alone shows it."""
        if typed.is_number(request.text):
            return await routes.words[COMMAND]["show"](request, deps)
        return await dispatch(request, deps)

    return run
