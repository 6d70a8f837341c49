"""A workspace with a long past: rows in the proportions of a team of fifty, and a present that is
the same however long the past is."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from bot.domain.alerts.incidents import Incident
from bot.domain.alerts.rules import Severity
from bot.domain.blocker import Blocker
from bot.domain.decisions.record import ChangeKind, DecisionBody, DecisionStatus
from bot.domain.digests.settings import DigestChoice
from bot.domain.experiments.plan import ModelPlan
from bot.domain.experiments.records import Experiment, ModelVersion, RegisteredModel
from bot.domain.issues.polling import Reading
from bot.domain.issues.records import STATUS, Issue, IssuePage
from bot.domain.person import Person
from bot.domain.standup import Standup, StandupPlan
from bot.domain.turn import Cohort
from bot.services.digests import daily
from storage.alerts.incidents import _values as incident_values
from storage.alerts.rows import IncidentRow
from storage.base import Base
from storage.blockers import BlockerRow, _columns
from storage.decisions.rows import DecisionChangeRow, DecisionRow, pack
from storage.deliveries import DeliveryRow
from storage.engine import Engines
from storage.experiments.rows import RunRow
from storage.issues.rows import IssueChangeRow, IssueRow, stored
from storage.standups import ReportRow
from storage.turns import TurnRow
from storage.unit_of_work import SqlUnitOfWork

W, C = "T1", "C1"
NOW = datetime(2026, 10, 28, 8, tzinfo=UTC)
DAY = timedelta(days=1)
YEARS = timedelta(days=3 * 365)
CHANNELS, PEOPLE, PROJECTS, EXPERIMENTS = 20, 50, 10, 40
BATCH = 2_000

SHARES: dict[type[Base], float] = {
    IssueRow: 0.08,
    IssueChangeRow: 0.49,
    BlockerRow: 0.01,
    RunRow: 0.15,
    ReportRow: 0.08,
    TurnRow: 0.08,
    DecisionRow: 0.01,
    DecisionChangeRow: 0.02,
    IncidentRow: 0.03,
    DeliveryRow: 0.05,
}
"""Which part of the past each table holds."""

Make = Callable[[str, datetime, bool], dict[str, Any]]
"""(its id, when, whether it is of the present) to the columns of one row."""

PRESENT: dict[type[Base], int] = {
    IssueRow: 100,
    IssueChangeRow: 100,
    BlockerRow: 10,
    RunRow: 60,
    ReportRow: 40,
    TurnRow: 40,
    DecisionRow: 10,
    DecisionChangeRow: 10,
    IncidentRow: 10,
    DeliveryRow: 20,
}
"""What the last day brought, and all that is open."""


def fill(engines: Engines, rows: int) -> None:
    """A workspace with so many rows of past, and the present."""
    with engines.writer.begin() as connection:
        for table, share in SHARES.items():
            past, present = int(rows * share), PRESENT[table]
            values = _rows(_MAKERS[table], past, present)
            while batch := list(islice(values, BATCH)):
                connection.execute(insert(table), batch)
    with Session(engines.writer) as session, session.begin():
        _settle(SqlUnitOfWork(session))
    # What autovacuum does by itself after so many rows.
    with engines.writer.begin() as connection:
        connection.execute(text("ANALYZE"))


def _rows(make: Make, past: int, present: int) -> Iterator[dict[str, Any]]:
    for number in range(past):
        yield make(str(number), NOW - DAY - YEARS * ((past - number) / past), False)
    for number in range(present):
        yield make(f"{_FRESH}{number}", NOW - DAY * ((present - number) / (present + 1)), True)


def _number(name: str) -> int:
    """Those of the present come after every one of the past."""
    return int(name) + 1 if name.isdigit() else 10_000_000 + int(name.removeprefix(_FRESH))


def _one_of(name: str, many: int) -> int:
    return _number(name) * 7_919 % 100_003 % many


def _channel(name: str, fresh: bool) -> str:
    """Of the present, every other one is in the digest's."""
    return f"C{_one_of(name, 2 if fresh else CHANNELS)}"


