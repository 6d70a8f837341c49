"""What a run's tags say about the data that it was trained and judged on."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from bot.domain.experiments.records import Run

DATASET_TAGS = ("dataset", "dataset_version", "data_version", "data")
EVALUATION_TAGS = ("eval_dataset", "eval_data", "eval_set", "evaluation_dataset", "test_set")

_NUMBER_AT_END = re.compile(r"(.*?)(\d+)")


def dataset_of(run: Run) -> str:
    """The data that the run says it used, or empty."""
    return _first(run, DATASET_TAGS)


def evaluation_of(run: Run) -> str:
    """The data that the run says it was judged on, or empty: then on its own."""
    return _first(run, EVALUATION_TAGS)


def alike(one: str, other: str) -> bool:
    """Whether two names of data don't contradict each other; nobody knows what isn't told."""
    return not one or not other or one == other


def first_seen(runs: Iterable[Run]) -> dict[str, datetime]:
    """When each data set's first run started (aware UTC)."""
    found: dict[str, datetime] = {}
    for run in runs:
        name = dataset_of(run)
        if name and run.started_at and run.started_at <= found.get(name, run.started_at):
            found[name] = run.started_at
    return found


def newest_after(used: str, seen: Mapping[str, datetime]) -> str:
    """The newest data in `seen` that is newer than `used`, or empty.

    Of names that differ in their last number only (churn-v7, churn-v8) the number tells; of others
    it is when they were seen first, for a rerun on old data makes them no newer.
    """
    if not used:
        return ""
    newer = [name for name in seen if _is_newer(name, used, seen)]
    return max(newer, key=lambda name: (seen[name], name), default="")


def _is_newer(name: str, used: str, seen: Mapping[str, datetime]) -> bool:
    mine, theirs = _NUMBER_AT_END.fullmatch(name), _NUMBER_AT_END.fullmatch(used)
    if mine and theirs and mine[1] == theirs[1]:
        return int(mine[2]) > int(theirs[2])
    return name != used and (used not in seen or seen[name] > seen[used])


def _first(run: Run, tags: Iterable[str]) -> str:
    return next((run.tags[tag] for tag in tags if run.tags.get(tag)), "")
