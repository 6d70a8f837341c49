"""A town: a strict Slack with its people, the real bot in it, and one clock that is moved."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from bot.app import Application
from bot.clients.slack.connect import identify, web_client
from bot.services import deliveries, ticks
from jobs import housekeeping, tick
from tests.acceptance.harness import Clock, errors_into, new_slack, settings_for
from tests.standins.slack import FakeSlack


@dataclass(kw_only=True)
class Town:
    """Slack, the clock, and the bot, which can be stopped and started again."""

    slack: FakeSlack
    clock: Clock
    database_url: str
    errors: list[str] = field(default_factory=list)
    _app: Application | None = None

    @property
    def is_up(self) -> bool:
        """Whether the bot runs."""
        return self._app is not None

    @property
    def app(self) -> Application:
        """The bot that runs; AssertionError while none does."""
        assert self._app is not None, "the bot is down"
        return self._app

    async def start(self) -> None:
        """Start the bot, which begins with what every start begins with."""
        self._app = await self.another()
        self.slack.drive(self._app.bolt)
        await self.tick()
        await self.keep_house()

    async def another(self) -> Application:
        """One more node on the same database; the caller closes its transactions."""
        settings = settings_for(self.slack, database_url=self.database_url)
        client = web_client(self.slack.bot_token, self.slack.api_url)
        return Application(settings, client, await identify(client), self.clock)

    async def stop(self) -> None:
        """Stop the bot: what happens from now on it doesn't hear."""
        await self.app.listeners.drain()
        self.app.transactions.close()
        self._app = None

    async def tick(self) -> None:
        """Run what is due now and send what waits."""
        await tick.step(self.app.jobs, self.clock())
        await self.deliver()

    async def keep_house(self) -> None:
        """Look after members and channels, as the bot does each hour."""
        await housekeeping.step(self.app.jobs, self.clock())
        await self.deliver()

    async def deliver(self) -> None:
        """Send all that waits, at the pace that Slack allows: time passes meanwhile."""
        while True:
            await self.app.deliverer.drain()
            if not await self.app.transactions.read(deliveries.ready, self.clock()):
                return
            self.clock.advance(seconds=1)

    async def next_due(self) -> datetime | None:
        """When the bot has something to do next (aware UTC)."""
        return await self.app.transactions.read(ticks.next_due)

    def problems(self) -> list[str]:
        """Where the bot broke a rule of Slack's, was refused, or logged an error."""
        refused = [f"{call.method}: {call.outcome}" for call in self.slack.rejected()]
        return [*self.slack.violations, *refused, *self.errors]


@asynccontextmanager
async def town(
    database_url: str, start: str, settle: Callable[[FakeSlack], None]
) -> AsyncIterator[Town]:
    """A town at `start` (ISO 8601) with the people and channels that `settle` adds."""
    clock = Clock(start)
    async with new_slack(clock) as slack:
        settle(slack)
        here = Town(slack=slack, clock=clock, database_url=database_url)
        with errors_into(here.errors):
            await here.start()
            try:
                yield here
            finally:
                if here.is_up:
                    await here.stop()
