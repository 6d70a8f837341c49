"""What was tried: runs that were found, told as tries of one person, and what became of each."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import IntEnum

from bot.domain.experiments.datasets import dataset_of
from bot.domain.experiments.entries import is_seed, valid_value
from bot.domain.experiments.found import Closeness, RunHit
from bot.domain.experiments.hypotheses import Baseline
from bot.domain.experiments.records import Experiment, Run, RunStatus
from bot.domain.experiments.run_texts import Pair, error, note, parent
from bot.domain.metrics import Direction

_SAME_TRY = timedelta(days=2)
_SILENT = timedelta(days=7)
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class ReasonKind(IntEnum):
    """Where it is said why a try ended as it did, the most telling first."""

    VERDICT = 0
    DECISION = 1
    NOTE = 2
    ERROR = 3


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why: `text` as somebody said it, `ref` the hypothesis or decision that says so, with the
    `word` of its state; `page` is where that stands: a channel and a `ts`, or both empty."""

    kind: ReasonKind
    text: str
    ref: str = ""
    word: str = ""
    page: tuple[str, str] = ("", "")


@dataclass(frozen=True, kw_only=True)
class Try:
    """Runs of one person on one thing, earliest start first.

    `matched` are the params that were asked for and that all runs share, `same` and `varied` the
    others. `best` is a finished run with its `value` of `metric`, None without one; it is the best
    of so many `seeds`. `champion` is what was in use then.
    """

    runs: tuple[Run, ...]
    closeness: Closeness
    experiment: Experiment | None = None
    who: str = ""
    matched: tuple[Pair, ...] = ()
    varied: tuple[str, ...] = ()
    metric: str = ""
    direction: Direction = Direction.UNKNOWN
    best: Run | None = None
    value: float | None = None
    seeds: int = 1
    champion: Baseline | None = None
    reason: Reason | None = None

    @property
    def began_at(self) -> datetime:
        """When its first run started (aware UTC)."""
        return started(self.runs[0])

    @property
    def ended_at(self) -> datetime:
        """When something of it was last heard of (aware UTC)."""
        return max(last_heard(run) for run in self.runs)

    @property
    def datasets(self) -> tuple[str, ...]:
        """The data that its runs say they used."""
        return tuple(sorted({name for run in self.runs if (name := dataset_of(run))}))

    @property
    def states(self) -> Mapping[RunStatus, int]:
        """How many runs are in which state."""
        return Counter(run.status for run in self.runs)

    @property
    def beats_champion(self) -> bool:
        """Whether its best run was better than what was in use."""
        if self.value is None or self.champion is None:
            return False
        return self.direction.better(self.value, self.champion.value)

    @property
    def informative(self) -> int:
        """How much there is to learn from it: more is better."""
        told = 0 if self.reason is None else 4 - self.reason.kind
        return 2 * told + (self.value is not None)


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """Found runs that belong to one try."""

    hits: tuple[RunHit, ...] = field(default=())

    @property
    def runs(self) -> tuple[Run, ...]:
        """Its runs, earliest start first."""
        return tuple(hit.run for hit in self.hits)


def gathered(hits: Iterable[RunHit]) -> list[Gathered]:
    """One try is what one person ran in one experiment in one sweep, or with at most two days
    between one run and the next."""
    by_person: dict[tuple[str, str], list[RunHit]] = defaultdict(list)
    for hit in sorted(hits, key=lambda hit: (started(hit.run), hit.run.run_id)):
        by_person[hit.run.user, hit.run.experiment_id].append(hit)
    return [each for found in by_person.values() for each in _apart(found)]


def abandoned(run: Run, now: datetime) -> bool:
    """Whether it never ended and nothing was heard of it for a week."""
    return not run.status.ended and now - last_heard(run) > _SILENT


def matched(hits: Sequence[RunHit]) -> tuple[Pair, ...]:
    """The params that were asked for, with the value that all these runs share."""
    first, *rest = hits
    others = [set(hit.matched) for hit in rest]
    return tuple(pair for pair in first.matched if all(pair in held for held in others))


def varied(runs: Sequence[Run]) -> tuple[str, ...]:
    """The params in which they differ, seeds left out, those with the most values first."""
    keys = {key for run in runs for key in run.params if not is_seed(key)}
    values = {key: {run.params.get(key) for run in runs} for key in keys}
    told = (key for key in sorted(keys) if len(values[key]) > 1)
    return tuple(sorted(told, key=lambda key: -len(values[key])))


def best_of(runs: Iterable[Run], metric: str, direction: Direction) -> Run | None:
    """The best finished run with a number, or None; nobody knows without a direction."""
    scored = [
        run
        for run in runs
        if run.status is RunStatus.FINISHED and valid_value(run, metric) is not None
    ]
    if not scored or direction is Direction.UNKNOWN:
        return None
    pick = max if direction is Direction.HIGHER else min
    return pick(scored, key=lambda run: run.metrics[metric])


def own_reason(runs: Sequence[Run]) -> Reason | None:
    """What the runs themselves say of why: the latest note, else the latest error."""
    for run in reversed(runs):
        if text := note(run):
            return Reason(kind=ReasonKind.NOTE, text=text)
    for run in reversed(runs):
        if text := error(run):
            return Reason(kind=ReasonKind.ERROR, text=text)
    return None


def ranked(tries: Iterable[Try]) -> list[Try]:
    """How well the words match, then how much there is to learn, then the latest."""
    return sorted(
        tries, key=lambda one: (one.closeness, -one.informative, -one.ended_at.timestamp())
    )


def started(run: Run) -> datetime:
    """When it started, as far as that is known (aware UTC)."""
    return run.started_at or run.ended_at or _LONG_AGO


def last_heard(run: Run) -> datetime:
    """When it ended, logged or started (aware UTC)."""
    return run.ended_at or run.logged_at or started(run)


def _apart(hits: Sequence[RunHit]) -> list[Gathered]:
    groups: list[list[RunHit]] = []
    sweeps: dict[str, list[RunHit]] = {}
    for hit in hits:
        root = parent(hit.run) or hit.run.run_id
        group = sweeps.get(root)
        if group is None and groups and _follows(groups[-1], hit.run):
            group = groups[-1]
        if group is None:
            group = []
            groups.append(group)
        group.append(hit)
        sweeps[root] = group
    return [Gathered(hits=tuple(group)) for group in groups]


def _follows(group: Sequence[RunHit], run: Run) -> bool:
    return started(run) - max(last_heard(hit.run) for hit in group) <= _SAME_TRY
