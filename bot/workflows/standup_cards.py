"""The messages of a stand-up's days, read and rendered at sending time."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from bot.domain import standup as rules
from bot.domain.day import Day
from bot.domain.links import Links
from bot.domain.schedule import ScheduleKind
from bot.domain.standup import Standup
from bot.domain.turn import Cohort, Entry, Turn
from bot.ports.chat import Message
from bot.ports.repositories import UnitOfWork
from bot.services import activity, blockers, offers, rotation, standup_posts, turns
from bot.views import prompts, report_posts, wrap_ups
from bot.views.prompts import Asked
from bot.views.wrap_ups import Surroundings
from bot.workflows.cards import Card

Subject = Mapping[str, Any]


def _prompt(
    uow: UnitOfWork, workspace: str, subject: Subject, now: datetime, links: Links
) -> Message | None:
    def ask(standup: Standup, turn: Turn) -> Message:
        plan = standup.plan
        reported, absent = uow.turns.progress(standup.id, turn.local_date)
        long_run = activity.long_run(uow, standup, turn.user_id, now)
        asked = Asked(
            planned=offers.planned(uow, standup.id, turn.user_id, turn.local_date),
            activity=activity.for_standup(uow, standup, turn.user_id, now),
            reported=reported,
            expected=max(reported, len(plan.participants) - len(plan.optional) - absent),
            no_news=long_run.text if long_run else "",
        )
        return prompts.prompt(standup, turn, asked, links)

    return _unless_settled(uow, workspace, subject, now, ask)


def _reminder(
    uow: UnitOfWork, workspace: str, subject: Subject, now: datetime, _links: Links
) -> Message | None:
    return _unless_settled(uow, workspace, subject, now, prompts.reminder)


def _wrap_up(
    uow: UnitOfWork, workspace: str, subject: Subject, now: datetime, links: Links
) -> Message | None:
    standup = uow.standups.get(workspace, subject["standup"])
    if standup is None:
        return None
    whole = turns.day(uow, standup, date.fromisoformat(subject["date"]))
    cohort = Cohort(subject["cohort"])
    part = whole.of(cohort)
    if not part.reports:
        return None
    around = _beside(uow, whole, cohort, links, now)
    alone = not around.closing and len({e.turn.cohort for e in whole.entries}) == 1
    return wrap_ups.card(part, None if alone else cohort, around, links)


def _day(
    uow: UnitOfWork, workspace: str, subject: Subject, _now: datetime, links: Links
) -> Message | None:
    standup = uow.standups.get(workspace, subject["standup"])
    if standup is None:
        return None
    whole = turns.day(uow, standup, date.fromisoformat(subject["date"]))
    return wrap_ups.card(whole, None, surroundings(uow, whole), links)


def _report(
    uow: UnitOfWork, workspace: str, subject: Subject, _now: datetime, links: Links
) -> Message | None:
    standup, turn = _turn(uow, workspace, subject)
    if standup is None or turn is None:
        return None
    report = uow.standups.report(standup.id, turn.local_date, turn.user_id)
    if report is None:
        return None
    author = uow.people.get(workspace, turn.user_id)
    return report_posts.post(standup, Entry(turn=turn, report=report), author, links)


CARDS: dict[str, Card] = {
    "standup.prompt": _prompt,
    "standup.reminder": _reminder,
    "standup.wrap_up": _wrap_up,
    "standup.day": _day,
    "standup.report": _report,
}


def _turn(uow: UnitOfWork, workspace: str, subject: Subject) -> tuple[Standup | None, Turn | None]:
    standup = uow.standups.get(workspace, subject["standup"])
    day = date.fromisoformat(subject["date"])
    return standup, uow.turns.get(subject["standup"], day, subject["user"])


def _unless_settled(
    uow: UnitOfWork,
    workspace: str,
    subject: Subject,
    now: datetime,
    ask: Callable[[Standup, Turn], Message],
) -> Message | None:
    """The message that asks, or what it becomes once nothing more is expected."""
    standup, turn = _turn(uow, workspace, subject)
    if standup is None or turn is None:
        return None
    report = uow.standups.report(standup.id, turn.local_date, turn.user_id)
    if report is not None:
        return prompts.receipt(standup, turn, report)
    if turn.absence:
        return prompts.excused(standup, turn, turn.absence)
    return ask(standup, turn) if _still_asked(uow, standup, turn, now) else None


def _still_asked(uow: UnitOfWork, standup: Standup, turn: Turn, now: datetime) -> bool:
    """Whether asking makes sense now: the stand-up goes on and it is their working time.

    A message that could not be sent in time is not sent at all: nobody reports at night.
    """
    person = uow.people.get(standup.workspace, turn.user_id)
    return (
        person is not None and now < turn.due_at and turns.may_be_asked(uow, standup, person, now)
    )


def surroundings(uow: UnitOfWork, part: Day) -> Surroundings:
    """What a card of this part of a day shows beside its reports."""
    standup = part.standup
    inside = {e.turn.user_id for e in part.entries}
    tomorrow = part.local_date + timedelta(days=1)  # somewhere their day is a UTC day longer
    open_ones = [
        b
        for b in blockers.open_in(uow, standup.workspace, [standup.id])
        if b.user_id in inside and b.opened_at.date() <= tomorrow
    ]
    names = inside.union(*(b.people for b in open_ones))
    return Surroundings(
        people=uow.people.several(standup.workspace, names),
        blockers=open_ones,
        call=rotation.line(uow, standup, part.local_date),
    )


def _beside(
    uow: UnitOfWork, whole: Day, cohort: Cohort, links: Links, now: datetime
) -> Surroundings:
    """The same for a cohort's card: when the others close, and where the thread is."""
    around = surroundings(uow, whole.of(cohort))
    thread = uow.deliveries.get(standup_posts.thread_id(whole.standup.id, whole.local_date))
    opens_it = thread is not None and thread.subject.get("cohort") == cohort.value
    address = links.message(thread.posted_channel, thread.ts) if thread and thread.ts else None
    return replace(
        around,
        closing=_closing(uow, whole, cohort, now),
        thread="" if opens_it else address or "",
        opens_thread=opens_it or not address,
        call=around.call if opens_it else "",
    )


def _closing(
    uow: UnitOfWork, whole: Day, cohort: Cohort, now: datetime
) -> list[tuple[Cohort, datetime]]:
    """When the day of each other cohort closes that is still to come."""
    standup = whole.standup
    ends: dict[Cohort, datetime] = {}
    for other, at in [*_begun(whole), *_to_come(uow, standup, whole.local_date)]:
        if other is not cohort:
            ends[other] = max(at, ends.get(other, at))
    return [
        (other, at)
        for other, at in sorted(ends.items(), key=lambda item: item[1])
        if at > now and standup_posts.card_of(uow, standup.id, whole.local_date, other) is None
    ]


def _begun(whole: Day) -> Iterable[tuple[Cohort, datetime]]:
    return ((turn.cohort, turn.due_at) for turn in whole.waiting)


def _to_come(uow: UnitOfWork, standup: Standup, day: date) -> Iterable[tuple[Cohort, datetime]]:
    """Those whose hour of that day hasn't come yet."""
    schedules = uow.schedules.of(standup.workspace, ScheduleKind.STANDUP_PROMPT, standup.id)
    coming = [s for s in schedules if s.active and s.next_date <= day]
    people = uow.people.several(standup.workspace, [s.user_id for s in coming])
    for schedule in coming:
        if schedule.user_id in people:
            at = schedule.next_run_at
            closes = rules.due_at(standup, people[schedule.user_id], at)
            yield Cohort.of(schedule.zone, at), closes
