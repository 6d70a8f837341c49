"""Promised answers at the end of the process."""

import asyncio

from handlers.background import Background


async def test_stopping_waits_for_what_ends_and_gives_up_what_does_not() -> None:
    background, ended, cut = Background(), asyncio.Event(), asyncio.Event()

    async def quick() -> None:
        ended.set()

    async def endless() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cut.set()

    background.start(quick())
    background.start(endless())
    await background.stop(0.01)
    assert ended.is_set()
    assert cut.is_set()
    await background.drain()
