"""HTTP: health, metrics, MLflow's webhooks and, in HTTP mode, Slack's events."""

from collections.abc import Callable, Sequence
from typing import Any

from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route

from bot.ports.repositories import UnitOfWork
from bot.ports.transactions import Transactions
from handlers.doors import SLACK_BYTES, BoundedBodies, SlackDoor
from handlers.metrics import Metrics

SLACK_PATH = "/slack/events"


def build(
    transactions: Transactions,
    metrics: Metrics,
    problem: Callable[[], str],
    slack: AsyncApp | None,
    more: Sequence[Route] = (),
    signing_secret: str = "",
) -> Starlette:
    """The web application; `problem` says why we aren't ready, or nothing; `slack` is given in
    HTTP mode only, and then with the secret that Slack signs with; `more` are the routes of others.

    No request's body is longer than `handlers.doors.MAX_BYTES`, Slack's `SLACK_BYTES`.
    """

    async def healthz(_request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(_request: Request) -> Response:
        await transactions.read(_touch)
        reason = problem()
        return PlainTextResponse(f"{reason or 'ready'}\n", 503 if reason else 200)

    async def exposition(_request: Request) -> Response:
        text = await metrics.exposition(transactions)
        return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")

    def refused(why: str) -> None:
        metrics.requests.labels("http", why).inc()

    routes: list[Route | Mount] = [
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        Route("/metrics", exposition),
        *more,
    ]
    if slack is not None:
        inside: Any = AsyncSlackRequestHandler(slack, SLACK_PATH)
        routes.append(Route(SLACK_PATH, SlackDoor(inside, signing_secret, refused)))
    return Starlette(
        routes=routes, middleware=[Middleware(BoundedBodies, larger={SLACK_PATH: SLACK_BYTES})]
    )


def _touch(uow: UnitOfWork) -> None:
    """One row by its key: it is asked for every few seconds, however full the outbox is."""
    uow.deliveries.get("")
