"""A Jira stand-in in a process of its own, with many issues and the time that a server takes.

python -m tests.benchmarks.jira_server ISSUES MILLISECONDS
"""

import asyncio
import sys
from datetime import UTC, datetime, timedelta

from aiohttp import web

from tests.standins.jira import JiraStandIn
from tests.standins.jira.faults import Handler
from tests.trials.issue_month import PROJECTS, SimulatedClock

# The latest ones lie apart: every poll reads again what its overlap covers, whatever else there is.
LATEST = 5


class SlowJira(JiraStandIn):
    """Answers every request as many seconds later as `latency` says."""

    latency = 0.0

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        await asyncio.sleep(self.latency)
        return await super()._guard(request, handler)


async def _main(issues: int, latency: float) -> None:
    """Print the address and the time of the newest issue, then serve until stopped."""
    clock = SimulatedClock(now=datetime.now(UTC) - timedelta(days=2))
    async with SlowJira(clock=clock) as jira:
        jira.latency = latency
        for key in PROJECTS:
            jira.add_project(key)
        for number in range(issues):
            if number == issues - LATEST:
                clock.now += timedelta(hours=2)
            jira.create(PROJECTS[0], f"Task {number}")
            clock.now += timedelta(milliseconds=100)
        print(jira.url, clock.now.isoformat(), flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1]), float(sys.argv[2]) / 1000))
