"""The words of the trials against a Slack that repeats, refuses, is silent, or is gone."""

import argparse
from collections.abc import AsyncIterator, Callable, Mapping

from tests.trials import channels, outage, repeats, silence, sockets, storm
from tests.trials.databases import KINDS
from tests.trials.tables import Table


def _kinds(options: argparse.Namespace) -> tuple[str, ...]:
    return KINDS if options.database == "both" else (options.database,)


async def _repeats(options: argparse.Namespace) -> AsyncIterator[Table]:
    yield await repeats.run(_kinds(options), people=20, seed=options.seed)
    yield await repeats.control(people=4, seed=options.seed)


async def _storm(options: argparse.Namespace) -> AsyncIterator[Table]:
    yield await storm.run(_kinds(options), posts=2000, channels=100, seed=options.seed)
    yield await storm.control(posts=100, channels=20, seed=options.seed)


async def _silence(options: argparse.Namespace) -> AsyncIterator[Table]:
    yield await silence.run(_kinds(options), posts=500, channels=60, seed=options.seed)
    yield await silence.control(posts=100, channels=30, seed=options.seed)


async def _outage(options: argparse.Namespace) -> AsyncIterator[Table]:
    yield await outage.run(_kinds(options), people=180)
    yield await outage.control(people=18)


async def _sockets(options: argparse.Namespace) -> AsyncIterator[Table]:
    yield await sockets.run(faults=100, seed=options.seed, lanes=10)
    yield await sockets.control(seed=options.seed)


async def _channels(options: argparse.Namespace) -> AsyncIterator[Table]:
    yield await channels.run(_kinds(options), each=8, seed=options.seed)
    yield await channels.control(each=2, seed=options.seed)


TRIALS: Mapping[str, Callable[[argparse.Namespace], AsyncIterator[Table]]] = {
    "repeats": _repeats,
    "storm": _storm,
    "silence": _silence,
    "outage": _outage,
    "sockets": _sockets,
    "channels": _channels,
}
