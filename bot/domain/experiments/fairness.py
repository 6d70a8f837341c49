"""Whether a comparison is fair: who is ahead, and why that may say nothing.

There is no winner where the contenders saw other data, where one is still under way, or where
chance between seeds explains the difference or nobody can tell whether it does.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.experiments.datasets import alike
from bot.domain.experiments.records import RunStatus
from bot.domain.metrics import Direction, difference, figure
from bot.domain.wording import one_line

# Fewer repetitions don't show how much of a difference is luck.
ENOUGH_SEEDS = 3
# So many times the steps of another is another training, not an earlier end.
_LONGER = 2
_NAME = 40
_DATA = 40


@dataclass(frozen=True, kw_only=True)
class Seeds:
    """How far the runs of one seed group lie apart."""

    runs: int
    low: float
    high: float

    @property
    def spread(self) -> float:
        """The distance between the worst and the best of them."""
        return self.high - self.low


@dataclass(frozen=True, kw_only=True)
class Contender:
    """What is compared; `value` is None without the metric, `tries` says of how many it is the
    best, `step` is None where nothing was logged by steps."""

    name: str
    value: float | None
    status: RunStatus = RunStatus.FINISHED
    dataset: str = ""
    evaluation: str = ""
    experiment: str = ""
    seeds: Seeds | None = None
    tries: int = 1
    step: int | None = None

    @property
    def is_valid(self) -> bool:
        """Whether it has a number that it may be compared by."""
        broken = self.status in (RunStatus.FAILED, RunStatus.KILLED)
        return not broken and self.value is not None and math.isfinite(self.value)


class Doubt(StrEnum):
    """Why a comparison may be unfair."""

    DIRECTION = "direction"
    ALONE = "alone"
    OUT = "out"
    RUNNING = "running"
    OTHER_DATA = "other data"
    OTHER_EVALUATION = "other evaluation"
    EQUAL = "equal"
    FEW_SEEDS = "few seeds"
    INSIDE_NOISE = "inside noise"
    UNTOLD_DATA = "untold data"
    OTHER_LENGTH = "other length"
    OTHER_EXPERIMENT = "other experiment"


_REMARKS = (Doubt.OUT, Doubt.UNTOLD_DATA, Doubt.OTHER_LENGTH, Doubt.OTHER_EXPERIMENT)


@dataclass(frozen=True, kw_only=True)
class Concern:
    """One doubt as a clause in plain words, without a full stop."""

    doubt: Doubt
    text: str


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """Who is ahead of whom (positions among the contenders, None where nobody is), and all doubts.

    `reasons` forbid to call the one ahead a winner; `remarks` are worth knowing only.
    """

    leader: int | None = None
    rival: int | None = None
    concerns: tuple[Concern, ...] = ()

    @property
    def reasons(self) -> tuple[Concern, ...]:
        """The doubts that leave no winner."""
        return tuple(each for each in self.concerns if each.doubt not in _REMARKS)

    @property
    def remarks(self) -> tuple[Concern, ...]:
        """The doubts that leave one."""
        return tuple(each for each in self.concerns if each.doubt in _REMARKS)

    @property
    def winner(self) -> int | None:
        """Who is ahead beyond doubt, or None."""
        return None if self.reasons else self.leader

    def doubts(self, doubt: Doubt) -> bool:
        """Whether this is among them."""
        return any(each.doubt is doubt for each in self.concerns)


def judge(contenders: Sequence[Contender], metric: str, direction: Direction) -> Judgement:
    """The one ahead by `metric` against every other; values of failed runs and NaN don't count.

    The rival is the first that it can't be said to beat, or else the next one.
    """
    name = one_line(metric, _NAME)
    mixed = _experiments(contenders)
    if direction is Direction.UNKNOWN:
        clause = f"nobody has said whether higher or lower {name} is better"
        return Judgement(concerns=(Concern(doubt=Doubt.DIRECTION, text=clause), *mixed))
    left_out = [_out(each, name) for each in contenders if not each.is_valid]
    ranked = sorted(
        (i for i, each in enumerate(contenders) if each.is_valid),
        key=lambda i: _value(contenders[i]),
        reverse=direction is Direction.HIGHER,
    )
    if len(ranked) < 2:
        why = [each.text for each in left_out] or ["there is nothing to compare with"]
        alone = (Concern(doubt=Doubt.ALONE, text=text) for text in why)
        return Judgement(concerns=(*alone, *mixed))
    valid = [contenders[i] for i in ranked]
    rival, luck = _luck(valid)
    return Judgement(
        leader=ranked[0],
        rival=ranked[rival],
        concerns=(
            *_data(valid),
            *_running(valid),
            *luck,
            *left_out,
            *mixed,
            *_untold(valid),
            *_lengths(valid),
        ),
    )


def _out(one: Contender, metric: str) -> Concern:
    if one.status is RunStatus.FAILED:
        why = "failed"
    elif one.status is RunStatus.KILLED:
        why = "was stopped"
    elif one.value is None:
        why = f"has no {metric}"
    else:
        why = f"has no number for {metric} (NaN or infinite)"
    return Concern(doubt=Doubt.OUT, text=f"{_called(one)} {why}")


def _data(valid: Sequence[Contender]) -> Iterator[Concern]:
    for doubt, verb, names in (
        (Doubt.OTHER_DATA, "they saw other data", [each.dataset for each in valid]),
        (
            Doubt.OTHER_EVALUATION,
            "they were judged on other data",
            [each.evaluation for each in valid],
        ),
    ):
        told = sorted(set(filter(None, names)))
        if len(told) > 1:
            listed = ", ".join(one_line(name, _DATA) for name in told)
            yield Concern(doubt=doubt, text=f"{verb} ({listed})")


def _running(valid: Sequence[Contender]) -> Iterator[Concern]:
    names = [_called(each) for each in valid if not each.status.ended]
    if names:
        verb = "is" if len(names) == 1 else "are"
        yield Concern(doubt=Doubt.RUNNING, text=f"{' and '.join(names)} {verb} not finished")


def _luck(valid: Sequence[Contender]) -> tuple[int, list[Concern]]:
    """The place of the first whose distance to the best one can be luck, and why; else the next."""
    for place, other in enumerate(valid[1:], start=1):
        if doubt := _doubt(valid[0], other):
            return place, [doubt]
    return 1, []


def _doubt(best: Contender, other: Contender) -> Concern | None:
    """Doubts about the difference itself; between other data there is none worth talking about."""
    if not (alike(best.dataset, other.dataset) and alike(best.evaluation, other.evaluation)):
        return None
    gap = abs(_value(best) - _value(other))
    if not gap:
        return Concern(doubt=Doubt.EQUAL, text=f"both reach {figure(_value(best))}")
    known = [s for s in (best.seeds, other.seeds) if s and s.runs >= ENOUGH_SEEDS]
    if not known:
        return Concern(doubt=Doubt.FEW_SEEDS, text=_few_seeds(best, other))
    spread = max(seeds.spread for seeds in known)
    if gap > spread and not _overlap(best, other):
        return None
    said = difference(spread, *(v for s in known for v in (s.low, s.high)))
    clause = f"the same settings vary by {said} from seed to seed"
    return Concern(doubt=Doubt.INSIDE_NOISE, text=clause)


def _few_seeds(best: Contender, other: Contender) -> str:
    numbers = [each.seeds.runs if each.seeds else 1 for each in (best, other)]
    if numbers == [1, 1]:
        had = "each was run with one seed only"
    else:
        had = f"{numbers[0]} and {numbers[1]} seeds are too few"
    picked = f", and {_called(best)} is the best of {best.tries} tries" if best.tries > 1 else ""
    return f"{had}{picked}, so the difference can be luck"


def _experiments(contenders: Sequence[Contender]) -> list[Concern]:
    if len({each.experiment for each in contenders}) < 2:
        return []
    return [Concern(doubt=Doubt.OTHER_EXPERIMENT, text="they are from different experiments")]


def _untold(valid: Sequence[Contender]) -> Iterator[Concern]:
    silent = [each for each in valid if not each.dataset]
    if len(silent) == len(valid):
        yield Concern(doubt=Doubt.UNTOLD_DATA, text="none of them says which data it saw")
    elif silent:
        names = " and ".join(_called(each) for each in silent[:2])
        how = "doesn't say which data it saw"
        if len(silent) > 1:
            how = "don't say which data they saw"
        yield Concern(doubt=Doubt.UNTOLD_DATA, text=f"{names} {how}")


def _lengths(valid: Sequence[Contender]) -> Iterator[Concern]:
    told = [(each.step, each) for each in valid if each.step]
    if not told:
        return
    least, shortest = min(told, key=lambda pair: pair[0])
    most, longest = max(told, key=lambda pair: pair[0])
    if most >= _LONGER * least:
        clause = f"{_called(longest)} went to step {most}, {_called(shortest)} to step {least}"
        yield Concern(doubt=Doubt.OTHER_LENGTH, text=clause)


def _overlap(one: Contender, other: Contender) -> bool:
    (low, high), (lower, higher) = _range(one), _range(other)
    return low <= higher and lower <= high


def _range(one: Contender) -> tuple[float, float]:
    return (one.seeds.low, one.seeds.high) if one.seeds else (_value(one), _value(one))


def _called(one: Contender) -> str:
    return one_line(one.name, _NAME)


def _value(one: Contender) -> float:
    assert one.value is not None
    return one.value
