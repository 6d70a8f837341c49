"""What must have happened, worked out from the diary alone: none of the bot's rules is used here.

The rules in the oracle's own words: everybody is asked at the stand-up's hour of their own clock,
or at the nearest hour within their working hours; a day closes for them after so many hours of
their working time; a cohort is told by the offset from UTC.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.trials.life.diary import Course, Diary, Life, Turn

_MINUTE = timedelta(minutes=1)
_ONE = frozenset({1})
_NONE = frozenset({0})
_EITHER = frozenset({0, 1})
# A card isn't rendered again because somebody in it leaves: what it says of them may be older.
_MAY_BE_OLD = timedelta(days=3)


@dataclass(frozen=True, kw_only=True)
class Due:
    """How many prompts a turn may have, and when; `cut` where a move cut the day short, `off` where
    the person was away or had a holiday."""

    counts: frozenset[int]
    instants: tuple[datetime, ...] = ()
    off: bool = False
    cut: bool = False


@dataclass(kw_only=True)
class CohortDay:
    """What the card of one cohort's part of a day must say, by user id.

    `said` tells (late, edited) of everybody who reported. Of `open_ended` people either is right:
    they left later on, or a move cut their day. `closes` is when nothing more was expected, and who
    was the last.
    """

    said: dict[str, tuple[bool, bool]] = field(default_factory=dict)
    absent: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)
    open_ended: set[str] = field(default_factory=set)
    closes: tuple[datetime, str] | None = None


class Oracle:
    """Answers about one diary."""

    def __init__(self, diary: Diary) -> None:
        self._diary = diary

    def due(self, turn: Turn) -> Due:
        """How often and when somebody had to be asked for a date."""
        lived, moves = self._lived(turn), self._moves(turn)
        if not lived or self._settled_before(turn, lived[0]):
            return Due(counts=_EITHER if moves else _NONE, cut=bool(moves))
        if self._is_off(turn, lived[0]):
            return self._while_off(turn, lived[0])
        life, first = self._life(turn), lived[0]
        torn = life.zone(self._before_outage(first)) != life.zone(first)
        return Due(counts=_EITHER if torn else _ONE, instants=(*lived, *moves), cut=torn)

    def closes(self, turn: Turn, begun: datetime) -> datetime:
        """When the day of a turn closed that began at `begun`: counted minute by minute."""
        life, standup = self._life(turn), self._course(turn).standup
        hours, zone = life.hours.at(begun), life.zone(begun)
        left, at = standup.close_after * 60, begun
        while left:
            left -= hours.hold(at.astimezone(zone), standup.weekdays)
            at += _MINUTE
        return at

    def cohort_days(self, standup: str, day: date) -> dict[str, CohortDay]:
        """What the cards of a date must say, by the cohort's name."""
        found: dict[str, CohortDay] = {}
        for user_id in self._diary.lives:
            turn = standup, user_id, day
            if begun := self._begun(turn):
                at, zone = begun
                cohort = found.setdefault(_cohort(at, zone), CohortDay())
                self._place(cohort, turn, self.closes(turn, at))
        return found

    def _place(self, cohort: CohortDay, turn: Turn, closes: datetime) -> None:
        user_id, prompted = turn[1], turn in self._diary.prompts
        report = self._diary.reports.get(turn)
        if report is not None:
            cohort.said[user_id] = (report.at > closes, len(report.wordings) > 1)
        elif turn in self._diary.skips or self._is_off(turn, closes):
            cohort.absent.add(user_id)
        elif prompted and user_id not in self._course(turn).standup.optional:
            cohort.missing.add(user_id)
        if report is None and self._is_open_ended(turn, closes):
            cohort.open_ended.add(user_id)
        elif prompted or report:
            end = min([closes, *self._settled(turn)]), user_id
            cohort.closes = max(end, cohort.closes or end)

    def _settled(self, turn: Turn) -> Iterator[datetime]:
        """When nothing more was expected from somebody."""
        if report := self._diary.reports.get(turn):
            yield report.at
        if skipped := self._diary.skips.get(turn):
            yield skipped
        life = self._life(turn)
        yield from (at for at in life.away.changes if life.is_off(turn[2], at))

    def _is_open_ended(self, turn: Turn, closes: datetime) -> bool:
        asks, able = self._course(turn).asks[turn[1]], self._life(turn).able
        left = [at for at in asks.changes if not asks.at(at)] + able.changes
        return any(at > closes - _MAY_BE_OLD for at in left) or bool(self._moves(turn))

    def _begun(self, turn: Turn) -> tuple[datetime, ZoneInfo] | None:
        """From when on a turn counts, and in which zone; None where there was none."""
        life = self._life(turn)
        report, skipped = self._diary.reports.get(turn), self._diary.skips.get(turn)
        acted = min((x for x in (report.at if report else None, skipped) if x), default=None)
        asked = min(self._diary.prompts.get(turn, ()), default=None)
        if acted and (asked is None or acted < asked):
            zone = life.zone(acted)
            return _instant(turn[2], self._hour(turn, acted), zone), zone
        if asked:
            return asked, life.zone(asked)
        lived = self._lived(turn)
        return (lived[0], life.zone(lived[0])) if lived and self.due(turn).off else None

    def _lived(self, turn: Turn) -> list[datetime]:
        """The instants at which it was the stand-up's hour of the date where the person was, and
        they took part; what fell into an outage counts at its end, within their hours."""
        life, weekdays = self._life(turn), self._course(turn).standup.weekdays
        found = set()
        for zone, hour in self._possible(turn):
            at = _instant(turn[2], hour, zone)
            if life.zone(at) == zone and self._hour(turn, at) == hour and self._counts(turn, at):
                on = self._after_outage(at)
                if on == at or life.works(on, weekdays):
                    found.add(on)
        return sorted(found)

    def _counts(self, turn: Turn, at: datetime) -> bool:
        """Whether the stand-up counted on the person then, and it was a working day of theirs."""
        standup, user_id, day = turn
        course, on = self._course(turn), self._after_outage(at)
        chosen = self._life(turn).hours.at(at).weekdays or course.standup.weekdays
        works = day.isoweekday() in course.standup.weekdays & chosen
        return works and not course.paused.at(on) and self._diary.asks(standup, user_id, on)

    def _possible(self, turn: Turn) -> Iterator[tuple[ZoneInfo, time]]:
        life, course = self._life(turn), self._course(turn)
        zones = {*life.slack_zone.values, *life.chosen_zone.values} - {""}
        walls = course.wall_time.values
        hours = {own.nearest(wall_time) for wall_time in walls for own in life.hours.values}
        return ((ZoneInfo(zone), hour) for zone in sorted(zones) for hour in sorted(hours))

    def _hour(self, turn: Turn, at: datetime) -> time:
        return self._life(turn).hours.at(at).nearest(self._course(turn).wall_time.at(at))

    def _moves(self, turn: Turn) -> list[datetime]:
        """When a move of zone, hours or the stand-up's hour fell into this date."""
        standup, user_id, day = turn
        life, course = self._life(turn), self._course(turn)
        if day.isoweekday() not in course.standup.weekdays:
            return []
        own = [*life.slack_zone.changes, *life.chosen_zone.changes, *life.hours.changes]
        return [
            at
            for at in [*own, *course.wall_time.changes]
            if _between(day, life.local(at - timedelta(microseconds=1)), life.local(at))
            and self._diary.asks(standup, user_id, at)
        ]

    def _settled_before(self, turn: Turn, at: datetime) -> bool:
        report, skipped = self._diary.reports.get(turn), self._diary.skips.get(turn)
        return (report is not None and report.at < at) or (skipped is not None and skipped < at)

    def _while_off(self, turn: Turn, at: datetime) -> Due:
        """Who comes back before their day has closed is asked then, in their hours."""
        life, weekdays = self._life(turn), self._course(turn).standup.weekdays
        closes = self.closes(turn, at)
        for back in life.away.changes:
            open_still = at < back < closes and life.works(back, weekdays)
            if open_still and not self._is_off(turn, back):
                return Due(counts=_ONE, instants=(back,))
        return Due(counts=_NONE, off=True)

    def _is_off(self, turn: Turn, at: datetime) -> bool:
        return (
            self._life(turn).is_off(turn[2], at) or turn[2] in self._course(turn).standup.days_off
        )

    def _life(self, turn: Turn) -> Life:
        return self._diary.lives[turn[1]]

    def _course(self, turn: Turn) -> Course:
        return self._diary.courses[turn[0]]

    def _after_outage(self, at: datetime) -> datetime:
        down = self._diary.down
        return down[1] if down and down[0] <= at < down[1] else at

    def _before_outage(self, at: datetime) -> datetime:
        down = self._diary.down
        return down[0] if down and at == down[1] else at


def _between(day: date, before: datetime, after: datetime) -> bool:
    """Whether it was this date before a move or after it."""
    dates = {before.date(), after.date()}
    return min(dates) <= day <= max(dates)


def _cohort(at: datetime, zone: ZoneInfo) -> str:
    offset = at.astimezone(zone).utcoffset() or timedelta(0)
    if offset >= timedelta(hours=4, minutes=30):
        return "Asia and Pacific"
    return "Europe and Africa" if offset >= timedelta(hours=-1, minutes=-30) else "Americas"


def _instant(day: date, hour: time, zone: ZoneInfo) -> datetime:
    """Nobody's hour lies in a gap or a fold here: those are at night."""
    return datetime.combine(day, hour, zone).astimezone(UTC)
