"""`/decide why`: the decisions behind a model's champion, and the pages of that story."""

from bot.domain.decisions.record import number_of
from bot.errors import InvalidInput
from bot.ports.chat import Message, Modal
from bot.ports.repositories import UnitOfWork
from bot.services.decisions import why
from bot.views.decisions import lineage
from bot.views.decisions import why as views
from handlers.decisions.viewers import viewer
from handlers.replies import Open, Reply, Show, Tell
from handlers.requests import Click, Command
from handlers.routing import Deps, Routes

_MOST_CHARACTERS = 300


async def on_why(request: Command, deps: Deps) -> Reply:
    """`why <model>`, `why D-12`, `why churn champion`, `why v14`; alone, the models there are."""
    typed = request.rest
    if len(typed) > _MOST_CHARACTERS:
        raise InvalidInput("Name a model or a decision, such as `/decide why churn`.")

    asker = viewer(request)

    def read(uow: UnitOfWork) -> Message:
        if not typed:
            return lineage.models(why.standings(uow, asker))
        subject = why.subject(uow, asker, typed)
        if subject is None:
            number = number_of(typed)
            found = why.lineage(uow, asker, number)
            return lineage.lineage(found, number)
        chain = why.chain(uow, asker, subject, None)
        return views.story(chain, typed, deps.links, request.now)

    return Tell(message=await deps.transactions.read(read))


async def on_page(click: Click, deps: Deps) -> Reply:
    """*Earlier* and *Later* open a part of the story in a form, which the next one replaces."""
    typed, offset = views.read_page(click.value)

    asker = viewer(click)

    def read(uow: UnitOfWork) -> Modal | None:
        subject = why.subject(uow, asker, typed)
        if subject is None:
            return None
        chain = why.chain(uow, asker, subject, max(offset, 0))
        return views.story_modal(chain, typed, deps.links, click.now, asker.channel)

    modal = await deps.transactions.read(read)
    if modal is None:
        raise InvalidInput("That decision promotes nothing any more. Type `/decide why` again.")
    return Show(modal=modal) if click.view else Open(modal=modal)


def register(routes: Routes) -> None:
    """Add the buttons."""
    routes.clicks[views.ACTION_WHY] = on_page
