"""httpx that connects only to addresses that were checked."""

import asyncio
import socket
from typing import Any

import httpcore
import httpx

from bot.clients import egress


def checked(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """The same client; each of its own connections goes to an address that
    `bot.clients.egress` lets pass, and that very address.

    A proxy of the operator's resolves names itself: there the check is the proxy's.
    """
    pool = getattr(client._transport, "_pool", None)
    # httpx has no parameter for it, httpcore has: https://www.encode.io/httpcore/network-backends/
    if pool is not None:
        pool._network_backend = _Checked(pool._network_backend)
    return client


class _Checked(httpcore.AsyncNetworkBackend):
    def __init__(self, inner: httpcore.AsyncNetworkBackend) -> None:
        self._inner = inner

    async def connect_tcp(
        self, host: str, port: int, *args: Any, **how: Any
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address that answers; TLS still checks the host's name."""
        failure: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for address in await _addresses(host, port, how.get("timeout")):
            try:
                return await self._inner.connect_tcp(address, port, *args, **how)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore.ConnectError(f"{host} has no address")

    async def connect_unix_socket(
        self, path: str, *args: Any, **how: Any
    ) -> httpcore.AsyncNetworkStream:
        """Never: no setting names one."""
        raise httpcore.ConnectError("sockets in the file system are not connected to")

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await self._inner.sleep(seconds)


async def _addresses(host: str, port: int, seconds: float | None) -> list[str]:
    try:
        async with asyncio.timeout(seconds):
            found = await asyncio.get_running_loop().getaddrinfo(
                host, port, type=socket.SOCK_STREAM
            )
    except TimeoutError as error:
        raise httpcore.ConnectTimeout(f"{host} was not found in time") from error
    except OSError as error:
        raise httpcore.ConnectError(f"{host} was not found") from error
    return egress.allowed(host, [str(info[4][0]) for info in found])
