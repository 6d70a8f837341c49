"""The hourly sweep: what clients' clocks hid, what was deleted, and a part of the older past.

A run's times come from its client, and nothing in MLflow tells when a run was changed: only
reading again finds a back-dated end, a late metric or a deletion.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from bot.services.experiments import mirror
from bot.workflows.experiments.copying import Copying

EVERY = timedelta(hours=1)
BACK = timedelta(days=7)
HISTORY = timedelta(days=90)
_DAY = timedelta(days=1)
_HOURS = 24
# A run without a start counts as started then.
NO_START = datetime(1970, 1, 1, tzinfo=UTC)


async def sweep(copying: Copying, experiment_ids: Sequence[str]) -> None:
    """Read every run of the last seven days, those without a start, and one 24th of the days
    before that: within a day all that is mirrored was read again."""
    for since, until in windows(copying.now):
        seen: set[str] = set()
        async for page in copying.tracker.started_runs(experiment_ids, since, until):
            seen.update(run.run_id for run in page)
            await copying.keep(page)
        mirrored = await copying.transactions.read(
            mirror.started, copying.workspace, experiment_ids, since, until
        )
        await copying.look_up(experiment_ids, [each for each in mirrored if each not in seen])


def windows(now: datetime) -> Iterator[tuple[datetime, datetime | None]]:
    """The parts of the past, by start, that the sweep at `now` (aware UTC) reads."""
    yield now - BACK, None
    yield NO_START, NO_START + timedelta(milliseconds=1)
    # By the clock's hours, so that a sweep that failed is made up for a day later. The day more
    # closes the gap between midnight and the hour.
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    width = (HISTORY - BACK + _DAY) / _HOURS
    since = midnight - HISTORY + now.hour * width
    yield since, since + width
