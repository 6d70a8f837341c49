"""What was reported: by person, over time, and for a spreadsheet.

Somebody reads the stand-ups of the channel in which they ask, and those in which they have a part.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from bot.domain import calendar
from bot.domain import participation as rules
from bot.domain.blocker import Blocker
from bot.domain.participation import Participation
from bot.domain.person import Person
from bot.domain.standup import Standup
from bot.domain.turn import Entry
from bot.errors import NotFound, NotPermitted
from bot.ports.repositories import UnitOfWork

_BEGINNING = date(1970, 1, 1)


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Who asks, and in which channel; `now` is aware UTC."""

    workspace: str
    user_id: str
    channel: str
    now: datetime


@dataclass(frozen=True, kw_only=True)
class Overview:
    """The participation in these stand-ups since the Monday `first`."""

    standups: Sequence[Standup]
    first: date
    participation: Participation


@dataclass(frozen=True, kw_only=True)
class PersonHistory:
    """One person's turns that were reported, newest first, in stand-ups that the reader reads."""

    person: Person
    standups: Mapping[str, Standup]
    entries: Sequence[Entry]


@dataclass(frozen=True, kw_only=True)
class BlockerHistory:
    """The blockers that were open at some time since the Monday `first`, open ones first, then
    those that were closed last."""

    standups: Sequence[Standup]
    first: date
    blockers: Sequence[Blocker]
    people: Mapping[str, Person]


@dataclass(frozen=True, kw_only=True)
class Export:
    """Turns that were reported, oldest first, with the stand-ups and the people that they name."""

    standups: Mapping[str, Standup]
    people: Mapping[str, Person]
    entries: Sequence[Entry]
    first: date
    last: date


def readable(uow: UnitOfWork, reader: Reader) -> list[Standup]:
    """The living stand-ups of the channel, else those in which the reader has a part; raises
    NotFound where there is none."""
    return _near(uow.standups.all(reader.workspace), reader)


def on_day(uow: UnitOfWork, reader: Reader, day: date) -> list[Standup]:
    """Those of them, and of deleted ones, that ran on that date; else those of today."""
    near = _near(uow.history.standups(reader.workspace), reader)
    ran = {turn.standup_id for turn in uow.turns.of_days([s.id for s in near], day, day)}
    return [s for s in near if s.id in ran] or [s for s in near if s.active] or near[:1]


def overview(uow: UnitOfWork, reader: Reader) -> Overview:
    """The participation of the last four weeks and the running one."""
    standups = _near(uow.history.standups(reader.workspace), reader)
    first = rules.first_monday(today(uow, reader))
    entries = _entries(uow, standups, first, _latest(reader.now))
    people = _people(uow, reader.workspace, entries)
    seen = {entry.turn.standup_id for entry in entries}
    return Overview(
        standups=[s for s in standups if s.active or s.id in seen],
        first=first,
        participation=rules.participation(entries, people, reader.now),
    )


def of_person(uow: UnitOfWork, reader: Reader, user_id: str, until: date | None) -> PersonHistory:
    """Everything that somebody reported up to the date `until` (None: today)."""
    person = uow.people.get(reader.workspace, user_id)
    if person is None:
        raise NotFound("I don't know that person. Type @ and pick their name from Slack's list.")
    standups = _visible(uow.history.standups(reader.workspace), reader)
    found = _entries(uow, standups, _BEGINNING, until or _latest(reader.now), user_id)
    reported = [entry for entry in found if entry.report]
    reported.sort(key=lambda e: (e.turn.local_date, e.turn.standup_id), reverse=True)
    return PersonHistory(person=person, standups={s.id: s for s in standups}, entries=reported)


def blockers(uow: UnitOfWork, reader: Reader) -> BlockerHistory:
    """What blocked people in the last four weeks and the running one."""
    standups = _near(uow.history.standups(reader.workspace), reader)
    first = rules.first_monday(today(uow, reader))
    since = datetime.combine(first, time(), UTC)
    found = uow.history.blockers([s.id for s in standups], since)
    found.sort(key=lambda b: (b.open, b.closed_at or b.opened_at, b.number), reverse=True)
    people = uow.people.several(reader.workspace, {b.user_id for b in found})
    return BlockerHistory(standups=standups, first=first, blockers=found, people=people)


def export(uow: UnitOfWork, reader: Reader, days: int) -> Export:
    """The reports of the last `days` dates; raises NotPermitted unless the reader takes part in,
    or manages, a stand-up of the channel, and leaves out those of which they do neither."""
    ever = uow.history.standups(reader.workspace)
    standups = [s for s in _near(ever, reader) if may_export(s, reader.user_id)]
    if not standups:
        raise NotPermitted("Only people who take part in a stand-up or manage it can export it.")
    last = today(uow, reader)
    first = last - timedelta(days=days - 1)
    entries = _entries(uow, standups, first, _latest(reader.now))
    return Export(
        standups={s.id: s for s in standups},
        people=_people(uow, reader.workspace, entries),
        entries=[entry for entry in entries if entry.report],
        first=first,
        last=last,
    )


def may_export(standup: Standup, user_id: str) -> bool:
    """Whether this person may have all reports as a file."""
    return user_id in (*standup.plan.participants, *standup.managers)


def one_readable(uow: UnitOfWork, reader: Reader, standup_id: str) -> Standup:
    """That stand-up, if the reader may read it; an id in a button is only a hint."""
    for standup in _visible(uow.history.standups(reader.workspace), reader):
        if standup.id == standup_id:
            return standup
    raise NotFound("That stand-up isn't there any more, or isn't yours to read.")


def today(uow: UnitOfWork, reader: Reader) -> date:
    """The reader's local date."""
    person = uow.people.get(reader.workspace, reader.user_id)
    zone = calendar.zone_or_utc(person.zone if person else "UTC")
    return calendar.local_date(reader.now, zone)


def named(uow: UnitOfWork, workspace: str, name: str) -> str:
    """The id of the only person of that name, in any case; raises NotFound."""
    wanted = name.casefold()
    found = [p.user_id for p in uow.people.all(workspace) if p.name.casefold() == wanted]
    if len(found) == 1:
        return found[0]
    raise NotFound(f"I don't know who @{name} is. Type @ and pick them from Slack's list.")


def _near(standups: Iterable[Standup], reader: Reader) -> list[Standup]:
    found = _visible(standups, reader)
    if not found:
        raise NotFound("No stand-up is here, and you belong to none. `/standup new` starts one.")
    return [standup for standup in found if standup.channel == reader.channel] or found


def _visible(standups: Iterable[Standup], reader: Reader) -> list[Standup]:
    return [s for s in standups if s.channel == reader.channel or reader.user_id in s.insiders]


def _latest(now: datetime) -> date:
    """The date that it is already somewhere: the easternmost zone is fourteen hours ahead."""
    return (now + timedelta(hours=14)).date()


def _entries(
    uow: UnitOfWork, standups: Iterable[Standup], first: date, last: date, user_id: str = ""
) -> list[Entry]:
    ids = [standup.id for standup in standups]
    reports = {
        (r.standup_id, r.local_date, r.user_id): r
        for r in uow.standups.reports_of_days(ids, first, last, user_id)
    }
    return [
        Entry(turn=turn, report=reports.get((turn.standup_id, turn.local_date, turn.user_id)))
        for turn in uow.turns.of_days(ids, first, last, user_id)
    ]


def _people(uow: UnitOfWork, workspace: str, entries: Sequence[Entry]) -> dict[str, Person]:
    return uow.people.several(workspace, {entry.turn.user_id for entry in entries})
