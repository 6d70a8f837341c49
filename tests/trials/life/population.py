"""Who lives in the trial: people, and the stand-ups that they hold."""

from dataclasses import dataclass
from datetime import date, datetime, time

WORKDAYS = frozenset(range(1, 6))
EVERY_DAY = frozenset(range(1, 8))

_NAMES = {
    "Asia/Tokyo": "Yuki Tanaka, Haruto Sato, Aoi Kobayashi, Ren Ito",
    "Asia/Kolkata": "Ananya Rao, Rohan Mehta, Priya Nair, Vikram Shah",
    "Australia/Sydney": "Mia Walker, Jack Thompson, Ruby Hughes",
    "Pacific/Auckland": "Aroha Ngata, Liam Fraser",
    "Asia/Dubai": "Omar Haddad, Layla Karim",
    "Africa/Nairobi": "Wanjiru Kamau, Otieno Ouma, Amina Hassan",
    "Europe/Berlin": "Lena Fischer, Jonas Weber, Clara Vogel, Felix Brandt, Greta Lang",
    "Europe/London": "Oliver Smith, Emily Clarke, Harry Patel",
    "Europe/Lisbon": "Ines Costa, Tiago Lopes",
    "America/Sao_Paulo": "Beatriz Souza, Rafael Lima, Camila Rocha",
    "America/New_York": "Marcus Reed, Grace Kim, Daniel Ortiz, Hannah Lee, Noah Brown",
    "America/Los_Angeles": "Sofia Ramirez, Ethan Park, Zoe Mitchell, Caleb Young",
}


@dataclass(frozen=True, kw_only=True)
class Hours:
    """Somebody's working hours in their own time; without weekdays those of each stand-up."""

    start: time = time(8)
    end: time = time(18)
    weekdays: frozenset[int] = frozenset()

    def hold(self, local: datetime, weekdays: frozenset[int]) -> bool:
        """Whether a local time lies in them, on `weekdays` unless some were chosen."""
        begun = minutes(self.start) <= minutes(local.time()) < self._end
        return begun and local.isoweekday() in (self.weekdays or weekdays)

    def nearest(self, wall_time: time) -> time:
        """`wall_time`, or the nearest time within the hours that leaves an hour to answer."""
        if minutes(wall_time) < minutes(self.start):
            return self.start
        if minutes(wall_time) < self._end:
            return wall_time
        last = max(minutes(self.start), self._end - 60)
        return time(last // 60, last % 60)

    @property
    def _end(self) -> int:
        return minutes(self.end) or 24 * 60


@dataclass(frozen=True, kw_only=True)
class Member:
    """Somebody in Slack, at home in `zone` (IANA)."""

    user_id: str
    name: str
    zone: str
    guest: bool = False


@dataclass(frozen=True, kw_only=True)
class StandUp:
    """A stand-up as its manager sets it up; without `people` it asks everyone in its channel."""

    name: str
    channel: str
    manager: str
    wall_time: time
    weekdays: frozenset[int] = WORKDAYS
    people: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    observers: tuple[str, ...] = ()
    at_once: bool = False
    close_after: int = 4
    reminders: int = 1
    days_off: tuple[date, ...] = ()
    call_weekday: int = 0


@dataclass(frozen=True, kw_only=True)
class Population:
    """Everybody, and the stand-ups; `newcomer` comes to its channel only later."""

    members: tuple[Member, ...]
    standups: tuple[StandUp, ...]
    newcomer: str = ""

    def members_of(self, standup: StandUp) -> list[str]:
        """Who is in its channel in the beginning."""
        inside = (*standup.people, *standup.observers) or [m.user_id for m in self.members]
        return sorted({*inside, standup.manager} - {self.newcomer})


def minutes(at: time) -> int:
    """Minutes since midnight."""
    return at.hour * 60 + at.minute


def id_of(name: str) -> str:
    """`U0YUKI` for Yuki Tanaka."""
    return f"U0{name.split()[0].upper()}"


def forty() -> Population:
    """40 people in 12 zones with three stand-ups."""
    members = [
        Member(user_id=id_of(name), name=name, zone=zone, guest=name == "Zoe Mitchell")
        for zone, names in _NAMES.items()
        for name in names.split(", ")
    ]
    return Population(
        members=tuple(members),
        standups=(_MODEL, _SERVING, _READING),
        newcomer=id_of("Ethan Park"),
    )


def five() -> Population:
    """Five people in four zones with two stand-ups, one of them on every day."""
    names = ("Yuki", "Ananya", "Lena", "Jonas", "Marcus")
    chosen = {id_of(name) for name in names}
    everyday = StandUp(
        name="Every day",
        channel="C0EVERY",
        manager=id_of("Lena"),
        wall_time=time(9, 30),
        weekdays=EVERY_DAY,
    )
    pair = StandUp(
        name="Pair",
        channel="C0PAIR",
        manager=id_of("Marcus"),
        wall_time=time(10),
        weekdays=EVERY_DAY,
        people=(id_of("Marcus"), id_of("Yuki")),
        at_once=True,
        close_after=3,
        reminders=2,
    )
    members = tuple(m for m in forty().members if m.user_id in chosen)
    return Population(members=members, standups=(everyday, pair))


def _ids(names: str) -> tuple[str, ...]:
    return tuple(id_of(name) for name in names.split())


_MODEL = StandUp(
    name="Model daily",
    channel="C0MODEL",
    manager=id_of("Lena"),
    wall_time=time(9, 30),
    call_weekday=3,
)
_SERVING = StandUp(
    name="Serving watch",
    channel="C0SERVING",
    manager=id_of("Marcus"),
    wall_time=time(10),
    weekdays=EVERY_DAY,
    people=_ids("Yuki Ananya Mia Lena Oliver Beatriz Marcus Sofia"),
    at_once=True,
    close_after=3,
    reminders=2,
)
_READING = StandUp(
    name="Reading circle",
    channel="C0READING",
    manager=id_of("Ananya"),
    wall_time=time(16),
    weekdays=frozenset({1, 3, 5}),
    people=_ids(
        "Ananya Haruto Rohan Jack Aroha Omar Wanjiru Jonas Clara Emily Rafael Grace Daniel Caleb"
    ),
    optional=_ids("Aroha Clara Daniel"),
    observers=_ids("Greta Hannah"),
    close_after=2,
    reminders=0,
    days_off=(date(2026, 10, 28),),
)
