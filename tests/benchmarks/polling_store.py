"""An MLflow store of any size, written straight into the database file of a stopped server."""

import random
import sqlite3
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from tests.standins.mlflow import ms

EXPERIMENTS = 20
METRICS = 10
RECENT, RUNNING = 350, 5
_OVERLAP = 5
_BATCH = 5000
_DAY = timedelta(days=1)


def fill(database: Path, runs: int, now: datetime) -> None:
    """20 experiments with `runs` runs of ten metrics: 50 a day, for as many days as that takes.

    Whatever `runs` is, the last seven days hold 350 runs, the last ten minutes five, and five are
    under way.
    """
    connection = sqlite3.connect(database)
    with connection:
        stamp = ms(now - 2000 * _DAY)
        connection.executemany(
            "INSERT INTO experiments (experiment_id, name, artifact_location, lifecycle_stage,"
            " creation_time, last_update_time) VALUES (?, ?, '', 'active', ?, ?)",
            [(each, f"experiment {each}", stamp, stamp) for each in range(1, EXPERIMENTS + 1)],
        )
        # Whatever their number, the latest runs are the same.
        dice, rows = random.Random(7), list(_times(runs, now))
        for start in range(0, len(rows), _BATCH):
            _insert(connection, rows[start : start + _BATCH], dice)
    connection.close()


def _times(runs: int, now: datetime) -> Iterator[tuple[datetime, datetime | None]]:
    """When each run started and ended."""
    for _ in range(RUNNING):
        yield now - timedelta(hours=5), None
    for number in range(_OVERLAP):
        yield now - timedelta(hours=1), now - timedelta(minutes=1 + number)
    lately = RECENT - RUNNING - _OVERLAP
    for number in range(lately):
        start = now - timedelta(hours=3) - number * (6.8 * _DAY / lately)
        yield start, start + timedelta(minutes=30)
    for number in range(runs - RECENT):
        start = now - 7.2 * _DAY - number * _DAY / 50
        yield start, start + timedelta(minutes=30)


def _insert(
    connection: sqlite3.Connection,
    times: list[tuple[datetime, datetime | None]],
    dice: random.Random,
) -> None:
    runs, metrics, tags = [], [], []
    for start, end in times:
        run_id = uuid.UUID(int=dice.getrandbits(128)).hex
        status = "FINISHED" if end else "RUNNING"
        began, ended = ms(start), ms(end) if end else None
        runs.append((run_id, "bulk", dice.randint(1, EXPERIMENTS), began, ended, status))
        metrics += [(f"metric_{n}", dice.random(), began, run_id) for n in range(METRICS)]
        tags += [("mlflow.user", "mei", run_id), ("mlflow.runName", "bulk", run_id)]
    connection.executemany(
        "INSERT INTO runs (run_uuid, name, experiment_id, start_time, end_time, status,"
        " lifecycle_stage, user_id, source_type, artifact_uri)"
        " VALUES (?, ?, ?, ?, ?, ?, 'active', 'mei', 'LOCAL', '')",
        runs,
    )
    connection.executemany(
        "INSERT INTO latest_metrics (key, value, timestamp, step, is_nan, run_uuid)"
        " VALUES (?, ?, ?, 0, 0, ?)",
        metrics,
    )
    connection.executemany("INSERT INTO tags (key, value, run_uuid) VALUES (?, ?, ?)", tags)
