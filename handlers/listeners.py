"""Bolt's side: five patterns, one way to carry out a reply, the acknowledgement last."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.errors import AlreadyHandled, ExternalServiceError, InvalidForm, UserError
from bot.ports.chat import Message
from bot.ports.transactions import Clock
from bot.views.blocks import note
from handlers import parsing
from handlers.metrics import Metrics
from handlers.replies import Done, Later, Open, Reply, Show, Tell
from handlers.requests import Click, Command, Request, Submission
from handlers.routing import Deps, Routes

log = structlog.get_logger()

_ANY = re.compile(".*")


class Listeners:
    """Registers Meridian with Bolt and turns replies into acknowledgements.

    The app must be built with `process_before_response=True`: then Slack is answered only after
    the listener has returned, when everything is committed.
    """

    def __init__(self, routes: Routes, deps: Deps, clock: Clock, metrics: Metrics) -> None:
        self._routes = routes
        self._deps = deps
        self._clock = clock
        self._metrics = metrics
        self._running: set[asyncio.Task[None]] = set()

    def register(self, app: AsyncApp) -> None:
        """Add the five listeners."""
        app.command(_ANY)(self.on_command)
        app.action(_ANY)(self.on_action)
        app.view(_ANY)(self.on_submission)
        for kind in self._routes.events:
            app.event(kind)(self.on_event)

    async def drain(self) -> None:
        """Wait for answers that were promised."""
        await asyncio.gather(*self._running)

    async def on_command(self, ack: AsyncAck, body: dict[str, Any], context: Any) -> None:
        """A slash command."""
        request = parsing.command(body, _workspace(context), self._clock())
        handler = self._routes.commands.get(request.command)
        if handler is None:
            await ack(text=f"I don't know {request.command}.")
            return
        reply = await self._guarded(request, handler(request, self._deps))
        await self._answer_command(ack, request, reply)

    async def on_action(self, ack: AsyncAck, body: dict[str, Any], context: Any) -> None:
        """A click, or a changed field of a form."""
        request = parsing.click(body, _workspace(context), self._clock())
        handler = self._routes.click(request)
        if handler is not None:
            reply = await self._guarded(request, handler(request, self._deps))
            await self._answer_click(request, reply)
        await ack()

    async def on_submission(self, ack: AsyncAck, body: dict[str, Any], context: Any) -> None:
        """A submitted form."""
        request = parsing.submission(body, _workspace(context), self._clock())
        handler = self._routes.submissions.get(request.view.callback_id)
        if handler is None:
            await ack()
            return
        try:
            reply = await self._guarded(request, handler(request, self._deps), forms=True)
        except InvalidForm as error:
            await ack(response_action="errors", errors=error.fields)
            return
        await self._answer_submission(ack, request, reply)

    async def on_event(self, ack: AsyncAck, body: dict[str, Any], context: Any) -> None:
        """An event that some area asked for."""
        request = parsing.event(body, _workspace(context), self._clock())
        handler = self._routes.events[request.kind]
        await self._guarded(request, handler(request, self._deps))
        await ack()

    async def _guarded(
        self, request: Request, work: Awaitable[Reply], *, forms: bool = False
    ) -> Reply:
        """The one place that catches broadly: every error becomes a plain sentence."""
        outcome = "refused"
        try:
            reply = await work
            outcome = "ok"
            return reply
        except AlreadyHandled:
            outcome = "repeated"
            return Done()
        except InvalidForm as error:
            if forms:
                raise
            return Tell(message=note(str(error)))
        except UserError as error:
            return Tell(message=note(str(error)))
        except ExternalServiceError as error:
            outcome = "outside_failed"
            log.warning("outside_call_failed", key=request.key, error=str(error), code=error.code)
            return Tell(message=note(f"{error} Nothing was changed."))
        except Exception:
            outcome = "failed"
            reference = uuid4().hex[:8]
            log.exception("handler_failed", key=request.key, reference=reference)
            return Tell(message=note(_unexpected(reference)))
        finally:
            self._metrics.requests.labels(type(request).__name__.lower(), outcome).inc()

    async def _answer_command(self, ack: AsyncAck, request: Command, reply: Reply) -> None:
        match reply:
            case Tell(message=message) if message.chart is not None:
                # A picture is uploaded first, which can outlast the three seconds; words of waiting
                # would stay above it, for Slack replaces no answer to a command
                # (https://github.com/slackapi/bolt-js/issues/2287).
                await ack()
                self._in_background(request, request.response_url, _ready(message))
            case Tell(message=message):
                await ack(text=message.text, blocks=list(message.blocks) or None)
            case Later(waiting=waiting, work=work):
                await ack(text=waiting.text, blocks=list(waiting.blocks) or None)
                self._in_background(request, request.response_url, work)
            case Open(modal=modal) | Show(modal=modal):
                opened = self._deps.chat.open_modal(request.workspace, request.trigger_id, modal)
                problem = await self._guarded(request, _done_after(opened))
                if isinstance(problem, Tell):
                    await ack(text=problem.message.text)
                else:
                    await ack()
            case Done():
                await ack()

    async def _answer_click(self, request: Click, reply: Reply) -> None:
        match reply:
            case Tell(message=message):
                await self._tell(request, message)
            case Later(waiting=waiting, work=work):
                await self._tell(request, waiting)
                self._in_background(request, request.response_url, work)
            case Open(modal=modal):
                opened = self._deps.chat.open_modal(request.workspace, request.trigger_id, modal)
                problem = await self._guarded(request, _done_after(opened))
                if isinstance(problem, Tell):
                    await self._tell(request, problem.message)
            case Show(modal=modal) if request.view is not None:
                view = request.view
                updated = self._deps.chat.update_modal(
                    request.workspace, view.view_id, view.view_hash, modal
                )
                await self._guarded(request, _done_after(updated))
            case _:
                pass

    async def _answer_submission(self, ack: AsyncAck, request: Submission, reply: Reply) -> None:
        match reply:
            case Show(modal=modal):
                await ack(response_action="update", view=modal)
            case Open(modal=modal):
                await ack(response_action="push", view=modal)
            case Tell(message=message):
                await ack(response_action="errors", errors=_on_first_field(request, message))
            case _:
                await ack()

    async def _tell(self, request: Click, message: Message) -> None:
        if not request.response_url:
            log.info("nowhere_to_answer", key=request.key)
            return
        answered = self._deps.chat.respond(
            request.response_url, message, workspace=request.workspace
        )
        await self._guarded(request, _done_after(answered))

    def _in_background(
        self, request: Request, response_url: str, work: Callable[[], Awaitable[Message]]
    ) -> None:
        async def answer() -> None:
            reply = await self._guarded(request, _told(work))
            if isinstance(reply, Tell):
                sent = self._deps.chat.respond(
                    response_url, reply.message, workspace=request.workspace
                )
                await self._guarded(request, _done_after(sent))

        task = asyncio.create_task(answer())
        self._running.add(task)
        task.add_done_callback(self._running.discard)


async def _done_after(work: Awaitable[None]) -> Reply:
    await work
    return Done()


def _ready(message: Message) -> Callable[[], Awaitable[Message]]:
    async def work() -> Message:
        return message

    return work


async def _told(work: Callable[[], Awaitable[Message]]) -> Reply:
    return Tell(message=await work())


def _workspace(context: Any) -> str:
    return str(context.team_id or context.enterprise_id)


def _on_first_field(request: Submission, message: Message) -> dict[str, str]:
    """A problem without a field of its own stands at the first one, so what was typed stays."""
    first = next(iter(request.state.values), "")
    return {first: message.text}


def _unexpected(reference: str) -> str:
    return (
        f"Something went wrong on my side (reference {reference}); nothing was changed. "
        "Try again; if it stays, tell whoever runs Meridian that reference."
    )
