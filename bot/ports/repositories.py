"""What the services ask of the storage, one Protocol per area; every key carries its workspace."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Protocol

from bot.domain.calendar import Occurrence
from bot.domain.delivery import Delivery, Verdict
from bot.domain.person import Choices, Person
from bot.domain.schedule import Ran, Schedule, ScheduleKind
from bot.domain.source import SourceHealth
from bot.ports.absences import Absences
from bot.ports.alert_noise import Feedbacks, Noise, Silences
from bot.ports.alerts import Alerts
from bot.ports.audit import Audit
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
from bot.ports.installations import Installations, OAuthStates, Workspaces
from bot.ports.issue_runs import IssueRuns
from bot.ports.issues import Issues
from bot.ports.moods import Moods
from bot.ports.outages import Outages
from bot.ports.outbox import Outbox
from bot.ports.plans import Plans
from bot.ports.privacy import Privacy, Roles
from bot.ports.readings import Readings
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

    def advance_all(self, following: Mapping[str, Occurrence]) -> None:
        """Store when these, by id, run next, which must be locked for us; nothing else of them."""
        ...

    def due(self, now: datetime, limit: int) -> list[Schedule]:
        """Active ones whose next run is at or before `now`, earliest first, locked for us."""
        ...

    def active(self) -> list[Schedule]:
        """All active schedules, earliest next run first."""
        ...

    def computed_before(self, limit: int) -> list[Schedule]:
        """Active ones whose next run was computed by older zone data than this machine's, locked
        for us."""
        ...

    def outdated_ids(self, limit: int) -> list[str]:
        """The ids of those, whatever else stands in their rows, for reading only."""
        ...

    def overdue(self, now: datetime) -> list[Schedule]:
        """Like `due`, all of them, for reading only."""
        ...

    def overdue_ids(self, now: datetime) -> list[str]:
        """The ids of those, whatever else stands in their rows; earliest first."""
        ...

    def next_run(self) -> datetime | None:
        """When the earliest active one runs (aware UTC), or None."""
        ...

    def of(self, workspace: str, kind: ScheduleKind, subject: str) -> list[Schedule]:
        """The schedules of one subject."""
        ...

    def record(self, results: Sequence[Ran]) -> set[tuple[str, date]]:
        """Store what became of local dates; schedule id and date of those that had none before."""
        ...

    def had_turn(self, schedule_id: str, local_date: date) -> bool:
        """Whether it is recorded what became of that local date."""
        ...


class Deliveries(Protocol):
    """The outbox."""

    def add(self, delivery: Delivery) -> bool:
        """Store a wish; False, and nothing stored, if its id is known already."""
        ...

    def add_all(self, deliveries: Sequence[Delivery]) -> None:
        """Store many wishes, in this order, but those whose ids are known already."""
        ...

    def perhaps_posted(self, since: datetime) -> AbstractContextManager[None]:
        """What is stored meanwhile may stand in Slack since then: each post is looked for before it
        is made."""
        ...

    def get(self, delivery_id: str) -> Delivery | None:
        """One delivery, or None."""
        ...

    def several(self, delivery_ids: Iterable[str]) -> dict[str, Delivery]:
        """Those of `delivery_ids` that were stored, by id."""
        ...

    def settle(self, delivery: Delivery, verdict: Verdict, now: datetime) -> bool:
        """Store the outcome of the attempt that `delivery` was claimed for."""
        ...

    def pending_edit(self, edit_of: str) -> bool:
        """Whether an edit of that message waits to be sent."""
        ...

    def fail_waiting(
        self, workspace: str, channel: str, verdict: Verdict, now: datetime
    ) -> Collection[str]:
        """Settle all that waits for a channel; the owners of it, where it has any."""
        ...

    def refused_since(
        self, workspace: str, channel: str, codes: Collection[str], since: datetime
    ) -> str:
        """With which of `codes` something failed in the channel since then, or ""."""
        ...

    def forget_refusals(
        self, workspace: str, channel: str, codes: Collection[str], error: str
    ) -> None:
        """Let what failed in the channel for one of `codes` have failed for `error`."""
        ...

    def has_failed(self, workspace: str, channel: str, owner: str) -> bool:
        """Whether a message of this owner could not be delivered to the channel."""
        ...

    def requeue_failed(self, workspace: str, channel: str, now: datetime) -> int:
        """Make the channel's undeliverable messages pending again; how many."""
        ...

    def drop_open(self, workspace: str, reason: str, now: datetime) -> int:
        """Skip all that waits to be sent in a workspace, for that reason; how many."""
        ...

    def requeue(self, delivery_id: str, now: datetime) -> bool:
        """Make one that failed or was skipped pending again, as if never tried; whether it was."""
        ...

    def counts(self, workspace: str | None = None) -> dict[str, int]:
        """How many deliveries are in each state, in one workspace or in all."""
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
    def workspaces(self) -> Workspaces: ...
    @property
    def installations(self) -> Installations: ...
    @property
    def oauth_states(self) -> OAuthStates: ...
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
    def outbox(self) -> Outbox: ...
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

    @property
    def readings(self) -> Readings: ...

    @property
    def audit(self) -> Audit: ...

    @property
    def roles(self) -> Roles: ...

    @property
    def privacy(self) -> Privacy: ...
