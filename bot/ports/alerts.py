"""What the alert services ask of the storage."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.alerts.incidents import Incident
from bot.domain.alerts.rules import Rule
from bot.domain.alerts.states import AlertState, Point, StoredState, Transition


class Alerts(Protocol):
    """Rules with their states, logs and incidents."""

    def add(self, rule: Rule, state: AlertState) -> None:
        """Store a new rule with its first state."""
        ...

    def rule(self, workspace: str, number: int) -> Rule | None:
        """One rule, or None."""
        ...

    def rules(self, workspace: str) -> list[Rule]:
        """Every rule that hasn't ended, by number."""
        ...

    def of_decision(self, workspace: str, decision: int) -> Rule | None:
        """The newest rule that a decision asks for, ended or not, or None."""
        ...

    def end(self, workspace: str, number: int, now: datetime) -> bool:
        """Let a rule end; False if it had ended."""
        ...

    def state(self, workspace: str, number: int) -> StoredState | None:
        """Where a rule stands, or None."""
        ...

    def locked_state(self, workspace: str, number: int) -> StoredState | None:
        """Like `state`; nobody else replaces it until this transaction has ended."""
        ...

    def states(self, workspace: str) -> dict[int, AlertState]:
        """Where each rule stands, by number."""
        ...

    def replace_state(self, workspace: str, number: int, state: AlertState, version: int) -> bool:
        """Store a state in the place of that version; False if another was faster."""
        ...

    def add_point(self, workspace: str, number: int, point: Point) -> bool:
        """Log a processed sample; False if this rule has processed it before."""
        ...

    def add_points(self, workspace: str, number: int, points: Sequence[Point]) -> None:
        """Log many processed samples; those that the rule has processed before stay as they are."""
        ...

    def known(self, workspace: str, number: int, keys: Iterable[str]) -> set[str]:
        """Those of these sample keys that the rule has processed."""
        ...

    def forget_points(self, workspace: str, number: int) -> None:
        """Drop a rule's processed samples: it watches something else now."""
        ...

    def points(self, workspace: str, number: int, until: datetime, limit: int) -> Sequence[Point]:
        """The last processed samples until then, in the order of processing."""
        ...

    def log(self, workspace: str, number: int, transition: Transition) -> None:
        """Append a line to a rule's log."""
        ...

    def transitions(self, workspace: str, number: int, limit: int) -> list[Transition]:
        """The last lines of a rule's log, newest first."""
        ...

    def open_incident(self, incident: Incident) -> bool:
        """Store a new incident; False if its id is known already."""
        ...

    def incident(self, workspace: str, incident_id: str) -> Incident | None:
        """One incident of this workspace, or None."""
        ...

    def incidents(self, workspace: str, incident_ids: Iterable[str]) -> list[Incident]:
        """Those of these incidents that are known, oldest first."""
        ...

    def open_incidents(self, workspace: str) -> list[Incident]:
        """Incidents that aren't resolved, acknowledged or not, oldest first."""
        ...

    def incidents_open_at(self, workspace: str, at: datetime) -> list[Incident]:
        """Incidents that were open at an instant, oldest first, as they are now."""
        ...

    def unsettled(self, workspace: str) -> list[Incident]:
        """Incidents that are open or whose end wasn't told yet, oldest first."""
        ...

    def members(self, workspace: str, incident_id: str) -> list[Incident]:
        """Incidents that are told in the thread of this one's message, oldest first."""
        ...

    def posted(self, workspace: str, channel: str, since: datetime) -> list[Incident]:
        """Incidents with messages of their own in a channel, posted after `since`, in order."""
        ...

    def of_model(self, workspace: str, model: str, limit: int) -> list[Incident]:
        """The last incidents of rules about a registered model, newest first."""
        ...

    def opened(self, workspace: str, since: datetime, until: datetime) -> list[Incident]:
        """Incidents that were opened in [since, until), oldest first."""
        ...

    def resolved(self, workspace: str, since: datetime, until: datetime) -> list[Incident]:
        """Incidents that ended in (since, until], in that order."""
        ...

    def of_rule(self, workspace: str, number: int, limit: int) -> list[Incident]:
        """The last incidents of one rule, newest first."""
        ...

    def save_incident(self, incident: Incident) -> bool:
        """Store an incident whose version is as it was read; False if another was faster."""
        ...

    def replace_rule(self, rule: Rule) -> bool:
        """Store a changed rule whose revision is as it was read; False if another was faster, or it
        has ended."""
        ...
