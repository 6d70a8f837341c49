"""`python -m tests.trials [deliveries] [forms] [ticks] [decisions] [promotions]
[created] [runs] [issues] [life] [handover] [crowd] [prefill] [files] [titles] [figures]`."""

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
    clock_figures,
    created,
    crowd,
    decisions,
    deliveries,
    draft_figures,
    files,
    forms,
    handover,
    issue_cost,
    issues,
    life,
    prefill_figures,
    promotions,
    runs,
    silent_figures,
    start_figures,
    ticks,
    titles,
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
        _kinds(options), kills=options.kills or 100, deliveries=300, channels=60, seed=options.seed
    ):
        yield table
    yield await deliveries.control(kills=15, deliveries=60, channels=20, seed=options.seed)


async def _forms(options: argparse.Namespace) -> AsyncIterator[Table]:
    for table in await forms.run(
        _kinds(options), kills=options.kills or 40, forms=200, seed=options.seed
    ):
        yield table


async def _ticks(options: argparse.Namespace) -> AsyncIterator[Table]:
    for table in await ticks.run(
        _kinds(options), kills=options.kills or 30, schedules=1000, seed=options.seed
    ):
        yield table


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


async def _figures(_options: argparse.Namespace) -> AsyncIterator[Table]:
    yield clock_figures.every_zone()
    for table in await clock_figures.across_changes():
        yield table
    yield await start_figures.starts()
    yield await start_figures.polls()
    yield await silent_figures.silent_sources()


def _kinds(options: argparse.Namespace) -> tuple[str, ...]:
    return KINDS if options.database == "both" else (options.database,)


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
    "figures": _figures,
}

if __name__ == "__main__":
    main()
