"""The rotation of a weekly live call's facilitator.

Nothing is stored but who passed a week on: the same people in the same week give the same answer.
Each week belongs to one of them in turn. Where that one isn't there somebody else stands in, chosen
far from their own week, so that everybody else's turn stays where it was.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

# A Monday before the first call that this ever gives. Moving it changes everybody's weeks.
_EPOCH = date(2026, 1, 5)

IsThere = Callable[[str, int], bool]
"""(user id, week number) to whether they can facilitate in that week."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """One live call; `user_id` and `name` are empty where nobody is there on that date.

    `passed` are those who passed this week on.
    """

    day: date
    week: int
    user_id: str = ""
    name: str = ""
    passed: tuple[str, ...] = ()


def week_number(day: date) -> int:
    """A number that grows by one every Monday."""
    return (day - _EPOCH).days // 7


def call_day(week: int, weekday: int) -> date:
    """The date of a week's call; `weekday` is an ISO weekday."""
    return _EPOCH + timedelta(weeks=week, days=weekday - 1)


def first_call_week(day: date, weekday: int) -> int:
    """The week of the first call on or after `day`."""
    week = week_number(day)
    return week if call_day(week, weekday) >= day else week + 1


def facilitators(
    order: Sequence[str], first: int, count: int, is_there: IsThere
) -> list[str | None]:
    """Who facilitates in `count` weeks from week `first`; None where nobody is there.

    Nobody has two weeks in a row while somebody else is there. `is_there` is asked about earlier
    weeks, too, from week 0 on: who stood in then decides who may be next.
    """
    offsets = _offsets(len(order))
    found: list[str | None] = []
    last: str | None = None
    for week in range(first + count):
        candidates = (order[(week + n) % len(order)] for n in offsets)
        found.append(_pick(candidates, week, last, is_there))
        last = found[-1] or last
    return found[first:]


def _pick(candidates: Iterable[str], week: int, last: str | None, is_there: IsThere) -> str | None:
    for user in candidates:
        if user != last and is_there(user, week):
            return user
    return last if last is not None and is_there(last, week) else None


def _offsets(size: int) -> list[int]:
    """Whose week it is, then those whose own week is the farthest away."""
    others = sorted(range(1, size), key=lambda n: (-min(n, size - n), -n))
    return [0, *others] if size else []
