"""What the services ask of the decision log; every key carries its workspace."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.decisions.consent import Approver
from bot.domain.decisions.promotion import PromotionStatus
from bot.domain.decisions.record import (
    DecisionBody,
    DecisionChange,
    DecisionRecord,
    DecisionStatus,
)
from bot.domain.decisions.review import Review
from bot.domain.decisions.search import Found, Query


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

    def newest(
        self, workspace: str, status: DecisionStatus | None, limit: int
    ) -> list[DecisionRecord]:
        """The newest ones, of one status or of all."""
        ...

    def all(self, workspace: str) -> list[DecisionRecord]:
        """Every one, by number."""
        ...

    def promoting(self, workspace: str, model: str) -> list[DecisionRecord]:
        """Those that promote a version of this model, of any status, by number."""
        ...

    def search(self, workspace: str, query: Query, limit: int) -> list[Found]:
        """What `query` asks for: those with most words in the title first, then the newest."""
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

    def answer(self, workspace: str, number: int, approver: Approver) -> None:
        """Store what an approver says now."""
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
