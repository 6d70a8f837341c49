"""The tables of the decision log."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.decisions.consent import Approver, Stance
from bot.domain.decisions.promotion import Promotion, PromotionState, PromotionStatus
from bot.domain.decisions.record import (
    ChangeKind,
    DecisionBody,
    DecisionChange,
    DecisionRecord,
    DecisionStatus,
)
from bot.domain.decisions.review import Review, ReviewAnswer, ReviewCause
from storage.base import Base

_BODY = TypeAdapter(DecisionBody)


def pack(body: DecisionBody) -> dict[str, Any]:
    """A body as JSON."""
    packed: dict[str, Any] = _BODY.dump_python(body, mode="json")
    return packed


def unpack(stored: Mapping[str, Any]) -> DecisionBody:
    """What `pack` made."""
    return _BODY.validate_python(stored)


class DecisionRow(Base):
    """One decision; what is asked for in queries stands beside its body."""

    __tablename__ = "decision"
    __table_args__ = (
        Index("ix_decision_model", "workspace", "model"),
        Index("ix_decision_status", "workspace", "status", "review_on"),
        Index("ix_decision_listed", "workspace", "status", "number"),
    )

    workspace: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    status: Mapped[str]
    channel: Mapped[str]
    author: Mapped[str]
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    version: Mapped[int]
    supersedes: Mapped[int | None]
    superseded_by: Mapped[int | None]
    model: Mapped[str]
    review_on: Mapped[date | None]
    body: Mapped[dict[str, Any]]

    def to_value(self) -> DecisionRecord:
        """The frozen value of this row."""
        return DecisionRecord(
            workspace=self.workspace,
            number=self.number,
            body=unpack(self.body),
            status=DecisionStatus(self.status),
            channel=self.channel,
            author=self.author,
            created_at=self.created_at,
            decided_at=self.decided_at,
            version=self.version,
            supersedes=self.supersedes,
            superseded_by=self.superseded_by,
        )


class DecisionVersionRow(Base):
    """What a decision said at one of its versions: what edited files are merged with."""

    __tablename__ = "decision_version"

    workspace: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    body: Mapped[dict[str, Any]]


class DecisionChangeRow(Base):
    """One entry of the audit trail; `id` is the order in which entries were written."""

    __tablename__ = "decision_change"
    __table_args__ = (
        Index("ix_decision_change_number", "workspace", "number"),
        Index("ix_decision_change_at", "workspace", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    number: Mapped[int]
    kind: Mapped[str]
    status: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime]
    detail: Mapped[str]

    def to_value(self) -> DecisionChange:
        """The frozen value of this row."""
        return DecisionChange(
            number=self.number,
            kind=ChangeKind(self.kind),
            status=DecisionStatus(self.status),
            by=self.by,
            at=self.at,
            detail=self.detail,
        )


class DecisionApproverRow(Base):
    """A maker who was asked for consent; `position` is their place among the makers."""

    __tablename__ = "decision_approver"
    __table_args__ = (Index("ix_decision_approver_user", "workspace", "user_id"),)

    workspace: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    user_id: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    asked_at: Mapped[datetime]
    stance: Mapped[str | None]
    reason: Mapped[str]
    answered_at: Mapped[datetime | None]

    def to_value(self) -> Approver:
        """The frozen value of this row."""
        return Approver(
            user_id=self.user_id,
            asked_at=self.asked_at,
            stance=Stance(self.stance) if self.stance else None,
            reason=self.reason,
            answered_at=self.answered_at,
        )


class DecisionPromotionRow(Base):
    """How far the promotion of one decision came."""

    __tablename__ = "decision_promotion"
    __table_args__ = (Index("ix_decision_promotion_model", "workspace", "model"),)

    workspace: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    model: Mapped[str]
    version: Mapped[int]
    alias: Mapped[str]
    state: Mapped[str]
    previous: Mapped[int | None]
    begun: Mapped[bool]
    problem: Mapped[str]
    changed_at: Mapped[datetime]

    def to_value(self) -> PromotionStatus:
        """The frozen value of this row."""
        return PromotionStatus(
            number=self.number,
            promotion=Promotion(model=self.model, version=self.version, alias=self.alias),
            state=PromotionState(self.state),
            changed_at=self.changed_at,
            previous=self.previous,
            begun=self.begun,
            problem=self.problem,
        )


class DecisionReviewRow(Base):
    """One time at which the makers were asked to look again."""

    __tablename__ = "decision_review"

    workspace: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    ordinal: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    cause: Mapped[str]
    reason: Mapped[str]
    asked_at: Mapped[datetime]
    answer: Mapped[str | None]
    note: Mapped[str]
    answered_by: Mapped[str]
    answered_at: Mapped[datetime | None]
    next_on: Mapped[date | None]
    newer: Mapped[int | None]

    def to_value(self) -> Review:
        """The frozen value of this row."""
        return Review(
            number=self.number,
            ordinal=self.ordinal,
            cause=ReviewCause(self.cause),
            reason=self.reason,
            asked_at=self.asked_at,
            answer=ReviewAnswer(self.answer) if self.answer else None,
            note=self.note,
            answered_by=self.answered_by,
            answered_at=self.answered_at,
            next_on=self.next_on,
            newer=self.newer,
        )
