"""What becomes of a decision: consent, promotion, reviews."""

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.domain.decisions.consent import Approver
from bot.domain.decisions.promotion import PromotionStatus
from bot.domain.decisions.record import DecisionStatus
from bot.domain.decisions.review import Review
from storage.decisions.rows import (
    DecisionApproverRow,
    DecisionPromotionRow,
    DecisionReviewRow,
    DecisionRow,
)
from storage.upsert import insert_or_replace


class SqlConsents:
    """Implements `bot.ports.decisions.Consents`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def begin(self, workspace: str, number: int, approvers: Sequence[Approver]) -> None:
        """Put these in the place of the decision's approvers, in their order."""
        self._session.execute(
            delete(DecisionApproverRow).where(
                DecisionApproverRow.workspace == workspace, DecisionApproverRow.number == number
            )
        )
        for position, approver in enumerate(approvers):
            values = {**vars(approver), "stance": approver.stance and approver.stance.value}
            self._session.add(
                DecisionApproverRow(workspace=workspace, number=number, position=position, **values)
            )
        self._session.flush()

    def approvers(self, workspace: str, number: int) -> list[Approver]:
        """Those of one decision, in their order."""
        return self.approvers_of(workspace, [number]).get(number, [])

    def approvers_of(self, workspace: str, numbers: Iterable[int]) -> dict[int, list[Approver]]:
        """The same for several decisions, by number."""
        query = (
            select(DecisionApproverRow)
            .where(
                DecisionApproverRow.workspace == workspace,
                DecisionApproverRow.number.in_(list(numbers)),
            )
            .order_by(DecisionApproverRow.number, DecisionApproverRow.position)
        )
        found: dict[int, list[Approver]] = {}
        for row in self._session.scalars(query):
            found.setdefault(row.number, []).append(row.to_value())
        return found

    def answer(self, workspace: str, number: int, approver: Approver) -> None:
        """Store when an approver was asked and what they say; the decision is locked by then."""
        row = self._session.get_one(DecisionApproverRow, (workspace, number, approver.user_id))
        row.asked_at = approver.asked_at
        row.stance = approver.stance and approver.stance.value
        row.reason = approver.reason
        row.answered_at = approver.answered_at
        self._session.flush()

    def asked(self, workspace: str, user_id: str) -> list[int]:
        """The proposed decisions whose consent this person was asked for, by number."""
        query = (
            select(DecisionApproverRow.number)
            .join(
                DecisionRow,
                (DecisionRow.workspace == DecisionApproverRow.workspace)
                & (DecisionRow.number == DecisionApproverRow.number),
            )
            .where(
                DecisionApproverRow.workspace == workspace,
                DecisionApproverRow.user_id == user_id,
                DecisionRow.status == DecisionStatus.PROPOSED.value,
            )
            .order_by(DecisionApproverRow.number)
        )
        return list(self._session.scalars(query))


class SqlPromotions:
    """Implements `bot.ports.decisions.Promotions`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def save(self, workspace: str, status: PromotionStatus) -> None:
        """Insert or replace it."""
        insert_or_replace(
            self._session,
            DecisionPromotionRow,
            workspace=workspace,
            number=status.number,
            **vars(status.promotion),
            state=status.state.value,
            previous=status.previous,
            begun=status.begun,
            problem=status.problem,
            changed_at=status.changed_at,
        )

    def get(self, workspace: str, number: int) -> PromotionStatus | None:
        """That of one decision, or None."""
        row = self._session.get(DecisionPromotionRow, (workspace, number))
        return row.to_value() if row else None

    def of_model(self, workspace: str, model: str) -> list[PromotionStatus]:
        """Those of one model, by the decision's number."""
        query = (
            select(DecisionPromotionRow)
            .where(DecisionPromotionRow.workspace == workspace, DecisionPromotionRow.model == model)
            .order_by(DecisionPromotionRow.number)
        )
        return [row.to_value() for row in self._session.scalars(query)]


class SqlReviews:
    """Implements `bot.ports.decisions.Reviews`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def save(self, workspace: str, review: Review) -> None:
        """Insert it, or replace the one of that number and ordinal."""
        values = {
            **vars(review),
            "cause": review.cause.value,
            "answer": review.answer and review.answer.value,
        }
        insert_or_replace(self._session, DecisionReviewRow, workspace=workspace, **values)

    def of(self, workspace: str, number: int) -> list[Review]:
        """Those of one decision, oldest first."""
        query = (
            select(DecisionReviewRow)
            .where(DecisionReviewRow.workspace == workspace, DecisionReviewRow.number == number)
            .order_by(DecisionReviewRow.ordinal)
        )
        return [row.to_value() for row in self._session.scalars(query)]

    def waiting(self, workspace: str) -> list[Review]:
        """Those without an answer, by number."""
        query = (
            select(DecisionReviewRow)
            .where(DecisionReviewRow.workspace == workspace, DecisionReviewRow.answer.is_(None))
            .order_by(DecisionReviewRow.number, DecisionReviewRow.ordinal)
        )
        return [row.to_value() for row in self._session.scalars(query)]
