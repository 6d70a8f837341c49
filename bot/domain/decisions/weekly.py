"""The weekly digest of decisions: when a channel gets it, what it is about, what is in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from bot.domain.calendar import next_run
from bot.domain.decisions.detail import DecisionDetail
from bot.domain.decisions.record import DecisionRecord
from bot.domain.decisions.waiting import DueDecision, OpenDecision
from bot.domain.experiments.hypothesis_detail import HypothesesNews
from bot.domain.schedule import Schedule, ScheduleKind

DEFAULT_TIME = time(9)
MONDAY = 1
FIRST_WINDOW = timedelta(days=7)
"""How far a channel's first digest looks back."""


class Scope(StrEnum):
    """Whose decisions a channel reads: its own, or those of every public channel besides."""

    CHANNEL = "channel"
    PUBLIC = "public"


@dataclass(frozen=True, kw_only=True)
class WeeklyChoice:
    """What a person can choose; `weekday` is an ISO weekday of `zone` (IANA)."""

    zone: str
    weekday: int = MONDAY
    wall_time: time = DEFAULT_TIME
    scope: Scope = Scope.CHANNEL
    active: bool = True


@dataclass(frozen=True, kw_only=True)
class WeeklySettings:
    """One channel's weekly digest; `owner` set it last, `version` grows with every change.

    `until` is up to where the last one reported (aware UTC), None before the first.
    """

    workspace: str
    channel: str
    choice: WeeklyChoice
    owner: str
    version: int = 1
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Made:
    """A decision that got a final word; `by` is a display name, or empty: by the round itself."""

    record: DecisionRecord
    by: str = ""


@dataclass(frozen=True, kw_only=True)
class WeeklyDigest:
    """All sections; `day` is the channel's date.

    `open` are the oldest of `open_total`; `measured` are those due that predicted something, with
    what came of it. `pages` are where the cards stand: a channel and a `ts`
    by the decision's number.
    """

    day: date
    scope: Scope = Scope.CHANNEL
    made: Sequence[Made] = ()
    open: Sequence[OpenDecision] = ()
    open_total: int = 0
    due: Sequence[DueDecision] = ()
    measured: Sequence[DecisionDetail] = ()
    pages: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    hypotheses: HypothesesNews = field(default_factory=HypothesesNews)

    @property
    def something_to_say(self) -> bool:
        """Whether any section has something."""
        return bool(self.made or self.open or self.due or self.hypotheses)


def schedule_id(workspace: str, channel: str) -> str:
    """The id of the schedule of a channel's weekly digest."""
    return f"decisions-weekly:{workspace}:{channel}"


def schedule_of(settings: WeeklySettings, now: datetime) -> Schedule:
    """The channel's schedule with its next run after `now`."""
    choice = settings.choice
    weekdays = frozenset({choice.weekday})
    upcoming = next_run(now, wall_time=choice.wall_time, weekdays=weekdays, zone=choice.zone)
    return Schedule(
        id=schedule_id(settings.workspace, settings.channel),
        workspace=settings.workspace,
        kind=ScheduleKind.DECISIONS_WEEKLY,
        subject=settings.channel,
        zone=choice.zone,
        wall_time=choice.wall_time,
        weekdays=weekdays,
        next_run_at=upcoming.run_at,
        next_date=upcoming.local_date,
        user_id=settings.owner,
        active=choice.active,
    )
