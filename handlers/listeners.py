"""Bolt's side: six patterns, one way to carry out a reply, the acknowledgement last."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, TypeVar

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.errors import InvalidForm, NotPermitted
from bot.ports.transactions import Clock
from handlers import parsing
from handlers.admission import Gate
from handlers.answers import Answers, in_sight
from handlers.audited import Refusals
from handlers.background import Background
from handlers.guard import Guard
from handlers.metrics import Metrics
from handlers.replies import Reply
from handlers.requests import Request
from handlers.routing import Deps, Routes

log = structlog.get_logger()

R = TypeVar("R", bound=Request)

_ANY = re.compile(".*")


class Listeners:
    """Registers Meridian with Bolt and turns replies into acknowledgements.

    The app must be built with `process_before_response=True`: then Slack is answered only after
    the listener has returned, when everything is committed.
    """

    def __init__(
        self,
        routes: Routes,
        deps: Deps,
        clock: Clock,
        metrics: Metrics,
        gate: Gate | None = None,
    ) -> None:
        self._routes = routes
        self._deps = deps
        self._clock = clock
        self._background = Background()
        self._guarded = Guard(metrics, Refusals(deps.transactions))
        self._gate = gate or Gate()
        self._answer = Answers(routes, deps, self._guarded, self._background)

    def register(self, app: AsyncApp) -> None:
        """Add the six listeners."""
        app.command(_ANY)(self.on_command)
        app.action(_ANY)(self.on_action)
        app.message_shortcut(_ANY)(self.on_shortcut)
        app.view(_ANY)(self.on_submission)
        for kind in self._routes.events:
            app.event(kind)(self.on_event)

    async def drain(self) -> None:
        """Wait for answers that were promised."""
        await self._background.drain()

    async def stop(self, seconds: float) -> None:
        """Wait for them for at most `seconds`: whoever stops us kills us soon after."""
        await self._background.stop(seconds)

    async def on_command(self, ack: AsyncAck, body: dict[str, Any], context: Any) -> None:
        """A slash command."""
        request = parsing.command(body, _workspace(context), self._clock())
        handler = self._routes.commands.get(request.command)
        if handler is None:
            await ack(text=f"I don't know {request.command}.")
            return
        reply = await self._handled(request, context, handler)
        await self._answer.to_command(ack, request, reply)

    async def on_action(self, ack: AsyncAck, body: dict[str, Any], context: Any) -> None:
        """A click, or a changed field of a form."""
        request = parsing.click(body, _workspace(context), self._clock())
        handler = self._routes.click(request)
        if handler is not None:
            reply = await self._handled(request, context, handler)
            await self._answer.to_click(request, reply)
        await ack()

    async def on_shortcut(self, ack: AsyncAck, body: dict[str, Any], context: Any) -> None:
        """A choice in a message's menu; it is answered as a click on the message is."""
        request = parsing.shortcut(body, _workspace(context), self._clock())
        handler = self._routes.shortcuts.get(request.action_id)
        if handler is not None:
            reply = await self._handled(request, context, handler)
            await self._answer.to_click(request, reply)
        await ack()

    async def on_submission(self, ack: AsyncAck, body: dict[str, Any], context: Any) -> None:
        """A submitted form."""
        request = parsing.submission(body, _workspace(context), self._clock())
        handler = self._routes.submissions.get(request.view.callback_id)
        if handler is None:
            await ack()
            return
        try:
            reply = await self._handled(request, context, handler, forms=True)
        except InvalidForm as error:
            await ack(response_action="errors", errors=in_sight(error.fields, request.state.labels))
            return
        await self._answer.to_submission(ack, request, reply)

    async def on_event(self, ack: AsyncAck, body: dict[str, Any], context: Any) -> None:
        """An event that some area asked for; one of a workspace that has us no more is dropped."""
        if not _is_ours(context):
            await ack()
            return
        request = parsing.event(body, _workspace(context), self._clock())
        handler = self._routes.events[request.kind]
        if request.kind in ("user_change", "team_join"):
            self._gate.forget(request.workspace, request.user_id)
        deps = self._deps.of(request.workspace)
        await self._guarded(request, self._gate.admitted(request, handler, deps))
        await ack()

    async def _handled(
        self,
        request: R,
        context: Any,
        handler: Callable[[R, Deps], Awaitable[Reply]],
        *,
        forms: bool = False,
    ) -> Reply:
        """What the handler says; nothing is done for a workspace that we aren't installed in."""
        if not _is_ours(context):
            return await self._guarded(_foreign(request, context), _refuse(request), forms=forms)
        work = self._gate.admitted(request, handler, self._deps.of(request.workspace))
        return await self._guarded(request, work, forms=forms)


async def _refuse(request: Request) -> Reply:
    log.warning("foreign_workspace", workspace=request.workspace, user=request.user_id)
    raise NotPermitted(
        "You come from another workspace, where I'm not installed, so I can't do that for you."
    )


def _foreign(request: R, context: Any) -> R:
    """The request as our own workspace's log tells it; without one, where we aren't installed, no
    log does."""
    installed = context.authorize_result.team_id if context.authorize_result else None
    return replace(request, workspace=str(installed or ""), team=request.workspace)


def _is_ours(context: Any) -> bool:
    """Whether the payload names the workspace whose token answers it."""
    installed = context.authorize_result.team_id if context.authorize_result else None
    return installed is None or installed == context.team_id


def _workspace(context: Any) -> str:
    return str(context.team_id or context.enterprise_id)
