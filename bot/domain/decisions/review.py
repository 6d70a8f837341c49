"""Looking at a decision again: what made it due, and what came of it."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.domain.decisions.measure import Expectation
from bot.domain.metrics import Direction


class ReviewCause(StrEnum):
    """What made a review due."""

    DATE = "date"
    RULE = "rule"


class ReviewAnswer(StrEnum):
    """What the makers said; a revised one was superseded by nearly the same, and a deprecated one
    needs no review any more."""

    KEPT = "kept"
    REVISED = "revised"
    SUPERSEDED = "superseded"
    DEPRECATED = "deprecated"


@dataclass(frozen=True, kw_only=True)
class Review:
    """The makers of decision `number` were asked at `asked_at` (aware UTC), because of `reason`.

    `ordinal` counts a decision's reviews from 1. Without an answer it waits for one. `next_on` is
    when a kept one is looked at again, a date wherever its makers are; `newer` the number of the
    decision that took its place.
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
    next_on: date | None = None
    newer: int | None = None


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


def waiting(reviews: Sequence[Review]) -> Review | None:
    """The one that waits for an answer; there is at most one."""
    return next((review for review in reviews if review.answer is None), None)


def latest_kept(reviews: Sequence[Review]) -> Review | None:
    """The last time that the decision was kept, or None."""
    kept = [review for review in reviews if review.answer is ReviewAnswer.KEPT]
    return kept[-1] if kept else None


def review_date(written: date | None, reviews: Sequence[Review]) -> date | None:
    """When it is looked at next: what was said when it was last kept counts before what the body
    says."""
    kept = latest_kept(reviews)
    return kept.next_on if kept else written


def a_quarter_after(day: date) -> date:
    """The same day three months later, or the last of that month where it has no such day."""
    year, month = day.year + (day.month + 2) // 12, (day.month + 2) % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def short_by(expected: Expectation, value: float) -> float:
    """By how much a value misses what was predicted; 0 where it is met."""
    if expected.direction is Direction.HIGHER:
        return max(0.0, expected.target - value)
    return max(0.0, value - expected.target)
