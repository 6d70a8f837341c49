"""Stand-ups: who is asked what and when."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import islice

from bot.domain import calendar
from bot.domain.calendar import Occurrence
from bot.domain.person import Person
from bot.domain.schedule import Schedule, ScheduleKind
from bot.domain.turn import Cohort, Turn

MAX_QUESTIONS = 10
# What a picker of people holds.
MOST_PICKED = 100
DEFAULT_QUESTIONS = ("What moved since last time?", "What is next?")
DEFAULT_BLOCKER_QUESTION = "What blocks you?"
DEFAULT_TIME = time(9, 0)


class PostMode(StrEnum):
    """When reports reach the channel: as one card per cohort when its day closes, or at once."""

    WRAP_UPS = "wrap_ups"
    AT_ONCE = "at_once"


@dataclass(frozen=True, kw_only=True)
class StandupPlan:
    """What a person can choose about a stand-up; `wall_time` is each participant's own.

    `blocker_question` is empty where nobody is asked what blocks them. Of the `participants` those
    in `optional` are asked, but never reminded or missed; `observers` are not asked. `everyone`
    lets the participants follow the channel's members, without those who are `excluded` because
    they chose so. `managers` may change it beside its author.
    A day closes for each person after `close_after` hours of their working time; `reminders` are
    how many they get before. An unacknowledged blocker goes to the managers after `escalate_after`
    working days. `projects` are the Jira projects that reports are prefilled from, `days_off` dates
    on which nobody is asked. `call_weekday` is the ISO weekday of the team's live call, whose
    facilitator rotates; 0 where there is none.
    """

    name: str
    questions: tuple[str, ...]
    blocker_question: str
    wall_time: time
    weekdays: frozenset[int]
    participants: tuple[str, ...]
    optional: tuple[str, ...] = ()
    observers: tuple[str, ...] = ()
    managers: tuple[str, ...] = ()
    everyone: bool = False
    excluded: tuple[str, ...] = ()
    close_after: int = 4
    reminders: int = 1
    post_mode: PostMode = PostMode.WRAP_UPS
    escalate_after: int = 3
    projects: tuple[str, ...] = ()
    days_off: tuple[date, ...] = ()
    mood: bool = False
    call_weekday: int = 0


@dataclass(frozen=True, kw_only=True)
class Standup:
    """A recurring check-in of one channel; `version` grows with every change.

    While `paused` nobody is asked; a deleted one is not `active` and keeps its history. The plan's
    participants are those who are asked; who is `resting` belongs to it but isn't, for they are not
    in the channel or can't take part. `changed_by` changed it last, at `changed_at` (aware UTC).
    """

    id: str
    workspace: str
    channel: str
    plan: StandupPlan
    created_by: str
    version: int = 1
    active: bool = True
    paused: bool = False
    resting: tuple[str, ...] = ()
    changed_by: str = ""
    changed_at: datetime | None = None

    @property
    def managers(self) -> tuple[str, ...]:
        """Who may change it: those that were named, or its author; never nobody."""
        return self.plan.managers or (self.created_by,)

    @property
    def insiders(self) -> frozenset[str]:
        """Who may read it from anywhere: those who are asked, follow it or manage it.

        Not who rests: they may have left the channel, or the company.
        """
        return frozenset((*self.plan.participants, *self.plan.observers, *self.managers))

    def concerns(self, user_id: str) -> bool:
        """Whether it is this person's to see in a list: an insider's, or of one who rests."""
        return user_id in self.insiders or user_id in self.resting

    @property
    def prompts(self) -> tuple[str, ...]:
        """All questions in order, the one about blockers last."""
        last = (self.plan.blocker_question,) if self.plan.blocker_question else ()
        return self.plan.questions + last


@dataclass(frozen=True, kw_only=True)
class Preview:
    """The next prompts of one participant."""

    person: Person
    prompts: tuple[Occurrence, ...]


def preview(
    plan: StandupPlan, people: Mapping[str, Person], now: datetime, count: int = 5
) -> list[Preview]:
    """The next `count` prompts of each known participant, in the order in which they are asked."""
    found = [
        Preview(person=people[user_id], prompts=_next_prompts(plan, people[user_id], now, count))
        for user_id in plan.participants
        if user_id in people
    ]
    return sorted(
        found, key=lambda p: (not p.prompts, *(o.run_at for o in p.prompts[:1]), p.person.name)
    )


def schedule_id(standup_id: str, user_id: str) -> str:
    """The id of a participant's schedule."""
    return f"standup:{standup_id}:{user_id}"


