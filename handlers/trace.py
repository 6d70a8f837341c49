"""`/meridian trace`: the chain behind anything, for oneself first, then for the channel."""

from bot.errors import InvalidInput
from bot.services.trace import find, showing, story
from bot.views import trace as views
from bot.views.blocks import note
from bot.workflows import channels, people
from handlers.decisions.viewers import viewer
from handlers.replies import Reply, Tell
from handlers.requests import Click, Command
from handlers.routing import Deps, Routes

_MOST_CHARACTERS = 300


async def on_trace(request: Command, deps: Deps) -> Reply:
    """`trace <anything>`."""
    typed = request.rest
    if not typed or len(typed) > _MOST_CHARACTERS:
        raise InvalidInput(
            f"Name what to follow: {find.EXAMPLES}, for example `/meridian trace churn v14`."
        )
    found = await deps.transactions.read(story.of_person, viewer(request), typed)
    return Tell(message=views.card(found, deps.links, typed))


async def on_show(click: Click, deps: Deps) -> Reply:
    """*Show here*: who reads the channel is looked at first."""
    await people.require_inside(click.workspace, click.channel, click.user_id, deps.chat)
    await channels.look_at(click.workspace, click.channel, deps.chat, deps.transactions, click.now)
    await deps.transactions.write_once(
        click.key, showing.show, viewer(click), click.value, click.key
    )
    return Tell(message=note("Here it comes, with what everybody here may see."))


def register(routes: Routes) -> None:
    """Add the word and the button."""
    routes.add_words("/meridian", trace=on_trace)
    routes.clicks[views.ACTION_SHOW] = on_show
