"""The weekend of one person: moves, a sweep and a decision."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.activity import Activity, Found, Reference, ReferenceKind
from bot.domain.decisions.record import DecisionBody, DecisionRecord, DecisionStatus
from bot.domain.experiments.records import Experiment, ModelVersion, RegisteredModel, Run, RunStatus
from bot.domain.issues.changes import IssueNews
from bot.domain.issues.records import Issue, IssueChange
from bot.domain.person import Choices, Person

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
# A Monday morning in Tokyo, and the Friday evening before.
NOW = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
FRIDAY = datetime(2026, 11, 20, 9, tzinfo=UTC)
ACCOUNT = "5b10-yuki"
CHURN = Experiment(experiment_id="1", name="churn", tags={"primary_metric": "val_auc"})
MODEL = RegisteredModel(name="churn", aliases={"champion": 13})
VERSION = ModelVersion(model="churn", version=13, run_id="old", created_at=FRIDAY - 900 * HOUR)

YUKI = Person(
    workspace="T1",
    user_id="U1",
    name="Yuki Sato",
    zone="Asia/Tokyo",
    email="yuki.sato@example.com",
    choices=Choices(jira_account=ACCOUNT, jira_name="Yuki Sato"),
)


def an_issue(number: int, status: str, summary: str, **changes: Any) -> Issue:
    """An issue of CHURN as of last Saturday."""
    values: dict[str, Any] = {
        "issue_id": str(number),
        "key": f"CHURN-{number}",
        "project": "CHURN",
        "summary": summary,
        "status": status,
        "status_category": "indeterminate",
        "assignee_id": ACCOUNT,
        "assignee_name": "Yuki Sato",
        "updated_at": FRIDAY + 20 * HOUR,
        "created_at": FRIDAY - 900 * HOUR,
        **changes,
    }
    return Issue(**values)


def a_move(number: int, before: str, after: str, hours: int = 2, by: str = ACCOUNT) -> IssueChange:
    """A change of status some hours after Friday's report."""
    return IssueChange(
        change_id=f"{number}:{hours}",
        issue_id=str(number),
        field="status",
        before=before,
        after=after,
        author_id=by,
        author_name="Yuki Sato",
        at=FRIDAY + hours * HOUR,
    )


ISSUES = (
    an_issue(41, "In review", "Calibrate churn scores after the data v7 refresh"),
    an_issue(38, "Done", "Drop leaky feature days_since_cancel", status_category="done"),
    an_issue(44, "In progress", "Compare focal loss with class weights"),
)
MOVES = (
    a_move(41, "In progress", "In review"),
    a_move(38, "In review", "Done"),
    a_move(44, "To do", "In progress"),
)


def news(issues: tuple[Issue, ...], *changes: IssueChange, new: tuple[str, ...] = ()) -> IssueNews:
    """What the mirror says of one person."""
    return IssueNews(issues=issues, new_ids=frozenset(new), changes=changes)


def a_run(run_id: str, value: float | None = None, **changes: Any) -> Run:
    """A finished run of the experiment churn that ended `hours` after Friday's report."""
    ended = FRIDAY + changes.pop("hours", 5) * HOUR
    values: dict[str, Any] = {
        "experiment_id": "1",
        "name": run_id,
        "status": RunStatus.FINISHED,
        "started_at": ended - HOUR,
        "ended_at": ended,
        "metrics": {} if value is None else {"val_auc": value},
        "user": "yuki.sato",
        **changes,
    }
    return Run(run_id=run_id, **values)


OLD_CHAMPION = a_run("old", 0.906, hours=-900, user="sam")


def a_sweep(best: float = 0.912) -> list[Run]:
    """A parent and its twelve runs, of which one failed."""
    parent = a_run("parent", name="lr-search", hours=30)
    tags = {"mlflow.parentRunId": "parent"}
    children = [
        a_run(f"s{n}", best - n / 1000, name=f"lr-search-{n:02}", hours=10 + n, tags=tags)
        for n in range(11)
    ]
    broken = a_run("s11", name="lr-search-11", hours=21, tags=tags, status=RunStatus.FAILED)
    return [parent, *children, broken]


def a_decision(number: int, title: str, **changes: Any) -> DecisionRecord:
    """A decision of U1, accepted on Saturday."""
    body = DecisionBody(title=title, outcome="Yes.", makers=changes.pop("makers", ("U1",)))
    values: dict[str, Any] = {
        "status": DecisionStatus.ACCEPTED,
        "channel": "C1",
        "author": "U1",
        "created_at": FRIDAY + 26 * HOUR,
        **changes,
    }
    return DecisionRecord(workspace="T1", number=number, body=body, **values)


def a_line(kind: ReferenceKind, key: str, text: str = "", **changes: Any) -> Found:
    """A line about something."""
    anchor = changes.pop("anchor", key)
    reference = Reference(kind=kind, key=key, anchor=anchor)
    if kind in (ReferenceKind.RUN, ReferenceKind.EXPERIMENT):
        churn = Reference(kind=ReferenceKind.EXPERIMENT, key="1", anchor="churn")
        changes = {"runs": 1, "experiment": churn, **changes}
    return Found(text=text or f"{key} did it", reference=reference, **changes)


def texts(told: Activity) -> list[str]:
    """The lines."""
    return [line.text for line in told.found]
