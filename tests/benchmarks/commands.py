"""Benchmark 1: `/standup help` over HTTP with everything registered, beside bare Bolt apps."""

import asyncio
import statistics
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack

import aiohttp

from tests.benchmarks import bolt_js
from tests.benchmarks.load import Cost, Server, answered, command, cost, session, start
from tests.benchmarks.verdicts import Verdict, at_least
from tests.trials.tables import Table

ROUNDS = 7
REQUESTS = 1500
_BARE, _OURS = "B1: bare Bolt, one listener", "Meridian, everything registered"
_JS_ONE = "Bolt JS, one listener"


def run() -> list[Verdict]:
    """Start every server, load them in turns, print the table."""
    return asyncio.run(_main())


async def _main() -> list[Verdict]:
    with tempfile.TemporaryDirectory(prefix="meridian-bench-") as folder:
        async with AsyncExitStack() as stack:
            servers = await _servers(stack, folder)
            client = await stack.enter_async_context(session())
            return _judged(await _measured(client, servers))


async def _servers(stack: AsyncExitStack, folder: str) -> dict[str, Server]:
    ours = [sys.executable, "-m", "tests.benchmarks.servers"]
    starting = {
        _BARE: start([*ours, "bare", folder]),
        _OURS: start([*ours, "meridian", folder]),
    }
    if scratch := await asyncio.to_thread(bolt_js.fetched):
        all_of_them = bolt_js.routed()
        starting[_js_all()] = bolt_js.started(scratch, all_of_them, "all")
        starting[_JS_ONE] = bolt_js.started(scratch, bolt_js.routed(alone=True), "one")
    servers = {}
    for name, begun in starting.items():
        servers[name] = await begun
        stack.push_async_callback(servers[name].stop)
    return servers


async def _measured(
    client: aiohttp.ClientSession, servers: dict[str, Server]
) -> dict[str, list[Cost]]:
    help_text = {name: await answered(client, s) for name, s in servers.items()}
    assert "wrapup" in help_text[_OURS], "Meridian answers with its help"
    costs: dict[str, list[Cost]] = {name: [] for name in servers}
    for number in range(ROUNDS + 1):
        for name, server in servers.items():
            found = await cost(client, server, [command("help") for _ in range(REQUESTS)])
            if number:  # the first round warms up
                costs[name].append(found)
    return costs


def _judged(costs: dict[str, list[Cost]]) -> list[Verdict]:
    ratios = {name: _ratio(costs[_BARE], each) for name, each in costs.items()}
    rows = [
        {
            "server": name,
            "CPU µs a request": round(statistics.median(c.cpu_us for c in each)),
            "requests/s": round(statistics.median(c.per_second for c in each)),
            "of B1, by CPU": f"{ratios[name]:.2f}",
        }
        for name, each in costs.items()
    ]
    notes = [f"{ROUNDS} rounds of {REQUESTS} in turns, medians; ratios are paired by round"]
    verdicts = [at_least("1", "/standup help, of B1 (aim 0.8)", 0.6, ratios[_OURS])]
    ahead = "/standup help, of a Bolt JS app with as many listeners"
    if _js_all() in costs:
        verdicts.append(at_least("1", ahead, 1.0, _ratio(costs[_js_all()], costs[_OURS])))
    else:
        notes.append("Bolt JS was not measured: @slack/bolt could not be fetched")
        verdicts.append(
            Verdict(bench="1", what=ahead, target="≥ 1", figure="not measured", met=False)
        )
    print(Table(title="/standup help over HTTP", rows=rows, notes=notes).text())
    return verdicts


def _ratio(yardstick: Sequence[Cost], ours: Sequence[Cost]) -> float:
    """How many requests a core serves, as a share of what it serves for the yardstick."""
    return statistics.median(a.cpu_us / b.cpu_us for a, b in zip(yardstick, ours, strict=True))


def _js_all() -> str:
    return f"Bolt JS, {sum(map(len, bolt_js.routed().values()))} listeners"