def _issue(name: str, at: datetime, fresh: bool) -> dict[str, Any]:
    project = project_of(_one_of(name, PROJECTS))
    issue = Issue(
        issue_id=name,
        key=f"{project}-{_number(name)}",
        project=project,
        summary=f"Calibrate the scores of segment {name}",
        status="In review" if fresh else "Done",
        status_category="indeterminate" if fresh else "done",
        assignee_id=f"A{_one_of(name, PEOPLE)}",
        assignee_name="Somebody",
        updated_at=at,
        created_at=at - 20 * DAY,
        status_since=at,
    )
    return {**stored(issue), "workspace": W, "noticed_at": at - 10 * DAY, "is_open": fresh}


def _change(name: str, at: datetime, fresh: bool) -> dict[str, Any]:
    """Six of each issue's; every present issue has one of the present."""
    issue = name if fresh else str(int(int(name) * SHARES[IssueRow] / SHARES[IssueChangeRow]))
    return {
        "workspace": W,
        "change_id": name,
        "issue_id": issue,
        "field": STATUS if fresh or _one_of(name, 5) < 2 else "description",
        "before": "In progress",
        "after": "In review" if fresh else "Done",
        "author_id": f"A{_one_of(name, PEOPLE)}",
        "author_name": "Somebody",
        "at": at,
        "noticed_at": at,
    }


def _run(name: str, at: datetime, fresh: bool) -> dict[str, Any]:
    """The present ones are in three experiments, which have their part of the past too."""
    value = _one_of(name, 1_000) / 1_000
    return {
        "workspace": W,
        "run_id": name,
        "experiment_id": str(_one_of(name, 3 if fresh else EXPERIMENTS)),
        "name": f"run {name}",
        "name_key": f"run {name}",
        "status": "FAILED" if _one_of(name, 8) == 0 else "FINISHED",
        "started_at": at - timedelta(hours=2),
        "ended_at": at,
        "params": {f"param {n}": str(n) for n in range(12)},
        "metrics": {"val_auc": value, "val_loss": 1 - value, "train_auc": value},
        "tags": {"dataset": f"churn-v{at.year}"},
        "user_name": f"user{_one_of(name, PEOPLE)}",
        "noticed_ended_at": at,
        "changed_at": at,
    }


def _report(name: str, at: datetime, fresh: bool) -> dict[str, Any]:
    return {
        "standup_id": f"S{_channel(name, fresh)}",
        "local_date": at.date(),
        "user_id": f"U{name}",
        "workspace": W,
        "answers": [],
        "blocker": "",
        "submitted_at": at,
        "reviewed": [],
        "links": [],
    }


def _turn(name: str, at: datetime, fresh: bool) -> dict[str, Any]:
    return {
        "standup_id": f"S{_channel(name, fresh)}",
        "local_date": at.date(),
        "user_id": f"U{name}",
        "workspace": W,
        "cohort": Cohort.ASIA.value,
        "due_at": at,
        "asked_at": at,
        "required": True,
        "absence": "",
        "absence_label": "",
    }


def _decision(name: str, at: datetime, fresh: bool) -> dict[str, Any]:
    status = DecisionStatus.PROPOSED if fresh else DecisionStatus.ACCEPTED
    return {
        "workspace": W,
        "number": _number(name),
        "status": status.value,
        "channel": _channel(name, fresh),
        "author": "U1",
        "created_at": at,
        "decided_at": at,
        "version": 1,
        "model": "",
        "body": pack(DecisionBody(title=f"Use data set {name}", outcome="Yes.")),
    }


def _decision_change(name: str, at: datetime, fresh: bool) -> dict[str, Any]:
    per_decision = SHARES[DecisionChangeRow] / SHARES[DecisionRow]
    return {
        "workspace": W,
        "number": _number(name) if fresh else int(int(name) / per_decision) + 1,
        "kind": ChangeKind.LOGGED.value,
        "status": DecisionStatus.ACCEPTED.value,
        "by": "U1",
        "at": at,
        "detail": "",
    }


