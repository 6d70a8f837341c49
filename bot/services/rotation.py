"""Who facilitates the weekly live call."""

from datetime import date, datetime, timedelta

from bot.domain import rotation as rules
from bot.domain.person import Person
from bot.domain.rotation import Call, IsThere
from bot.domain.standup import Standup
from bot.errors import InvalidInput, NotPermitted
from bot.ports.repositories import UnitOfWork
from bot.services import availability, deliveries, standup_posts, standups

WEEKS_AHEAD = 5


def calls(uow: UnitOfWork, standup: Standup, day: date, count: int = WEEKS_AHEAD) -> list[Call]:
    """The next `count` calls on or after `day`; empty where the stand-up has no weekly call."""
    if not standup.plan.call_weekday:
        return []
    first = rules.first_call_week(day, standup.plan.call_weekday)
    return _calls(uow, standup, first, count)


def line(uow: UnitOfWork, standup: Standup, day: date) -> str:
    """`Wednesday's call: Lena facilitates` for wrap-ups of the week's first day, else nothing.

    Plain text with a person's name in it, for places that show text exactly as it is.
    """
    if day.isoweekday() != min(standup.plan.weekdays):
        return ""
    for call in calls(uow, standup, day, 1):
        if call.name:
            return f"{call.day:%A}'s call: {call.name} facilitates"
    return ""


def pass_on(
    uow: UnitOfWork, workspace: str, standup_id: str, week: int, user_id: str, now: datetime
) -> list[Call]:
    """Somebody can't facilitate in their week: the next one does; the coming calls as they are now.

    Raises NotPermitted unless it is their week, and InvalidInput where nobody else is there.
    """
    standup = _with_call(uow, workspace, standup_id)
    call = _coming(uow, standup, week, user_id, now)
    if call.user_id != user_id:
        raise NotPermitted(f"{call.name or 'Nobody'} facilitates on {_day(call)} already.")
    uow.rotations.pass_on(workspace, standup_id, week, user_id)
    if not _calls(uow, standup, week, 1)[0].user_id:
        raise InvalidInput(
            f"Nobody else is there on {_day(call)}, so it stays with you. "
            "Ask in the channel whether the call is needed."
        )
    _tell_channel(uow, standup, call, now)
    return calls(uow, standup, standups.today(uow, standup, user_id, now))


def take_back(
    uow: UnitOfWork, workspace: str, standup_id: str, week: int, user_id: str, now: datetime
) -> list[Call]:
    """Somebody can facilitate after all; the coming calls as they are now."""
    standup = _with_call(uow, workspace, standup_id)
    call = _coming(uow, standup, week, user_id, now)
    uow.rotations.take_back(standup_id, week, user_id)
    _tell_channel(uow, standup, call, now)
    return calls(uow, standup, standups.today(uow, standup, user_id, now))


def _calls(uow: UnitOfWork, standup: Standup, first: int, count: int) -> list[Call]:
    people = _team(uow, standup)
    weekday = standup.plan.call_weekday
    passes = uow.rotations.passes(standup.id, first + count - 1)
    is_there = _presence(uow, standup, people, passes)
    found = rules.facilitators(list(people), first, count, is_there)
    return [
        Call(
            day=rules.call_day(week, weekday),
            week=week,
            user_id=user_id or "",
            name=people[user_id].name if user_id else "",
            passed=tuple(sorted(user for each, user in passes if each == week)),
        )
        for week, user_id in enumerate(found, first)
    ]


def _team(uow: UnitOfWork, standup: Standup) -> dict[str, Person]:
    """Those who take part, by id, in the order of their ids: names change."""
    known = uow.people.several(standup.workspace, standup.plan.participants)
    return {u: known[u] for u in sorted(known) if known[u].can_take_part}


def _presence(
    uow: UnitOfWork,
    standup: Standup,
    people: dict[str, Person],
    passes: frozenset[tuple[int, str]],
) -> IsThere:
    """Absences are looked up as they are asked for: one or two people a week, however many the
    stand-up has."""
    asked: dict[tuple[str, int], bool] = {}

    def is_there(user_id: str, week: int) -> bool:
        if (week, user_id) in passes:
            return False
        if (user_id, week) not in asked:
            day = rules.call_day(week, standup.plan.call_weekday)
            why_not = availability.absence(uow, people[user_id], day, standup.plan.days_off)
            asked[user_id, week] = why_not is None
        return asked[user_id, week]

    return is_there


def _tell_channel(uow: UnitOfWork, standup: Standup, call: Call, now: datetime) -> None:
    """The wrap-up that says who facilitates is brought up to date, if it is posted."""
    begins = min(standup.plan.weekdays)
    announced = call.day - timedelta(days=(call.day.isoweekday() - begins) % 7)
    deliveries.edit(uow, standup_posts.thread_id(standup.id, announced), now)


def _with_call(uow: UnitOfWork, workspace: str, standup_id: str) -> Standup:
    standup = uow.standups.get(workspace, standup_id)
    if standup is None or not standup.active or not standup.plan.call_weekday:
        raise InvalidInput("That stand-up has no weekly call any more.")
    return standup


def _coming(uow: UnitOfWork, standup: Standup, week: int, user_id: str, now: datetime) -> Call:
    """The call of that week; a call that is over has had its facilitator."""
    call = _calls(uow, standup, week, 1)[0]
    if call.day < standups.today(uow, standup, user_id, now):
        raise InvalidInput(f"The call of {_day(call)} is over.")
    return call


def _day(call: Call) -> str:
    return f"{call.day:%a} {call.day.day} {call.day:%b}"
