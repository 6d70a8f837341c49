"""The weekly digest: when a channel gets it, which week it is about, what is in it.

It holds what the weekly digest of decisions (`bot.domain.decisions.weekly`) says: where a channel
has this one on, that one stays silent, so that no decision is told twice in one week. Its scope
(this channel, or every public one) counts here too.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from bot.domain import calendar
from bot.domain.alerts.precision import PrecisionReport
from bot.domain.calendar import next_run
from bot.domain.decisions.record import DecisionStatus
from bot.domain.decisions.weekly import Made
from bot.domain.decisions.weekly import WeeklyDigest as WeekOfDecisions
from bot.domain.digests.content import Digest, OpenBlocker
from bot.domain.digests.days import SETTLING, day_of
from bot.domain.digests.improvements import Improvement
from bot.domain.digests.settings import DigestSettings
from bot.domain.digests.windows import Span
from bot.domain.experiments.goals import GoalState
from bot.domain.experiments.hypothesis_detail import HypothesisDetail
from bot.domain.experiments.records import Experiment, Run, RunStatus
from bot.domain.experiments.retraining import PlanState
from bot.domain.experiments.run_texts import error, note
from bot.domain.issues.summary import IssueGroup, IssueLine
from bot.domain.metrics import primary_metric
from bot.domain.participation import Tally
from bot.domain.schedule import Schedule, ScheduleKind

WEEK = timedelta(days=7)
# After a long outage more than this is no week's news any more.
_LONGEST = 2 * WEEK
_MONDAY = 1
_LOST = (RunStatus.FAILED, RunStatus.KILLED)


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Runs that ended badly in one way: the latest of them, and how many they are. `metric` is what
    its experiment is judged by."""

    run: Run
    count: int
    experiment: Experiment | None = None
    metric: str | None = None


@dataclass(frozen=True, kw_only=True)
class Coming:
    """What is due in the next seven days, or already overdue; `owners` are display names by id."""

    plans: tuple[PlanState, ...] = ()
    hypotheses: tuple[HypothesisDetail, ...] = ()
    goals: tuple[GoalState, ...] = ()
    sprint_ends: datetime | None = None
    owners: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether anything is."""
        return bool(self.plans or self.hypotheses or self.goals or self.sprint_ends)


@dataclass(frozen=True, kw_only=True)
class WeeklyContent:
    """All of a channel's week.

    `week` is what a daily digest would say of the whole week. `alerts` is None, and `had_alerts`
    alone is told, in a brief one.
    """

    span: Span
    zone: str
    week: Digest
    decisions: WeekOfDecisions
    failures: tuple[Failure, ...] = ()
    improved: tuple[Improvement, ...] = ()
    had_alerts: bool = False
    alerts: PrecisionReport | None = None
    participation: Tally = field(default_factory=Tally)
    unblocked: tuple[OpenBlocker, ...] = ()
    coming: Coming = field(default_factory=Coming)

    @property
    def day(self) -> date:
        """The channel's date at its end."""
        return day_of(self.span.until, self.zone)

    @property
    def rejected(self) -> tuple[Made, ...]:
        """The decisions that said no."""
        return tuple(m for m in self.decisions.made if m.record.status is DecisionStatus.REJECTED)

    @property
    def decided(self) -> tuple[Made, ...]:
        """The other decisions that got a final word."""
        return tuple(
            m for m in self.decisions.made if m.record.status is not DecisionStatus.REJECTED
        )

    @property
    def done(self) -> tuple[IssueLine, ...]:
        """The issues that got done."""
        return self.week.issues.of(IssueGroup.DONE)

    @property
    def moved_goals(self) -> tuple[GoalState, ...]:
        """Goals whose number came closer to the target this week."""
        return tuple(state for state in self.week.goals if _came_closer(state, self.span))

    @property
    def something_to_say(self) -> bool:
        """Whether the week is worth a message: who reported alone is not."""
        return bool(
            self.decisions.something_to_say
            or self.failures
            or self.week.runs.total
            or self.week.issues
            or self.had_alerts
            or self.week.alerts
            or self.unblocked
            or self.moved_goals
            or self.coming
        )


