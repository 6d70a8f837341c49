"""Sweeps: runs that stand below one parent run."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.domain.experiments.records import Run
from bot.domain.wording import one_line

# https://mlflow.org/docs/latest/ml/traditional-ml/tutorials/hyperparameter-tuning/part1-child-runs
PARENT_TAG = "mlflow.parentRunId"

_NAME = 60
_STEM = re.compile(r"[\W_]*\d+$")


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """Two or more runs below one parent, however deep; `runs` counts them in any state."""

    root_id: str
    name: str
    runs: int


def root(run: Run, known: Mapping[str, Run]) -> str:
    """The id of the topmost run above it; who names a parent in a ring gets no further."""
    path = [run.run_id]
    while (parent := run.tags.get(PARENT_TAG, "")) and parent not in path:
        path.append(parent)
        if parent not in known:
            break
        run = known[parent]
    return path[-1]


def stem(run: Run) -> str:
    """The run's name on one line, without the number at its end."""
    name = one_line(run.name, _NAME)
    return _STEM.sub("", name) or name


def sweeps(runs: Iterable[Run]) -> dict[str, Sweep]:
    """The sweep of each run that belongs to one, its root among them, by run id."""
    known = {run.run_id: run for run in runs}
    families: dict[str, list[Run]] = defaultdict(list)
    for run in known.values():
        if (top := root(run, known)) != run.run_id:
            families[top].append(run)
    found: dict[str, Sweep] = {}
    for top, children in families.items():
        if len(children) > 1:
            sweep = Sweep(root_id=top, name=_name(known.get(top), children), runs=len(children))
            found |= dict.fromkeys((top, *(child.run_id for child in children)), sweep)
    return found


def _name(top: Run | None, children: list[Run]) -> str:
    return (one_line(top.name, _NAME) if top else stem(children[0])) or children[0].run_id[:8]
