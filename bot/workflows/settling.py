"""What attempts came to is stored together: while one commit is under way, others gather."""

import asyncio
from collections.abc import Sequence

from bot.domain.delivery import Delivery, Verdict
from bot.ports.transactions import Clock, Transactions
from bot.services import deliveries

# A transaction stays short even if hundreds of attempts end at once.
_MOST = 100

_Ended = tuple[Delivery, Verdict, asyncio.Future[None]]


class Settler:
    """Stores verdicts; whoever waits for one learns of its commit, or of what stopped it."""

    def __init__(self, transactions: Transactions, clock: Clock) -> None:
        self._transactions = transactions
        self._clock = clock
        self._ended: list[_Ended] = []
        self._storing: asyncio.Task[None] | None = None

    async def settle(self, delivery: Delivery, verdict: Verdict) -> None:
        """Return once it is stored; what broke on the way is raised here and nowhere else."""
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._ended.append((delivery, verdict, stored))
        if self._storing is None:
            self._storing = asyncio.create_task(self._store())
        await stored

    async def close(self) -> None:
        """Nobody waits any more."""
        if self._storing is not None:
            self._storing.cancel()
            await asyncio.gather(self._storing, return_exceptions=True)

    async def _store(self) -> None:
        try:
            while self._ended:
                batch, self._ended = self._ended[:_MOST], self._ended[_MOST:]
                await self._store_batch(batch)
        finally:
            self._storing = None

    async def _store_batch(self, batch: Sequence[_Ended]) -> None:
        try:
            await self._write(batch)
        except Exception as error:  # noqa: BLE001 - raised where the verdict came from
            if len(batch) == 1:
                _end(batch[0], error)
                return
            for each in batch:
                await self._store_batch([each])
            return
        for each in batch:
            _end(each, None)

    async def _write(self, batch: Sequence[_Ended]) -> None:
        settled = [(delivery, verdict) for delivery, verdict, _ in batch]
        await self._transactions.write(deliveries.settle_all, settled, self._clock())


def _end(ended: _Ended, error: Exception | None) -> None:
    stored = ended[2]
    if stored.done():  # cut off while it waited
        return
    if error is None:
        stored.set_result(None)
    else:
        stored.set_exception(error)
