"""What the services ask of the storage, one Protocol per area; every key carries its workspace."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Protocol

from bot.domain.delivery import Delivery, Verdict
from bot.domain.person import Choices, Person
from bot.domain.schedule import Outcome, Schedule, ScheduleKind
from bot.domain.source import SourceHealth
from bot.ports.absences import Absences
from bot.ports.alert_noise import Feedbacks, Noise, Silences
from bot.ports.alerts import Alerts
from bot.ports.blockers import Blockers
from bot.ports.channels import Channels
from bot.ports.decisions import Consents, Decisions, Promotions, Reviews
from bot.ports.digests import Digests
from bot.ports.directions import Directions
from bot.ports.drafts import Drafts
from bot.ports.experiments import Experiments
from bot.ports.goals import Goals
from bot.ports.handovers import Handovers
from bot.ports.history import History
from bot.ports.hypotheses import Hypotheses, Tried
from bot.ports.issue_runs import IssueRuns
from bot.ports.issues import Issues
from bot.ports.moods import Moods
from bot.ports.outages import Outages
from bot.ports.plans import Plans
from bot.ports.rhythm import Rhythm
from bot.ports.rotations import Rotations
from bot.ports.sprints import Sprints
from bot.ports.standups import Standups, Turns
from bot.ports.timers import Timers
from bot.ports.watches import Families, Notices, Pulses, Watches


class People(Protocol):
    """The members that Meridian has heard of."""

    def save(self, people: Iterable[Person]) -> None:
        """Insert or replace what Slack says of them; what they chose themselves stays."""
        ...

    def choose(self, workspace: str, user_id: str, choices: Choices) -> None:
        """Keep what a person chose about themselves."""
        ...

    def get(self, workspace: str, user_id: str) -> Person | None:
        """One member, or None."""
        ...

    def several(self, workspace: str, user_ids: Iterable[str]) -> dict[str, Person]:
        """Those of `user_ids` that are known, by id."""
        ...

    def locked(self, workspace: str, user_ids: Iterable[str]) -> dict[str, Person]:
        """Like `several`; nobody else changes them until this transaction has ended."""
        ...

    def all(self, workspace: str) -> list[Person]:
        """Every known member, by name."""
        ...


class Schedules(Protocol):
    """Durable schedules and what became of each local date."""

    def save(self, schedule: Schedule) -> None:
        """Insert or replace one."""
        ...

    def save_all(self, schedules: Sequence[Schedule]) -> None:
        """Insert or replace several at once, in this order."""
        ...

    def get(self, schedule_id: str) -> Schedule | None:
        """One schedule, or None."""
        ...

    def locked(self, schedule_id: str) -> Schedule | None:
        """Like `get`; nobody else runs or changes it until this transaction has ended."""
        ...

    def due(self, now: datetime, limit: int) -> list[Schedule]:
        """Active ones whose next run is at or before `now`, earliest first, locked for us."""
        ...

    def active(self) -> list[Schedule]:
        """All active schedules, earliest next run first."""
        ...

    def of(self, workspace: str, kind: ScheduleKind, subject: str) -> list[Schedule]:
        """The schedules of one subject."""
        ...

    def record(
        self,
        schedule: Schedule,
        local_date: date,
        run_at: datetime,
        outcome: Outcome,
        reason: str = "",
    ) -> bool:
        """Store what became of a local date; False if that date was recorded before."""
        ...

    def had_turn(self, schedule_id: str, local_date: date) -> bool:
        """Whether it is recorded what became of that local date."""
        ...


class Deliveries(Protocol):
    """The outbox."""

    def add(self, delivery: Delivery) -> bool:
        """Store a wish; False, and nothing stored, if its id is known already."""
        ...

    def get(self, delivery_id: str) -> Delivery | None:
        """One delivery, or None."""
        ...

    def several(self, delivery_ids: Iterable[str]) -> dict[str, Delivery]:
        """Those of `delivery_ids` that were stored, by id."""
        ...

    def ready(self, now: datetime, limit: int) -> list[Delivery]:
        """The head of each channel's queue whose time has come, by priority, then commit order."""
        ...

    def claim(self, delivery: Delivery, now: datetime, settle_at: datetime) -> Delivery | None:
        """Mark as `sending` from the state it was read in, or None if another was faster."""
        ...

    def settle(self, delivery: Delivery, verdict: Verdict, now: datetime) -> bool:
        """Store the outcome of the attempt that `delivery` was claimed for."""
        ...

    def pending_edit(self, edit_of: str) -> bool:
        """Whether an edit of that message waits to be sent."""
        ...

    def has_failed(self, workspace: str, channel: str, owner: str) -> bool:
        """Whether a message of this owner could not be delivered to the channel."""
        ...

    def requeue_failed(self, workspace: str, channel: str, now: datetime) -> int:
        """Make the channel's undeliverable messages pending again; how many."""
        ...

    def requeue(self, delivery_id: str, now: datetime) -> bool:
        """Make one that failed or was skipped pending again, as if never tried; whether it was."""
        ...

    def counts(self) -> dict[str, int]:
        """How many deliveries are in each state."""
        ...


