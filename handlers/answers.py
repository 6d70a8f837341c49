"""How each reply is carried out: by the acknowledgement, the response URL or a form."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from weakref import WeakValueDictionary

import structlog
from slack_bolt.async_app import AsyncAck

from bot.ports.chat import Message, Opened
from bot.views.forms import notice
from handlers.background import Background
from handlers.guard import Guard
from handlers.modals import Modals, from_home, marked, told
from handlers.replies import Done, Later, Open, Reply, Show, Tell
from handlers.requests import Click, Command, Request, Submission, Surface
from handlers.routing import Deps, HomeRefresh, Routes

log = structlog.get_logger()


class Answers:
    """Carries out replies; after what somebody did in App Home that is shown anew."""

    def __init__(self, routes: Routes, deps: Deps, guard: Guard, background: Background) -> None:
        self._routes = routes
        self._deps = deps
        self._guard = guard
        self._background = background
        self._modals = Modals(deps.chat, guard, background)
        self._publishing: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def to_command(self, ack: AsyncAck, request: Command, reply: Reply) -> None:
        """Acknowledge a command with what there is to say."""
        match reply:
            case Tell(message=message) if message.chart is not None:
                # A picture is uploaded first, which can outlast the three seconds; words of waiting
                # would stay above it, for Slack replaces no answer to a command
                # (https://github.com/slackapi/bolt-js/issues/2287).
                await ack()
                self._respond_later(request, request.response_url, _ready(message))
            case Tell(message=message):
                await ack(text=message.text, blocks=list(message.blocks) or None)
            case Later(waiting=waiting, work=work):
                await ack(text=waiting.text, blocks=list(waiting.blocks) or None)
                self._respond_later(request, request.response_url, work)
            case Open() | Show():
                problem = await self._modals.open(request, _as_open(reply))
                await (ack(text=problem.text) if problem else ack())
            case Done():
                await ack()

    async def to_click(self, request: Click, reply: Reply) -> None:
        """Answer a click; a changed field has nothing to say before the form is sent."""
        match reply:
            case Tell() if request.field:
                log.debug("changed_field_refused", key=request.key)
            case Tell(message=message):
                await self._tell(request, message)
            case Later(waiting=waiting, work=work) if request.response_url:
                await self._tell(request, waiting)
                self._respond_later(request, request.response_url, work)
            case Later():
                await self._modals.tell_later(request, reply)
            case Show(modal=modal) if request.view and request.surface is Surface.MODAL:
                shown = Opened(view_id=request.view.view_id, view_hash=request.view.view_hash)
                await self._modals.replace(request, shown, modal)
            case Open() | Show():
                if problem := await self._modals.open(request, _as_open(reply)):
                    await self._tell(request, problem)
            case Done():
                pass
        self._refresh_home(request)

    async def to_submission(self, ack: AsyncAck, request: Submission, reply: Reply) -> None:
        """Acknowledge a submitted form."""
        match reply:
            case Show(modal=modal):
                await ack(response_action="update", view=marked(request, modal))
            case Open(modal=modal):
                await ack(response_action="push", view=marked(request, modal))
            case Tell(message=message) if request.state.labels:
                await ack(response_action="errors", errors=_on_first_field(request, message))
            case Tell(message=message):
                await ack(response_action="update", view=marked(request, notice(message)))
            case _:
                await ack()
        self._refresh_home(request)

    async def _tell(self, request: Click, message: Message) -> None:
        if request.response_url:
            await self._respond(request, request.response_url, message)
        else:
            await self._modals.tell(request, message)

    async def _respond(self, request: Request, response_url: str, message: Message) -> None:
        sent = self._deps.chat.respond(response_url, message, workspace=request.workspace)
        await self._guard(request, _done_after(sent))

    def _respond_later(
        self, request: Request, response_url: str, work: Callable[[], Awaitable[Message]]
    ) -> None:
        async def answer() -> None:
            reply = await self._guard(request, told(work))
            if isinstance(reply, Tell):
                await self._respond(request, response_url, reply.message)

        self._background.start(answer())

    def _refresh_home(self, request: Request) -> None:
        if self._routes.home is not None and from_home(request):
            self._background.start(self._publish(self._routes.home, request))

    async def _publish(self, home: HomeRefresh, request: Request) -> None:
        """One at a time for each person: the last one shown must be the last one read."""
        key = f"{request.workspace}:{request.user_id}"
        lock = self._publishing.setdefault(key, asyncio.Lock())
        async with lock:
            await self._guard(request, _done_after(home(request, self._deps)))


def in_sight(wrong: Mapping[str, str], labels: Mapping[str, str]) -> dict[str, str]:
    """What is wrong by field, each at a field that the form has: Slack shows nothing of others.

    What belongs to none of them stands at the first one.
    """
    shown = {name: said for name, said in wrong.items() if name in labels}
    lost = [said for name, said in wrong.items() if name not in labels]
    first = next(iter(labels), "")
    if lost and first:
        shown[first] = " ".join([*([shown[first]] if first in shown else []), *lost])
    return shown or dict(wrong)


async def _done_after(work: Awaitable[None]) -> Reply:
    await work
    return Done()


def _as_open(reply: Open | Show) -> Open:
    return reply if isinstance(reply, Open) else Open(modal=reply.modal)


def _ready(message: Message) -> Callable[[], Awaitable[Message]]:
    async def work() -> Message:
        return message

    return work


def _on_first_field(request: Submission, message: Message) -> dict[str, str]:
    """A problem without a field of its own stands at the first one, so what was typed stays."""
    return {next(iter(request.state.labels)): message.text}
