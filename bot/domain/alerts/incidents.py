"""Incidents: one breach each, with one message, edited in place, and a story in its thread."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.alerts.rules import Severity
from bot.domain.alerts.states import Baseline, Phase, Sample


class Awaits(StrEnum):
    """What ends a snooze besides a time."""

    NOTHING = ""
    EVALUATION = "evaluation"
    VERSION = "version"


class Fold(StrEnum):
    """Why an incident is told in the thread of another one's message."""

    NONE = ""
    GROUP = "group"
    FLAPPING = "flapping"
    COOLDOWN = "cooldown"
    BUDGET = "budget"


@dataclass(frozen=True, kw_only=True)
class Suspect:
    """Something that differs from the last good run.

    What it is (`data`, `param`, `commit`, `user` …), its name, and its values then and now (""
    where it had none).
    """

    what: str
    name: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class Snooze:
    """No word until `until` (aware UTC; None has no time) or until what it `awaits` comes.

    `mark` says what there was when it began: what it awaits has come where that differs.
    """

    by: str
    at: datetime
    until: datetime | None = None
    awaits: Awaits = Awaits.NOTHING
    mark: str = ""


@dataclass(frozen=True, kw_only=True)
class Call:
    """Whom an incident called, and why just them ("owner Marcus Reed is asleep until …" is put
    together by the view from `owner` and `owner_back_at`); times are aware UTC."""

    person: str
    at: datetime
    owner: str = ""
    owner_back_at: datetime | None = None
    woken: bool = False


@dataclass(frozen=True, kw_only=True)
class Told:
    """What people have been told of an incident: the notification log of Alertmanager.

    `posted_at` is None until its message was ordered; `said_at` is the last word that asks for
    somebody (its message, a severity upgrade, the end of a snooze or an acknowledgement),
    `severity` the one that was said then, and `reminded_at` the last reminder since. `shown` is the
    incident's version that its message shows, `calls` how many people were written to, and
    `resolved` whether its end needs no word any more.
    """

    posted_at: datetime | None = None
    said_at: datetime | None = None
    severity: Severity | None = None
    reminded_at: datetime | None = None
    resolved: bool = False
    shown: int = 0
    calls: int = 0


@dataclass(frozen=True, kw_only=True)
class Incident:
    """One breach, from its first message to its end; times are aware UTC.

    `title` names what is wrong in plain words (with outside names as they are), `latest` what the
    newest evaluation said. Open ones with the same `group_key` in a channel share a message.
    `recovered` is False where it ended for another reason; `resolved_by` is
    the person who ended it, if one did. `lead` is the incident in whose thread it is told, and
    `fold` why. `held` says in plain words why nothing was posted yet (silence, mute time …).
    `version` grows with each change.
    """

    id: str
    workspace: str
    rule_number: int
    channel: str
    severity: Severity
    title: str
    latest: str
    sample: Sample | None
    baseline: Baseline | None
    opened_at: datetime
    changed_at: datetime
    phase: Phase = Phase.FIRING
    group_key: str = ""
    suspects: tuple[Suspect, ...] = ()
    acknowledged_by: str = ""
    acknowledged_at: datetime | None = None
    assigned_to: str = ""
    call: Call | None = None
    snooze: Snooze | None = None
    resolved_at: datetime | None = None
    resolved_by: str = ""
    recovered: bool = False
    lead: str = ""
    fold: Fold = Fold.NONE
    held: str = ""
    told: Told = Told()
    issue_key: str = ""
    version: int = 1

    @property
    def delivery_id(self) -> str:
        """The delivery that posts its one message."""
        return f"alert:{self.id}"

    @property
    def is_open(self) -> bool:
        """Whether it hasn't ended."""
        return self.resolved_at is None

    @property
    def is_told(self) -> bool:
        """Whether people have heard of it."""
        return self.told.posted_at is not None

    @property
    def is_settled(self) -> bool:
        """Whether it is over and nothing about it is left to say."""
        return not self.is_open and self.told.resolved

    @property
    def root(self) -> str:
        """The incident that has the message in whose thread this one is told; often itself."""
        return self.lead or self.id

    @property
    def shares_card(self) -> bool:
        """Whether it is listed on the message of another incident, whose buttons are its own too.

        One that the noise budget put into a thread has nothing to do with that message.
        """
        return self.fold in (Fold.GROUP, Fold.FLAPPING, Fold.COOLDOWN)

    @property
    def card(self) -> str:
        """The incident whose message shows it."""
        return self.lead if self.shares_card else self.id

    def call_id(self, number: int) -> str:
        """The delivery that wrote to the person called as number `number`, from 1."""
        return f"{self.delivery_id}:call:{number}"