def participant_schedule(standup: Standup, person: Person, after: datetime) -> Schedule:
    """The participant's schedule with its next run strictly after `after`.

    Whose working week has no day in common with the stand-up's rests.
    """
    wall_time, weekdays = _hour_and_days(standup.plan, person)
    schedule = Schedule(
        id=schedule_id(standup.id, person.user_id),
        workspace=standup.workspace,
        kind=ScheduleKind.STANDUP_PROMPT,
        subject=standup.id,
        user_id=person.user_id,
        zone=person.zone,
        wall_time=wall_time,
        weekdays=weekdays or standup.plan.weekdays,
        next_run_at=after,
        next_date=after.date(),
        active=bool(weekdays) and person.can_take_part and not standup.paused,
    )
    return schedule.advanced(after)


def turn_of(standup: Standup, person: Person, day: date) -> Turn:
    """The person's turn on `day`, not asked yet; it is required on the days that are theirs."""
    wall_time, weekdays = _hour_and_days(standup.plan, person)
    midnight = datetime.combine(day, time(0), UTC)  # where their zone skips that date
    begins = calendar.resolve(day, wall_time, calendar.zone_or_utc(person.zone)) or midnight
    return Turn(
        workspace=standup.workspace,
        standup_id=standup.id,
        local_date=day,
        user_id=person.user_id,
        cohort=Cohort.of(person.zone, begins),
        due_at=due_at(standup, person, begins),
        required=day.isoweekday() in weekdays and person.user_id not in standup.plan.optional,
    )


def due_at(standup: Standup, person: Person, asked_at: datetime) -> datetime:
    """When the day closes for somebody who is asked at `asked_at`: hours of their working time."""
    hours = person.working_time(standup.plan.weekdays)
    return hours.after(asked_at, timedelta(hours=standup.plan.close_after), person.zone)


def clock_changes(prompts: Sequence[Occurrence], zone: str) -> bool:
    """Whether the zone's offset changes among these prompts."""
    info = calendar.zone_or_utc(zone)
    offsets: set[timedelta | None] = {p.run_at.astimezone(info).utcoffset() for p in prompts}
    return len(offsets) > 1


def parse_questions(text: str) -> tuple[str, ...]:
    """One question a line; blank lines and repetitions are left out."""
    return tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def names(user_ids: Iterable[str], people: Mapping[str, Person]) -> list[str]:
    """Display names, an unknown person's id where there is none."""
    return [people[u].name if u in people else u for u in user_ids]


def _hour_and_days(plan: StandupPlan, person: Person) -> tuple[time, frozenset[int]]:
    """Nobody is asked outside their working hours, or on a weekday that isn't theirs."""
    hours = person.working_time(plan.weekdays)
    return hours.clamped(plan.wall_time), plan.weekdays & hours.weekdays


def _next_prompts(
    plan: StandupPlan, person: Person, now: datetime, count: int
) -> tuple[Occurrence, ...]:
    wall_time, weekdays = _hour_and_days(plan, person)
    if not weekdays:
        return ()
    zone = calendar.zone_or_utc(person.zone)
    coming = calendar.occurrences(now, wall_time=wall_time, weekdays=weekdays, zone=zone)
    return tuple(islice((o for o in coming if o.local_date not in plan.days_off), count))
