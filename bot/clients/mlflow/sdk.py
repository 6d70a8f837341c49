"""`MlflowClient` behind a wall: imported at the first call, run in threads that can't hold us."""

import asyncio
import json
import os
import re
import threading
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from bot.clients import egress
from bot.clients.mlflow.address import Address
from bot.clients.mlflow.failures import astray, excerpt, refused, unreachable, unreadable
from bot.errors import MlflowError

if TYPE_CHECKING:
    from mlflow import MlflowClient

T = TypeVar("T")

MAX_STUCK = 4
AUTH_PLUGIN = "meridian"
# How mlflow 3.17 and urllib3 word an answer without JSON, and a 5xx whose body is gone.
STATUS = r"error code (\d{3}) != \d+\. Response body: '(.*)'|too many (\d{3}) error responses"

_authorization: ContextVar[str | None] = ContextVar("_authorization", default=None)
_importing = threading.Lock()


class Library:
    """Calls by `MlflowClient`, one at a time (`slot`); every failure is an `MlflowError`.

    One whose connection was dropped without an answer is sent once more: each is a read, or writes
    what may be written twice.

    A call that its caller gave up leaves a daemon thread, which ends with its request's timeout
    and never keeps the process alive; while four such threads live, further calls fail at once.
    """

    def __init__(self, address: Address, timeout: float, slot: asyncio.Semaphore) -> None:
        self._address = address
        self._timeout = timeout
        self._slot = slot
        self._threads: list[threading.Thread] = []

    async def call(self, work: Callable[["MlflowClient"], T]) -> T:
        """What `work` returns; it must make one request and not touch the event loop."""
        async with self._slot:
            self._threads = [thread for thread in self._threads if thread.is_alive()]
            if len(self._threads) >= MAX_STUCK:
                raise MlflowError("MLflow still holds earlier calls open.", retryable=True)
            return await self._in_thread(work)

    async def _in_thread(self, work: Callable[["MlflowClient"], T]) -> T:
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[T] = loop.create_future()

        def run() -> None:
            try:
                result = self._perform(work)
            except MlflowError as error:
                _tell(loop, outcome, outcome.set_exception, error)
            else:
                _tell(loop, outcome, outcome.set_result, result)

        thread = threading.Thread(target=run, name="mlflow", daemon=True)
        self._threads.append(thread)
        thread.start()
        return await outcome

    def _perform(self, work: Callable[["MlflowClient"], T]) -> T:
        _authorization.set(self._address.authorization)
        _prepare_environment(self._timeout)
        _look_where_it_leads(self._address)
        client = _client(self._address.url)
        try:
            return work(client)
        except Exception as error:
            if not _dropped(error):
                raise _translated(self._address, error) from error
        try:
            return work(client)
        except Exception as error:
            raise _translated(self._address, error) from error


def _look_where_it_leads(address: Address) -> None:
    """Right before the library looks the name up itself: it has no place for our connection."""
    host = urlsplit(address.url).hostname or ""
    with suppress(OSError):  # The library says it better.
        try:
            egress.addresses(host, 0)
        except egress.Forbidden as error:
            raise astray(error) from error


def _tell(
    loop: asyncio.AbstractEventLoop,
    outcome: "asyncio.Future[Any]",
    settle: Callable[[Any], None],
    value: object,
) -> None:
    def settle_unless_given_up() -> None:
        if not outcome.done():
            settle(value)

    # The loop may have closed while the request was under way.
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(settle_unless_given_up)


def _client(url: str) -> "MlflowClient":
    # A call that was given up may still be importing: two at once see halves of the library.
    with _importing:
        return _new_client(url)


@cache
def _new_client(url: str) -> "MlflowClient":
    from mlflow import MlflowClient

    _register_auth()
    return MlflowClient(tracking_uri=url, registry_uri=url)


def _prepare_environment(timeout: float) -> None:
    """MLflow has no other place for these settings; it reads most of them at every request."""
    os.environ |= {
        "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
        "MLFLOW_HTTP_REQUEST_TIMEOUT": str(_smaller_timeout(timeout)),
        "MLFLOW_ALLOW_HTTP_REDIRECTS": "false",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_CONFIGURE_LOGGING": "false",
        "MLFLOW_TRACKING_AUTH": AUTH_PLUGIN,
    }


def _smaller_timeout(timeout: float) -> int:
    ours = max(1, int(timeout))
    return min(ours, _operators_timeout() or ours)


@cache
def _operators_timeout() -> int:
    """What was set before the first call wrote ours; 0 for nothing usable."""
    given = os.environ.get("MLFLOW_HTTP_REQUEST_TIMEOUT", "")
    return int(given) if given.isdecimal() else 0


@cache
def _register_auth() -> None:
    """Credentials go by MLflow's auth plug-in, read per call, so that they stay out of the
    environment and out of the credentials of another tracker in this process."""
    from mlflow.tracking.request_auth.abstract_request_auth_provider import RequestAuthProvider
    from mlflow.tracking.request_auth.registry import _request_auth_provider_registry

    class Provider(RequestAuthProvider):
        def get_name(self) -> str:
            return AUTH_PLUGIN

        def get_auth(self) -> Callable[[Any], Any]:
            return _authorize

    registry: Any = _request_auth_provider_registry
    registry.register(Provider)


def _authorize(request: Any) -> Any:
    request.headers.pop("Authorization", None)
    if header := _authorization.get():
        request.headers["Authorization"] = header
    return request


def _dropped(error: Exception) -> bool:
    """Whether the server closed the connection without an answer, as it may with an idle one."""
    from urllib3.exceptions import ProtocolError

    return _caused_by(error, ProtocolError)


def _caused_by(error: BaseException | None, kind: type[Exception]) -> bool:
    while error is not None and not isinstance(error, kind):
        error = error.__cause__ or error.__context__
    return error is not None


def _translated(address: Address, error: Exception) -> MlflowError:
    import requests
    from mlflow.exceptions import MlflowException, RestException
    from urllib3.exceptions import TimeoutError as TimedOut

    behind = error.__cause__ or error.__context__
    if isinstance(error, RestException):
        answer: Any = error
        body = json.dumps(answer.json).encode()
        return refused(address, answer.get_http_status_code(), body)
    if not isinstance(error, MlflowException):
        return unreadable(address, f"{type(error).__name__}: {error}")
    if said := re.search(STATUS, str(error), re.DOTALL):
        return refused(address, int(said[1] or said[3]), (said[2] or "").encode())
    if isinstance(behind, requests.exceptions.RequestException):
        # requests calls a read that timed out with no tries left a connection error.
        return unreachable(address, timed_out=_caused_by(error, TimedOut))
    if error.error_code == "INTERNAL_ERROR":
        return unreadable(address, str(error))
    return MlflowError(f"MLflow refused: {excerpt(address, str(error))}", code=error.error_code)
