"""Comparing runs: which are meant, and what stands beside them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.domain.experiments import naming
from bot.domain.experiments.comparison import (
    MOST_RUNS,
    Comparison,
    Side,
    compare,
    deciding_metric,
)
from bot.domain.experiments.entries import SEED_TAG, repeats, seeds_of, shared_params
from bot.domain.experiments.fairness import Seeds
from bot.domain.experiments.leaderboard import Champion
from bot.domain.experiments.naming import Unclear
from bot.domain.experiments.records import Experiment, Run
from bot.domain.experiments.servers import server_of
from bot.domain.metrics import Direction, direction_of
from bot.domain.source import SourceHealth
from bot.errors import InvalidInput
from bot.ports.repositories import UnitOfWork
from bot.services.experiments import directions, pages

_CANDIDATES = 200

USAGE = (
    "Name two to five runs, such as `/experiment compare gentle-owl-12 3f2a champion`: names, ids "
    "or their beginnings, or pasted links; a name with blanks in quotes."
)


@dataclass(frozen=True, kw_only=True)
class Compared:
    """A comparison and how its source answered lately; `unclear` are names that fit no one run,
    and then there is no comparison. `repeated` are the runs that were named more than once."""

    comparison: Comparison | None = None
    unclear: tuple[Unclear, ...] = ()
    source: SourceHealth | None = None
    repeated: tuple[Run, ...] = ()


def by_names(uow: UnitOfWork, workspace: str, text: str) -> Compared:
    """The comparison of the runs that were typed; raises InvalidInput for too few or too many."""
    every = naming.split_typed(text)
    typed = dict.fromkeys(every)
    names = [name for name in typed if name.casefold() != naming.CHAMPION]
    if not 1 <= len(typed) <= MOST_RUNS:
        raise InvalidInput(USAGE)
    if not names:
        raise InvalidInput(f"The champion of what? {USAGE}")
    picked = {name: _pick(uow, workspace, name) for name in names}
    unclear = tuple(each for each in picked.values() if isinstance(each, Unclear))
    if unclear:
        return Compared(unclear=unclear, source=pages.worst_source(uow))
    runs = [run for name in every if isinstance(run := picked.get(name), Run)]
    return _compared(uow, workspace, runs)


def by_ids(uow: UnitOfWork, workspace: str, run_ids: Iterable[str]) -> Compared:
    """The comparison of these runs, as far as the mirror still has them; raises InvalidInput."""
    found = [run for run_id in run_ids if (run := uow.experiments.run(workspace, run_id))]
    if not found:
        raise InvalidInput("I don't have these runs any more; `/experiment show` has the others.")
    return _compared(uow, workspace, found)


def _pick(uow: UnitOfWork, workspace: str, typed: str) -> Run | Unclear:
    wanted = naming.typed_id(typed)
    found = uow.experiments.runs_called(workspace, wanted, _CANDIDATES)
    chosen = naming.pick(wanted, found)
    return replace(chosen, typed=typed) if isinstance(chosen, Unclear) else chosen


def _compared(uow: UnitOfWork, workspace: str, runs: Sequence[Run]) -> Compared:
    known = {each.experiment_id: each for each in directions.experiments(uow, workspace)}
    chosen = list({run.run_id: run for run in runs}.values())
    named = Counter(run.run_id for run in runs)
    repeated = tuple(run for run in chosen if named[run.run_id] > 1)
    home = known.get(chosen[0].experiment_id)
    champions = pages.champions(uow, workspace, home) if home else []
    crowned = {champion.run.run_id: champion for champion in champions}
    # The champion that is among them is the one to stand beside them.
    beside = next((crowned[r.run_id] for r in chosen if r.run_id in crowned), None)
    beside = beside or next(iter(champions), None)
    if beside and beside.run.run_id not in {run.run_id for run in chosen}:
        chosen.append(beside.run)
    if len(chosen) < 2:
        raise InvalidInput(f"There is no champion to compare it with. {USAGE}")
    sides = [_side(run, known, beside) for run in chosen]
    metric = deciding_metric(sides)
    sides = [replace(s, seeds=_seeds(uow, workspace, s.run, metric)) for s in sides]
    tags = {key: value for each in reversed(sides) for key, value in each.experiment.tags.items()}

    def better(name: str) -> Direction:
        return direction_of(name, tags)

    servers = {server_of(each.run.experiment_id) for each in sides}
    return Compared(
        comparison=compare(sides, metric, better),
        source=pages.worst_source(uow, servers),
        repeated=repeated,
    )


def _side(run: Run, known: dict[str, Experiment], champion: Champion | None) -> Side:
    experiment = known.get(run.experiment_id) or Experiment(
        experiment_id=run.experiment_id, name=run.experiment_id
    )
    is_champion = champion is not None and champion.run.run_id == run.run_id
    return Side(run=run, experiment=experiment, champion=champion if is_champion else None)


def _seeds(uow: UnitOfWork, workspace: str, run: Run, metric: str | None) -> Seeds | None:
    if not metric:
        return None
    found = uow.experiments
    if group := run.tags.get(SEED_TAG):
        others = found.runs_tagged(workspace, SEED_TAG, group)
    elif (shared := shared_params(run)) is not None:
        others = found.runs_with(workspace, run.experiment_id, shared)
    else:
        return None
    return seeds_of(repeats(run, others), metric)
