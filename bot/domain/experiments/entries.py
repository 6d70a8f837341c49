"""The lines of a leaderboard: runs, seed groups as their median run, sweeps as their best one."""

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from bot.domain.experiments.datasets import alike, dataset_of, evaluation_of
from bot.domain.experiments.fairness import Seeds
from bot.domain.experiments.records import Run, RunStatus
from bot.domain.experiments.sweeps import Sweep
from bot.domain.metrics import Direction

SEED_TAG = "seed_group"

_SEED_KEYS = frozenset({"seed", "random_seed", "random_state", "rng_seed", "seed_number"})


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line: a run, for a seed group its median run, for a sweep its best line.

    `group` are the ids of the run and its repetitions, `members` those of all runs that it stands
    for; `comparable` is False where it saw other data than the runs it stands among.
    """

    run: Run
    value: float
    dataset: str
    seeds: Seeds | None = None
    comparable: bool = True
    sweep: Sweep | None = None
    group: frozenset[str] = frozenset()
    members: frozenset[str] = frozenset()


def is_seed(key: str) -> bool:
    """Whether a param of this name only says how chance began."""
    return key.casefold().rpartition(".")[2] in _SEED_KEYS


def valid_value(run: Run, metric: str) -> float | None:
    """The run's value, None where there is none or where it is NaN or infinite."""
    value = run.metrics.get(metric)
    return value if value is not None and math.isfinite(value) else None


def seed_groups(runs: Iterable[Run]) -> list[list[Run]]:
    """Repetitions on the same data together, others alone.

    Repetitions share a tag `seed_group`; without one, all params but their seed, and each seed
    counts once: what trains the same anew every night is no proof of luck or its absence.
    """
    groups: dict[Hashable, list[Run]] = defaultdict(list)
    used: set[Hashable] = set()
    for run in runs:
        settings, seed = _settings(run), _seed(run)
        again = (settings, seed)
        if settings is None or (seed and again in used):
            settings = run.run_id
        used.add(again)
        groups[settings].append(run)
    return list(groups.values())


def shared_params(run: Run) -> dict[str, str] | None:
    """The params that its repetitions have too; None where it names no seed."""
    shared = {key: value for key, value in run.params.items() if not is_seed(key)}
    return shared if len(shared) < len(run.params) else None


def repeats(run: Run, runs: Iterable[Run]) -> list[Run]:
    """The finished repetitions of `run` among `runs`; only itself where it has none."""
    settings = _settings(run)
    if settings is None:
        return [run]
    others = (
        one
        for one in runs
        if one.status is RunStatus.FINISHED
        and one.run_id != run.run_id
        and _settings(one) == settings
    )
    group = seed_groups([run, *others])[0]
    return group if run.status is RunStatus.FINISHED else group[1:] or [run]


def seeds_of(group: Sequence[Run], metric: str) -> Seeds | None:
    """How far these repetitions lie apart; None for a single one."""
    values = [value for run in group if (value := valid_value(run, metric)) is not None]
    if len(values) < 2:
        return None
    return Seeds(runs=len(values), low=min(values), high=max(values))


def entries(groups: Iterable[Sequence[Run]], metric: str, direction: Direction) -> list[Entry]:
    """A line per seed group, the best first."""
    found = [_entry(group, metric, direction) for group in groups]
    return sorted(found, key=lambda entry: entry.value, reverse=direction is Direction.HIGHER)


def judged(entry: Entry, reference: str) -> Entry:
    """The line, marked where it saw other data than `reference`."""
    return replace(entry, comparable=alike(entry.dataset, reference))


def folded(ranked: Sequence[Entry], sweeps: Mapping[str, Sweep]) -> list[Entry]:
    """Lines of one sweep become its best one; a comparable one stands for it before others.

    The parent's own number, often a copy of its best child's, gets no line of its own.
    """
    families: dict[str, list[Entry]] = defaultdict(list)
    for entry in ranked:
        sweep = sweeps.get(entry.run.run_id)
        families[sweep.root_id if sweep else entry.run.run_id].append(entry)
    lines = [_fold(family, sweeps.get(family[0].run.run_id)) for family in families.values()]
    order = {entry.run.run_id: place for place, entry in enumerate(ranked)}
    return sorted(lines, key=lambda line: order[line.run.run_id])


def differing(shown: Iterable[Run], left_out: Set[str]) -> tuple[str, ...]:
    """Params whose values differ, those with the most first: they are what was tried."""
    params = [run.params for run in shown]
    keys = sorted({key for one in params for key in one} - left_out)
    spread = {key: len({one.get(key) for one in params}) for key in keys}
    return tuple(sorted((key for key in keys if spread[key] > 1), key=lambda key: -spread[key]))


def varying_inside(groups: Iterable[Sequence[Run]]) -> frozenset[str]:
    """Params that tell the runs of one seed group apart, such as the seed."""
    return frozenset(
        key
        for group in groups
        if len(group) > 1
        for key in {key for run in group for key in run.params}
        if len({run.params.get(key) for run in group}) > 1
    )


def _settings(run: Run) -> Hashable | None:
    """What its repetitions share with it, None where nothing says that it may have some."""
    place = run.experiment_id, dataset_of(run), evaluation_of(run)
    if group := run.tags.get(SEED_TAG):
        return group, place
    shared = shared_params(run)
    return None if shared is None else (tuple(sorted(shared.items())), place)


def _seed(run: Run) -> tuple[tuple[str, str], ...]:
    """Its seeds by param; empty where a tag says what repeats what."""
    if run.tags.get(SEED_TAG):
        return ()
    return tuple(sorted(pair for pair in run.params.items() if is_seed(pair[0])))


def _entry(group: Sequence[Run], metric: str, direction: Direction) -> Entry:
    """The median run stands for its group; of two middle ones the worse, which claims less."""
    worst_first = sorted(
        group, key=lambda run: run.metrics[metric], reverse=direction is Direction.LOWER
    )
    middle = worst_first[(len(worst_first) - 1) // 2]
    ids = frozenset(run.run_id for run in group)
    return Entry(
        run=middle,
        value=middle.metrics[metric],
        dataset=dataset_of(middle),
        seeds=seeds_of(group, metric),
        group=ids,
        members=ids,
    )


def _fold(family: Sequence[Entry], sweep: Sweep | None) -> Entry:
    children = [entry for entry in family if sweep and entry.run.run_id != sweep.root_id]
    if not children:
        return family[0]
    best = next((entry for entry in children if entry.comparable), children[0])
    members = frozenset(run_id for entry in family for run_id in entry.members)
    return replace(best, sweep=sweep, members=members)
