"""`python -m tests.trials [deliveries] [forms] [ticks] [decisions] [promotions]
[created] [runs] [issues] [life] [handover] [crowd] [prefill] [files] [titles]
[hostile] [nodes] [failover] [figures]
[repeats] [storm] [silence] [outage] [sockets] [channels]`."""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import timedelta

# As the bot does: the operating system's zone data is often older than the installed one.
os.environ["PYTHONTZPATH"] = ""

from tests.standins.mlflow import mlflow_server
from tests.trials import (
    backups,
    clock_figures,
    clock_steps,
    created,
    crowd,
    decisions,
    deliveries,
    draft_figures,
    failover,
    files,
    forms,
    full_disk,
    handover,
    hostile,
    issue_cost,
    issues,
    leaving,
    life,
    nodes,
    outsiders,
    prefill_figures,
    promotions,
    runs,
    silent_figures,
    slack_fire,
    start_figures,
    ticks,
    titles,
    tokens,
    wanderers,
    zone_upgrade,
)
from tests.trials.databases import KINDS
from tests.trials.tables import Table

_SEED = 2026


def main() -> None:
    """Prints each table as soon as it is there; exits 1 if a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.trials")
    parser.add_argument("words", nargs="*", metavar="TRIAL", help=f"one of {', '.join(_TRIALS)}")
    parser.add_argument("--seed", type=int, default=_SEED)
    parser.add_argument("--kills", type=int, help="how often to kill, instead of each trial's own")
    parser.add_argument("--database", choices=[*KINDS, "both"], default="both")
    options = parser.parse_args()
    if unknown := set(options.words) - set(_TRIALS):
        parser.error(f"there is no trial {', '.join(sorted(unknown))}")
    try:
        sys.exit(asyncio.run(_run(options)))
    except (KeyboardInterrupt, asyncio.CancelledError):
        print("stopped; everything that the trial started is gone", file=sys.stderr)
        sys.exit(130)


async def _run(options: argparse.Namespace) -> int:
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    print(f"seed {options.seed}\n")
    wrong = 0
    for word in options.words or _TRIALS:
        async for table in _TRIALS[word](options):
            print(table.text(), flush=True)
            wrong += table.wrong
    print("every promise held" if not wrong else f"{wrong} broken promises")
    return bool(wrong)


async def _deliveries(options: argparse.Namespace) -> AsyncIterator[Table]:
    for table in await deliveries.run(
        _kinds(options), kills=options.kills or 200, deliveries=500, channels=60, seed=options.seed
    ):
        yield table
    yield await deliveries.control(kills=15, deliveries=60, channels=20, seed=options.seed)


async def _forms(options: argparse.Namespace) -> AsyncIterator[Table]:
    for table in await forms.run(
        _kinds(options), kills=options.kills or 60, forms=300, seed=options.seed
    ):
        yield table


async def _ticks(options: argparse.Namespace) -> AsyncIterator[Table]:
    for table in await ticks.run(
        _kinds(options), kills=options.kills or 30, schedules=20_000, seed=options.seed
    ):
        yield table
    yield await ticks.control(schedules=300)


async def _life(options: argparse.Namespace) -> AsyncIterator[Table]:
    yield await life.run(options.seed)
    yield await life.control(options.seed)


async def _handover(_options: argparse.Namespace) -> AsyncIterator[Table]:
    for table in await handover.run():
        yield table
    yield await handover.control()


async def _decisions(options: argparse.Namespace) -> AsyncIterator[Table]:
    for table in await decisions.run(
        _kinds(options), kills=options.kills or 20, people=50, seed=options.seed
    ):
        yield table
    yield await decisions.control(people=50, seed=options.seed)


async def _promotions(options: argparse.Namespace) -> AsyncIterator[Table]:
    for table in await promotions.run(
        _kinds(options), kills=options.kills or 20, models=6, seed=options.seed
    ):
        yield table


async def _created(options: argparse.Namespace) -> AsyncIterator[Table]:
    yield await created.run(_kinds(options), lost=100, others=20, seed=options.seed)
    yield await created.control(lost=20, seed=options.seed)


async def _nodes(options: argparse.Namespace) -> AsyncIterator[Table]:
    yield await nodes.run(workspaces=50, people=400, kills=options.kills or 30, seed=options.seed)
    yield await nodes.control(workspaces=3, people=20, seed=options.seed)
    yield await nodes.asleep(people=20)


async def _failover(_options: argparse.Namespace) -> AsyncIterator[Table]:
    yield await failover.run(workspaces=10, people=100)
    yield await failover.control(workspaces=4, people=50)


async def _tokens(options: argparse.Namespace) -> AsyncIterator[Table]:
    yield await tokens.run(_kinds(options), nodes=5, rounds=20)
    yield await tokens.control()


async def _leaving(options: argparse.Namespace) -> AsyncIterator[Table]:
    yield await leaving.run(_kinds(options), messages=500, after=100)
    yield await leaving.control(messages=500, after=100)


async def _runs(options: argparse.Namespace) -> AsyncIterator[Table]:
    with mlflow_server() as mlflow:
        yield await runs.run(mlflow, 2000, options.seed)


async def _issues(options: argparse.Namespace) -> AsyncIterator[Table]:
    yield await issue_cost.idle()
    # Some ten percent are changes that nobody is told of.
    yield await issues.run(5000, 22_400, options.seed)
    yield await issues.control(200, 1000, options.seed, every=timedelta(hours=2))


async def _titles(_options: argparse.Namespace) -> AsyncIterator[Table]:
    yield titles.paths()
    yield titles.run(10_000)


async def _crowd(options: argparse.Namespace) -> AsyncIterator[Table]:
    yield await crowd.run(500)
    yield await crowd.at_once(_kinds(options))


async def _prefill(_options: argparse.Namespace) -> AsyncIterator[Table]:
    with mlflow_server() as mlflow:
        yield await prefill_figures.prefills(mlflow)
        yield await draft_figures.drafts(mlflow)


async def _files(options: argparse.Namespace) -> AsyncIterator[Table]:
    yield await files.run(_kinds(options), 200, options.seed)


async def _hostile(_options: argparse.Namespace) -> AsyncIterator[Table]:
    yield await hostile.addresses()
    with mlflow_server() as mlflow:
        yield await hostile.run(mlflow, 40)


async def _figures(_options: argparse.Namespace) -> AsyncIterator[Table]:
    yield clock_figures.every_zone()
    yield clock_figures.cron_control()
    for table in await clock_figures.across_changes():
        yield table
    yield await start_figures.starts()
    yield await start_figures.polls()
    yield await silent_figures.silent_sources()


async def _backups(options: argparse.Namespace) -> AsyncIterator[Table]:
    yield await backups.run(_kinds(options), backups=40)
    yield await backups.control(copies=10)


async def _zones(options: argparse.Namespace) -> AsyncIterator[Table]:
    yield await zone_upgrade.run(_kinds(options))
    yield await zone_upgrade.control()


async def _wanderers(options: argparse.Namespace) -> AsyncIterator[Table]:
    yield await wanderers.run(_kinds(options), moves=1000, seed=options.seed)
    yield wanderers.control(moves=1000, seed=options.seed)


async def _clocks(options: argparse.Namespace) -> AsyncIterator[Table]:
    yield await clock_steps.run(_kinds(options))
    yield await clock_steps.waits()


async def _disk(_options: argparse.Namespace) -> AsyncIterator[Table]:
    yield await full_disk.run(fills=6, mounted=True)
    yield await full_disk.control()


def _kinds(options: argparse.Namespace) -> tuple[str, ...]:
    return KINDS if options.database == "both" else (options.database,)


async def _outsiders(_options: argparse.Namespace) -> AsyncIterator[Table]:
    yield await outsiders.run()
    yield await outsiders.control()


_TRIALS: Mapping[str, Callable[[argparse.Namespace], AsyncIterator[Table]]] = {
    "deliveries": _deliveries,
    "forms": _forms,
    "ticks": _ticks,
    "decisions": _decisions,
    "promotions": _promotions,
    "created": _created,
    "runs": _runs,
    "issues": _issues,
    "life": _life,
    "handover": _handover,
    "crowd": _crowd,
    "prefill": _prefill,
    "files": _files,
    "titles": _titles,
    "tokens": _tokens,
    "leaving": _leaving,
    "nodes": _nodes,
    "failover": _failover,
    "hostile": _hostile,
    "figures": _figures,
    "zones": _zones,
    "wanderers": _wanderers,
    "clocks": _clocks,
    "disk": _disk,
    "backups": _backups,
    "outsiders": _outsiders,
    **slack_fire.TRIALS,
}

if __name__ == "__main__":
    main()
