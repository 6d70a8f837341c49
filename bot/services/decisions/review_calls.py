"""Who is asked to look at a decision again, and when: at work, once for each review."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from bot.domain import calendar
from bot.domain.decisions.record import DecisionRecord
from bot.domain.decisions.review import Review
from bot.domain.delivery import Delivery, DeliveryState, Priority
from bot.domain.person import Person
from bot.domain.timer import Timer, TimerKind
from bot.ports.repositories import UnitOfWork
from bot.services import deliveries
from bot.services.availability import Presence
from bot.services.decisions import attempts, records

CARD = "decision.review"

_FALLBACK = time(9)
# Whether a message could be sent while its reader was at work is looked at this soon.
_ARRIVED_WITHIN = timedelta(minutes=15)


def ask_all(uow: UnitOfWork, record: DecisionRecord, review: Review, now: datetime) -> None:
    """Ask in the thread of the decision's card, and each of its makers by themselves."""
    records.tell(uow, record, CARD, f"review:{review.ordinal}", now, {"ordinal": review.ordinal})
    _ask(uow, record, review, _asked(uow, record), now)


def ask_one(
    uow: UnitOfWork, record: DecisionRecord, review: Review, user_id: str, now: datetime
) -> None:
    """Ask somebody whose turn it is, if they can still be asked and haven't been reached yet."""
    asked = [person for person in _asked(uow, record) if person.user_id == user_id]
    _ask(uow, record, review, asked, now)


def ask_soon(uow: UnitOfWork, record: DecisionRecord, review: Review, now: datetime) -> None:
    """Ask its makers, each as soon as they are at work, without a word in the thread."""
    for user_id in sorted(set(record.body.makers or (record.author,))):
        _set_timer(uow, record, review.ordinal, user_id, now)


def set_date(uow: UnitOfWork, record: DecisionRecord, day: date, now: datetime) -> None:
    """Ask on that date as soon as one of the makers is at work; where all of them are away, the
    thread is asked when the first of them would be. `record` is locked or new."""
    asked = _asked(uow, record)
    presence = Presence(uow, asked, now)
    moments = [_at_work(presence, person, day, now) for person in asked]
    nobody = False, datetime.combine(day, _FALLBACK, UTC)
    _, at = min(moments, default=nobody)
    ordinal = len(uow.reviews.of(record.workspace, record.number))
    _set_timer(uow, record, ordinal, "", max(at, now))


def show_again(uow: UnitOfWork, record: DecisionRecord, review: Review, now: datetime) -> None:
    """Bring up to date what asked for a review."""
    deliveries.edit(uow, thread_id(record, review.ordinal), now)
    for asked in _attempts(uow, record, review, sorted(record.deciders)).values():
        for message in asked:
            if message.state not in attempts.CAME_TO_NOTHING:
                deliveries.edit(uow, message.id, now)


def thread_id(record: DecisionRecord, ordinal: int) -> str:
    """The id of what asks for one review in the thread."""
    return f"{records.card_id(record.workspace, record.number)}:review:{ordinal}"


def _asked(uow: UnitOfWork, record: DecisionRecord) -> list[Person]:
    """Its makers, or who logged it where there are none, as far as they may answer; in one order
    for all."""
    ids = sorted(set(record.body.makers or (record.author,)))
    known = uow.people.several(record.workspace, ids)
    return [known[each] for each in ids if each in known and known[each].can_take_part]


def _attempts(
    uow: UnitOfWork, record: DecisionRecord, review: Review, user_ids: Iterable[str]
) -> Mapping[str, list[Delivery]]:
    """The messages that were to ask these, by user id."""
    about = thread_id(record, review.ordinal)
    return attempts.made(uow, user_ids, lambda user_id, nth: f"{about}:{user_id}:{nth}")


def _ask(
    uow: UnitOfWork,
    record: DecisionRecord,
    review: Review,
    people: Sequence[Person],
    now: datetime,
) -> None:
    """Write now to those who are at work, to the others when they next are; and come back.

    What made no sense any more when it was to be sent is written again. Whom Slack refuses to
    write to finds the question in the thread.
    """
    made = _attempts(uow, record, review, [person.user_id for person in people])
    presence = Presence(uow, people, now)
    for person in people:
        asked = made[person.user_id]
        state = asked[-1].state if asked else DeliveryState.SKIPPED
        if state in attempts.ON_ITS_WAY:
            _set_timer(uow, record, review.ordinal, person.user_id, now + _ARRIVED_WITHIN)
        elif state is DeliveryState.SKIPPED:
            at = presence.next(person, now)
            if at <= now:
                _write(uow, record, review, person, len(asked) + 1, now)
                at = now + _ARRIVED_WITHIN
            _set_timer(uow, record, review.ordinal, person.user_id, at)


def _write(
    uow: UnitOfWork,
    record: DecisionRecord,
    review: Review,
    person: Person,
    nth: int,
    now: datetime,
) -> None:
    message = f"{thread_id(record, review.ordinal)}:{person.user_id}:{nth}"
    subject = {"number": record.number, "ordinal": review.ordinal, "user": person.user_id}
    deliveries.post(
        uow,
        Delivery(
            id=message,
            workspace=record.workspace,
            channel=person.user_id,
            card=CARD,
            subject={**subject, "id": message},
            priority=Priority.PROMPT,
            ready_at=now,
        ),
    )


def _set_timer(
    uow: UnitOfWork, record: DecisionRecord, ordinal: int, user_id: str, at: datetime
) -> None:
    uow.timers.set(
        Timer(
            id=f"{thread_id(record, ordinal)}:{user_id}:timer",
            workspace=record.workspace,
            kind=TimerKind.DECISION_REVIEW,
            subject={"number": record.number, "ordinal": ordinal, "user": user_id},
            due_at=at,
        )
    )


def _at_work(presence: Presence, person: Person, day: date, now: datetime) -> tuple[bool, datetime]:
    """When somebody's working time begins on that date, or next after it or after now, and before
    that whether they are away then."""
    zone = calendar.zone_or_utc(person.zone)
    midnight = calendar.resolve(day, time(0), zone) or datetime.combine(day, _FALLBACK, UTC)
    begins = person.working_time().next_moment(max(midnight, now), person.zone)
    is_there = presence.next(person, begins) == begins
    return not is_there, begins
