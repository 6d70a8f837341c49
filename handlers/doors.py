"""What every HTTP request passes before anything of ours sees it: bounded, and for Slack, signed.

https://docs.slack.dev/authentication/verifying-requests-from-slack/
"""

import asyncio
import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from types import MappingProxyType

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from handlers.replays import WINDOW_SECONDS, Replays

MAX_BYTES = 256 * 1024

SLACK_BYTES = 1024 * 1024
"""Slack's largest payload, a form with every field filled, has about a third of that."""

READ_SECONDS = 10.0

_STAMP, _SIGNATURE = "x-slack-request-timestamp", "x-slack-signature"
_LONGEST_STAMP = 12


class BoundedBodies:
    """Hands requests on with their whole body: one that is too long is answered 413, one that
    drips in too slowly 408.

    `larger` are the paths that take more than `most` bytes.
    """

    def __init__(
        self,
        app: ASGIApp,
        most: int = MAX_BYTES,
        larger: Mapping[str, int] = MappingProxyType({}),
        seconds: float = READ_SECONDS,
    ) -> None:
        self._app = app
        self._most = most
        self._larger = larger
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or _is_without_body(scope):
            await self._app(scope, receive, send)
            return
        most = self._larger.get(scope["path"], self._most)
        if _declared(Headers(scope=scope)) > most:
            await _closing(413, "too large")(scope, receive, send)
            return
        answer: Response | None = None
        body: bytes | None = b""
        try:
            async with asyncio.timeout(self._seconds):
                body = await _whole(receive, most)
        except TimeoutError:
            answer = _closing(408, "too slow")
        except _TooLong:
            answer = _closing(413, "too large")
        if answer is not None:
            await answer(scope, receive, send)
        elif body is not None:
            await self._app(scope, _again(body, receive), send)


class SlackDoor:
    """Lets through to Bolt what Slack signed within five minutes, each delivery once.

    A delivery that failed, or wasn't answered, may come again; Slack signs each of its own
    repeats anew. What changes something is kept from happening twice by the transaction that does
    it, on every node; the memory here is this process's.
    """

    def __init__(
        self,
        app: ASGIApp,
        signing_secret: str,
        refused: Callable[[str], None],
        now: Callable[[], float] = time.time,
    ) -> None:
        if not signing_secret:
            raise ValueError("Slack's requests can't be told from others without the secret")
        self._app = app
        self._secret = signing_secret.encode()
        self._refused = refused
        self._now = now
        self._answered = Replays()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request whose body is bounded."""
        body = await _whole(receive, SLACK_BYTES)
        if body is None:
            return
        headers = Headers(scope=scope)
        stamp, signature = headers.get(_STAMP, ""), headers.get(_SIGNATURE, "").encode()
        if not self._is_genuine(stamp, signature, body):
            await self._refuse("forged", scope, receive, send)
        elif not self._answered.enter(signature, int(stamp), self._now()):
            await self._refuse("replayed", scope, receive, send)
        else:
            await self._let_in(signature, int(stamp), scope, _again(body, receive), send)

    async def _let_in(
        self, signature: bytes, stamp: int, scope: Scope, receive: Receive, send: Send
    ) -> None:
        done = False

        async def watched(message: Message) -> None:
            nonlocal done
            done = done or 200 <= message.get("status", 0) < 300
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            if not done:
                self._answered.forget(signature, stamp)

    def _is_genuine(self, stamp: str, signature: bytes, body: bytes) -> bool:
        if not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= _LONGEST_STAMP):
            return False
        if abs(self._now() - int(stamp)) > WINDOW_SECONDS:
            return False
        wanted = hmac.new(self._secret, b"v0:%b:%b" % (stamp.encode(), body), hashlib.sha256)
        return hmac.compare_digest(f"v0={wanted.hexdigest()}".encode(), signature)

    async def _refuse(self, why: str, scope: Scope, receive: Receive, send: Send) -> None:
        self._refused(why)
        answer = PlainTextResponse("not signed by Slack just now\n", 401)
        await answer(scope, receive, send)


class _TooLong(Exception):
    pass


async def _whole(receive: Receive, most: int) -> bytes | None:
    """The request's body; None if the caller went away."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        if len(body) > most:
            raise _TooLong
        if not message.get("more_body", False):
            return bytes(body)


def _is_without_body(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    announced = "content-length" in headers or "transfer-encoding" in headers
    return scope["method"] in ("GET", "HEAD") and not announced


def _declared(headers: Headers) -> int:
    stated = headers.get("content-length", "")
    return int(stated) if stated.isascii() and stated.isdecimal() and len(stated) < 20 else 0


def _again(body: bytes, receive: Receive) -> Receive:
    """Delivers the body at once, then whatever else comes."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    return again


def _closing(status: int, text: str) -> Response:
    """Whatever of the body is still to come isn't waited for."""
    return PlainTextResponse(f"{text}\n", status, {"connection": "close"})
