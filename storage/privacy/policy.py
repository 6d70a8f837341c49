"""What every table means for people's data; a test fails for a table that isn't named here.

Each line says whether rows of it are somebody's own (`theirs`: exported whole, deleted with them),
whether they copy another system (`mirror`: nobody's Slack id is in them), until when they are kept,
and how they go when a workspace is purged. In every other text and JSON column a deleted person is
replaced, so a new column is covered without a word here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, exists, or_, select

from bot.domain.privacy.retention import Area
from storage.base import Base

Old = Callable[[Table, datetime], ColumnElement[bool]]


@dataclass(frozen=True, kw_only=True)
class Policy:
    """One table's.

    `area` and `old` say which rows go when; without them `kept` says why rows stay, or what else
    removes them. `workspace` is the column that names the workspace; where it is empty, `shared`
    says why no row belongs to one.
    """

    theirs: tuple[str, ...] = ()
    mirror: bool = False
    area: Area | None = None
    old: Old | None = None
    kept: str = ""
    workspace: str = "workspace"
    shared: str = ""
    names_anybody: bool = False
    """Somebody may be named in a row that belongs to no workspace of theirs."""


def _at(column: str) -> Old:
    return lambda table, before: table.c[column] < before


def _day(column: str) -> Old:
    return lambda table, before: table.c[column] < before.date()


def _table(name: str) -> Table:
    return Base.metadata.tables[name]


def _gone(table: Table, other: str, **same: str) -> ColumnElement[bool]:
    """No row of `other` has these columns in common any more."""
    there = _table(other)
    pairs = [there.c[theirs] == table.c[ours] for ours, theirs in same.items()]
    return ~exists(select(1).where(there.c.workspace == table.c.workspace, *pairs))


def _old_delivery(table: Table, before: datetime) -> ColumnElement[bool]:
    """Settled long ago, of a day that is over or only a change of another, and nothing that waits
    refers to it."""
    waiting = table.alias("waiting")
    needed = exists(
        select(1).where(
            waiting.c.state.in_(("pending", "sending")),
            or_(waiting.c.thread_of == table.c.id, waiting.c.edit_of == table.c.id),
        )
    )
    dated = or_(table.c.kind == "edit", table.c.card.in_(DATED_CARDS))
    ended = table.c.state.in_(("sent", "skipped", "failed"))
    return and_(table.c.settled_at < before, ended, dated, ~needed)


def _old_incident(table: Table, before: datetime) -> ColumnElement[bool]:
    other = table.alias("other")
    needed = exists(
        select(1).where(
            other.c.workspace == table.c.workspace,
            other.c.id != table.c.id,
            or_(other.c.lead == table.c.id, other.c.fold == table.c.id),
        )
    )
    return and_(table.c.is_settled, table.c.resolved_at < before, ~needed)


def _old_transition(table: Table, before: datetime) -> ColumnElement[bool]:
    """An incident that goes on keeps its story, however long it does."""
    incident = _table("incident")
    needed = exists(
        select(1).where(
            incident.c.workspace == table.c.workspace,
            incident.c.rule_number == table.c.rule_number,
            ~incident.c.is_settled,
        )
    )
    return and_(table.c.at < before, ~needed)


def _old_notice(table: Table, before: datetime) -> ColumnElement[bool]:
    """Told long ago; one that waits for its watcher to be back stays."""
    return and_(table.c.opened_at < before, table.c.message != "")


def _old_feedback(table: Table, before: datetime) -> ColumnElement[bool]:
    return and_(table.c.at < before, _gone(table, "incident", incident_id="id"))


def _old_sprint(table: Table, before: datetime) -> ColumnElement[bool]:
    return and_(table.c.ends_at < before, ~table.c.is_running)


def _old_state(table: Table, before: datetime) -> ColumnElement[bool]:
    return and_(table.c.at < before, _gone(table, "sprint", sprint_id="sprint_id"))


def _old_experiment(table: Table, before: datetime) -> ColumnElement[bool]:
    runs = _gone(table, "run", experiment_id="experiment_id")
    return and_(table.c.deleted_at < before, runs)


def _old_pulse(table: Table, before: datetime) -> ColumnElement[bool]:
    return and_(table.c.changed_at < before, _gone(table, "run", run_id="run_id"))


def _old_watched(table: Table, before: datetime) -> ColumnElement[bool]:
    return and_(table.c.at < before, _gone(table, "run", run_id="run_id"))


def _old_report_text(table: Table, before: datetime) -> ColumnElement[bool]:
    """The index of a report goes with it: its name begins with the local date."""
    return and_(table.c.kind == "report", table.c.ref < before.date().isoformat())


DATED_CARDS = frozenset(
    {
        "availability.away",
        "availability.zone",
        "channel.shared",
        "decision.weekly",
        "digest",
        "digest.weekly",
        "experiment.news",
        "greeting",
        "handover",
        "issue.named",
        "standup.day",
        "standup.departure",
        "standup.prompt",
        "standup.reminder",
        "standup.report",
        "standup.wrap_up",
        "trace",
        "undeliverable",
    }
)
"""Messages of one day: once it is long over nobody edits them and none is sent a second time."""

_RECORD = "the team's record"
_SET_UP = "what is set up, until somebody changes it"
_SHORT = "housekeeping forgets it within days"
_SYSTEM = "one line per outside system of the operator, no person's"
_MIRROR_WHOLE = "follows what the other system has"

REPORTS, ALERTS, ISSUES, RUNS = Area.REPORTS, Area.ALERTS, Area.ISSUES, Area.RUNS

POLICIES: dict[str, Policy] = {
    # People and what they chose.
    "person": Policy(theirs=("user_id",), kept="as long as Slack lists them"),
    "choices": Policy(theirs=("user_id",), kept="as long as they are here"),
    "role": Policy(theirs=("user_id",), kept="until an owner changes it"),
    "forgotten": Policy(kept="so that a deleted person isn't copied from Slack again"),
    "retention": Policy(kept=_SET_UP),
    "privacy_sweep": Policy(kept="one line per workspace"),
    "away": Policy(theirs=("user_id",), area=Area.ABSENCES, old=_day("last_day")),
    "handover": Policy(theirs=("user_id",), kept="one line per person"),
    "draft": Policy(theirs=("user_id",), kept=_SHORT),
    "experiment_watch": Policy(theirs=("watcher",), kept=_SET_UP),
    "watch_notice": Policy(theirs=("watcher",), area=RUNS, old=_old_notice),
    # Stand-ups.
    "standup": Policy(kept=_SET_UP),
    "report": Policy(theirs=("user_id",), area=REPORTS, old=_day("local_date")),
    "turn": Policy(theirs=("user_id",), area=REPORTS, old=_day("local_date")),
    "occurrence": Policy(area=REPORTS, old=_day("local_date")),
    "mood_voter": Policy(theirs=("user_id",), kept=_SHORT),
    "mood_week": Policy(area=REPORTS, old=_day("week")),
    "rotation_pass": Policy(theirs=("user_id",), kept="one line per call that was passed on"),
    "blocker": Policy(area=REPORTS, old=_at("closed_at")),
    "schedule": Policy(theirs=("user_id",), kept=_SET_UP),
    "timer": Policy(kept="until it goes off"),
    # The team's record.
    "decision": Policy(kept=_RECORD),
    "decision_approver": Policy(kept=_RECORD),
    "decision_change": Policy(kept=_RECORD),
    "decision_promotion": Policy(kept=_RECORD),
    "decision_review": Policy(kept=_RECORD),
    "decision_text": Policy(kept="the index of decisions"),
    "decision_version": Policy(kept=_RECORD),
    "decision_weekly": Policy(kept=_SET_UP),
    "hypothesis": Policy(kept=_RECORD),
    "goal": Policy(kept=_RECORD),
    "goal_sample": Policy(kept=_RECORD),
    "model_plan": Policy(kept=_SET_UP),
    "said_direction": Policy(kept=_SET_UP),
    "tried_text": Policy(area=REPORTS, old=_old_report_text),
    # Alerts.
    "alert_rule": Policy(kept=_SET_UP),
    "alert_state": Policy(kept="one line per rule"),
    "alert_point": Policy(area=ALERTS, old=_at("at")),
    "alert_transition": Policy(area=ALERTS, old=_old_transition),
    "alert_feedback": Policy(area=ALERTS, old=_old_feedback),
    "incident": Policy(area=ALERTS, old=_old_incident),
    "silence": Policy(area=ALERTS, old=_at("until")),
    "source_outage": Policy(area=ALERTS, old=_at("back_at")),
    "channel_noise": Policy(kept=_SET_UP),
    # Digests and channels.
    "digest": Policy(kept=_SET_UP),
    "channel": Policy(kept="one line per channel"),
    # Jira, as it is there.
    "issue": Policy(mirror=True, area=ISSUES, old=_at("gone_at")),
    "issue_change": Policy(mirror=True, area=ISSUES, old=_at("at")),
    "issue_person": Policy(mirror=True, area=ISSUES, old=_at("seen_at")),
    "issue_project": Policy(mirror=True, kept="one line per project"),
    "issue_run": Policy(mirror=True, kept=_MIRROR_WHOLE),
    "issue_token": Policy(
        mirror=True, kept=_SYSTEM, workspace="", shared="of the operator's own accounts"
    ),
    "sprint": Policy(mirror=True, area=ISSUES, old=_old_sprint),
    "sprint_board": Policy(mirror=True, kept=_MIRROR_WHOLE),
    "sprint_health": Policy(mirror=True, kept=_SYSTEM),
    "sprint_state": Policy(mirror=True, area=ISSUES, old=_old_state),
    # MLflow, as it is there.
    "run": Policy(mirror=True, area=RUNS, old=_at("deleted_at")),
    "run_pulse": Policy(area=RUNS, old=_old_pulse),
    "watched_run": Policy(mirror=True, area=RUNS, old=_old_watched),
    "experiment": Policy(mirror=True, area=RUNS, old=_old_experiment),
    "registered_model": Policy(mirror=True, kept=_MIRROR_WHOLE),
    "model_version": Policy(mirror=True, kept=_MIRROR_WHOLE),
    "announced_model": Policy(mirror=True, kept=_MIRROR_WHOLE),
    # Books.
    "delivery": Policy(area=Area.MESSAGES, old=_old_delivery),
    "bucket": Policy(kept="one line per place that Slack told us to leave alone for a while"),
    "number": Policy(kept="one line per counter"),
    "interaction": Policy(kept=_SHORT, workspace="", shared="keys of Slack's, forgotten in days"),
    "source": Policy(kept=_SYSTEM, workspace="", shared="outside systems of the operator"),
    "holiday": Policy(mirror=True, kept="public holidays", workspace="", shared="of countries"),
    # The audit log has rules of its own: see storage.privacy.audit.
    "audit_entry": Policy(area=Area.AUDIT, kept="dropped through its head, never rewritten"),
    "audit_head": Policy(kept="one line per workspace"),
    "audit_actor": Policy(theirs=("user_id",), kept="until the person is deleted"),
    # Installations.
    "workspace": Policy(kept="that we were there, without anything of it", workspace="id"),
    "installation": Policy(
        names_anybody=True,
        kept="until its last workspace is purged",
        workspace="",
        shared="may be of a whole organisation; bot.services.installations.forget deletes it",
    ),
    "oauth_state": Policy(kept=_SHORT, workspace="", shared="of an install that is under way"),
}


def policy_of(table: Any) -> Policy:
    """The policy of a table; KeyError for one that nobody thought about."""
    return POLICIES[table.name]
