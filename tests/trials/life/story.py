"""What will happen, whatever the bot does: journeys, vacations, holidays, and changes of mind."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from tests.trials.life.acts import Hand
from tests.trials.life.diary import days
from tests.trials.life.population import Hours, Member, Population, StandUp

Act = Callable[[Hand], Awaitable[object]]
"""What somebody does; it answers False where there was nothing to do any more."""

_FAR_AWAY = (
    "America/Denver",
    "Pacific/Honolulu",
    "Asia/Singapore",
    "Pacific/Auckland",
    "Pacific/Kiritimati",
    "America/New_York",
    "Europe/Berlin",
    "Asia/Tokyo",
    "America/Los_Angeles",
)

# Dates of the laws, by country and region; those on a Saturday or a Sunday fall on Every day only.
_HOLIDAYS = {
    "Asia/Tokyo": ("JP", "", (date(2026, 11, 3),)),
    "Africa/Nairobi": ("KE", "", (date(2026, 10, 20),)),
    "America/Sao_Paulo": ("BR", "", (date(2026, 11, 2),)),
    "Pacific/Auckland": ("NZ", "HKB", (date(2026, 10, 23), date(2026, 10, 26))),
    "Australia/Sydney": ("AU", "VIC", (date(2026, 11, 3),)),
    "Europe/Lisbon": ("PT", "", (date(2026, 11, 1),)),
    "Europe/Berlin": ("DE", "SN", (date(2026, 10, 31),)),
}

_OTHER_HOURS = (
    Hours(start=time(12), end=time(20)),
    Hours(start=time(6), end=time(9)),
    Hours(start=time(10), end=time(16)),
    Hours(start=time(14), end=time(0)),
    Hours(weekdays=frozenset({1, 2, 3, 4})),
    Hours(start=time(7), end=time(15), weekdays=frozenset({7, 1, 2, 3, 4})),
)

# Prompts come at full, half and quarter hours: nobody does anything at the same instant.
_MINUTES = (3, 7, 13, 17, 23, 37, 43, 47, 53)


@dataclass(frozen=True, kw_only=True)
class Planned:
    """Something that happens at an instant (aware UTC); `needs_bot` is tried again after an outage.

    `unless_gone` names whoever must still be there for it.
    """

    at: datetime
    what: str
    act: Act
    needs_bot: bool = True
    unless_gone: str = ""


@dataclass(frozen=True, kw_only=True)
class Span:
    """The dates of a life, and when the bot is down (aware UTC), if it ever is."""

    first: date
    last: date
    down: tuple[datetime, datetime] | None = None

    @property
    def days(self) -> list[date]:
        """All dates."""
        return days(self.first, self.last)


class Teller:
    """Makes a story up; the same one for the same seed."""

    def __init__(self, population: Population, span: Span, seed: int) -> None:
        self._people = population
        self._span = span
        self._dice = Random(seed)
        managers = {s.manager for s in population.standups}
        free = [
            m
            for m in population.members
            if m.user_id not in managers and not m.guest and m.user_id != population.newcomer
        ]
        self._pool = self._dice.sample(free, len(free))
        self._free = list(self._pool)

    def forty(self) -> list[Planned]:
        """The story of 40 people over three weeks."""
        model, serving, reading = self._people.standups
        joins = _join_channel(self._people.newcomer, model)
        story = [
            *self._holidays(),
            *self._journeys(7),
            *self._lost_event(),
            *self._own_zones(3),
            *self._vacations(6),
            *self._hours(),
            *self._comings_and_goings(model),
            *self._early(model, 26),
            *self._early(serving, 8),
            self._at(date(2026, 10, 22), 11, joins, "came to the channel"),
            self._at(date(2026, 10, 21), 12, _pause(serving, True), "paused"),
            self._at(date(2026, 10, 23), 12, _pause(serving, False), "resumed"),
            self._at(date(2026, 10, 29), 14, _hour(model, time(10, 30)), "hour changed"),
            self._at(date(2026, 11, 4), 15, _hour(reading, time(11)), "hour changed"),
        ]
        return sorted([*story, *self._houses_kept()], key=lambda planned: planned.at)

    def five(self) -> list[Planned]:
        """A short story of five people."""
        every, _ = self._people.standups
        jonas, ananya, yuki = "U0JONAS", "U0ANANYA", "U0YUKI"
        tells = [
            self._at(date(2026, 10, 23), 10, _travel(jonas, "America/New_York"), "travelled"),
            self._at(date(2026, 10, 25), 16, _travel(jonas, "Europe/Berlin"), "travelled"),
            self._at(date(2026, 10, 24), 8, _travel(yuki, "America/New_York"), "travelled"),
            self._away(ananya, date(2026, 10, 24), date(2026, 10, 25), by="U0LENA"),
            self._at(date(2026, 10, 25), 10, _hour(every, time(10, 15)), "hour changed"),
        ]
        return sorted([*tells, *self._houses_kept()], key=lambda planned: planned.at)

    def _take(self, number: int, zones: Sequence[str] = ()) -> list[Member]:
        """People to whom nothing else happens."""
        fit = [m for m in self._free if not zones or m.zone in zones][:number]
        self._free = [m for m in self._free if m not in fit]
        return fit

    def _holidays(self) -> Iterator[Planned]:
        """They say where they are from on the Sunday before."""
        for zone, (country, region, dates) in _HOLIDAYS.items():
            for member in self._take(2 if zone == "Africa/Nairobi" else 1, [zone]):
                act = _settle(member.user_id, Hours(), country, region, dates)
                yield self._before(act, "chose a country")

    def _hours(self) -> Iterator[Planned]:
        for member, hours in zip(self._take(len(_OTHER_HOURS)), _OTHER_HOURS, strict=True):
            act = _settle(member.user_id, hours, "", "", ())
            if hours.weekdays:
                yield self._before(act, "chose hours")
            else:
                day = self._some_day(2, 8)
                yield self._at(day, self._dice.randrange(24), act, "chose hours", member.user_id)

    def _journeys(self, travellers: int) -> Iterator[Planned]:
        for member in self._take(travellers):
            moves = self._dice.randint(1, 3)
            when = sorted(self._dice.sample(self._span.days[1:-1], moves))
            zones = self._dice.sample([z for z in _FAR_AWAY if z != member.zone], moves)
            if moves > 1 and self._dice.random() < 0.6:
                zones[-1] = member.zone
            for day, zone in zip(when, zones, strict=True):
                act = _travel(member.user_id, zone)
                yield self._at(day, self._dice.randrange(24), act, "travelled", member.user_id)

    def _lost_event(self) -> Iterator[Planned]:
        """Somebody lands while the bot is down."""
        if self._span.down:
            at = self._span.down[0] + timedelta(minutes=71)
            act = _travel(self._take(1)[0].user_id, "America/Denver")
            yield Planned(at=at, what="travelled", act=act, needs_bot=False)

    def _own_zones(self, number: int) -> Iterator[Planned]:
        for member in self._take(number):
            zone = self._dice.choice([z for z in _FAR_AWAY if z != member.zone])
            begin, end = self._some_day(1, 6), self._some_day(9, 15)
            for day, chosen in ((begin, zone), (end, "")):
                act = _choose_zone(member.user_id, chosen)
                yield self._at(day, self._dice.randrange(24), act, "chose a zone", member.user_id)

    def _vacations(self, number: int) -> Iterator[Planned]:
        for n, member in enumerate(self._take(number)):
            first = self._some_day(3, 10)
            last = first + timedelta(days=self._dice.randint(1, 6))
            manager = self._people.standups[0].manager if n < number // 3 else ""
            yield self._away(member.user_id, first, last, by=manager)
            if n == number - 1:
                day = first + timedelta(days=1)
                back = _back(member.user_id)
                yield self._locally(member, day, 7, back, "came back early", member.user_id)

    def _away(self, user_id: str, first: date, last: date, *, by: str = "") -> Planned:
        act = _go_away(user_id, first, last, by)
        before = first - timedelta(days=self._dice.randint(1, 2))
        return self._at(before, 12, act, "set away by a manager" if by else "went away", user_id)

    def _comings_and_goings(self, standup: StandUp) -> Iterator[Planned]:
        gone, returns, tired, leaver = (m.user_id for m in self._take(4))
        yield self._at(date(2026, 10, 28), 9, _be_deactivated(gone), "was deactivated")
        goes = _leave_channel(leaver, standup)
        yield self._at(date(2026, 10, 27), 8, goes, "left the channel")
        left = _leave_channel(returns, standup)
        yield self._at(date(2026, 10, 22), 16, left, "left the channel")
        yield self._at(
            date(2026, 10, 27), 5, _join_channel(returns, standup), "came to the channel"
        )
        yield self._at(date(2026, 10, 21), 20, _leave(tired, standup), "left the stand-up")
        yield self._at(date(2026, 11, 2), 3, _join(tired, standup), "joined the stand-up")

    def _early(self, standup: StandUp, number: int) -> Iterator[Planned]:
        """Some report or skip before they are asked."""
        possible = [m for m in self._pool if not standup.people or m.user_id in standup.people]
        for n in range(number):
            member = self._dice.choice(possible)
            day = self._dice.choice(self._span.days)
            act = _early(member.user_id, standup, skip=n % 4 == 0)
            what = "skipped before being asked" if n % 4 == 0 else "reported before being asked"
            yield self._locally(member, day, 8, act, what, member.user_id)

    def _houses_kept(self) -> Iterator[Planned]:
        """The bot's own hourly round, four times a day here."""
        for day in self._span.days:
            for hour in (0, 6, 12, 18):
                at = datetime.combine(day, time(hour, 29), UTC)
                yield Planned(at=at, what="", act=_keep_house)

    def _some_day(self, first: int, last: int) -> date:
        return self._span.first + timedelta(days=self._dice.randint(first, last))

    def _before(self, act: Act, what: str) -> Planned:
        day = self._span.first - timedelta(days=1)
        return self._at(day, 15, act, what)

    def _at(self, day: date, hour: int, act: Act, what: str, who: str = "") -> Planned:
        minute = self._dice.choice(_MINUTES)
        at = datetime.combine(day, time(hour, minute, self._dice.randrange(1, 59)), UTC)
        return Planned(at=at, what=what, act=act, unless_gone=who)

    def _locally(
        self, member: Member, day: date, hour: int, act: Act, what: str, who: str
    ) -> Planned:
        minute = self._dice.choice(_MINUTES)
        at = datetime.combine(day, time(hour, minute, 11), ZoneInfo(member.zone)).astimezone(UTC)
        return Planned(at=at, what=what, act=act, unless_gone=who)


