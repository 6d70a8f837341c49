"""Who is asked to look at a decision again, and when: at work, once for each review."""

from datetime import UTC, date, datetime, time

from bot.domain import calendar
from bot.domain.decisions.record import DecisionRecord
from bot.domain.decisions.review import Review
from bot.domain.delivery import Delivery, Priority
from bot.domain.person import Person
from bot.domain.timer import Timer, TimerKind
from bot.ports.repositories import UnitOfWork
from bot.services import availability, deliveries
from bot.services.decisions import records

CARD = "decision.review"

_FALLBACK = time(9)


def ask_all(uow: UnitOfWork, record: DecisionRecord, review: Review, now: datetime) -> None:
    """Ask in the thread of the decision's card, and each of its makers by themselves."""
    records.tell(uow, record, CARD, f"review:{review.ordinal}", now, {"ordinal": review.ordinal})
    for person in _asked(uow, record):
        _ask(uow, record, review, person, now)


def ask_one(
    uow: UnitOfWork, record: DecisionRecord, review: Review, user_id: str, now: datetime
) -> None:
    """Ask somebody whose turn it is, if they can still be asked."""
    for person in _asked(uow, record):
        if person.user_id == user_id:
            _ask(uow, record, review, person, now)


def set_date(uow: UnitOfWork, record: DecisionRecord, day: date, now: datetime) -> None:
    """Ask on that date as soon as one of the makers is at work; where all of them are away, the
    thread is asked when the first of them would be. `record` is locked or new."""
    moments = [_at_work(uow, person, day, now) for person in _asked(uow, record)]
    nobody = False, datetime.combine(day, _FALLBACK, UTC)
    _, at = min(moments, default=nobody)
    ordinal = len(uow.reviews.of(record.workspace, record.number))
    _set_timer(uow, record, ordinal, "", max(at, now))


def show_again(uow: UnitOfWork, record: DecisionRecord, review: Review, now: datetime) -> None:
    """Bring up to date what asked for a review."""
    for user_id in ("", *sorted(record.deciders)):
        deliveries.edit(uow, delivery_id(record, review.ordinal, user_id), now)


def delivery_id(record: DecisionRecord, ordinal: int, user_id: str = "") -> str:
    """The id of what asks for one review: in the thread, or of that person."""
    about = f"{records.card_id(record.workspace, record.number)}:review:{ordinal}"
    return f"{about}:{user_id}" if user_id else about


def _asked(uow: UnitOfWork, record: DecisionRecord) -> list[Person]:
    """Its makers, or who logged it where there are none; in one order for all."""
    ids = sorted(set(record.body.makers or (record.author,)))
    known = uow.people.several(record.workspace, ids)
    return [known[each] for each in ids if each in known and _can_be_asked(known[each])]


def _can_be_asked(person: Person) -> bool:
    return not (person.deleted or person.is_bot)


def _ask(
    uow: UnitOfWork, record: DecisionRecord, review: Review, person: Person, now: datetime
) -> None:
    """Write to somebody now if they are at work, else when they next are."""
    at = availability.next_present(uow, person, now)
    if at > now:
        _set_timer(uow, record, review.ordinal, person.user_id, at)
        return
    subject = {"number": record.number, "ordinal": review.ordinal, "user": person.user_id}
    deliveries.post(
        uow,
        Delivery(
            id=delivery_id(record, review.ordinal, person.user_id),
            workspace=record.workspace,
            channel=person.user_id,
            card=CARD,
            subject={**subject, "at": now.isoformat()},
            priority=Priority.PROMPT,
            ready_at=now,
        ),
    )


def _set_timer(
    uow: UnitOfWork, record: DecisionRecord, ordinal: int, user_id: str, at: datetime
) -> None:
    uow.timers.set(
        Timer(
            id=f"{delivery_id(record, ordinal, user_id)}:timer",
            workspace=record.workspace,
            kind=TimerKind.DECISION_REVIEW,
            subject={"number": record.number, "ordinal": ordinal, "user": user_id},
            due_at=at,
        )
    )


def _at_work(uow: UnitOfWork, person: Person, day: date, now: datetime) -> tuple[bool, datetime]:
    """When somebody's working time begins on that date, or next after it or after now, and before
    that whether they are away then."""
    zone = calendar.zone_or_utc(person.zone)
    midnight = calendar.resolve(day, time(0), zone) or datetime.combine(day, _FALLBACK, UTC)
    begins = person.working_time().next_moment(max(midnight, now), person.zone)
    is_there = availability.next_present(uow, person, begins) == begins
    return not is_there, begins
