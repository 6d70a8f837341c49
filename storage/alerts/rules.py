"""Alert rules with their states, logs and incidents."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, Update, select, update
from sqlalchemy.orm import Session

from bot.domain.alerts.incidents import Incident
from bot.domain.alerts.rules import Rule
from bot.domain.alerts.states import AlertState, Point, StoredState, Transition
from storage.alerts.json import (
    pack_baseline,
    pack_call,
    pack_condition,
    pack_options,
    pack_sample,
    pack_snooze,
    pack_state,
    pack_suspects,
    pack_told,
)
from storage.alerts.rows import (
    AlertPointRow,
    AlertRuleRow,
    AlertStateRow,
    AlertTransitionRow,
    IncidentRow,
)
from storage.upsert import insert_if_absent

_BATCH = 500


class SqlAlerts:
    """Implements `bot.ports.alerts.Alerts`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, rule: Rule, state: AlertState) -> None:
        """Store a new rule with its first state."""
        row = AlertRuleRow(workspace=rule.workspace, number=rule.number, **_rule_values(rule))
        self._session.add(row)
        self._session.add(
            AlertStateRow(
                workspace=rule.workspace,
                rule_number=rule.number,
                version=1,
                state=pack_state(state),
            )
        )
        self._session.flush()

    def rule(self, workspace: str, number: int) -> Rule | None:
        """One rule, or None."""
        row = self._session.get(AlertRuleRow, (workspace, number))
        return row.to_value() if row else None

    def rules(self, workspace: str) -> list[Rule]:
        """Every rule that hasn't ended, by number."""
        query = (
            select(AlertRuleRow)
            .where(AlertRuleRow.workspace == workspace, AlertRuleRow.ended_at.is_(None))
            .order_by(AlertRuleRow.number)
        )
        return [row.to_value() for row in self._session.scalars(query)]

    def of_decision(self, workspace: str, decision: int) -> Rule | None:
        """The newest rule that a decision asks for, ended or not, or None."""
        query = (
            select(AlertRuleRow)
            .where(AlertRuleRow.workspace == workspace, AlertRuleRow.decision == decision)
            .order_by(AlertRuleRow.number.desc())
            .limit(1)
        )
        row = self._session.scalar(query)
        return row.to_value() if row else None

    def end(self, workspace: str, number: int, now: datetime) -> bool:
        """Let a rule end once."""
        return self._changed(
            update(AlertRuleRow)
            .where(
                AlertRuleRow.workspace == workspace,
                AlertRuleRow.number == number,
                AlertRuleRow.ended_at.is_(None),
            )
            .values(ended_at=now)
        )

    def state(self, workspace: str, number: int) -> StoredState | None:
        """Where a rule stands, or None."""
        row = self._session.get(AlertStateRow, (workspace, number))
        return row.to_value() if row else None

    def locked_state(self, workspace: str, number: int) -> StoredState | None:
        """Like `state`; nobody else replaces it until this transaction has ended."""
        row = self._session.get(
            AlertStateRow, (workspace, number), with_for_update=True, populate_existing=True
        )
        return row.to_value() if row else None

    def states(self, workspace: str) -> dict[int, AlertState]:
        """Where each rule stands, by number."""
        query = select(AlertStateRow).where(AlertStateRow.workspace == workspace)
        return {row.rule_number: row.to_value().state for row in self._session.scalars(query)}

    def replace_state(self, workspace: str, number: int, state: AlertState, version: int) -> bool:
        """Compare and set: the version must be as it was read."""
        return self._changed(
            update(AlertStateRow)
            .where(
                AlertStateRow.workspace == workspace,
                AlertStateRow.rule_number == number,
                AlertStateRow.version == version,
            )
            .values(state=pack_state(state), version=version + 1)
        )

    def add_point(self, workspace: str, number: int, point: Point) -> bool:
        """Log a processed sample; the unique key decides who was first."""
        return insert_if_absent(
            self._session, AlertPointRow, workspace=workspace, rule_number=number, **vars(point)
        )

    def known(self, workspace: str, number: int, keys: Iterable[str]) -> set[str]:
        """Those of these sample keys that the rule has processed."""
        wanted, found = list(keys), set[str]()
        for start in range(0, len(wanted), _BATCH):
            query = select(AlertPointRow.key).where(
                AlertPointRow.workspace == workspace,
                AlertPointRow.rule_number == number,
                AlertPointRow.key.in_(wanted[start : start + _BATCH]),
            )
            found.update(self._session.scalars(query))
        return found

    def points(self, workspace: str, number: int, until: datetime, limit: int) -> Sequence[Point]:
        """The last processed samples until then, in the order of processing."""
        query = (
            select(AlertPointRow)
            .where(
                AlertPointRow.workspace == workspace,
                AlertPointRow.rule_number == number,
                AlertPointRow.at <= until,
            )
            .order_by(AlertPointRow.seq.desc())
            .limit(limit)
        )
        return [row.to_value() for row in self._session.scalars(query)][::-1]

    def log(self, workspace: str, number: int, transition: Transition) -> None:
        """Append a line to a rule's log."""
        values: dict[str, Any] = {
            **vars(transition),
            "before": transition.before.value,
            "after": transition.after.value,
        }
        self._session.add(AlertTransitionRow(workspace=workspace, rule_number=number, **values))
        self._session.flush()

    def transitions(self, workspace: str, number: int, limit: int) -> list[Transition]:
        """The last lines of a rule's log, newest first."""
        query = (
            select(AlertTransitionRow)
            .where(
                AlertTransitionRow.workspace == workspace,
                AlertTransitionRow.rule_number == number,
            )
            .order_by(AlertTransitionRow.seq.desc())
            .limit(limit)
        )
        return [row.to_value() for row in self._session.scalars(query)]

    def open_incident(self, incident: Incident) -> bool:
        """Store a new incident unless its id is known."""
        return insert_if_absent(self._session, IncidentRow, **_incident_values(incident))

    def incident(self, workspace: str, incident_id: str) -> Incident | None:
        """One incident of this workspace, or None."""
        query = select(IncidentRow).where(
            IncidentRow.workspace == workspace, IncidentRow.id == incident_id
        )
        row = self._session.scalar(query)
        return row.to_value() if row else None

    def open_incidents(self, workspace: str) -> list[Incident]:
        """Incidents that aren't resolved, oldest first."""
        query = (
            select(IncidentRow)
            .where(IncidentRow.workspace == workspace, IncidentRow.resolved_at.is_(None))
            .order_by(IncidentRow.opened_at, IncidentRow.id)
        )
        return [row.to_value() for row in self._session.scalars(query)]

    def of_model(self, workspace: str, model: str, limit: int) -> list[Incident]:
        """The last incidents of rules about a registered model, newest first; ended rules too."""
        rules = self._session.scalars(
            select(AlertRuleRow).where(AlertRuleRow.workspace == workspace)
        )
        about = [row.number for row in rules if row.condition.get("model") == model]
        query = (
            select(IncidentRow)
            .where(IncidentRow.workspace == workspace, IncidentRow.rule_number.in_(about))
            .order_by(IncidentRow.opened_at.desc(), IncidentRow.id.desc())
            .limit(limit)
        )
        return [row.to_value() for row in self._session.scalars(query)]

    def save_incident(self, incident: Incident) -> bool:
        """Compare and set: the version must be as it was read; the stored one is the next."""
        values = {**_incident_values(incident), "version": incident.version + 1}
        return self._changed(
            update(IncidentRow)
            .where(
                IncidentRow.workspace == incident.workspace,
                IncidentRow.id == incident.id,
                IncidentRow.version == incident.version,
            )
            .values(**values)
        )

    def replace_rule(self, rule: Rule) -> bool:
        """Compare and set: the revision must be as it was read; the stored one is the next."""
        return self._changed(
            update(AlertRuleRow)
            .where(
                AlertRuleRow.workspace == rule.workspace,
                AlertRuleRow.number == rule.number,
                AlertRuleRow.revision == rule.revision,
                AlertRuleRow.ended_at.is_(None),
            )
            .values(**{**_rule_values(rule), "revision": rule.revision + 1})
        )

    def update_incident(self, incident: Incident) -> None:
        """Only what an evaluation says: an acknowledgement at the same moment stays."""
        self._changed(
            _still_open(incident.workspace, incident.id).values(
                title=incident.title,
                latest=incident.latest,
                sample=pack_sample(incident.sample),
                baseline=pack_baseline(incident.baseline),
                changed_at=incident.changed_at,
            )
        )

    def acknowledge(self, workspace: str, incident_id: str, user_id: str, now: datetime) -> bool:
        """Compare and set: the first of two people wins."""
        return self._changed(
            _still_open(workspace, incident_id)
            .where(IncidentRow.acknowledged_by == "")
            .values(acknowledged_by=user_id, acknowledged_at=now)
        )

    def resolve(
        self, workspace: str, incident_id: str, reason: str, recovered: bool, now: datetime
    ) -> bool:
        """End an incident once."""
        return self._changed(
            _still_open(workspace, incident_id).values(
                latest=reason, recovered=recovered, resolved_at=now, changed_at=now
            )
        )

    def _changed(self, statement: Update) -> bool:
        result = self._session.execute(statement)
        assert isinstance(result, CursorResult)
        return result.rowcount == 1


def _rule_values(rule: Rule) -> dict[str, Any]:
    return {
        "channel": rule.channel,
        "author": rule.author,
        "metric": rule.metric,
        "severity": rule.severity.value,
        "for_evaluations": rule.for_evaluations,
        "condition": pack_condition(rule.condition),
        "options": pack_options(rule),
        "decision": rule.decision,
        "created_at": rule.created_at,
        "ended_at": rule.ended_at,
        "revision": rule.revision,
    }


def _incident_values(incident: Incident) -> dict[str, Any]:
    return {
        **vars(incident),
        "severity": incident.severity.value,
        "phase": incident.phase.value,
        "fold": incident.fold.value,
        "sample": pack_sample(incident.sample),
        "baseline": pack_baseline(incident.baseline),
        "suspects": pack_suspects(incident.suspects),
        "call": pack_call(incident.call),
        "snooze": pack_snooze(incident.snooze),
        "told": pack_told(incident.told),
    }


def _still_open(workspace: str, incident_id: str) -> Update:
    return update(IncidentRow).where(
        IncidentRow.workspace == workspace,
        IncidentRow.id == incident_id,
        IncidentRow.resolved_at.is_(None),
    )
