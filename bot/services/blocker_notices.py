"""Who is told what of a blocker, and when: only people who are at work, once a fact."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from bot.domain import blocker as rules
from bot.domain import calendar
from bot.domain.blocker import Blocker, Notice
from bot.domain.delivery import Delivery, Priority
from bot.domain.person import Person
from bot.domain.standup import Standup
from bot.domain.timer import Timer, TimerKind
from bot.ports.repositories import UnitOfWork
from bot.services import availability, deliveries, standup_posts
from bot.services.blocker_changes import change

CARD = "blocker"
NOTICE_CARD = "blocker.notice"

_NOBODY = ""
# How far back a card of its owner's cohort is still looked at.
_SHOWN_FOR = timedelta(days=3)


def announce(uow: UnitOfWork, blocker: Blocker, now: datetime) -> None:
    """Post a blocker that no report tells of in its stand-up's channel."""
    card = _delivery(blocker, card_id(blocker), blocker.channel, CARD, now)
    deliveries.post(uow, replace(card, owner=blocker.user_id))


def tell_all(
    uow: UnitOfWork, blocker: Blocker, notice: Notice, people: Iterable[str], now: datetime
) -> None:
    """Tell several people, in one order for all."""
    for user_id in sorted(people):
        tell(uow, blocker, notice, user_id, now)


def tell(uow: UnitOfWork, blocker: Blocker, notice: Notice, user_id: str, now: datetime) -> None:
    """Write to somebody now if they are at work, else when they next are.

    Who is asked hears again on each of their working days until somebody takes it.
    """
    person = uow.people.get(blocker.workspace, user_id)
    if person is None or person.deleted:
        return
    at = availability.next_present(uow, person, now)
    if at > now:
        uow.timers.set(_timer(blocker, notice, user_id, at))
        return
    deliveries.post(uow, _notice(blocker, notice, person, now))
    if notice is Notice.ASK:
        again = availability.next_present(uow, person, rules.tomorrow(now, person.zone))
        uow.timers.set(_timer(blocker, notice, user_id, again))


def watch(uow: UnitOfWork, standup: Standup, blocker: Blocker) -> None:
    """Let the managers know once nobody has taken it for the stand-up's number of working days;
    where that is 0, never."""
    owner = uow.people.get(blocker.workspace, blocker.user_id)
    days = standup.plan.escalate_after
    if owner is None or days < 1:
        return
    hours = owner.working_time(standup.plan.weekdays)
    due = rules.escalation_due(blocker.opened_at, hours, owner.zone, days)
    uow.timers.set(_timer(blocker, Notice.ESCALATION, _NOBODY, due))


def fire(uow: UnitOfWork, timer: Timer, now: datetime) -> None:
    """A timer went off: what it was set for is done if it still makes sense.

    No timer is cancelled before: a click that deletes a timer's row while that timer goes off
    would wait for what waits for it.
    """
    blocker = uow.blockers.get(timer.workspace, int(timer.subject["number"]))
    notice, user_id = Notice(timer.subject["notice"]), str(timer.subject["user"])
    if blocker is None or not blocker.calls_for(notice, user_id):
        return
    standup = uow.standups.get(blocker.workspace, blocker.standup_id)
    if standup is None or not standup.active:
        return
    if standup.paused:
        uow.timers.set(_timer(blocker, notice, user_id, now + timedelta(days=1)))
    elif user_id == _NOBODY:
        _escalate(uow, standup, blocker, now)
    else:
        tell(uow, blocker, notice, user_id, now)


def refresh(uow: UnitOfWork, blocker: Blocker, now: datetime) -> None:
    """Bring every message up to date that shows it."""
    for delivery_id in _shown_in(uow, blocker, now):
        deliveries.edit(uow, delivery_id, now)


def refresh_wrap_up(uow: UnitOfWork, standup: Standup, blocker: Blocker, now: datetime) -> None:
    """Bring the wrap-ups of the last days up to date that may show it."""
    since = now.date() - _SHOWN_FOR
    for turn in uow.turns.of_days([standup.id], since, date.max, blocker.user_id):
        standup_posts.card_changed(uow, standup, turn, now)


def card_id(blocker: Blocker) -> str:
    """The id of the delivery that shows a blocker in the channel."""
    return f"blocker:{blocker.workspace}:{blocker.number}"


def _escalate(uow: UnitOfWork, standup: Standup, blocker: Blocker, now: datetime) -> None:
    def escalated(fresh: Blocker) -> Blocker | None:
        return fresh.escalated(now) if fresh.needs_someone else None

    known = change(uow, blocker.workspace, blocker.number, escalated)
    if known.done:
        told = set(standup.managers) - {blocker.user_id}
        tell_all(uow, known.blocker, Notice.ESCALATION, told, now)


def _shown_in(uow: UnitOfWork, blocker: Blocker, now: datetime) -> Iterator[str]:
    yield card_id(blocker)
    for user_id in sorted(blocker.asked):
        yield from _asked_on(blocker, user_id, now)
    standup = uow.standups.get(blocker.workspace, blocker.standup_id)
    for user_id in sorted(standup.managers) if standup else ():
        yield _notice_id(blocker, Notice.ESCALATION, user_id)
    yield _notice_id(blocker, Notice.TAKEN, blocker.user_id)
    if blocker.proposed_at:
        yield _proposal_id(blocker, blocker.proposed_at)


def _asked_on(blocker: Blocker, user_id: str, now: datetime) -> Iterator[str]:
    """The ids of every date on which somebody may have been asked, whatever their zone was."""
    day = blocker.opened_at.date() - timedelta(days=1)
    while day <= now.date() + timedelta(days=1):
        yield f"{_notice_id(blocker, Notice.ASK, user_id)}:{day}"
        day += timedelta(days=1)


def _notice(blocker: Blocker, notice: Notice, person: Person, now: datetime) -> Delivery:
    delivery_id = _notice_id(blocker, notice, person.user_id)
    if notice is Notice.ASK:
        delivery_id += f":{calendar.local_date(now, calendar.zone_or_utc(person.zone))}"
    if notice is Notice.PROPOSAL and blocker.proposed_at:
        delivery_id = _proposal_id(blocker, blocker.proposed_at)
    more = {"notice": notice.value, "user": person.user_id, "state": blocker.moved_to}
    sent = _delivery(blocker, delivery_id, person.user_id, NOTICE_CARD, now)
    return replace(sent, subject={**sent.subject, **more}, priority=Priority.PROMPT)


def _notice_id(blocker: Blocker, notice: Notice, user_id: str) -> str:
    return f"{card_id(blocker)}:{notice}:{user_id}"


def _proposal_id(blocker: Blocker, at: datetime) -> str:
    return f"{_notice_id(blocker, Notice.PROPOSAL, blocker.user_id)}:{at.isoformat()}"


def _delivery(
    blocker: Blocker, delivery_id: str, channel: str, card: str, now: datetime
) -> Delivery:
    """`id` and `at` in the subject let the card see whether it is sent in time."""
    return Delivery(
        id=delivery_id,
        workspace=blocker.workspace,
        channel=channel,
        card=card,
        subject={"number": blocker.number, "id": delivery_id, "at": now.isoformat()},
        ready_at=now,
    )


def _timer(blocker: Blocker, notice: Notice, user_id: str, at: datetime) -> Timer:
    return Timer(
        id=_notice_id(blocker, notice, user_id),
        workspace=blocker.workspace,
        kind=TimerKind.BLOCKER_NUDGE,
        subject={"number": blocker.number, "notice": notice.value, "user": user_id},
        due_at=at,
    )
