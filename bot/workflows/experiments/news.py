"""What ended or went on since the last poll, in two requests however long the history is."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain.experiments.records import Run
from bot.services.experiments.mirror import Known
from bot.workflows.experiments import sweep
from bot.workflows.experiments.copying import Copying, both

OVERLAP = timedelta(minutes=10)
# Clocks of clients that nothing else contradicts may be slow by this much; after an hour of quiet
# the overlap holds nothing any more.
QUIET = timedelta(hours=1)
# An end further ahead is a broken clock's; the sweep finds such runs, and they don't come again
# with every poll for years.
AHEAD = timedelta(days=1)
_ABANDONED = 20


async def read_news(
    copying: Copying, experiment_ids: Sequence[str], known: Known, *, everything: bool
) -> Sequence[Run]:
    """Keep what ended, what runs, and what ran and is in neither answer; returns what ended.

    `everything` says to look at abandoned runs too.
    """
    tracker, now = copying.tracker, copying.now
    alive_since = None if everything else _alive_since(known.open_runs, now)
    # In this order, so that what ends in between is in both answers; the later one wins.
    running = await tracker.running_runs(experiment_ids, alive_since)
    since = ended_since(known, now)
    ended, _ = await both(
        tracker.ended_runs(experiment_ids, since, now + AHEAD), copying.keep(running)
    )
    await copying.keep(ended)
    seen = {run.run_id for run in (*running, *ended)}
    lost = [
        run.run_id
        for run in known.open_runs
        if run.run_id not in seen
        and run.experiment_id in experiment_ids
        and (alive_since is None or (run.started_at and run.started_at >= alive_since))
    ]
    await copying.look_up(experiment_ids, lost)
    return ended


def ended_since(known: Known, now: datetime) -> datetime:
    """From which end on a poll reads."""
    return known.read_until - OVERLAP if known.read_until else now - sweep.HISTORY


def read_until(known: Known, runs: Sequence[Run], now: datetime) -> datetime:
    """The latest end that was seen: never back, never after now, whatever a client says, and not
    further behind than a clock may be slow."""
    ends = [min(run.ended_at, now) for run in runs if run.status.ended and run.ended_at]
    return max(filter(None, [known.read_until, now - QUIET, *ends]))


def _alive_since(open_runs: Sequence[Run], now: datetime) -> datetime | None:
    """Where many killed jobs stay RUNNING for ever, only starts since then are asked for."""
    floor = now - sweep.BACK
    alive = [run for run in open_runs if (run.logged_at or run.started_at or floor) > floor]
    if len(open_runs) - len(alive) < _ABANDONED:
        return None
    starts = [run.started_at for run in alive]
    if None in starts:
        return None
    return min([floor, *(start for start in starts if start)])
