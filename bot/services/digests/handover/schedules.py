"""Hand-overs as messages: when they come, and what they are about.

A stand-up's prompt may come in the same minute. They are two messages about two things: the prompt
asks for the reader's own work and offers it as lines of a report, the hand-over tells what others
did and what waits. Only the reader's runs are in both, there as work to report, here because they
ended while nobody looked.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.domain import calendar
from bot.domain.calendar import Occurrence
from bot.domain.delivery import Delivery, Priority
from bot.domain.digests import handover_schedule as rules
from bot.domain.digests.handover_span import HandoverMark
from bot.domain.digests.windows import Span
from bot.domain.person import Person
from bot.domain.schedule import Schedule
from bot.ports.repositories import UnitOfWork
from bot.services import availability, deliveries
from bot.services.digests.handover import reading

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
    while uow.schedules.had_turn(schedule.id, schedule.next_date):
        schedule = schedule.advanced(schedule.next_run_at)
    uow.schedules.save(schedule)
    if not schedule.active:
        uow.handovers.forget(person.workspace, person.user_id)


def run(uow: UnitOfWork, schedule: Schedule, occurrence: Occurrence, now: datetime) -> None:
    """Decide which instants the hand-over of one local date is about, and order it.

    The next one goes on from here. Whether there is anything to say is seen when it is sent: all
    colleagues of a zone have their turn in one transaction, which must stay short. Who is away, or
    not at work at this hour, is left alone; their next one tells it.
    """
    person = uow.people.get(schedule.workspace, schedule.subject)
    if person is None or not person.choices.handover:
        return
    if not availability.is_at_work(uow, person, now):
        return
    span = reading.span_of(uow, person, now)
    mark = HandoverMark(day=occurrence.local_date, span=span)
    uow.handovers.mark(person.workspace, person.user_id, mark)
    deliveries.post(uow, _delivery(schedule, occurrence, span, now))


def span_of(subject: Mapping[str, Any]) -> Span:
    """The instants that a delivery's subject names."""
    return Span(
        since=datetime.fromisoformat(subject["since"]),
        until=datetime.fromisoformat(subject["until"]),
    )


def _delivery(schedule: Schedule, occurrence: Occurrence, span: Span, now: datetime) -> Delivery:
    return Delivery(
        id=f"{schedule.id}:{occurrence.local_date}",
        workspace=schedule.workspace,
        channel=schedule.subject,
        card=CARD,
        subject={
            "user": schedule.subject,
            "since": span.since.isoformat(),
            "until": span.until.isoformat(),
        },
        priority=Priority.PROMPT,
        ready_at=now,
    )
