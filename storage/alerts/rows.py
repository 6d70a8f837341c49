"""The tables of alert rules, their states, processed samples, logs and incidents."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.domain.alerts.incidents import Fold, Incident
from bot.domain.alerts.rules import Rule, Severity
from bot.domain.alerts.states import Phase, Point, StoredState, Transition
from storage.alerts.json import (
    baseline_from,
    call_from,
    condition_from,
    options_from,
    sample_from,
    snooze_from,
    state_from,
    suspects_from,
    told_from,
)
from storage.base import Base


class AlertRuleRow(Base):
    """One rule; `condition` is a value with its kind, `decision` the number of the one that asks
    for it."""

    __tablename__ = "alert_rule"
    __table_args__ = (Index("ix_alert_rule_decision", "workspace", "decision"),)

    workspace: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    channel: Mapped[str]
    author: Mapped[str]
    metric: Mapped[str]
    severity: Mapped[str]
    for_evaluations: Mapped[int]
    condition: Mapped[dict[str, Any]]
    options: Mapped[dict[str, Any]]
    decision: Mapped[int | None]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    revision: Mapped[int]
    changed_by: Mapped[str]

    def to_value(self) -> Rule:
        """The frozen value of this row."""
        return Rule(
            workspace=self.workspace,
            number=self.number,
            channel=self.channel,
            author=self.author,
            metric=self.metric,
            severity=Severity(self.severity),
            for_evaluations=self.for_evaluations,
            condition=condition_from(self.condition),
            decision=self.decision,
            created_at=self.created_at,
            ended_at=self.ended_at,
            revision=self.revision,
            changed_by=self.changed_by,
            **options_from(self.options),
        )


class AlertStateRow(Base):
    """Where one rule stands; `version` grows by one with each replacement."""

    __tablename__ = "alert_state"

    workspace: Mapped[str] = mapped_column(primary_key=True)
    rule_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int]
    state: Mapped[dict[str, Any]]

    def to_value(self) -> StoredState:
        """The frozen value of this row."""
        return StoredState(state=state_from(self.state), version=self.version)


class AlertPointRow(Base):
    """A processed sample: the unique key keeps it from counting twice."""

    __tablename__ = "alert_point"
    __table_args__ = (UniqueConstraint("workspace", "rule_number", "key"),)

    seq: Mapped[int] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    rule_number: Mapped[int]
    key: Mapped[str]
    name: Mapped[str]
    at: Mapped[datetime]
    value: Mapped[float | None]
    is_bad: Mapped[bool]
    expected: Mapped[float | None]
    margin: Mapped[float | None]

    def to_value(self) -> Point:
        """The frozen value of this row."""
        return Point(
            key=self.key,
            name=self.name,
            at=self.at,
            value=self.value,
            is_bad=self.is_bad,
            expected=self.expected,
            margin=self.margin,
        )


class AlertTransitionRow(Base):
    """A line of a rule's log; never changed."""

    __tablename__ = "alert_transition"
    __table_args__ = (Index(None, "workspace", "rule_number", "seq"),)

    seq: Mapped[int] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    rule_number: Mapped[int]
    at: Mapped[datetime]
    before: Mapped[str]
    after: Mapped[str]
    reason: Mapped[str]
    sample_key: Mapped[str]

    def to_value(self) -> Transition:
        """The frozen value of this row."""
        return Transition(
            at=self.at,
            before=Phase(self.before),
            after=Phase(self.after),
            reason=self.reason,
            sample_key=self.sample_key,
        )


class IncidentRow(Base):
    """One incident; `is_settled` and `posted_at` repeat what `told` says, for indexes."""

    __tablename__ = "incident"
    __table_args__ = (
        Index(
            "ix_incident_unsettled",
            "workspace",
            "opened_at",
            sqlite_where=text("is_settled = 0"),
            postgresql_where=text("NOT is_settled"),
        ),
        Index("ix_incident_posted", "workspace", "channel", "posted_at"),
        Index("ix_incident_lead", "workspace", "lead"),
        Index("ix_incident_resolved", "workspace", "resolved_at"),
        Index("ix_incident_opened", "workspace", "opened_at"),
        Index("ix_incident_rule", "workspace", "rule_number", "opened_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    rule_number: Mapped[int]
    channel: Mapped[str]
    severity: Mapped[str]
    title: Mapped[str]
    latest: Mapped[str]
    sample: Mapped[dict[str, Any]]
    baseline: Mapped[dict[str, Any]]
    opened_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    phase: Mapped[str]
    group_key: Mapped[str]
    suspects: Mapped[list[Any]]
    acknowledged_by: Mapped[str]
    acknowledged_at: Mapped[datetime | None]
    assigned_to: Mapped[str]
    call: Mapped[dict[str, Any]]
    snooze: Mapped[dict[str, Any]]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[str]
    recovered: Mapped[bool]
    lead: Mapped[str]
    fold: Mapped[str]
    held: Mapped[str]
    told: Mapped[dict[str, Any]]
    posted_at: Mapped[datetime | None]
    is_settled: Mapped[bool]
    issue_key: Mapped[str]
    version: Mapped[int]

    def to_value(self) -> Incident:
        """The frozen value of this row."""
        return Incident(
            id=self.id,
            workspace=self.workspace,
            rule_number=self.rule_number,
            channel=self.channel,
            severity=Severity(self.severity),
            title=self.title,
            latest=self.latest,
            sample=sample_from(self.sample),
            baseline=baseline_from(self.baseline),
            opened_at=self.opened_at,
            changed_at=self.changed_at,
            phase=Phase(self.phase),
            group_key=self.group_key,
            suspects=suspects_from(self.suspects),
            acknowledged_by=self.acknowledged_by,
            acknowledged_at=self.acknowledged_at,
            assigned_to=self.assigned_to,
            call=call_from(self.call),
            snooze=snooze_from(self.snooze),
            resolved_at=self.resolved_at,
            resolved_by=self.resolved_by,
            recovered=self.recovered,
            lead=self.lead,
            fold=Fold(self.fold),
            held=self.held,
            told=told_from(self.told),
            issue_key=self.issue_key,
            version=self.version,
        )
