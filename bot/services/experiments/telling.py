"""The messages of those who watch: folded, edited, and for people kept until they are at work."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.delivery import Delivery
from bot.domain.experiments.notices import REMEMBERED, News, Notice, fold
from bot.domain.experiments.watches import is_person
from bot.domain.person import Person
from bot.domain.timer import Timer, TimerKind
from bot.ports.repositories import UnitOfWork
from bot.services import availability, deliveries
from bot.services.experiments import timely

CARD = "experiment.news"

# When to look whether a direct message was sent while the person was at work.
_CHECK = timedelta(minutes=10)


def tell(
    uow: UnitOfWork,
    workspace: str,
    watcher: str,
    by: str,
    topic: str,
    news: News,
    now: datetime,
) -> None:
    """Add news to the message that takes them, or post one; `by` is told if that can't be done.

    A person who isn't at work gets one message with everything when they next are.
    """
    person = _reachable(uow, workspace, watcher) if is_person(watcher) else None
    if is_person(watcher) and person is None:
        return
    waits = person is not None and _waits(uow, person, now)
    known = uow.notices.of_topic(workspace, watcher, topic, now - REMEMBERED)
    folded = fold(known, news, now)
    for notice in folded.changed:
        uow.notices.save(notice)
        if notice.message:
            deliveries.edit(uow, notice.message, now)
    if not folded.fresh:
        return
    notice = Notice(
        workspace=workspace,
        id=f"news:{workspace}:{watcher}:{topic}:{now.isoformat()}",
        watcher=watcher,
        topic=topic,
        opened_at=now,
        news=folded.fresh,
    )
    if waits:
        uow.notices.save(notice)
        return
    uow.notices.save(replace(notice, message=notice.id))
    deliveries.post(uow, _delivery(workspace, notice.id, watcher, by, now, gathered=False))
    if person is not None:
        _check(uow, workspace, watcher, notice.id, now)


def morning(uow: UnitOfWork, timer: Timer, now: datetime) -> None:
    """Somebody is at work again: one message for all that has waited for them."""
    user_id = str(timer.subject["user"])
    if sent := str(timer.subject.get("message", "")):
        _put_back(uow, timer.workspace, user_id, sent, now)
        return
    held = uow.notices.held(timer.workspace, user_id)
    person = _reachable(uow, timer.workspace, user_id)
    if not held or person is None:
        uow.notices.drop_held(timer.workspace, user_id)
        return
    at = availability.next_present(uow, person, now)
    if at > now:
        uow.timers.set(_timer(timer.workspace, user_id, at))
        return
    message = f"news:{timer.workspace}:{user_id}:{now.isoformat()}"
    deliveries.post(uow, _delivery(timer.workspace, message, user_id, user_id, now, gathered=True))
    for notice in held:
        uow.notices.save(replace(notice, message=message))
    _check(uow, timer.workspace, user_id, message, now)


def _put_back(uow: UnitOfWork, workspace: str, user_id: str, message: str, now: datetime) -> None:
    """What could be sent only after they had gone home waits for the next morning."""
    if timely.is_open(uow, message):
        _check(uow, workspace, user_id, message, now)
        return
    person = uow.people.get(workspace, user_id)
    if person is None or not timely.was_late(uow, person, message):
        return
    for notice in uow.notices.in_message(workspace, message):
        uow.notices.save(replace(notice, message=""))
    at = availability.next_present(uow, person, now)
    uow.timers.set_no_later(_timer(workspace, user_id, at))


def _check(uow: UnitOfWork, workspace: str, user_id: str, message: str, now: datetime) -> None:
    """Look later what became of a message to a person."""
    timer = _timer(workspace, user_id, now + _CHECK)
    subject = {"user": user_id, "message": message}
    uow.timers.set(replace(timer, id=f"{message}:sent", subject=subject))


def _waits(uow: UnitOfWork, person: Person, now: datetime) -> bool:
    """Whether news joins what waits for them; the timer that sends it is set before what waits is
    read, so that nothing joins what is being sent."""
    at = availability.next_present(uow, person, now)
    waits = at > now or bool(uow.notices.held(person.workspace, person.user_id))
    if waits:
        uow.timers.set_no_later(_timer(person.workspace, person.user_id, max(at, now)))
    return waits


def _delivery(
    workspace: str, message: str, channel: str, owner: str, now: datetime, *, gathered: bool
) -> Delivery:
    return Delivery(
        id=message,
        workspace=workspace,
        channel=channel,
        card=CARD,
        subject={"message": message, "watcher": channel, "gathered": gathered},
        ready_at=now,
        owner=owner,
    )


def _timer(workspace: str, user_id: str, at: datetime) -> Timer:
    return Timer(
        id=f"news:{workspace}:{user_id}",
        workspace=workspace,
        kind=TimerKind.WATCH_NEWS,
        subject={"user": user_id},
        due_at=at,
    )


def _reachable(uow: UnitOfWork, workspace: str, user_id: str) -> Person | None:
    person = uow.people.get(workspace, user_id)
    return person if person is not None and person.can_take_part else None
