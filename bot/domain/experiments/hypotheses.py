"""Hypotheses: what somebody claims will happen to a metric, until when, and what came of it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from bot.domain import calendar
from bot.domain.metrics import Direction
from bot.domain.working_time import WorkingTime
from bot.errors import InvalidInput

HYPOTHESIS_TAG = "hypothesis"
"""The tag by which a run, or its parent, says which hypothesis it tests."""

CLAIM_LIMIT = 300
LEARNED_LIMIT = 1500
MOST_DAYS = 250
SETTLED_AFTER = timedelta(hours=1)
"""How long none may have run for its runs to count as ended."""


class HypothesisState(StrEnum):
    """Open until a person gives the verdict, or gives it up."""

    OPEN = "open"
    SUPPORTED = "supported"
    REFUTED = "refuted"
    INCONCLUSIVE = "inconclusive"
    ABANDONED = "abandoned"


VERDICTS = (HypothesisState.SUPPORTED, HypothesisState.REFUTED, HypothesisState.INCONCLUSIVE)


class Against(StrEnum):
    """What the metric is compared with."""

    CHAMPION = "champion"
    BEST = "best"
    RUN = "run"


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """What is to become of `metric`, which goes in `direction` where the claim holds.

    By at least `by` (in the metric's own unit; below zero it may lose so much) against the
    baseline, or, where `target` is given, to that value.
    """

    metric: str
    direction: Direction
    against: Against = Against.BEST
    by: float = 0.0
    target: float | None = None

    def gain(self, value: float, baseline: float) -> float:
        """How far `value` lies beyond `baseline` in the claimed direction."""
        return value - baseline if self.direction is Direction.HIGHER else baseline - value


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """A value to compare with, as it was when the hypothesis was written: `label` names it."""

    label: str
    value: float
    run_id: str = ""
    experiment_id: str = ""
    dataset: str = ""
    evaluation: str = ""


@dataclass(frozen=True, kw_only=True)
class Asking:
    """That `person` was asked for a verdict, at `at` (aware UTC); empty where nobody could be.

    `why` says what made it due.
    """

    person: str
    at: datetime
    why: str
    reminded: bool = False


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a person said, at `at` (aware UTC), when `runs` were attached.

    `reason` are the numbers in words, `proposed` what they spoke for; both are empty for what was
    given up. `trained_by` are display names.
    """

    by: str
    at: datetime
    learned: str = ""
    reason: str = ""
    proposed: HypothesisState | None = None
    runs: int = 0
    trained_by: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Hypothesis:
    """One claim, numbered per workspace; people are user ids, texts are cleaned, times aware UTC.

    `deadline` is when the owner is asked at the latest; `settled_at` is up to when ended runs have
    been looked at by a person who then gave it more time; `asked` counts the messages that asked
    for a verdict. `version` grows with every change.
    """

    workspace: str
    number: int
    channel: str
    author: str
    owner: str
    claim: str
    experiment_id: str
    experiment: str
    prediction: Prediction
    opened_at: datetime
    deadline: datetime
    baseline: Baseline | None = None
    tags: tuple[str, ...] = ()
    state: HypothesisState = HypothesisState.OPEN
    asking: Asking | None = None
    settled_at: datetime | None = None
    asked: int = 0
    verdict: Verdict | None = None
    version: int = 1

    @property
    def ref(self) -> str:
        """`H-9`."""
        return reference(self.number)

    @property
    def is_open(self) -> bool:
        """Whether nobody has given a verdict yet."""
        return self.state is HypothesisState.OPEN

    @property
    def deciders(self) -> tuple[str, ...]:
        """Who may give the verdict, change it and give it up."""
        return tuple(dict.fromkeys((self.owner, self.author)))

    @property
    def named(self) -> frozenset[str]:
        """Everybody who has a part in it."""
        by = {self.verdict.by} if self.verdict else set()
        return frozenset({*self.deciders, *by} - {""})


@dataclass(frozen=True, kw_only=True)
class HypothesisDraft:
    """What somebody filled in; `run` is a baseline run as typed, `direction` UNKNOWN where the
    metric is simply to improve, `metric` empty for the experiment's primary one.

    `days` are working days of the owner; `until`, if given, wins over them.
    """

    workspace: str
    channel: str
    author: str
    owner: str
    claim: str
    experiment_id: str
    metric: str = ""
    direction: Direction = Direction.UNKNOWN
    by: float | None = None
    target: float | None = None
    against: Against = Against.BEST
    run: str = ""
    until: date | None = None
    days: int | None = None
    tags: tuple[str, ...] = field(default=())


def reference(number: int) -> str:
    """How a hypothesis is called: `H-9`."""
    return f"H-{number}"


_REFERENCE = re.compile(r"(?:h\s*[-–—]?\s*)?#?0*([0-9]{1,9})", re.IGNORECASE)


def is_reference(text: str) -> bool:
    """Whether `text` names a hypothesis and nothing else."""
    return _REFERENCE.fullmatch(text.strip()) is not None


def number_of(text: str) -> int:
    """The number in `H-9`, `h9` or `9`; raises InvalidInput with a sentence otherwise."""
    found = _REFERENCE.fullmatch(text.strip())
    if found is None:
        raise InvalidInput("Name a hypothesis by its number, such as `H-9`.")
    return int(found[1])


def tagged(tags: Iterable[tuple[str, str]]) -> int | None:
    """The number that a run's tag names, or None; both in any case."""
    for key, value in tags:
        if key.casefold() == HYPOTHESIS_TAG and (found := _REFERENCE.fullmatch(value.strip())):
            return int(found[1])
    return None


def end_of(day: date, hours: WorkingTime, zone: str) -> datetime:
    """When that date is over for who works these hours in that zone (aware UTC).

    The end of their working day; of a day off, 18:00.
    """
    everyday = hours.on(calendar.EVERY_DAY)
    midnight = calendar.resolve(day, time(0), calendar.zone_or_utc(zone))
    start = midnight or datetime.combine(day, time(0), UTC)
    return next(everyday.windows(start, zone))[1]


def after_days(days: int, hours: WorkingTime, zone: str, now: datetime) -> datetime:
    """The end of the `days`th working day after today (aware UTC)."""
    today = calendar.local_date(now, calendar.zone_or_utc(zone))
    left = days
    for opens, closes in hours.windows(now, zone):
        if calendar.local_date(opens, calendar.zone_or_utc(zone)) > today:
            left -= 1
        if left <= 0:
            return closes
    raise AssertionError("working days never end")
