"""Stand-ups: who is asked what and when, what they reported, and what blocks them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice

from bot.domain import calendar
from bot.domain.calendar import Occurrence
from bot.domain.person import Person
from bot.domain.schedule import Schedule, ScheduleKind

MAX_QUESTIONS = 10
DEFAULT_QUESTIONS = ("What moved since last time?", "What is next?")
DEFAULT_BLOCKER_QUESTION = "What blocks you?"
DEFAULT_TIME = time(9, 0)


@dataclass(frozen=True, kw_only=True)
class StandupPlan:
    """What a person can choose about a stand-up; `wall_time` is each participant's own.

    `blocker_question` is empty where nobody is asked what blocks them.
    """

    name: str
    questions: tuple[str, ...]
    blocker_question: str
    wall_time: time
    weekdays: frozenset[int]
    participants: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Standup:
    """A recurring check-in of one channel; `version` grows with every change."""

    id: str
    workspace: str
    channel: str
    plan: StandupPlan
    created_by: str
    version: int = 1
    active: bool = True

    def may_change(self, user_id: str) -> bool:
        """Whether this person may change the stand-up: its author and its participants may."""
        return user_id == self.created_by or user_id in self.plan.participants

    @property
    def prompts(self) -> tuple[str, ...]:
        """All questions in order, the one about blockers last."""
        last = (self.plan.blocker_question,) if self.plan.blocker_question else ()
        return self.plan.questions + last


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One question as it was asked, and what was answered."""

    question: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """One person's answers for one local date; times are aware UTC."""

    workspace: str
    standup_id: str
    local_date: date
    user_id: str
    answers: tuple[Answer, ...]
    blocker: str
    submitted_at: datetime
    edited_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class FilledReport:
    """A report as a person filled it in, with the questions as they were asked."""

    standup_id: str
    local_date: date
    answers: tuple[Answer, ...]
    blocker: str


@dataclass(frozen=True, kw_only=True)
class Day:
    """One local date of a stand-up: who reported, who skipped, who was asked and is awaited."""

    standup: Standup
    local_date: date
    reports: tuple[Report, ...]
    skipped: tuple[str, ...]
    waiting: tuple[str, ...]


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
    return sorted(found, key=lambda p: (p.prompts[0].run_at, p.person.name))


def schedule_id(standup_id: str, user_id: str) -> str:
    """The id of a participant's schedule."""
    return f"standup:{standup_id}:{user_id}"


def participant_schedule(standup: Standup, person: Person, after: datetime) -> Schedule:
    """The participant's schedule with its next run strictly after `after`."""
    plan = standup.plan
    upcoming = calendar.next_run(
        after,
        wall_time=plan.wall_time,
        weekdays=plan.weekdays,
        zone=calendar.zone_or_utc(person.zone),
    )
    return Schedule(
        id=schedule_id(standup.id, person.user_id),
        workspace=standup.workspace,
        kind=ScheduleKind.STANDUP_PROMPT,
        subject=standup.id,
        user_id=person.user_id,
        zone=person.zone,
        wall_time=plan.wall_time,
        weekdays=plan.weekdays,
        next_run_at=upcoming.run_at,
        next_date=upcoming.local_date,
    )


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


def _next_prompts(
    plan: StandupPlan, person: Person, now: datetime, count: int
) -> tuple[Occurrence, ...]:
    coming = calendar.occurrences(
        now,
        wall_time=plan.wall_time,
        weekdays=plan.weekdays,
        zone=calendar.zone_or_utc(person.zone),
    )
    return tuple(islice(coming, count))
