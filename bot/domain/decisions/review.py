"""Looking at a decision again: what made it due, and what came of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ReviewCause(StrEnum):
    """What made a review due."""

    DATE = "date"
    RULE = "rule"


class ReviewAnswer(StrEnum):
    """What the makers said; a revised one was superseded by nearly the same."""

    KEPT = "kept"
    REVISED = "revised"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, kw_only=True)
class Review:
    """The makers of decision `number` were asked at `asked_at` (aware UTC), because of `reason`.

    `ordinal` counts a decision's reviews from 1. Without an answer it waits for one.
    """

    number: int
    ordinal: int
    cause: ReviewCause
    reason: str
    asked_at: datetime
    answer: ReviewAnswer | None = None
    note: str = ""
    answered_by: str = ""
    answered_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Observed:
    """What a measured effect is by now: the latest evaluation that speaks for it.

    `value` is None where there is no such number yet; `at` is aware UTC.
    """

    value: float | None
    run_id: str = ""
    experiment_id: str = ""
    name: str = ""
    version: int | None = None
    at: datetime | None = None
