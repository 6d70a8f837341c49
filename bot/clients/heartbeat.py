"""A heartbeat over HTTP, as Healthchecks, Uptime Kuma and others take it: one GET is one beat."""

import asyncio

import httpx

from bot.clients import egress
from bot.clients.checked_httpx import checked
from bot.errors import ExternalServiceError

TIMEOUT = 5.0


class HttpHeartbeat:
    """Implements `bot.ports.heartbeat.Heartbeat` on one address, which is never shown.

    A beat takes at most `timeout` seconds in all; redirects are not followed.
    """

    def __init__(self, url: str, timeout: float = TIMEOUT) -> None:
        self._url = url
        self._timeout = timeout
        egress.check_host(url, "MERIDIAN_HEARTBEAT_URL")
        self._client = checked(httpx.AsyncClient(follow_redirects=False))

    async def beat(self) -> None:
        """Ask for the address; raises ExternalServiceError unless the answer is a 2xx."""
        try:
            async with (
                # httpx limits each step only: a slow enough server would hold us for ever.
                asyncio.timeout(self._timeout),
                self._client.stream("GET", self._url) as answer,
            ):
                status = answer.status_code
        except TimeoutError as error:
            raise _unheard(f"no answer within {self._timeout:g} s") from error
        except egress.Forbidden as error:
            raise _unheard("its host leads where I never connect to") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _unheard(type(error).__name__) from error
        if not 200 <= status < 300:
            raise _unheard(f"it answered {status}")

    async def aclose(self) -> None:
        """Close the connection."""
        await self._client.aclose()


def _unheard(reason: str) -> ExternalServiceError:
    return ExternalServiceError(f"MERIDIAN_HEARTBEAT_URL: {reason}.", retryable=True)
