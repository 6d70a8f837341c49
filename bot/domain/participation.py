"""Participation: how many of the expected reports came, by person and by week."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.domain.absence import AbsenceKind
from bot.domain.dates import monday
from bot.domain.person import Person
from bot.domain.turn import Cohort, Entry

WEEKS_BACK = 4


@dataclass(frozen=True, kw_only=True)
class Tally:
    """Counts of turns; a report is expected where somebody was asked, required and not absent, or
    reported before they were asked.

    `reported` and `late` are among the `expected` ones; `late` came after the day had closed.
    """

    expected: int = 0
    reported: int = 0
    late: int = 0
    away: int = 0
    skipped: int = 0

    @property
    def missing(self) -> int:
        """Expected ones that never came."""
        return self.expected - self.reported

    @property
    def share(self) -> float | None:
        """Percent of the expected reports that came; None where none was expected."""
        return 100 * self.reported / self.expected if self.expected else None


@dataclass(frozen=True, kw_only=True)
class Attendance:
    """One person's counts; `name` is the id of somebody who isn't known any more."""

    user_id: str
    name: str
    tally: Tally


@dataclass(frozen=True, kw_only=True)
class Participation:
    """Everybody's counts over some weeks.

    `weeks` are Mondays, from the first one with a turn to the last; `shares` has one percentage per
    week for each cohort that had a turn, None where nobody of it was expected. `people` are in the
    order of their names.
    """

    weeks: tuple[date, ...]
    shares: Mapping[Cohort, tuple[float | None, ...]]
    people: tuple[Attendance, ...]
    total: Tally


def first_monday(today: date) -> date:
    """Where the window begins that `participation` shows: four whole weeks and the running one."""
    return monday(today) - timedelta(weeks=WEEKS_BACK)


def participation(
    entries: Iterable[Entry], people: Mapping[str, Person], now: datetime
) -> Participation:
    """The counts of these turns; a day that hasn't closed counts once its report came.

    Whether somebody is required is what the turn says: the roster is what it was then.
    """
    counted = [e for e in entries if e.turn.required and (e.answered or e.turn.due_at <= now)]
    by_person: dict[str, list[Entry]] = defaultdict(list)
    by_place: dict[tuple[Cohort, date], list[Entry]] = defaultdict(list)
    for entry in counted:
        by_person[entry.turn.user_id].append(entry)
        by_place[entry.turn.cohort, monday(entry.turn.local_date)].append(entry)
    weeks = _weeks({week for _cohort, week in by_place})
    present = {cohort for cohort, _week in by_place}
    shares = {
        cohort: tuple(tally(by_place.get((cohort, week), ())).share for week in weeks)
        for cohort in Cohort
        if cohort in present
    }
    listed = [
        Attendance(user_id=u, name=people[u].name if u in people else u, tally=tally(mine))
        for u, mine in by_person.items()
    ]
    listed.sort(key=lambda each: (each.name.casefold(), each.user_id))
    return Participation(weeks=weeks, shares=shares, people=tuple(listed), total=tally(counted))


def tally(entries: Sequence[Entry]) -> Tally:
    """The counts of these turns, taken as required ones."""
    expected = [e for e in entries if (e.turn.asked_at or e.report) and not e.turn.absence]
    absent = [e.turn.absence for e in entries if e.turn.absence and not e.report]
    skipped = sum(absence.kind is AbsenceKind.SKIPPED for absence in absent)
    return Tally(
        expected=len(expected),
        reported=sum(e.report is not None for e in expected),
        late=sum(e.late for e in expected),
        away=len(absent) - skipped,
        skipped=skipped,
    )


def _weeks(seen: Set[date]) -> tuple[date, ...]:
    """Every Monday from the first one seen to the last."""
    if not seen:
        return ()
    first = min(seen)
    return tuple(first + timedelta(weeks=n) for n in range((max(seen) - first).days // 7 + 1))
