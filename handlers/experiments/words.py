"""`/experiment`: its words, and what an experiment's name alone shows."""

from bot.views.blocks import note
from handlers.experiments import show
from handlers.experiments.connection import NOT_CONNECTED
from handlers.replies import Reply, Tell
from handlers.requests import Command
from handlers.routing import Deps, Routes
from handlers.words import asks_help, dispatch, explain

COMMAND = "/experiment"
HELP = """*`/experiment`* answers from MLflow.
• `/experiment list`: every experiment, the latest first
• `/experiment show churn`: the best runs, what differs among them, the champion; a name, an id \
or a pasted link
• `/experiment compare gentle-owl-12 3f2a champion`: two to five runs side by side, and whether \
the comparison is fair
• `/experiment direction churn score lower`: which way a metric gets better, where no name tells it
• `/experiment plan churn`: who owns a model, on what data it stands, when it is retrained; \
`plan` alone lists all
• `/experiment watch churn`: this channel hears when its runs end or fall silent; a model or \
`@lena` too, `watch churn me` for you alone, `watch` alone lists, `unwatch churn` ends it
• `/experiment tried focal loss` or `tried lr=0.1`: who has tried it, when, and why it was dropped
• `/experiment hypothesis leaf-wise beats depth-wise`: write what you expect, and be asked what \
came of it; `hypothesis list`, `list refuted`, `show H-9`, `edit H-9`, `verdict H-9`, `abandon H-9`
• `/experiment goal`: what the business wants, beside the number that stands for it, in plain \
words; `goal new` sets one, `goal G-3` shows one, `goal edit G-3`, `goal end G-3`
• `/experiment help`: this""".replace("<", "&lt;").replace(">", "&gt;")


def register(routes: Routes) -> None:
    """Add the command."""

    async def on_command(request: Command, deps: Deps) -> Reply:
        table = routes.words[COMMAND]
        if deps.experiment_tracker is None and request.word and not asks_help(request):
            return Tell(message=note(NOT_CONNECTED))
        if request.word not in (*table, "help"):
            known = await show.by_name(request, deps, request.text.strip())
            if known is not None:
                return known
        return await dispatch(request, deps, table, HELP)

    routes.commands[COMMAND] = on_command
    routes.add_words(COMMAND, nothing=explain(HELP))