class Interactions(Protocol):
    """Which interactions were committed before."""

    def claim(self, key: str, now: datetime) -> bool:
        """Remember `key`; False if it is known already."""
        ...

    def forget(self, before: datetime) -> int:
        """Drop what was handled before then; how many."""
        ...


class Numbers(Protocol):
    """Gapless numbers per workspace."""

    def next(self, workspace: str, name: str) -> int:
        """The next number of that name, from 1, given out in this transaction."""
        ...

    def reach(self, workspace: str, name: str, number: int) -> None:
        """Give out nothing up to `number` any more; what was given out stays."""
        ...


class Sources(Protocol):
    """How far each outside source was read, and how it answered last."""

    def watermark(self, source: str) -> datetime | None:
        """Up to when `source` was read (aware UTC), or None before the first time."""
        ...

    def read_ok(self, source: str, watermark: datetime | None, now: datetime) -> None:
        """`source` answered; keep its new watermark (None keeps the old one)."""
        ...

    def read_failed(self, source: str, reason: str, now: datetime) -> None:
        """`source` didn't answer; its watermark stays."""
        ...

    def health(self) -> Sequence[SourceHealth]:
        """Every source that was ever polled (`mlflow:eu` is the MLflow server called `eu`), without
        parts of one (`mlflow:sweep:T1`)."""
        ...


class UnitOfWork(Protocol):
    """One transaction's view of everything that Meridian keeps."""

    @property
    def people(self) -> People: ...
    @property
    def schedules(self) -> Schedules: ...
    @property
    def timers(self) -> Timers: ...
    @property
    def drafts(self) -> Drafts: ...
    @property
    def deliveries(self) -> Deliveries: ...
    @property
    def interactions(self) -> Interactions: ...
    @property
    def numbers(self) -> Numbers: ...
    @property
    def sources(self) -> Sources: ...
    @property
    def standups(self) -> Standups: ...
    @property
    def turns(self) -> Turns: ...
    @property
    def absences(self) -> Absences: ...
    @property
    def blockers(self) -> Blockers: ...
    @property
    def history(self) -> History: ...
    @property
    def moods(self) -> Moods: ...
    @property
    def rotations(self) -> Rotations: ...
    @property
    def experiments(self) -> Experiments: ...
    @property
    def decisions(self) -> Decisions: ...
    @property
    def consents(self) -> Consents: ...
    @property
    def promotions(self) -> Promotions: ...
    @property
    def reviews(self) -> Reviews: ...
    @property
    def rhythm(self) -> Rhythm: ...
    @property
    def channels(self) -> Channels: ...
    @property
    def issues(self) -> Issues: ...
    @property
    def issue_runs(self) -> IssueRuns: ...
    @property
    def sprints(self) -> Sprints: ...

    @property
    def digests(self) -> Digests: ...
    @property
    def handovers(self) -> Handovers: ...
    @property
    def alerts(self) -> Alerts: ...

    @property
    def silences(self) -> Silences: ...

    @property
    def noise(self) -> Noise: ...

    @property
    def outages(self) -> Outages: ...

    @property
    def feedback(self) -> Feedbacks: ...

    @property
    def plans(self) -> Plans: ...

    @property
    def watches(self) -> Watches: ...

    @property
    def notices(self) -> Notices: ...

    @property
    def pulses(self) -> Pulses: ...

    @property
    def families(self) -> Families: ...

    @property
    def directions(self) -> Directions: ...

    @property
    def hypotheses(self) -> Hypotheses: ...

    @property
    def goals(self) -> Goals: ...

    @property
    def tried(self) -> Tried: ...
