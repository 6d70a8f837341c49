"""For how long what is kept; admins choose, within what Meridian needs to work."""

from dataclasses import dataclass
from enum import StrEnum

FOREVER = 0
"""Days that stand for no end."""


class Area(StrEnum):
    """What has a time of its own."""

    REPORTS = "reports"
    ABSENCES = "absences"
    ALERTS = "alerts"
    ISSUES = "issues"
    RUNS = "runs"
    MESSAGES = "messages"
    AUDIT = "audit"


@dataclass(frozen=True, kw_only=True)
class Term:
    """What an area holds in a person's words, its days unless somebody chose others, and the fewest
    that may be chosen."""

    holds: str
    days: int
    least: int


TERMS: dict[Area, Term] = {
    Area.REPORTS: Term(
        holds="stand-up reports, who was asked, moods of weeks, closed blockers", days=730, least=30
    ),
    Area.ABSENCES: Term(holds="absences that are over", days=400, least=30),
    Area.ALERTS: Term(
        holds="values of alerts, alerts that are over, ended silences", days=400, least=90
    ),
    Area.ISSUES: Term(
        holds="changes of Jira issues, issues gone from Jira, ended sprints", days=730, least=90
    ),
    Area.RUNS: Term(
        holds="runs and experiments deleted in MLflow, news of runs that was told",
        days=730,
        least=30,
    ),
    Area.MESSAGES: Term(
        holds="the outbox: what was sent for a day that is over", days=90, least=30
    ),
    Area.AUDIT: Term(holds="the audit log", days=730, least=365),
}

LONGEST = 36_500

ALWAYS = "decisions, hypotheses, goals, plans and what is set up stay until somebody deletes them"


@dataclass(frozen=True, kw_only=True)
class Kept:
    """An area's days as they count in a workspace; `chosen` where somebody chose them."""

    area: Area
    days: int
    chosen: bool = False


def refusal(area: Area, days: int) -> str:
    """Why an area can't be kept for so many days, in a sentence; empty where it can."""
    least = TERMS[area].least
    if days == FOREVER or least <= days <= LONGEST:
        return ""
    return f"{area.value} can be kept for {least} to {LONGEST:,} days, or `forever`."
