"""What MLflow's webhooks tell us: that it is time to look.

They carry models, versions, aliases and tags, never runs, and are lost when MLflow restarts
(https://mlflow.org/docs/latest/ml/webhooks/): nothing in them is believed, polling is the truth.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.errors import AlreadyHandled
from bot.ports.repositories import UnitOfWork
from bot.ports.transactions import Clock, Transactions

PATH = "/mlflow/webhook"
# MLflow repeats a delivery for some minutes, with its first time.
WINDOW = timedelta(minutes=5)

_ID, _TIME, _SIGNATURE = "x-mlflow-delivery-id", "x-mlflow-timestamp", "x-mlflow-signature"
_LONGEST_ID = 200


class MlflowWebhooks:
    """Wakes the poll of a server for each new delivery that carries our secret's signature.

    Bodies are bounded before they come here (`handlers.doors`). A delivery counts once, also across
    restarts: its id is kept with the handled interactions.
    """

    def __init__(
        self,
        secret: str,
        servers: Collection[str],
        transactions: Transactions,
        wake: Callable[[str], None],
        clock: Clock,
    ) -> None:
        self._secret = secret.encode()
        self._servers = servers
        self._transactions = transactions
        self._wake = wake
        self._clock = clock

    def routes(self) -> Sequence[Route]:
        """`/mlflow/webhook` for the default server, `/mlflow/webhook/eu` for the one called eu."""
        return [
            Route(PATH, self._receive, methods=["POST"]),
            Route(f"{PATH}/{{server}}", self._receive, methods=["POST"]),
        ]

    async def _receive(self, request: Request) -> Response:
        server = request.path_params.get("server", "")
        body = await request.body()
        delivery = request.headers.get(_ID, "")
        if not self._is_genuine(request, delivery, body):
            return _answer(401, "not signed by the secret that I know, or too old")
        if server not in self._servers:
            return _answer(404, "no MLflow server of that name")
        try:
            await self._transactions.write_once(f"mlflow-webhook:{server}:{delivery}", _nothing)
        except AlreadyHandled:
            return _answer(202, "known already")
        self._wake(server)
        return _answer(202, "thank you")

    def _is_genuine(self, request: Request, delivery: str, body: bytes) -> bool:
        stamp = request.headers.get(_TIME, "")
        if not delivery or len(delivery) > _LONGEST_ID:
            return False
        wanted = signature(self._secret, delivery, stamp, body)
        given = request.headers.get(_SIGNATURE, "")
        return hmac.compare_digest(wanted.encode(), given.encode()) and _is_fresh(
            stamp, self._clock()
        )


def signature(secret: bytes, delivery: str, stamp: str, body: bytes) -> str:
    """The value of MLflow's signature header."""
    signed = b".".join([delivery.encode(), stamp.encode(), body])
    digest = hmac.new(secret, signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def _is_fresh(stamp: str, now: datetime) -> bool:
    """`stamp` are whole seconds since 1970."""
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= 12):
        return False
    return abs(now.timestamp() - int(stamp)) <= WINDOW.total_seconds()


def _nothing(_uow: UnitOfWork) -> None:
    """The key alone is kept."""


def _answer(status: int, text: str) -> Response:
    return PlainTextResponse(f"{text}\n", status)
