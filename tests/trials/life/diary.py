"""What happened, as it happened: who was where, who was away, and who said what."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from tests.standins.slack import Json
from tests.trials.life.population import Hours, Population, StandUp

T = TypeVar("T")

_BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)

Turn = tuple[str, str, date]
"""A stand-up's name, a user id, and that person's local date."""


class History(Generic[T]):
    """A value and how it changed; instants are aware UTC."""

    def __init__(self, first: T) -> None:
        self._steps = [(_BEGINNING, first)]

    def set(self, at: datetime, value: T) -> None:
        """It is `value` from `at` on."""
        self._steps.append((at, value))

    def at(self, when: datetime) -> T:
        """What it was at an instant."""
        return next(value for at, value in reversed(self._steps) if at <= when)

    @property
    def values(self) -> list[T]:
        """Everything that it ever was."""
        return [value for _, value in self._steps]

    @property
    def changes(self) -> list[datetime]:
        """When it changed."""
        return [at for at, _ in self._steps[1:]]


@dataclass(kw_only=True)
class Life:
    """One person; `chosen_zone` is empty while Slack's counts."""

    slack_zone: History[str]
    able: History[bool]
    chosen_zone: History[str] = field(default_factory=lambda: History(""))
    hours: History[Hours] = field(default_factory=lambda: History(Hours()))
    away: History[frozenset[date]] = field(default_factory=lambda: History(frozenset()))
    holidays: History[frozenset[date]] = field(default_factory=lambda: History(frozenset()))

    def zone(self, at: datetime) -> ZoneInfo:
        """The zone that they live by at an instant."""
        return ZoneInfo(self.chosen_zone.at(at) or self.slack_zone.at(at))

    def local(self, at: datetime) -> datetime:
        """What their clock shows."""
        return at.astimezone(self.zone(at))

    def is_off(self, day: date, at: datetime) -> bool:
        """Whether, as known at `at`, they are away on `day` or have a holiday."""
        return day in self.away.at(at) | self.holidays.at(at)

    def works(self, at: datetime, weekdays: frozenset[int]) -> bool:
        """Whether an instant lies in their working hours, on `weekdays` unless they chose some."""
        return self.hours.at(at).hold(self.local(at), weekdays)


@dataclass(kw_only=True)
class Course:
    """How a stand-up went: when it asks, whether it is paused, and whom it asks."""

    standup: StandUp
    wall_time: History[time]
    paused: History[bool] = field(default_factory=lambda: History(False))
    asks: dict[str, History[bool]] = field(default_factory=dict)


@dataclass(kw_only=True)
class Said:
    """A report: when it was sent first, and every wording of its answers."""

    at: datetime
    wordings: list[tuple[str, ...]]


class Kind(StrEnum):
    """What a direct message is about."""

    PROMPT = "prompt"
    REMINDER = "reminder"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Direct:
    """A direct message from the bot; `wanted` if it answers what the person just did."""

    user_id: str
    at: datetime
    kind: Kind
    message: Json
    standup: str = ""
    day: date | None = None
    wanted: bool = False


@dataclass(kw_only=True)
class Diary:
    """Everything that the trial knows without asking the bot."""

    lives: dict[str, Life]
    courses: dict[str, Course]
    names: dict[str, str]
    reports: dict[Turn, Said] = field(default_factory=dict)
    skips: dict[Turn, datetime] = field(default_factory=dict)
    prompts: dict[Turn, list[datetime]] = field(default_factory=dict)
    directs: list[Direct] = field(default_factory=list)
    down: tuple[datetime, datetime] | None = None
    done: dict[str, int] = field(default_factory=dict)

    @classmethod
    def begun(cls, population: Population) -> "Diary":
        """Nothing has happened yet."""
        return cls(
            lives={
                m.user_id: Life(slack_zone=History(m.zone), able=History(not m.guest))
                for m in population.members
            },
            courses={
                s.name: Course(standup=s, wall_time=History(s.wall_time))
                for s in population.standups
            },
            names={m.user_id: m.name for m in population.members},
        )

    def count(self, what: str) -> None:
        """One more of these happened."""
        self.done[what] = self.done.get(what, 0) + 1

    def asks(self, standup: str, user_id: str, at: datetime) -> bool:
        """Whether a stand-up counts on somebody at an instant."""
        history = self.courses[standup].asks.get(user_id)
        return history is not None and history.at(at) and self.lives[user_id].able.at(at)

    def set_asked(self, standup: str, user_ids: Iterable[str], at: datetime, asked: bool) -> None:
        """From now on a stand-up asks these people, or doesn't."""
        for user_id in user_ids:
            history = self.courses[standup].asks.setdefault(user_id, History(False))
            history.set(at, asked)


def days(first: date, last: date) -> list[date]:
    """Every date from the first to the last."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