def _blocker(name: str, at: datetime, fresh: bool) -> dict[str, Any]:
    blocker = Blocker(
        workspace=W,
        number=_number(name),
        standup_id="SC1",
        channel=_channel(name, fresh),
        user_id=f"U{_one_of(name, PEOPLE)}",
        text="GPU quota",
        opened_at=at,
        closed_at=None if fresh else at + DAY,
    )
    return _columns(blocker)


def _incident(name: str, at: datetime, fresh: bool) -> dict[str, Any]:
    incident = Incident(
        id=name,
        workspace=W,
        rule_number=_one_of(name, 30),
        channel=_channel(name, fresh),
        severity=Severity.WARNING,
        title="val_auc is below 0.9",
        latest="0.85",
        sample=None,
        baseline=None,
        opened_at=at,
        changed_at=at,
        resolved_at=None if fresh else at + timedelta(hours=1),
    )
    return {**incident_values(incident), "is_settled": not fresh}


def _delivery(name: str, at: datetime, fresh: bool) -> dict[str, Any]:
    return {
        "id": f"report:{name}",
        "workspace": W,
        "channel": _channel(name, fresh),
        "card": "report",
        "subject": {"number": name},
        "kind": "post",
        "priority": 2,
        "state": "sent",
        "ready_at": at,
        "owner": "U1",
        "attempts": 1,
        "posted_channel": "C1",
        "ts": "1.1",
        "error": "",
    }


def project_of(number: int) -> str:
    """The key of a project."""
    return f"P{number}X"


_FRESH = "new"
_MAKERS: dict[type[Base], Make] = {
    IssueRow: _issue,
    IssueChangeRow: _change,
    BlockerRow: _blocker,
    RunRow: _run,
    ReportRow: _report,
    TurnRow: _turn,
    DecisionRow: _decision,
    DecisionChangeRow: _decision_change,
    IncidentRow: _incident,
    DeliveryRow: _delivery,
}


def _settle(uow: SqlUnitOfWork) -> None:
    """The channel, its people, its digest, an overdue model and what blocks somebody."""
    uow.people.save(
        [Person(workspace=W, user_id=f"U{n}", name=f"Person {n}") for n in range(PEOPLE)]
    )
    uow.channels.keep(W, C, public=True, shared=False, now=NOW)
    uow.experiments.save_experiments(
        W, [Experiment(experiment_id=str(n), name=f"churn {n}") for n in range(EXPERIMENTS)]
    )
    version = ModelVersion(
        model="churn", version=1, run_id=f"{_FRESH}0", created_at=NOW - 100 * DAY
    )
    uow.experiments.save_models(
        W, [RegisteredModel(name="churn", aliases={"champion": 1})], [version]
    )
    plan = ModelPlan(
        workspace=W,
        model="churn",
        owner="U1",
        cadence_days=30,
        channel=C,
        changed_by="U1",
        changed_at=NOW - 100 * DAY,
    )
    uow.plans.add(plan)
    _stand_up(uow)
    choice = DigestChoice(zone="UTC", projects=tuple(map(project_of, range(5))))
    daily.save(uow, W, C, choice, seen_version=0, author="U1", now=NOW - DAY)
    reading = Reading(projects=choice.projects, since=NOW, news_since=NOW)
    uow.issues.save(W, reading, IssuePage(), NOW)


def _stand_up(uow: SqlUnitOfWork) -> None:
    plan = StandupPlan(
        name="Daily",
        questions=("What?",),
        blocker_question="",
        wall_time=time(9),
        weekdays=frozenset({1, 2, 3, 4, 5}),
        participants=tuple(f"U{n}" for n in range(PEOPLE)),
    )
    for number in range(CHANNELS):
        uow.standups.add(
            Standup(id=f"SC{number}", workspace=W, channel=f"C{number}", plan=plan, created_by="U1")
        )
