"""`python -m tests.standins.jira --port P`: a Jira whose project moves while you watch."""

import argparse
import asyncio
import contextlib
import random
import signal

from tests.standins.jira.demo import next_move, seed
from tests.standins.jira.server import API_TOKEN, EMAIL, JiraStandIn


def main() -> None:
    """Serves until SIGINT or SIGTERM; prints the address when it answers."""
    options = argparse.ArgumentParser(prog="python -m tests.standins.jira")
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--every", type=float, default=20.0, help="seconds between moves; 0: none")
    options.add_argument("--email", default=EMAIL)
    options.add_argument("--api-token", default=API_TOKEN)
    asyncio.run(_serve(options.parse_args()))


async def _serve(options: argparse.Namespace) -> None:
    dice = random.Random(41)
    jira = JiraStandIn(port=options.port, email=options.email, api_token=options.api_token)
    seed(jira, dice)
    stopped = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    async with jira:
        print(f"Jira stand-in on {jira.url} as {options.email}", flush=True)
        while not stopped.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopped.wait(), options.every or None)
                return
            print(next_move(jira, dice), flush=True)


if __name__ == "__main__":
    main()
