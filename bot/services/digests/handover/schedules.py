"""Hand-overs as messages: when they come, and what they are about.

A stand-up's prompt may come in the same minute. They are two messages about two things: the prompt
asks for the reader's own work and offers it as lines of a report, the hand-over tells what others
did and what waits. Only the reader's runs are in both, there as work to report, here because they
ended while nobody looked.
"""

from datetime import datetime

from bot.domain import calendar
from bot.domain.calendar import Occurrence
from bot.domain.delivery import Delivery, Priority
from bot.domain.digests import handover_schedule as rules
from bot.domain.digests.handover_span import HandoverMark
from bot.domain.person import Person
from bot.domain.schedule import Schedule
from bot.ports.repositories import UnitOfWork
from bot.services import availability, deliveries
from bot.services.digests.handover import reading, runs
from bot.services.digests.sections.sources import issues_read_at
from bot.services.issues import sight
from bot.services.schedules import not_again

CARD = "handover"


def reschedule(uow: UnitOfWork, person: Person, now: datetime) -> None:
    """Let a person's schedule follow their wish, their zone, their hours and their state.

    A date that had its turn doesn't come again, though it may begin anew where they are now; one
    whose morning is long gone there isn't told of in the evening. Who wants no message any more
    goes on as everybody without one does.
    """
    known = uow.schedules.locked(rules.schedule_id(person.workspace, person.user_id))
    if known is None and not person.choices.handover:
        return
    schedule = rules.rescheduled(person, known, now)
    zone = calendar.zone_or_utc(person.zone)
    morning = calendar.resolve(schedule.next_date, schedule.wall_time, zone)
    if morning and schedule.reason_to_skip(morning, schedule.next_run_at):
        schedule = schedule.advanced(now)
    schedule = not_again(uow, schedule)
    uow.schedules.save(schedule)
    if not schedule.active:
        uow.handovers.forget(person.workspace, person.user_id)


def run(uow: UnitOfWork, schedule: Schedule, occurrence: Occurrence, now: datetime) -> None:
    """Decide which instants the hand-over of one local date is about, and order it.

    The next one goes on from here, or tells this one too if its message isn't sent in time. Whether
    there is anything to say is seen when it is sent: all
    colleagues of a zone have their turn in one transaction, which must stay short. Who is away, or
    not at work at this hour, is left alone; their next one tells it.
    """
    person = uow.people.get(schedule.workspace, schedule.subject)
    if person is None or not person.choices.handover:
        return
    if not availability.is_at_work(uow, person, now):
        return
    _withdraw_last(uow, person, now)
    seen = sight.of_person(uow, person.workspace, person.user_id)
    window = reading.window_of(uow, person, now).read_until(
        issues=issues_read_at(uow, person.workspace, seen.projects) or now,
        runs=runs.read_at(uow, now),
    )
    mark = HandoverMark(day=occurrence.local_date, window=window)
    uow.handovers.mark(person.workspace, person.user_id, mark)
    deliveries.post(uow, _delivery(person, mark, now))


def _withdraw_last(uow: UnitOfWork, person: Person, now: datetime) -> None:
    """Where the last message still waits to be sent, this one tells what it would have told."""
    mark = uow.handovers.get(person.workspace, person.user_id)
    if mark is not None:
        last = reading.message_id(person, mark.day)
        deliveries.withdraw(uow, last, "the next one tells it", now)


def _delivery(person: Person, mark: HandoverMark, now: datetime) -> Delivery:
    return Delivery(
        id=reading.message_id(person, mark.day),
        workspace=person.workspace,
        channel=person.user_id,
        card=CARD,
        subject={
            "user": person.user_id,
            "day": mark.day.isoformat(),
            **mark.window.to_json(),
        },
        priority=Priority.PROMPT,
        ready_at=now,
    )
