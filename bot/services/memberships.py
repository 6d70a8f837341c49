"""Who comes to a stand-up's channel and who leaves it: the participants follow."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from bot.domain import roster
from bot.domain.delivery import Delivery, Priority
from bot.domain.person import Person
from bot.domain.standup import Standup
from bot.domain.timer import Timer, TimerKind
from bot.ports.repositories import UnitOfWork
from bot.services import announcements, availability, deliveries, standup_schedules

CARD = "standup.departure"

People = Mapping[str, Person]


def joined(uow: UnitOfWork, workspace: str, channel: str, user_id: str, now: datetime) -> None:
    """Somebody came to a channel: its stand-ups ask them if they want everyone, or picked them.

    Not who asked to be forgotten.
    """
    if uow.privacy.is_forgotten(workspace, user_id):
        return

    def members(standup: Standup, people: People) -> Sequence[str]:
        present = _present(standup, people)
        return present if user_id in present else [*present, user_id]

    for standup in of_channel(uow, workspace, channel):
        _follow(uow, standup, members, {user_id}, now)


def left(uow: UnitOfWork, workspace: str, channel: str, user_id: str, now: datetime) -> None:
    """Somebody left a channel: its stand-ups don't ask them any more."""

    def members(standup: Standup, people: People) -> Sequence[str]:
        return [user for user in _present(standup, people) if user != user_id]

    for standup in of_channel(uow, workspace, channel):
        _follow(uow, standup, members, {user_id}, now)


def reconcile(
    uow: UnitOfWork, workspace: str, channel: str, members: Sequence[str], now: datetime
) -> None:
    """Let every stand-up of a channel follow its members, whatever event was missed."""
    forgotten = uow.privacy.forgotten(workspace)
    members = [user for user in members if user not in forgotten]
    for standup in of_channel(uow, workspace, channel):
        concerned = {*members} if standup.plan.everyone else set[str]()
        _follow(uow, standup, lambda _standup, _people: members, concerned, now)


def of_channel(uow: UnitOfWork, workspace: str, channel: str) -> list[Standup]:
    """The channel's active stand-ups, in the order in which they are locked."""
    here = [s for s in uow.standups.all(workspace) if s.channel == channel]
    return sorted(here, key=lambda standup: standup.id)


def tell_departure(uow: UnitOfWork, timer: Timer, now: datetime) -> None:
    """A manager's working hours have begun: tell who left, unless they came back since."""
    subject = timer.subject
    standup = uow.standups.get(timer.workspace, subject["standup"])
    manager = uow.people.get(timer.workspace, subject["manager"])
    if standup is None or not standup.active or manager is None or not manager.can_take_part:
        return
    if manager.user_id not in standup.managers or subject["user"] not in standup.resting:
        return
    moment = availability.next_present(uow, manager, now)
    if moment > now:
        uow.timers.set(_timer(standup, subject["user"], manager.user_id, moment, subject["left"]))
        return
    deliveries.post(
        uow,
        Delivery(
            id=f"{timer.id}:{subject['left']}",
            workspace=timer.workspace,
            channel=manager.user_id,
            card=CARD,
            subject={"standup": standup.id, "user": subject["user"]},
            priority=Priority.PROMPT,
            ready_at=now,
        ),
    )


def _present(standup: Standup, people: People) -> list[str]:
    """Those of its people who may be in the channel, as far as we know."""
    unable = [u for u in standup.resting if u in people and not people[u].can_take_part]
    return [*standup.plan.participants, *unable]


def _follow(
    uow: UnitOfWork,
    seen: Standup,
    members: Callable[[Standup, People], Sequence[str]],
    concerned: set[str],
    now: datetime,
) -> None:
    """Let a stand-up follow the `members` of its channel as told once nobody else changes it."""
    people = uow.people.locked(seen.workspace, {*roster.wish(seen), *seen.managers, *concerned})
    standup = uow.standups.locked(seen.workspace, seen.id)
    if standup is None or not standup.active:
        return
    # Who joined in between is in already: their schedule stays as it is.
    people |= uow.people.several(seen.workspace, {*roster.wish(standup)} - {*people})
    followed = roster.cast(standup, members(standup, people), people)
    if _same_people(followed, standup):
        return
    uow.standups.change(followed, from_version=standup.version)
    before, after = {*standup.plan.participants}, {*followed.plan.participants}
    for user_id in sorted(before ^ after):
        standup_schedules.save(uow, followed, people[user_id], now)
    announcements.show_again(uow, followed, now)
    for user_id in sorted(before & {*followed.resting}):
        _tell_managers(uow, followed, people, user_id, now)


def _same_people(one: Standup, other: Standup) -> bool:
    """The order in which Slack lists a channel's members means nothing."""
    return {*one.plan.participants} == {*other.plan.participants} and {*one.resting} == {
        *other.resting
    }


def _tell_managers(
    uow: UnitOfWork, standup: Standup, people: People, user_id: str, now: datetime
) -> None:
    for manager in standup.managers:
        known = people.get(manager)
        if known is not None and manager != user_id:
            moment = known.working_time().next_moment(now, known.zone)
            uow.timers.set(_timer(standup, user_id, manager, moment, now.isoformat()))


def _timer(standup: Standup, user_id: str, manager: str, due_at: datetime, left: str) -> Timer:
    return Timer(
        id=f"departure:{standup.id}:{user_id}:{manager}",
        workspace=standup.workspace,
        kind=TimerKind.STANDUP_DEPARTURE,
        subject={"standup": standup.id, "user": user_id, "manager": manager, "left": left},
        due_at=due_at,
    )