def _join_channel(user_id: str, standup: StandUp) -> Act:
    return lambda hand: hand.join_channel(user_id, standup)


def _leave_channel(user_id: str, standup: StandUp) -> Act:
    return lambda hand: hand.leave_channel(user_id, standup)


def _leave(user_id: str, standup: StandUp) -> Act:
    return lambda hand: hand.leave(user_id, standup)


def _join(user_id: str, standup: StandUp) -> Act:
    return lambda hand: hand.join(user_id, standup)


def _be_deactivated(user_id: str) -> Act:
    return lambda hand: hand.be_deactivated(user_id)


def _pause(standup: StandUp, paused: bool) -> Act:
    return lambda hand: hand.pause(standup, paused)


def _hour(standup: StandUp, wall_time: time) -> Act:
    return lambda hand: hand.change_hour(standup, wall_time)


def _travel(user_id: str, zone: str) -> Act:
    return lambda hand: hand.travel(user_id, zone)


def _choose_zone(user_id: str, zone: str) -> Act:
    return lambda hand: hand.choose_zone(user_id, zone)


def _go_away(user_id: str, first: date, last: date, by: str) -> Act:
    return lambda hand: hand.go_away(user_id, first, last, by)


def _back(user_id: str) -> Act:
    return lambda hand: hand.come_back(user_id)


def _settle(user_id: str, hours: Hours, country: str, region: str, dates: Sequence[date]) -> Act:
    return lambda hand: hand.settle(user_id, hours, country, region, frozenset(dates))


def _early(user_id: str, standup: StandUp, *, skip: bool) -> Act:
    async def act(hand: Hand) -> bool:
        day = hand.life(user_id).local(hand.now).date()
        turn = standup.name, user_id, day
        known = turn in hand.diary.reports or turn in hand.diary.skips
        if known or not hand.diary.asks(standup.name, user_id, hand.now):
            return False
        if skip:
            await hand.skip(user_id, standup, day, None)
        else:
            said = f"{hand.diary.names[user_id]} was early on {day}"
            await hand.report(user_id, standup, day, None, answer_0=said, answer_1="and goes on")
        return True

    return act


async def _keep_house(hand: Hand) -> None:
    await hand.town.keep_house()