def is_on(settings: DigestSettings | None) -> bool:
    """Whether the channel gets a weekly digest."""
    choice = settings.choice if settings else None
    return choice is not None and choice.active and choice.weekly.weekday is not None


def weekly_schedule_id(workspace: str, channel: str) -> str:
    """The id of the schedule of a channel's weekly digest."""
    return f"digest-weekly:{workspace}:{channel}"


def weekly_schedule_of(settings: DigestSettings, now: datetime) -> Schedule:
    """The channel's schedule with its next run after `now`, inactive where it wants none."""
    choice, weekly = settings.choice, settings.choice.weekly
    weekdays = frozenset({weekly.weekday or _MONDAY})
    upcoming = next_run(now, wall_time=weekly.wall_time, weekdays=weekdays, zone=choice.zone)
    return Schedule(
        id=weekly_schedule_id(settings.workspace, settings.channel),
        workspace=settings.workspace,
        kind=ScheduleKind.DIGEST_WEEKLY,
        subject=settings.channel,
        zone=choice.zone,
        wall_time=weekly.wall_time,
        weekdays=weekdays,
        next_run_at=upcoming.run_at,
        next_date=upcoming.local_date,
        user_id=settings.owner,
        active=is_on(settings),
    )


def week_until(until: datetime, zone_name: str) -> Span:
    """The week that ends at `until`: it began at the same wall time seven dates earlier in the
    channel's zone, so that weeks join without a gap when clocks change."""
    zone = calendar.zone_or_utc(zone_name)
    local = until.astimezone(zone)
    began = calendar.resolve(local.date() - WEEK, local.time(), zone)
    return Span(since=began or until - WEEK, until=until)


def week_of(occurrence: calendar.Occurrence, settings: DigestSettings) -> Span:
    """What a scheduled digest is about: everything since the last one, however long ago, up to two
    weeks; a week where it is the first. What is stamped in its last seconds comes in the next."""
    week = week_until(occurrence.run_at, settings.choice.zone)
    until = week.until - SETTLING
    since = settings.weekly_until or week.since - SETTLING
    return Span(since=min(max(since, until - _LONGEST), until), until=until)


def begun_from(
    first_run: datetime, zone_name: str, last: datetime | None, decisions: datetime | None
) -> datetime | None:
    """From where the weekly digest goes on that is switched on, None for a week before its first
    run: from where the `decisions` came alone until now, else from its own `last` one, unless that
    is so long ago that what happened while it was off is no news any more."""
    week = week_until(first_run, zone_name).since - SETTLING
    own = last if last is not None and last >= week else None
    return max(filter(None, (own, decisions)), default=None)


def ways_of_failing(experiment: Experiment | None, runs: Sequence[Run]) -> list[Failure]:
    """The ended `runs` of one experiment that failed, were stopped, or whose number became none;
    those that said the same are one."""
    finished = [run for run in runs if run.status is RunStatus.FINISHED]
    metric = primary_metric(experiment, finished or runs) if experiment else None
    ways: defaultdict[tuple[str, str], list[Run]] = defaultdict(list)
    for run in runs:
        if run.status in _LOST or _is_no_number(run, metric):
            ways[run.status, error(run) or note(run)].append(run)
    return [
        Failure(run=each[-1], count=len(each), experiment=experiment, metric=metric)
        for each in ways.values()
    ]


def _is_no_number(run: Run, metric: str | None) -> bool:
    value = run.metrics.get(metric) if metric else None
    return value is not None and not math.isfinite(value)


def _came_closer(state: GoalState, span: Span) -> bool:
    now, before = state.now, state.before
    if now is None or before is None or not span.since < now.at <= span.until:
        return False
    return state.goal.direction.better(now.value, before.value)
