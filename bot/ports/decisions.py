"""What the services ask of the decision log; every key carries its workspace."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.decisions.consent import Approver
from bot.domain.decisions.evidence import EvidenceKind
from bot.domain.decisions.promotion import PromotionStatus
from bot.domain.decisions.record import (
    DecisionBody,
    DecisionChange,
    DecisionRecord,
)
from bot.domain.decisions.review import Review
from bot.domain.decisions.search import Found, Happening, Query
from bot.domain.decisions.sight import Sight


class Decisions(Protocol):
    """Decision records and their audit trail, which is only ever appended to."""

    def add(self, record: DecisionRecord) -> None:
        """Store a new one."""
        ...

    def get(self, workspace: str, number: int) -> DecisionRecord | None:
        """One decision, or None."""
        ...

    def locked(self, workspace: str, number: int) -> DecisionRecord | None:
        """One decision that no other transaction changes until this one ends, or None."""
        ...

    def highest(self, workspace: str) -> int:
        """The newest number, 0 if nothing was logged yet."""
        ...

    def replace(self, record: DecisionRecord) -> bool:
        """Store what `record.version - 1` became; False if that isn't the newest any more."""
        ...

    def body_at(self, workspace: str, number: int, version: int) -> DecisionBody | None:
        """What a decision said at one of its versions, or None."""
        ...

    def all(self, workspace: str) -> list[DecisionRecord]:
        """Every one, by number."""
        ...

    def promoting(self, workspace: str, model: str) -> list[DecisionRecord]:
        """Those that promote a version of this model, of any status, by number."""
        ...

    def naming(self, workspace: str, kind: EvidenceKind, key: str) -> list[DecisionRecord]:
        """Those with this run (its id) or this version (`churn/14`) as evidence, of any status, by
        number."""
        ...

    def naming_issue(self, workspace: str, key: str) -> list[DecisionRecord]:
        """Those whose evidence or texts name an issue of Jira by its key, of any status, by
        number."""
        ...

    def models(self, workspace: str) -> list[str]:
        """The models of which some decision promotes a version, by name."""
        ...

    def search(
        self, workspace: str, sight: Sight, query: Query, limit: int, offset: int = 0
    ) -> list[Found]:
        """What `query` asks for, of what is in `sight`: those with every word in the title first,
        then the newest.

        Words that only begin like those of the query count too, but come after the others.
        """
        ...

    def happenings(
        self, workspace: str, sight: Sight, query: Query, limit: int, offset: int = 0
    ) -> list[Happening]:
        """What became of the decisions in `sight` that `query` asks for between its dates, latest
        first."""
        ...

    def append(self, workspace: str, change: DecisionChange) -> None:
        """Add to the audit trail."""
        ...

    def changes(self, workspace: str, number: int) -> list[DecisionChange]:
        """The audit trail of one decision, oldest first."""
        ...

    def changed_between(
        self, workspace: str, since: datetime, until: datetime
    ) -> list[DecisionRecord]:
        """Those that got a status in (since, until], being logged included, in their newest state.

        Ordered by number.
        """
        ...


class Consents(Protocol):
    """Who was asked for consent to which decision, and what they said."""

    def begin(self, workspace: str, number: int, approvers: Sequence[Approver]) -> None:
        """Put these in the place of the decision's approvers, in their order."""
        ...

    def approvers(self, workspace: str, number: int) -> list[Approver]:
        """Those of one decision, in their order; none where nobody was asked."""
        ...

    def approvers_of(self, workspace: str, numbers: Iterable[int]) -> dict[int, list[Approver]]:
        """The same for several decisions, by number; those without any are left out."""
        ...

    def answer(self, workspace: str, number: int, approver: Approver) -> None:
        """Store when an approver was asked and what they say now."""
        ...

    def asked(self, workspace: str, user_id: str) -> list[int]:
        """The proposed decisions whose consent this person was asked for, by number."""
        ...


class Promotions(Protocol):
    """How far the promotions of accepted decisions came."""

    def save(self, workspace: str, status: PromotionStatus) -> None:
        """Insert or replace it."""
        ...

    def get(self, workspace: str, number: int) -> PromotionStatus | None:
        """That of one decision, or None where it promotes nothing (yet)."""
        ...

    def of_model(self, workspace: str, model: str) -> list[PromotionStatus]:
        """Those of one model, by the decision's number."""
        ...


class Reviews(Protocol):
    """When the makers of decisions were asked to look again, and what they said."""

    def save(self, workspace: str, review: Review) -> None:
        """Insert it, or replace the one of that number and ordinal."""
        ...

    def of(self, workspace: str, number: int) -> list[Review]:
        """Those of one decision, oldest first."""
        ...

    def waiting(self, workspace: str) -> list[Review]:
        """Those without an answer, by number."""
        ...
