"""Alert rules with their states, logs and incidents."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, Update, delete, select, update
from sqlalchemy.orm import Session

from bot.domain.alerts.rules import Rule
from bot.domain.alerts.states import AlertState, Point, StoredState, Transition
from storage.alerts.incidents import SqlIncidents
from storage.alerts.json import (
    pack_condition,
    pack_options,
    pack_state,
)
from storage.alerts.rows import (
    AlertPointRow,
    AlertRuleRow,
    AlertStateRow,
    AlertTransitionRow,
)
from storage.upsert import insert_absent, insert_if_absent

_BATCH = 500


class SqlAlerts(SqlIncidents):
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
        """One rule, or None; as it is now, also after waiting for a lock."""
        row = self._session.get(AlertRuleRow, (workspace, number), populate_existing=True)
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

    def add_points(self, workspace: str, number: int, points: Sequence[Point]) -> None:
        """Log many processed samples, but those that are known."""
        rule = {"workspace": workspace, "rule_number": number}
        insert_absent(self._session, AlertPointRow, [{**rule, **vars(point)} for point in points])

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

    def forget_points(self, workspace: str, number: int) -> None:
        """Drop a rule's processed samples: it watches something else now."""
        self._session.execute(
            delete(AlertPointRow).where(
                AlertPointRow.workspace == workspace, AlertPointRow.rule_number == number
            )
        )

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
        "changed_by": rule.changed_by,
    }
