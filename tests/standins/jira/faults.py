"""Faults that a test orders: each hits the next `times` requests whose path contains `path`."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(kw_only=True)
class Fault:
    """One thing that goes wrong. `kind` is answer, hang, drop, drop-after or drip."""

    kind: str
    path: str
    times: int
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, kw_only=True)
class Received:
    """A request as it came in; `body` is its JSON or None."""

    method: str
    path: str
    query: dict[str, list[str]]
    body: Any


class Faults:
    """Orders for what goes wrong next; the first that fits a request is taken."""

    def __init__(self) -> None:
        self._orders: list[Fault] = []
        self.released = asyncio.Event()

    def fail(
        self,
        path: str = "",
        *,
        status: int = 503,
        headers: Mapping[str, str] | None = None,
        message: str = "ordered by a test",
        times: int = 1,
    ) -> None:
        """Answers with a status, Jira's error form and `headers`; no work is done."""
        body = b'{"errorMessages": ["%s"], "errors": {}}' % message.encode()
        self._order("answer", path, times, status, headers or {}, body)

    def answer(self, path: str = "", *, body: bytes, times: int = 1) -> None:
        """Answers 200 with any body: HTML, ten megabytes, a page of another shape."""
        self._order("answer", path, times, 200, {}, body)

    def hang(self, path: str = "", *, times: int = 1_000_000) -> None:
        """Accepts and never answers."""
        self._order("hang", path, times)

    def drip(self, path: str = "", *, times: int = 1) -> None:
        """Sends headers, then a blank every 50 ms without end."""
        self._order("drip", path, times)

    def drop(self, path: str = "", *, after_write: bool = False, times: int = 1) -> None:
        """Closes the connection without an answer, before or after doing the work."""
        self._order("drop-after" if after_write else "drop", path, times)

    def redirect(self, path: str = "", *, to: str, times: int = 1) -> None:
        """Sends the client elsewhere."""
        self._order("answer", path, times, 302, {"Location": to})

    def take(self, path: str) -> Fault | None:
        """The next fault for `path`, used up by one."""
        for fault in self._orders:
            if fault.path in path and fault.times > 0:
                fault.times -= 1
                return fault
        return None

    def _order(
        self,
        kind: str,
        path: str,
        times: int,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> None:
        self._orders.append(
            Fault(
                kind=kind, path=path, times=times, status=status, headers=headers or {}, body=body
            )
        )


async def strike(
    fault: Fault, request: web.Request, handler: Handler, released: asyncio.Event
) -> web.StreamResponse:
    """Lets `fault` happen to `request`; a hang ends when `released` is set."""
    if fault.kind == "hang":
        await released.wait()
    if fault.kind == "drip":
        return await _drip(request, released)
    if fault.kind == "drop-after":
        await handler(request)
    if fault.kind != "answer":
        if request.transport is not None:
            request.transport.abort()
        return web.Response()
    return web.Response(
        status=fault.status,
        headers=fault.headers,
        body=fault.body,
        content_type="application/json",
    )


async def _drip(request: web.Request, released: asyncio.Event) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    while not released.is_set():
        try:
            await response.write(b" ")
            await asyncio.wait_for(released.wait(), 0.05)
        except TimeoutError:
            continue
        except ConnectionError:
            break
    return response
