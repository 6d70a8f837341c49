"""Decision records after MADR 4 (https://adr.github.io/madr/): what they hold, how they change."""

import re
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from enum import StrEnum

from bot.domain.decisions.consent import ConsentTerms
from bot.domain.decisions.evidence import Evidence
from bot.domain.decisions.measure import Expectation, RevisitRule
from bot.domain.decisions.options import Option
from bot.domain.decisions.promotion import Promotion
from bot.errors import InvalidInput


class DecisionStatus(StrEnum):
    """MADR's life cycle; rejected, deprecated and superseded are final."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    DEPRECATED = "deprecated"
    SUPERSEDED = "superseded"


_NEXT = {
    DecisionStatus.PROPOSED: {DecisionStatus.ACCEPTED, DecisionStatus.REJECTED},
    DecisionStatus.ACCEPTED: {DecisionStatus.DEPRECATED, DecisionStatus.SUPERSEDED},
}


class ChangeKind(StrEnum):
    """What an entry of the audit trail records."""

    LOGGED = "logged"
    EDITED = "edited"
    MOVED = "moved"
    ANSWERED = "answered"
    PROMOTED = "promoted"
    REVIEWED = "reviewed"
    REFUSED = "refused"
    IMPORTED = "imported"


@dataclass(frozen=True, kw_only=True)
class Origin:
    """The message that a decision was logged from: who wrote it, where it stands, what it said.

    `author` is a user id, or empty where no person wrote it; `url` is Slack's permalink.
    """

    url: str
    author: str
    quote: str


@dataclass(frozen=True, kw_only=True)
class DecisionBody:
    """What was decided and why; people are user ids, texts are cleaned.

    `review_on` is a date wherever its makers are.
    """

    title: str
    outcome: str
    context: str = ""
    drivers: str = ""
    options: tuple[Option, ...] = ()
    consequences: str = ""
    makers: tuple[str, ...] = ()
    consulted: tuple[str, ...] = ()
    informed: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    origin: Origin | None = None
    evidence: tuple[Evidence, ...] = ()
    consent: ConsentTerms | None = None
    promotion: Promotion | None = None
    expected: Expectation | None = None
    revisit: RevisitRule | None = None
    review_on: date | None = None

    def changed_fields(self, other: "DecisionBody") -> list[str]:
        """The names of the fields in which `other` differs."""
        names = [f.name for f in fields(self)]
        return [name for name in names if getattr(self, name) != getattr(other, name)]


@dataclass(frozen=True, kw_only=True)
class NewDecision:
    """A wish to log a decision as proposed or accepted, maybe in the place of an older one.

    `evidence` is as it was typed; its values are frozen when the decision is logged.
    """

    workspace: str
    channel: str
    author: str
    body: DecisionBody
    evidence: str = ""
    status: DecisionStatus = DecisionStatus.ACCEPTED
    supersedes: int | None = None


@dataclass(frozen=True, kw_only=True)
class DecisionEdit:
    """A wish to change a proposed decision as it was at `version`; `evidence` is as typed.

    What was evidence before keeps its frozen values.
    """

    workspace: str
    number: int
    version: int
    body: DecisionBody
    by: str
    evidence: str = ""


@dataclass(frozen=True, kw_only=True)
class DecisionRecord:
    """One logged decision, numbered per workspace.

    `decided_at` is when it was accepted or rejected; times are aware UTC. `version` grows by one
    with every change. `supersedes` takes effect when this one is accepted.
    """

    workspace: str
    number: int
    body: DecisionBody
    status: DecisionStatus
    channel: str
    author: str
    created_at: datetime
    decided_at: datetime | None = None
    version: int = 1
    supersedes: int | None = None
    superseded_by: int | None = None

    @property
    def title(self) -> str:
        """What the decision is called."""
        return self.body.title

    @property
    def ref(self) -> str:
        """`D-12`."""
        return reference(self.number)

    @property
    def deciders(self) -> frozenset[str]:
        """Who may edit, accept, reject and deprecate it: its makers and its author."""
        return frozenset((*self.body.makers, self.author))

    @property
    def named(self) -> frozenset[str]:
        """Everybody who has a part in it: its deciders, and who is consulted or informed."""
        return (self.deciders | {*self.body.consulted, *self.body.informed}) - {""}

    @property
    def people(self) -> frozenset[str]:
        """Everybody whose name it shows."""
        origin = {self.body.origin.author} if self.body.origin else set()
        return (self.named | origin) - {""}

    def edited(self, body: DecisionBody) -> "DecisionRecord":
        """This decision with another body."""
        return replace(self, body=body, version=self.version + 1)

    def moved(
        self, to: DecisionStatus, now: datetime, *, superseded_by: int | None = None
    ) -> "DecisionRecord":
        """This decision in another status; ask `refusal` first."""
        return replace(
            self,
            status=to,
            version=self.version + 1,
            superseded_by=superseded_by,
            decided_at=now if self.status is DecisionStatus.PROPOSED else self.decided_at,
        )


@dataclass(frozen=True, kw_only=True)
class DecisionChange:
    """One entry of the audit trail: who did what when, and the status afterwards.

    `by` is empty where it came about by itself, such as by the end of a consent round.
    """

    number: int
    kind: ChangeKind
    status: DecisionStatus
    by: str
    at: datetime
    detail: str = field(default="")


def logged(wish: NewDecision, number: int, now: datetime) -> DecisionRecord:
    """The record that a wish becomes under its number."""
    return DecisionRecord(
        workspace=wish.workspace,
        number=number,
        body=wish.body,
        status=wish.status,
        channel=wish.channel,
        author=wish.author,
        created_at=now,
        decided_at=now if wish.status is DecisionStatus.ACCEPTED else None,
        supersedes=wish.supersedes,
    )


def refusal(record: DecisionRecord, to: DecisionStatus) -> str:
    """Why `record` can't become `to`, as a sentence; empty if it can."""
    if to in _NEXT.get(record.status, ()):
        return ""
    if record.status is DecisionStatus.PROPOSED:
        return f"{record.ref} is still proposed: accept or reject it first."
    if record.status is to and record.superseded_by is None:
        return f"{record.ref} is {to} already."
    return _fixed(record)


def edit_refusal(record: DecisionRecord) -> str:
    """Why the body of `record` can't be edited, as a sentence; empty if it can."""
    return "" if record.status is DecisionStatus.PROPOSED else _fixed(record)


def _fixed(record: DecisionRecord) -> str:
    if record.status is DecisionStatus.ACCEPTED:
        return (
            f"{record.ref} is accepted, so its text stays. "
            f"To change it, type `/decide supersede {record.ref}`."
        )
    if record.superseded_by is not None:
        newer = reference(record.superseded_by)
        return f"{record.ref} was superseded by {newer}. Type `/decide show {newer}` to see it."
    return f"{record.ref} was {record.status} and stays so. Type `/decide` to log a new decision."


def reference(number: int) -> str:
    """How a decision is called: `D-12`."""
    return f"D-{number}"


_REFERENCE = re.compile(r"(?:d\s*[-–—]?\s*)?#?0*([0-9]{1,9})", re.IGNORECASE)


def is_reference(text: str) -> bool:
    """Whether `text` names a decision and nothing else."""
    return _REFERENCE.fullmatch(text.strip()) is not None


def number_of(text: str) -> int:
    """The number in `D-12`, `d12` or `12`; raises InvalidInput with a sentence otherwise."""
    found = _REFERENCE.fullmatch(text.strip())
    if found is None:
        raise InvalidInput("Name a decision by its number, such as `D-12`.")
    return int(found.group(1))
