"""Slack that sends everything several times over, late and out of order, to any of the nodes."""

import asyncio
import random
from collections.abc import Sequence
from copy import deepcopy

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

_TOGETHER = 4


class Repeater:
    """Stands where `FakeSlack.drive` expects an app: each request is dispatched `times` times.

    Two at once; the others come among the requests that follow, or at `flush`.
    """

    def __init__(self, apps: Sequence[AsyncApp], times: int, dice: random.Random) -> None:
        self._apps, self._times, self._dice = apps, times, dice
        self._late: list[AsyncBoltRequest] = []
        self.requests = 0
        self.sent = 0

    async def async_dispatch(self, request: AsyncBoltRequest) -> BoltResponse:
        """The answer to the original."""
        copies = [_copy(request, number) for number in range(1, self._times)]
        self.requests += 1
        self._late += copies[1:]
        together = [*copies[:1], *self._some_late()]
        original, *_ = await asyncio.gather(*map(self._to_any, [request, *together]))
        return original

    async def flush(self) -> None:
        """Send what is left."""
        while self._late:
            await asyncio.gather(*map(self._to_any, self._some_late(at_least=1)))

    def _some_late(self, at_least: int = 0) -> list[AsyncBoltRequest]:
        self._dice.shuffle(self._late)
        count = self._dice.randint(at_least, _TOGETHER)
        taken, self._late = self._late[:count], self._late[count:]
        return taken

    async def _to_any(self, request: AsyncBoltRequest) -> BoltResponse:
        self.sent += 1
        return await self._dice.choice(self._apps).async_dispatch(request)


def _copy(request: AsyncBoltRequest, number: int) -> AsyncBoltRequest:
    """As Slack sends it again."""
    retry = {"x-slack-retry-num": [str(min(number, 3))], "x-slack-retry-reason": ["http_timeout"]}
    return AsyncBoltRequest(
        mode="socket_mode", body=deepcopy(request.body), headers={**request.headers, **retry}
    )
