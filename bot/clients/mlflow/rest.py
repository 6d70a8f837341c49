"""MLflow's REST interface over httpx: bounded in time, bytes and redirects."""

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import httpx

from bot.clients import egress
from bot.clients.checked_httpx import checked
from bot.clients.mlflow.address import Address
from bot.clients.mlflow.failures import astray, refused, unreachable, unreadable

API = "/api/2.0/mlflow"
# 200 runs with 10 metrics are 0.6 MB.
MAX_BYTES = 16 * 1024 * 1024

_DROPPED = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)


class Rest:
    """Reads from one server, one at a time (`slot`); every failure is an `MlflowError`.

    A read whose connection was dropped without an answer is sent once more: servers close idle
    connections, sometimes just when we use one.
    """

    def __init__(
        self,
        address: Address,
        timeout: float,
        slot: asyncio.Semaphore,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._address = address
        self._timeout = timeout
        self._slot = slot
        self._transport = transport
        self._client: httpx.AsyncClient | None = None

    async def get(self, path: str, query: Mapping[str, str | int]) -> dict[str, Any]:
        """The JSON object that `path` (after /api/2.0/mlflow) answers."""
        return self._read(await self._send("GET", f"{API}/{path}", params=dict(query)))

    async def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The JSON object that `path` (after /api/2.0/mlflow) answers."""
        return self._read(await self._send("POST", f"{API}/{path}", json=dict(body)))

    async def version(self) -> str:
        """The server's version as it names it."""
        return (await self._send("GET", "/version")).decode("utf-8", "replace").strip()

    async def aclose(self) -> None:
        """Closes the connection; a later request opens a new one."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _send(self, method: str, path: str, **content: Any) -> bytes:
        async with self._slot:
            try:
                with suppress(*_DROPPED):
                    return await self._exchange(method, path, **content)
                return await self._exchange(method, path, **content)
            except egress.Forbidden as error:
                raise astray(error) from error
            except httpx.TimeoutException as error:
                raise unreachable(self._address, timed_out=True) from error
            except httpx.HTTPError as error:
                raise unreachable(self._address, timed_out=False) from error

    async def _exchange(self, method: str, path: str, **content: Any) -> bytes:
        url = self._address.url + path
        async with self._open().stream(method, url, **content) as answer:
            body = bytearray()
            async for chunk in answer.aiter_bytes():
                body += chunk
                if len(body) > MAX_BYTES:
                    raise unreadable(self._address, f"it is longer than {MAX_BYTES:,} bytes.")
            if answer.status_code != 200:
                raise refused(self._address, answer.status_code, bytes(body), answer.headers)
            return bytes(body)

    def _open(self) -> httpx.AsyncClient:
        if self._client is None:
            header = self._address.authorization
            self._client = checked(
                httpx.AsyncClient(
                    headers={"Authorization": header} if header else {},
                    timeout=self._timeout,
                    follow_redirects=False,
                    transport=self._transport,
                )
            )
        return self._client

    def _read(self, body: bytes) -> dict[str, Any]:
        try:
            answer = json.loads(body)
        except ValueError as error:
            raise unreadable(self._address, body[:2000].decode("utf-8", "replace")) from error
        if not isinstance(answer, dict):
            raise unreadable(self._address, "it is not a JSON object.")
        return answer
