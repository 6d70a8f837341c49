"""Reviews: the makers of a decision are asked to look again, and the first of them answers."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from bot.domain.decisions.record import (
    ChangeKind,
    DecisionRecord,
    DecisionStatus,
    reference,
    refusal,
)
from bot.domain.decisions.review import Review, ReviewAnswer, ReviewCause, review_date, waiting
from bot.domain.timer import Timer
from bot.errors import Conflict, InvalidForm, NotFound
from bot.ports.repositories import UnitOfWork
from bot.services.decisions import records
from bot.services.decisions import review_calls as calls

NOTE_LIMIT = 500


def begin(
    uow: UnitOfWork, record: DecisionRecord, cause: ReviewCause, reason: str, now: datetime
) -> None:
    """Ask the makers of an accepted decision, which is locked, to look at it again.

    While they are being asked they aren't asked a second time; what was found since is added to
    why they are.
    """
    reviews = uow.reviews.of(record.workspace, record.number)
    if open_one := waiting(reviews):
        _found_more(uow, record, open_one, cause, reason, now)
        return
    review = Review(
        number=record.number,
        ordinal=len(reviews) + 1,
        cause=cause,
        reason=reason,
        asked_at=now,
    )
    uow.reviews.save(record.workspace, review)
    records.note(uow, record, ChangeKind.REVIEWED, "", now, f"due for another look: {reason}")
    calls.ask_all(uow, record, review, now)
    records.refresh(uow, record, now)


def fire(uow: UnitOfWork, timer: Timer, now: datetime) -> None:
    """A timer went off: what it was set for is done if it still makes sense.

    No timer is cancelled before: a click that deletes a timer's row while that timer goes off
    would wait for what waits for it.
    """
    record = uow.decisions.locked(timer.workspace, int(timer.subject["number"]))
    if record is None or record.status is not DecisionStatus.ACCEPTED:
        return
    reviews = uow.reviews.of(record.workspace, record.number)
    ordinal, user_id = int(timer.subject["ordinal"]), str(timer.subject["user"])
    if not user_id:
        day = review_date(record.body.review_on, reviews)
        if day and ordinal == len(reviews):
            begin(uow, record, ReviewCause.DATE, f"its review date was {spoken(day)}", now)
        return
    review = waiting(reviews)
    if review and review.ordinal == ordinal:
        calls.ask_one(uow, record, review, user_id, now)


def answerable(
    uow: UnitOfWork, workspace: str, number: int, ordinal: int, by: str
) -> tuple[DecisionRecord, Review]:
    """The decision and its review, if `by` may answer it now.

    Raises NotFound, NotPermitted for others than its deciders, Conflict if it was answered.
    """
    return _answerable(uow, records.find(uow, workspace, number), ordinal, by)


def keep(
    uow: UnitOfWork,
    workspace: str,
    number: int,
    ordinal: int,
    by: str,
    note: str,
    next_on: date | None,
    now: datetime,
) -> DecisionRecord:
    """The decision stays as it is; it is looked at again on `next_on`, if that is given.

    Raises as `answerable` does, and InvalidForm for a date that is over everywhere.
    """
    record, review = _answerable(uow, records.locked(uow, workspace, number), ordinal, by)
    if next_on and next_on <= (now - timedelta(hours=12)).date():
        raise InvalidForm({"next_on": "Pick a later day, or leave it empty."})
    kept = replace(
        review,
        answer=ReviewAnswer.KEPT,
        note=note[:NOTE_LIMIT],
        answered_by=by,
        answered_at=now,
        next_on=next_on,
    )
    _store(uow, record, kept, now)
    told = [f"kept it: {kept.note}" if kept.note else "kept it"]
    told += [f"next look {spoken(next_on)}"] if next_on else []
    records.note(uow, record, ChangeKind.REVIEWED, by, now, "; ".join(told))
    if next_on:
        calls.set_date(uow, record, next_on, now)
    records.refresh(uow, record, now)
    return record


def close(uow: UnitOfWork, record: DecisionRecord, now: datetime) -> None:
    """The decision doesn't hold any more: that answers a review that waits."""
    review = waiting(uow.reviews.of(record.workspace, record.number))
    if review is None:
        return
    newer = _newer(uow, record)
    if newer is None:
        changes = uow.decisions.changes(record.workspace, record.number)
        answer, by = ReviewAnswer.DEPRECATED, changes[-1].by if changes else ""
    else:
        answer, by = _answer_of(record, newer), newer.author
    closed = replace(
        review, answer=answer, answered_by=by, answered_at=now, newer=record.superseded_by
    )
    _store(uow, record, closed, now)


def spoken(day: date) -> str:
    """A date inside our own sentences."""
    return f"{day.day} {day:%b} {day.year}"


def _found_more(
    uow: UnitOfWork,
    record: DecisionRecord,
    review: Review,
    cause: ReviewCause,
    reason: str,
    now: datetime,
) -> None:
    """A broken rule says more than a date; it is added once."""
    if review.cause is ReviewCause.RULE or cause is ReviewCause.DATE:
        return
    more = replace(review, cause=cause, reason=f"{review.reason}; {reason}")
    _store(uow, record, more, now)
    records.note(uow, record, ChangeKind.REVIEWED, "", now, f"one more reason to look: {reason}")
    records.refresh(uow, record, now)


def _store(uow: UnitOfWork, record: DecisionRecord, review: Review, now: datetime) -> None:
    """Store it and bring up to date what asks for it."""
    uow.reviews.save(record.workspace, review)
    calls.show_again(uow, record, review, now)


def _answerable(
    uow: UnitOfWork, record: DecisionRecord, ordinal: int, by: str
) -> tuple[DecisionRecord, Review]:
    records.require_decider(uow, record, by)
    reviews = uow.reviews.of(record.workspace, record.number)
    review = next((each for each in reviews if each.ordinal == ordinal), None)
    if review is None:
        raise NotFound(f"Nobody is asked to look at {record.ref} again.")
    if review.answer is not None:
        raise Conflict(_answered(uow, record, review))
    if sentence := refusal(record, DecisionStatus.SUPERSEDED):
        raise Conflict(sentence)
    return record, review


def _answered(uow: UnitOfWork, record: DecisionRecord, review: Review) -> str:
    person = uow.people.get(record.workspace, review.answered_by)
    who = person.name if person else "Somebody"
    seen = f"Type `/decide show {record.ref}` to see it."
    if review.newer is not None:
        return f"{who} answered already, with {reference(review.newer)}. {seen}"
    return f"{who} answered already: {record.ref} was {review.answer}. {seen}"


def _newer(uow: UnitOfWork, record: DecisionRecord) -> DecisionRecord | None:
    if record.superseded_by is None:
        return None
    return uow.decisions.get(record.workspace, record.superseded_by)


def _answer_of(older: DecisionRecord, newer: DecisionRecord) -> ReviewAnswer:
    """Who changes what a decision does, or what it is called, made another one."""
    same = (older.body.promotion, older.title) == (newer.body.promotion, newer.title)
    return ReviewAnswer.REVISED if same else ReviewAnswer.SUPERSEDED
