"""Availability: on which dates nobody expects anything from somebody, and when they are there."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta

from bot.domain import calendar
from bot.domain.absence import Absence, AbsenceKind, Away
from bot.domain.person import Person
from bot.domain.working_time import Window
from bot.ports.repositories import UnitOfWork


def absence(
    uow: UnitOfWork, person: Person, day: date, days_off: Collection[date] = ()
) -> Absence | None:
    """Why nothing is expected from somebody on their local date `day`, or None.

    Their own range counts before a public holiday, and that before the team's `days_off`.
    """
    return several(uow, [person], day, days_off).get(person.user_id)


def several(
    uow: UnitOfWork, people: Collection[Person], day: date, days_off: Collection[date] = ()
) -> dict[str, Absence]:
    """`absence` for people of one workspace, by user id; those who are there are left out."""
    away = _away(uow, people, day)
    holidays = _holidays(uow, people, day)
    found = {}
    for person in people:
        holiday = holidays.get(_place(person), "")
        reason = _first_reason(away.get(person.user_id), holiday, day in days_off)
        if reason:
            found[person.user_id] = reason
    return found


def is_away_now(uow: UnitOfWork, person: Person, now: datetime) -> bool:
    """Whether today is a date of theirs out of office, or a public holiday where they live."""
    return absence(uow, person, _today(person, now)) is not None


def next_present(uow: UnitOfWork, person: Person, instant: datetime) -> datetime:
    """The first moment at or after `instant`, within their working hours, on a date on which they
    are not absent (aware UTC)."""
    opens, _closes = next(_present(uow, person, instant))
    return max(opens, instant)


def present_after(uow: UnitOfWork, person: Person, start: datetime, worked: timedelta) -> datetime:
    """The instant by which `worked` of their working hours has passed since `start` (aware UTC).

    Dates on which they are absent, as known now, don't count.
    """
    left = worked
    for opens, closes in _present(uow, person, start):
        begins = max(opens, start)
        if closes - begins >= left:
            return begins + left
        left -= closes - begins
    raise AssertionError("working days never end")


def _present(uow: UnitOfWork, person: Person, after: datetime) -> Iterator[Window]:
    """Their working days that end after `after`, without those on which they are absent."""
    ranges = uow.absences.away_of(person.workspace, person.user_id, _today(person, after))
    for opens, closes in person.working_time().windows(after, person.zone):
        day = _today(person, opens)
        if any(away.first <= day <= away.last for away in ranges):
            continue
        if not _holidays(uow, [person], day).get(_place(person)):
            yield opens, closes


def _away(uow: UnitOfWork, people: Iterable[Person], day: date) -> Mapping[str, Away]:
    ids = {person.user_id for person in people}
    workspaces = {person.workspace for person in people}
    return uow.absences.away_on(workspaces.pop(), ids, day) if workspaces else {}


def _holidays(uow: UnitOfWork, people: Iterable[Person], day: date) -> dict[tuple[str, str], str]:
    places = {_place(person) for person in people if person.choices.country}
    found = {place: uow.absences.holidays(*place, day, day) for place in places}
    return {place: names[day] for place, names in found.items() if names}


def _place(person: Person) -> tuple[str, str]:
    return person.choices.country, person.choices.region


def _first_reason(away: Away | None, holiday: str, team_day: bool) -> Absence | None:
    if away:
        return Absence(kind=AbsenceKind.AWAY, until=away.last)
    if holiday:
        return Absence(kind=AbsenceKind.HOLIDAY, label=holiday)
    return Absence(kind=AbsenceKind.TEAM_DAY) if team_day else None


def _today(person: Person, now: datetime) -> date:
    return calendar.local_date(now, calendar.zone_or_utc(person.zone))
