"""Forms on somebody's screen: opened, replaced, or used to say something."""

from collections.abc import Awaitable, Callable

from bot.errors import SlackError
from bot.ports.chat import Chat, Message, Modal, Opened
from bot.views.forms import notice
from handlers.background import Background
from handlers.guard import Guard
from handlers.parsing import marked_from_home
from handlers.replies import Done, Later, Open, Reply, Tell
from handlers.requests import Click, Command, Request, Submission, Surface

# The person has closed or sent the form, or it was replaced in between.
_GONE = frozenset({"hash_conflict", "not_found", "view_not_found"})


class Modals:
    """Opens and replaces forms; a form that is gone by then is no problem."""

    def __init__(self, chat: Chat, guard: Guard, background: Background) -> None:
        self._chat = chat
        self._guard = guard
        self._background = background

    async def open(self, request: Command | Click, reply: Open) -> Message | None:
        """Open a form, on top of the one that was clicked; what to tell where that failed."""
        on_a_form = isinstance(request, Click) and request.surface is Surface.MODAL
        show = self._chat.push_modal if on_a_form else self._chat.open_modal

        async def work() -> Reply:
            modal = marked(request, reply.modal)
            opened = await show(request.workspace, request.trigger_id, modal)
            if opened and reply.later:
                self._background.start(self._follow(request, opened, reply.later))
            return Done()

        outcome = await self._guard(request, work())
        return outcome.message if isinstance(outcome, Tell) else None

    async def replace(self, request: Request, opened: Opened, modal: Modal) -> None:
        """Put another form in the place of an open one, which may be gone."""

        async def work() -> Reply:
            await self._replace(request, opened, modal)
            return Done()

        await self._guard(request, work())

    async def tell(self, request: Click, message: Message) -> None:
        """Say something where there is no channel to say it in."""
        await self.open(request, Open(modal=notice(message)))

    async def tell_later(self, request: Click, reply: Later) -> None:
        """Say that it takes a moment, and then what came of it in its place."""

        async def outcome() -> Modal | None:
            found = await self._guard(request, told(reply.work))
            return notice(found.message) if isinstance(found, Tell) else None

        await self.open(request, Open(modal=notice(reply.waiting), later=outcome))

    async def _follow(
        self, request: Request, opened: Opened, later: Callable[[], Awaitable[Modal | None]]
    ) -> None:
        async def work() -> Reply:
            modal = await later()
            if modal is not None:
                await self._replace(request, opened, modal)
            return Done()

        await self._guard(request, work())

    async def _replace(self, request: Request, opened: Opened, modal: Modal) -> None:
        try:
            await self._chat.update_modal(
                request.workspace, opened.view_id, opened.view_hash, marked(request, modal)
            )
        except SlackError as error:
            if error.code not in _GONE:
                raise


def marked(request: Request, modal: Modal) -> Modal:
    """The form, remembering whether it comes from App Home: that is shown anew afterwards."""
    return marked_from_home(modal) if from_home(request) else modal


def from_home(request: Request) -> bool:
    """Whether this happened in App Home, or in a form that was opened there."""
    view = request.view if isinstance(request, (Click, Submission)) else None
    return view is not None and (view.surface is Surface.HOME or view.from_home)


async def told(work: Callable[[], Awaitable[Message]]) -> Reply:
    """What the work has to tell, as a reply."""
    return Tell(message=await work())
