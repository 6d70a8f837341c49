"""Incidents: each is one row that is replaced as a whole, from the version that was read."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, Select, select, update
from sqlalchemy.orm import Session

from bot.domain.alerts.incidents import Incident
from storage.alerts.json import (
    pack_baseline,
    pack_call,
    pack_sample,
    pack_snooze,
    pack_suspects,
    pack_told,
)
from storage.alerts.rows import AlertRuleRow, IncidentRow
from storage.upsert import insert_if_absent


class SqlIncidents:
    """The incidents' part of `bot.ports.alerts.Alerts`."""

    _session: Session

    def open_incident(self, incident: Incident) -> bool:
        """Store a new incident unless its id is known."""
        return insert_if_absent(self._session, IncidentRow, **_values(incident))

    def save_incident(self, incident: Incident) -> bool:
        """Compare and set: the version must be as it was read; the stored one is the next."""
        result = self._session.execute(
            update(IncidentRow)
            .where(
                IncidentRow.workspace == incident.workspace,
                IncidentRow.id == incident.id,
                IncidentRow.version == incident.version,
            )
            .values(**{**_values(incident), "version": incident.version + 1}),
            execution_options={"synchronize_session": False},
        )
        assert isinstance(result, CursorResult)
        return result.rowcount == 1

    def incident(self, workspace: str, incident_id: str) -> Incident | None:
        """One incident of this workspace as it is stored now, or None."""
        found = self._incidents(_of(workspace).where(IncidentRow.id == incident_id))
        return found[0] if found else None

    def incidents(self, workspace: str, incident_ids: Iterable[str]) -> list[Incident]:
        """Those of these incidents that are known, oldest first."""
        wanted = sorted(set(incident_ids))
        return self._incidents(_of(workspace).where(IncidentRow.id.in_(wanted))) if wanted else []

    def open_incidents(self, workspace: str) -> list[Incident]:
        """Incidents that aren't resolved, oldest first."""
        query = _of(workspace).where(~IncidentRow.is_settled, IncidentRow.resolved_at.is_(None))
        return self._incidents(query)

    def incidents_open_at(self, workspace: str, at: datetime) -> list[Incident]:
        """Incidents that were open at an instant, oldest first, as they are now."""
        ended_since = self._incidents(_of(workspace).where(IncidentRow.resolved_at > at))
        found = [*self.open_incidents(workspace), *ended_since]
        return sorted((i for i in found if i.opened_at <= at), key=lambda i: (i.opened_at, i.id))

    def unsettled(self, workspace: str) -> list[Incident]:
        """Incidents that are open or whose end wasn't told yet, oldest first."""
        return self._incidents(_of(workspace).where(~IncidentRow.is_settled))

    def members(self, workspace: str, incident_id: str) -> list[Incident]:
        """Incidents that are told in the thread of this one's message, oldest first."""
        return self._incidents(_of(workspace).where(IncidentRow.lead == incident_id))

    def posted(self, workspace: str, channel: str, since: datetime) -> list[Incident]:
        """Incidents with messages of their own in a channel, posted after `since`, in order."""
        query = select(IncidentRow).where(
            IncidentRow.workspace == workspace,
            IncidentRow.channel == channel,
            IncidentRow.posted_at > since,
            IncidentRow.lead == "",
        )
        return self._incidents(query.order_by(IncidentRow.posted_at, IncidentRow.id))

    def of_model(self, workspace: str, model: str, limit: int) -> list[Incident]:
        """The last incidents of rules about a registered model, newest first; ended rules too."""
        rules = self._session.scalars(
            select(AlertRuleRow).where(AlertRuleRow.workspace == workspace)
        )
        about = [row.number for row in rules if row.condition.get("model") == model]
        return self._newest(workspace, about, limit)

    def of_rule(self, workspace: str, number: int, limit: int) -> list[Incident]:
        """The last incidents of one rule, newest first."""
        return self._newest(workspace, [number], limit)

    def opened(self, workspace: str, since: datetime, until: datetime) -> list[Incident]:
        """Incidents that were opened in [since, until), oldest first."""
        query = _of(workspace).where(IncidentRow.opened_at >= since, IncidentRow.opened_at < until)
        return self._incidents(query)

    def resolved(self, workspace: str, since: datetime, until: datetime) -> list[Incident]:
        """Incidents that ended in (since, until], in that order."""
        query = (
            select(IncidentRow)
            .where(
                IncidentRow.workspace == workspace,
                IncidentRow.resolved_at > since,
                IncidentRow.resolved_at <= until,
            )
            .order_by(IncidentRow.resolved_at, IncidentRow.id)
        )
        return self._incidents(query)

    def _newest(self, workspace: str, rules: list[int], limit: int) -> list[Incident]:
        query = (
            select(IncidentRow)
            .where(IncidentRow.workspace == workspace, IncidentRow.rule_number.in_(rules))
            .order_by(IncidentRow.opened_at.desc(), IncidentRow.id.desc())
            .limit(limit)
        )
        return self._incidents(query)

    def _incidents(self, query: Select[IncidentRow]) -> list[Incident]:
        """Read anew: whoever lost a race must see what the winner stored."""
        rows = self._session.scalars(query.execution_options(populate_existing=True))
        return [row.to_value() for row in rows]


def _of(workspace: str) -> Select[IncidentRow]:
    query = select(IncidentRow).where(IncidentRow.workspace == workspace)
    return query.order_by(IncidentRow.opened_at, IncidentRow.id)


def _values(incident: Incident) -> dict[str, Any]:
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
        "posted_at": incident.told.posted_at,
        "is_settled": incident.is_settled,
    }
