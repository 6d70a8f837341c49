"""HTTP: health, metrics, MLflow's webhooks and, in HTTP mode, Slack's events."""

from collections.abc import Callable, Sequence

from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route

from bot.ports.repositories import UnitOfWork
from bot.ports.transactions import Transactions
from handlers.metrics import Metrics

SLACK_PATH = "/slack/events"


def build(
    transactions: Transactions,
    metrics: Metrics,
    problem: Callable[[], str],
    slack: AsyncApp | None,
    more: Sequence[Route] = (),
) -> Starlette:
    """The web application; `problem` says why we aren't ready, or nothing; `slack` is given in
    HTTP mode only; `more` are the routes of others."""

    async def healthz(_request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(_request: Request) -> Response:
        await transactions.read(_touch)
        reason = problem()
        return PlainTextResponse(f"{reason or 'ready'}\n", 503 if reason else 200)

    async def exposition(_request: Request) -> Response:
        text = await metrics.exposition(transactions)
        return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")

    routes: list[Route | Mount] = [
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        Route("/metrics", exposition),
        *more,
    ]
    if slack is not None:
        routes.append(Route(SLACK_PATH, AsyncSlackRequestHandler(slack, SLACK_PATH)))
    return Starlette(routes=routes)


def _touch(uow: UnitOfWork) -> None:
    uow.deliveries.counts()
