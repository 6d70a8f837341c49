"""How often the alert engine cries wolf, and what it finds how soon, on simulated series.

Each series has noise of three degrees of freedom (heavy tails) and a known deviation: some of it is
history from which the set-up proposes its floor, then come stable runs, then as many shifted ones
as one would wait for. The engine is the bot's own; `naive` are two detectors that people write.
"""

import math
import random
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bot.domain.alerts.defaults import FOR_EVALUATIONS, LEARNED_FROM, suggested_delta
from bot.domain.alerts.engine import WINDOW, Notify, evaluate
from bot.domain.alerts.rules import BaselineKind, Regression, RuleDraft, Severity
from bot.domain.alerts.states import AlertState, Baseline, Phase, Sample
from bot.domain.metrics import Direction

SEEDS = (2026, 2027, 2028)
SERIES = 400
STABLE, SHIFTED = 100, 20
LEVEL, DEVIATION = 0.9, 0.005
DROPS = (2, 4)
AT = datetime(2026, 11, 22, tzinfo=UTC)
FREEDOM = 3

Values = list[float]


@dataclass(frozen=True, kw_only=True)
class Series:
    """One model's evaluations; `seeds` are the champion's and two like it."""

    seeds: Values
    history: Values
    stable: Values
    noise: Values


@dataclass(frozen=True, kw_only=True)
class Alarms:
    """What a detector said: at which shifted run first (None: never), and how often before."""

    false: int
    found: int | None


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line of the table; delays are the median run at which a drop was found, by drop."""

    false_per_100: float
    found: dict[int, int]
    delay: dict[int, float]
    series: int


Detector = Callable[[Series, int], tuple[Alarms, Alarms]]
"""Alarms of a series for a drop by so many deviations: breaches, and those with drift warnings."""


def run() -> None:
    """Print the table."""
    print(
        f"{SERIES} series of {STABLE} stable and {SHIFTED} shifted runs, for each of seeds {SEEDS}"
    )
    heads = [f"{drop}σ drop: found, delay" for drop in DROPS]
    print(f"{'':<48}{'false per 100 runs':>19}" + "".join(f"{head:>25}" for head in heads))
    for name, detector in _detectors().items():
        breaches, warned = measure(detector, SERIES)
        _print(name, breaches)
        if warned is not None:
            _print("  with its drift warning", warned)
    print("row to beat: 0.03 false per 100 runs, 4σ 100 %, 2; drift warning: 2σ 100 %")


def rolling(remembered: int) -> Detector:
    """The default rule on a rolling baseline, its floor proposed from so many evaluations."""
    return lambda series, drop: _alarms(series, drop, None, series.history[-remembered:])


def measure(detector: Detector, count: int) -> tuple[Row, Row | None]:
    """The rows of a detector on `count` series a seed: breaches, and all it says (None if that's
    it)."""
    found = {drop: list[tuple[Alarms, Alarms]]() for drop in DROPS}
    for chance in [random.Random(seed) for seed in SEEDS]:
        for series in [_series(chance) for _ in range(count)]:
            for drop in DROPS:
                found[drop].append(detector(series, drop))
    rows = [_row({d: [pair[n] for pair in pairs] for d, pairs in found.items()}) for n in (0, 1)]
    return rows[0], rows[1] if rows[1] != rows[0] else None


def _detectors() -> dict[str, Detector]:
    return {
        f"our default, noise from {LEARNED_FROM} evaluations": rolling(LEARNED_FROM),
        f"our default, noise from {WINDOW} evaluations": rolling(WINDOW),
        "our default on a champion whose level is known": _known_champion,
        "our default on a champion's one value, 3 seeds": _champion,
        "naive: worse than the run before by 2σ": _run_over_run,
        "naive: worse than the best ever by 2σ": _best_ever,
    }


def _champion(series: Series, drop: int) -> tuple[Alarms, Alarms]:
    return _alarms(series, drop, _baseline(series.seeds[0], series.seeds), [])


def _known_champion(series: Series, drop: int) -> tuple[Alarms, Alarms]:
    return _alarms(series, drop, _baseline(LEVEL, []), series.history)


def _baseline(value: float, seeds: Values) -> Baseline:
    return Baseline(
        version=1, run_id="champion", experiment_id="1", value=value, seeds=tuple(seeds)
    )


def _alarms(
    series: Series, drop: int, baseline: Baseline | None, known: Values
) -> tuple[Alarms, Alarms]:
    rule = _rule(suggested_delta(known, series.seeds) or 0.0, baseline)
    state = AlertState(since=AT, read_until=AT, window=tuple(known[-WINDOW:]))
    breaches = warnings = 0
    for value in series.stable:
        before = state
        evaluation = evaluate(rule, _sample(state, value), state, AT, baseline)
        state = evaluation.state
        breaches += state.phase is Phase.FIRING and before.phase is not Phase.FIRING
        warnings += evaluation.notify is Notify.OPEN
    if state.phase.is_open:
        # What happens to be open is no finding.
        state = replace(state, phase=Phase.RESOLVED, streak=0, breached=False, drift=0.0)
    fired = opened = None
    for number, noise in enumerate(series.noise, 1):
        state = evaluate(rule, _sample(state, _low(drop, noise)), state, AT, baseline).state
        fired = fired or (number if state.phase is Phase.FIRING else None)
        opened = opened or (number if state.phase.is_open else None)
    return Alarms(false=breaches, found=fired), Alarms(false=warnings, found=opened)


def _rule(floor: float, baseline: Baseline | None) -> RuleDraft:
    condition = Regression(
        model="churn",
        direction=Direction.HIGHER,
        abs_delta=floor,
        baseline=BaselineKind.CHAMPION if baseline else BaselineKind.ROLLING,
    )
    return RuleDraft(
        workspace="T1",
        channel="C1",
        author="U1",
        metric="val_auc",
        severity=Severity.CRITICAL,
        for_evaluations=FOR_EVALUATIONS,
        condition=condition,
    )


def _sample(state: AlertState, value: float) -> Sample:
    key = str(int(state.last_key or 0) + 1)
    return Sample(key=key, experiment_id="1", name=key, at=AT, value=value)


def _run_over_run(series: Series, drop: int) -> tuple[Alarms, Alarms]:
    def is_bad(before: Sequence[float], value: float) -> bool:
        return value < before[-1] - 2 * DEVIATION

    return _naive(series, drop, is_bad)


def _best_ever(series: Series, drop: int) -> tuple[Alarms, Alarms]:
    def is_bad(before: Sequence[float], value: float) -> bool:
        return value < max(before) - 2 * DEVIATION

    return _naive(series, drop, is_bad)


def _naive(
    series: Series, drop: int, is_bad: Callable[[Sequence[float], float], bool]
) -> tuple[Alarms, Alarms]:
    values = series.history[-WINDOW:] + series.stable + [_low(drop, n) for n in series.noise]
    bad = [is_bad(values[:n], values[n]) for n in range(WINDOW, len(values))]
    shifted = [number for number, alarm in enumerate(bad[STABLE:], 1) if alarm]
    alarms = Alarms(false=sum(bad[:STABLE]), found=next(iter(shifted), None))
    return alarms, alarms


def _series(chance: random.Random) -> Series:
    def values(count: int, level: float = LEVEL) -> Values:
        return [level + _noise(chance) for _ in range(count)]

    return Series(
        seeds=values(3),
        history=values(LEARNED_FROM),
        stable=values(STABLE),
        noise=values(SHIFTED, 0.0),
    )


def _noise(chance: random.Random) -> float:
    """Student's t, scaled to the deviation."""
    squares = sum(chance.gauss(0, 1) ** 2 for _ in range(FREEDOM))
    scale = DEVIATION * math.sqrt((FREEDOM - 2) / FREEDOM)
    return chance.gauss(0, 1) / math.sqrt(squares / FREEDOM) * scale


def _low(drop: int, noise: float) -> float:
    return LEVEL - drop * DEVIATION + noise


def _row(alarms: dict[int, list[Alarms]]) -> Row:
    said = next(iter(alarms.values()))
    at = {drop: [one.found for one in found if one.found] for drop, found in alarms.items()}
    return Row(
        false_per_100=100 * sum(one.false for one in said) / (len(said) * STABLE),
        found={drop: len(numbers) for drop, numbers in at.items()},
        delay={drop: statistics.median(numbers or [0]) for drop, numbers in at.items()},
        series=len(said),
    )


def _print(name: str, row: Row) -> None:
    cells = (
        f"{100 * row.found[drop] / row.series:>16.1f} %,{row.delay[drop]:>5.1f}" for drop in DROPS
    )
    print(f"{name:<48}{row.false_per_100:>19.3f}" + "".join(f"{cell:>25}" for cell in cells))
