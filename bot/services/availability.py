"""Availability: on which dates nobody expects anything from somebody, and when they are there."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from bot.domain import calendar
from bot.domain.absence import Absence, AbsenceKind, Away
from bot.domain.person import Person
from bot.domain.working_time import Window
from bot.ports.repositories import UnitOfWork

# Where a UTC date has begun, it is the day before in the west; working days are looked at from
# the day before that.
_WESTERNMOST = timedelta(days=2)
# Holidays are read for so long at once: longer than anybody is mostly asked for.
_HOLIDAYS_AHEAD = timedelta(days=60)


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
        ranged = away.get(person.user_id)
        reason = _first_reason(ranged, holiday, team_day=day in days_off)
        if reason:
            found[person.user_id] = reason
    return found


def is_away_now(uow: UnitOfWork, person: Person, now: datetime) -> bool:
    """Whether today is a date of theirs out of office, or a public holiday where they live."""
    return absence(uow, person, _today(person, now)) is not None


def next_present(uow: UnitOfWork, person: Person, instant: datetime) -> datetime:
    """The first moment at or after `instant`, within their working hours, on a date on which they
    are not absent (aware UTC)."""
    return Presence(uow, [person], instant).next(person, instant)


def present_after(uow: UnitOfWork, person: Person, start: datetime, worked: timedelta) -> datetime:
    """The instant by which `worked` of their working hours has passed since `start` (aware UTC).

    Dates on which they are absent, as known now, don't count.
    """
    return Presence(uow, [person], start).after(person, start, worked)


def is_at_work(uow: UnitOfWork, person: Person, now: datetime) -> bool:
    """Whether they are there now, by their hours and dates, and still a colleague."""
    return person.can_take_part and next_present(uow, person, now) <= now


class Presence:
    """When these people of one workspace are there, from `since` (aware UTC) on.

    What that takes is read once for all of them, so that the number of queries grows with the
    places whose holidays count, not with people or days.
    """

    def __init__(self, uow: UnitOfWork, people: Collection[Person], since: datetime) -> None:
        self._absences = uow.absences
        self._first = since.astimezone(UTC).date() - _WESTERNMOST
        self._holidays: dict[tuple[str, str], tuple[date, dict[date, str]]] = {}
        ids = [person.user_id for person in people]
        workspaces = {person.workspace for person in people}
        self._away = self._ranges(workspaces.pop(), ids) if workspaces else {}

    def next(self, person: Person, instant: datetime) -> datetime:
        """`next_present` of one of them."""
        opens, _closes = next(self.windows(person, instant))
        return max(opens, instant)

    def after(self, person: Person, start: datetime, worked: timedelta) -> datetime:
        """`present_after` of one of them."""
        left = worked
        for opens, closes in self.windows(person, start):
            begins = max(opens, start)
            if closes - begins >= left:
                return begins + left
            left -= closes - begins
        raise AssertionError("working days never end")

    def absence(self, person: Person, now: datetime) -> Absence | None:
        """Why nothing is expected today from one of them, or None."""
        day = _today(person, now)
        return _first_reason(self._away_on(person, day), self._holiday(person, day), team_day=False)

    def on(self, person: Person, day: date, days_off: Collection[date] = ()) -> Absence | None:
        """Why nothing is expected from one of them on a local date from `since` on, or None."""
        away, holiday = self._away_on(person, day), self._holiday(person, day)
        return _first_reason(away, holiday, team_day=day in days_off)

    def always(self, person: Person) -> bool:
        """Whether nothing is known that could keep one of them away from `since` on."""
        return not (person.choices.country or self._away.get(person.user_id))

    def windows(self, person: Person, after: datetime) -> Iterator[Window]:
        """The working days of one of them that end after `after`, without end and without those on
        which they are absent."""
        for opens, closes in person.working_time().windows(after, person.zone):
            day = _today(person, opens)
            if not (self._away_on(person, day) or self._holiday(person, day)):
                yield opens, closes

    def _ranges(self, workspace: str, user_ids: Collection[str]) -> Mapping[str, Sequence[Away]]:
        return self._absences.away_from(workspace, user_ids, self._first)

    def _away_on(self, person: Person, day: date) -> Away | None:
        ranges = self._away.get(person.user_id, ())
        return next((away for away in ranges if away.first <= day <= away.last), None)

    def _holiday(self, person: Person, day: date) -> str:
        if not person.choices.country:
            return ""
        place = _place(person)
        until, known = self._holidays.get(place, (self._first, {}))
        if day >= until:
            last = day + _HOLIDAYS_AHEAD
            known = known | self._absences.holidays(*place, until, last)
            self._holidays[place] = last + timedelta(days=1), known
        return known.get(day, "")


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


def _first_reason(away: Away | None, holiday: str, *, team_day: bool) -> Absence | None:
    if away:
        return Absence(kind=AbsenceKind.AWAY, until=away.last)
    if holiday:
        return Absence(kind=AbsenceKind.HOLIDAY, label=holiday)
    return Absence(kind=AbsenceKind.TEAM_DAY) if team_day else None


def _today(person: Person, now: datetime) -> date:
    return calendar.local_date(now, calendar.zone_or_utc(person.zone))
