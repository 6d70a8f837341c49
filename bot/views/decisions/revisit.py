"""What people see of a decision's revisit: when it is looked at again, and what it came to."""

from datetime import date, datetime
from typing import Any

from bot.domain.alerts.rules import Operator
from bot.domain.decisions.detail import DecisionDetail
from bot.domain.decisions.measure import Expectation, Measure, RevisitRule
from bot.domain.decisions.promotion import Promotion
from bot.domain.decisions.record import DecisionStatus, reference
from bot.domain.decisions.review import (
    Observed,
    Review,
    ReviewAnswer,
    latest_kept,
    review_date,
    short_by,
    waiting,
)
from bot.domain.links import Links
from bot.domain.metrics import Direction, difference, figure
from bot.views.blocks import button
from bot.views.text import Line, Piece, clean, link, moment, times, words

ACTION_KEEP = "decision.keep"
ACTION_REVISE = "decision.revise"

# On the card; the audit trail has all of a reason and of a note.
_NAME_LIMIT = 40
_REASON_LIMIT = 160
_NOTE_LIMIT = 120
_NOTE_IN_FULL = 500


def card_lines(detail: DecisionDetail, links: Links, now: datetime) -> list[Line]:
    """The lines of the card."""
    answer = [due_line(detail), kept_line(detail), _asked_again(detail)]
    found: list[Line] = [line for line in answer if line]
    predicted = outcome_line(detail, links)
    return [*found, predicted] if predicted else found


def buttons(detail: DecisionDetail, now: datetime) -> list[dict[str, Any]]:
    """The buttons of the card."""
    review = waiting(detail.reviews)
    if review is None or detail.record.status is not DecisionStatus.ACCEPTED:
        return []
    return answers(review)


def answers(review: Review) -> list[dict[str, Any]]:
    """The buttons by which a review is answered; their value names the decision and the review."""
    value = f"{review.number}:{review.ordinal}"
    return [
        button("Keep", ACTION_KEEP, value),
        button("Revise", ACTION_REVISE, value),
    ]


def asked(value: str) -> tuple[int, int]:
    """The decision and its review that a button's value names."""
    number, _, ordinal = value.partition(":")
    return int(number), int(ordinal)


def due_line(detail: DecisionDetail) -> Line | None:
    """Since when a review waits, and why; None where none does."""
    review = waiting(detail.reviews)
    if review is None:
        return None
    since = moment(review.asked_at, "{date_short_pretty}")
    reason = words(f": {clean(review.reason, _REASON_LIMIT)}")
    return [words("🟡 Due for review since ", bold=True), since, reason]


def kept_line(detail: DecisionDetail) -> Line | None:
    """Who kept it last, when, and what they said; None where nobody did."""
    review = latest_kept(detail.reviews)
    if review is None or review.answered_at is None:
        return None
    note = f": {clean(review.note, _NOTE_LIMIT)}" if review.note else ""
    line: Line = ["Kept by ", name(detail, review.answered_by), ", "]
    return [*line, moment(review.answered_at, "{date_short_pretty}"), words(note)]


def outcome_line(detail: DecisionDetail, links: Links) -> Line | None:
    """What was predicted beside what was observed; None where nothing was predicted."""
    expected, observed = detail.record.body.expected, detail.observed
    if expected is None:
        return None
    line: Line = [words("Predicted ", bold=True), words(predicted(expected, detail))]
    if detail.record.decided_at is None or detail.record.status is DecisionStatus.REJECTED:
        return line
    if observed is None or observed.value is None:
        return [*line, "; no evaluation yet"]
    beside: Line = [f"; observed {figure(observed.value)} (", *_evaluation(observed, links), "): "]
    return [*line, *beside, _verdict(expected, observed.value)]


def predicted(expected: Expectation, detail: DecisionDetail) -> str:
    """`champion val_auc ≥ 0.912`."""
    sign = "≥" if expected.direction is Direction.HIGHER else "≤"
    what = _measured(expected.measure, detail.record.body.promotion)
    return f"{what} {sign} {figure(expected.target)}"


def spoken_rule(rule: RevisitRule, promotion: Promotion | None) -> str:
    """`champion val_auc < 0.9 three times in a row`."""
    sign = "<" if rule.operator is Operator.BELOW else ">"
    often = rule.for_evaluations
    again = "" if often == 1 else f" {times(often)} in a row"
    return f"{_measured(rule.measure, promotion)} {sign} {figure(rule.bound)}{again}"


def spoken_date(day: date) -> str:
    """`1 Feb 2027`."""
    return f"{day.day} {day:%b} {day.year}"


def answered_line(detail: DecisionDetail, review: Review) -> Line:
    """What came of a review, for the messages that asked for it."""
    who = name(detail, review.answered_by) if review.answered_by else "somebody"
    at = moment(review.answered_at or review.asked_at)
    if review.answer is not ReviewAnswer.KEPT:
        newer = f" by {reference(review.newer)}" if review.newer is not None else ""
        return [f"{detail.record.ref} was {review.answer}{newer}, ", who, ", ", at, "."]
    note = f": {clean(review.note, _NOTE_IN_FULL)}" if review.note else "."
    line: Line = ["Kept by ", who, " ", at, words(note)]
    if review.next_on:
        line.append(f" Next look {spoken_date(review.next_on)}.")
    return line


def name(detail: DecisionDetail, user_id: str) -> Piece:
    """Somebody's name, without a ping."""
    person = detail.people.get(user_id)
    return words(clean(person.name, _NAME_LIMIT) if person else user_id)


def _asked_again(detail: DecisionDetail) -> Line | None:
    """What makes it due (next), while that can still happen."""
    record, body = detail.record, detail.record.body
    if record.status not in (DecisionStatus.PROPOSED, DecisionStatus.ACCEPTED):
        return None
    causes: list[str] = []
    if body.revisit:
        rule = f" ({detail.rule.label})" if detail.rule else ""
        causes.append(f"when {spoken_rule(body.revisit, body.promotion)}{rule}")
    day, asked_for = review_date(body.review_on, detail.reviews), waiting(detail.reviews)
    if day and not (asked_for and asked_for.asked_at.date() >= day):
        causes.append(f"on {spoken_date(day)}")
    if not causes:
        return None
    begins = "Asked again " if record.status is DecisionStatus.ACCEPTED else "To be asked again "
    return [words(begins, bold=True), words(", or ".join(causes))]


def _measured(measure: Measure, promotion: Promotion | None) -> str:
    """The model is named where it isn't the promoted one."""
    text = f"{clean(measure.alias, _NAME_LIMIT)} {clean(measure.metric, _NAME_LIMIT)}"
    if promotion is not None and promotion.model == measure.model:
        return text
    return f"{text} of {clean(measure.model, _NAME_LIMIT)}"


def _evaluation(observed: Observed, links: Links) -> Line:
    url = links.run(observed.experiment_id, observed.run_id)
    text = clean(observed.name, _NAME_LIMIT)
    run = link(url, text) if url else words(text)
    return [run, f", v{observed.version}"] if observed.version is not None else [run]


def _verdict(expected: Expectation, value: float) -> str:
    missing = short_by(expected, value)
    if not missing:
        return "met"
    side = "short" if expected.direction is Direction.HIGHER else "too high"
    return f"{difference(missing, value, expected.target)} {side}"
