"""What a span did to issues, read from the mirrors: by each one's calendar, runs and decisions."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from bot.domain.absence import Away
from bot.domain.decisions.evidence import Evidence
from bot.domain.decisions.evidence_text import EvidenceKind
from bot.domain.decisions.record import DecisionBody, DecisionRecord, DecisionStatus
from bot.domain.digests.windows import Span
from bot.domain.experiments.records import Experiment, Run, RunStatus
from bot.domain.experiments.stalls import Pulse, StallState
from bot.domain.issues.polling import Reading
from bot.domain.issues.records import Issue, IssueChange, IssuePage
from bot.domain.issues.sharing import IssueSight
from bot.domain.issues.summary import IssueGroup, IssueSummary
from bot.domain.person import Choices, Person
from bot.domain.working_time import WorkingTime
from bot.services.experiments import mirror
from bot.services.issues import runs
from bot.services.issues.summary import summarize
from storage.unit_of_work import SqlUnitOfWork

Do = Callable[[Callable[[SqlUnitOfWork], Any]], Any]

# A Thursday, 12:00 in Berlin.
NOW = datetime(2026, 11, 26, 11, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
SPAN = Span(since=NOW - DAY, until=NOW)
SIGHT = IssueSight(projects=frozenset({"CHURN"}))
G = IssueGroup

YUKI = Person(
    workspace="T1",
    user_id="U1",
    name="Yuki",
    zone="Asia/Tokyo",
    choices=Choices(jira_account="yuki", country="JP"),
)


def an_issue(number: int, **changes: Any) -> Issue:
    """An issue that came into its status today and has been there since long before."""
    values: dict[str, Any] = {
        "issue_id": str(number),
        "key": f"CHURN-{number}",
        "project": "CHURN",
        "summary": f"Task {number}",
        "status": "In review",
        "status_category": "indeterminate",
        "assignee_id": None,
        "assignee_name": None,
        "updated_at": NOW - HOUR,
        "created_at": NOW - 60 * DAY,
        "status_since": NOW - HOUR,
        **changes,
    }
    return Issue(**values)


def a_change(number: int, before: str, after: str, **changes: Any) -> IssueChange:
    """A change of status two hours ago."""
    values: dict[str, Any] = {
        "change_id": f"{number}:{before}:{after}",
        "field": "status",
        "author_id": "ana",
        "author_name": "Ana",
        "at": NOW - 2 * HOUR,
        **changes,
    }
    return IssueChange(issue_id=str(number), before=before, after=after, **values)


def a_run(run_id: str, name: str, hours: tuple[float, float | None], **changes: Any) -> Run:
    """A run that began and ended so many hours before now; None for one that goes on."""
    begun, ended = hours
    values: dict[str, Any] = {
        "status": RunStatus.RUNNING if ended is None else RunStatus.FINISHED,
        "started_at": NOW - begun * HOUR,
        "ended_at": None if ended is None else NOW - ended * HOUR,
        **changes,
    }
    return Run(run_id=run_id, experiment_id="1", name=name, **values)


def polled(run: Do, *issues: Issue, changes: tuple[IssueChange, ...] = ()) -> None:
    """A poll brings these a minute before the span ends; what is older than a day is no news."""
    reading = Reading(projects=("CHURN",), since=NOW - 14 * DAY, news_since=NOW - DAY)
    page = IssuePage(issues=issues, changes=changes)
    run(lambda uow: uow.issues.save("T1", reading, page, NOW - timedelta(minutes=1)))


def trained(run: Do, *found: Run) -> None:
    """A poll of MLflow brings these."""
    experiment = Experiment(experiment_id="1", name="churn")
    run(lambda uow: mirror.keep_experiments(uow, "T1", [experiment]))
    run(lambda uow: mirror.keep_runs(uow, "T1", found, NOW))


def told(run: Do, **asked: Any) -> IssueSummary:
    """The summary of the span."""
    asked = {"sight": SIGHT, "span": SPAN, **asked}
    sight, span = asked.pop("sight"), asked.pop("span")
    found: IssueSummary = run(lambda uow: summarize(uow, "T1", sight, span, **asked))
    return found


def groups(summary: IssueSummary) -> dict[str, str]:
    """The group of each issue, in brackets where it is no news."""
    return {
        line.issue.key: line.group.value if line.is_news else f"({line.group.value})"
        for line in summary.lines
    }


def test_each_issue_is_told_once_and_net(run: Do) -> None:
    done = {"status": "Done", "status_category": "done"}
    polled(
        run,
        an_issue(1),
        an_issue(2),
        an_issue(3, **done),
        an_issue(4, status="To do", status_category="new"),
        an_issue(5, status="To do", status_category="new", created_at=NOW - 3 * HOUR),
        an_issue(6),
        changes=(
            a_change(1, "In review", "In progress"),
            a_change(1, "In progress", "In review", at=NOW - HOUR),
            a_change(2, "To do", "In progress"),
            a_change(2, "In progress", "In review", at=NOW - HOUR),
            a_change(3, "In review", "Done"),
            a_change(4, "Done", "To do"),
            a_change(6, "Yuki", "", field="assignee"),
        ),
    )
    summary = told(run)
    assert groups(summary) == {
        "CHURN-3": "done",
        "CHURN-4": "reopened",
        "CHURN-2": "moved",
        "CHURN-5": "new",
        "CHURN-6": "unassigned",
    }
    [moved] = summary.of(G.MOVED)
    assert (moved.before, moved.issue.status) == ("To do", "In review")


def test_a_reader_is_told_what_others_did(run: Do) -> None:
    polled(
        run,
        an_issue(1),
        an_issue(2),
        an_issue(3, creator_id="yuki", created_at=NOW - HOUR),
        an_issue(4, assignee_id="yuki"),
        changes=(
            a_change(1, "To do", "In review", author_id="yuki"),
            a_change(2, "To do", "In progress", author_id="yuki"),
            a_change(2, "In progress", "In review", at=NOW - HOUR),
            a_change(4, "Ana", "Yuki", field="assignee"),
        ),
    )
    summary = told(run, viewer=YUKI)
    assert groups(summary) == {"CHURN-4": "assigned", "CHURN-2": "moved"}
    assert summary.of(G.MOVED)[0].before == "In progress"
    assert groups(told(run))["CHURN-3"] == "new"


def test_only_what_is_in_sight_and_nothing_in_an_empty_one(run: Do) -> None:
    other = an_issue(9, project="SECRET", key="SECRET-9")
    mine = an_issue(8, project="SECRET", key="SECRET-8", assignee_id="yuki")
    polled(run, other, mine, changes=(a_change(9, "a", "b"), a_change(8, "a", "b")))
    assert groups(told(run)) == {}
    assert groups(told(run, sight=replace(SIGHT, own="yuki"))) == {"SECRET-8": "moved"}
    assert not told(run, sight=IssueSight())


def test_stuck_is_counted_in_days_of_whoever_has_it(run: Do) -> None:
    run(lambda uow: uow.people.save([YUKI]))
    run(lambda uow: uow.people.choose("T1", "U1", YUKI.choices))
    holidays = {date(2026, 11, 23): "Labour Thanksgiving Day"}
    run(lambda uow: uow.absences.save_holidays("JP", "", 2026, holidays))
    polled(
        run,
        # Monday 18:00 in Berlin: two days and four hours.
        an_issue(1, status_since=NOW - 66 * HOUR),
        # Monday 12:00: six hours, two days and four hours.
        an_issue(2, status_since=NOW - 72 * HOUR),
        # In Tokyo it is 20:00: three whole days since a Monday that was a holiday there.
        an_issue(3, status_since=NOW - 78 * HOUR, assignee_id="yuki"),
        an_issue(4, status_since=NOW - 78 * HOUR, assignee_id="nobody we know"),
        an_issue(5, status_since=NOW - 14 * DAY),
        an_issue(6, status_since=NOW - 14 * DAY, status_category="new"),
    )
    found = told(run, zone="Europe/Berlin").of(G.STUCK)
    assert [(line.issue.key, line.waited // HOUR, line.is_news) for line in found] == [
        ("CHURN-2", 30, True),
        ("CHURN-3", 30, True),
        ("CHURN-4", 34, True),
        ("CHURN-5", 100, False),
    ]


def test_days_out_of_office_and_other_hours_do_not_count(run: Do) -> None:
    choices = replace(YUKI.choices, hours=WorkingTime(start=time(9), end=time(13)), country="")
    run(lambda uow: uow.people.save([YUKI]))
    run(lambda uow: uow.people.choose("T1", "U1", choices))
    polled(run, an_issue(1, status_since=NOW - 10 * DAY, assignee_id="yuki"))
    [line] = told(run).of(G.STUCK)
    assert (line.days_waited, line.working_day) == (8, 4 * HOUR)
    away = Away(
        id="a",
        workspace="T1",
        user_id="U1",
        first=date(2026, 11, 16),
        last=date(2026, 11, 25),
        set_by="U1",
    )
    run(lambda uow: uow.absences.add(away))
    assert not told(run).of(G.STUCK)


def test_an_issue_whose_run_trains_is_not_stuck_and_training_does_not_count(run: Do) -> None:
    polled(run, *(an_issue(n, status_since=NOW - 7 * DAY) for n in (1, 2, 3, 4)))
    trained(
        run,
        a_run("a", "x", (3, None), tags={"jira": "churn-1"}),
        # From Thursday noon to this morning.
        a_run("b", "CHURN-2 long", (168, 4)),
        a_run("c", "CHURN-3 short", (2, 1)),
        a_run("d", "CHURN-4 dead", (30, None)),
    )
    silent = Pulse(
        workspace="T1",
        run_id="d",
        experiment_id="1",
        state=StallState.SILENT,
        silent_at=NOW - 20 * HOUR,
        silence=6 * HOUR,
        changed_at=NOW,
    )
    run(lambda uow: uow.pulses.save(silent))
    found = {line.issue.key: line.days_waited for line in told(run).of(G.STUCK)}
    # Five days without an hour, and without the four hours in which the dead one lived.
    assert found == {"CHURN-3": 4, "CHURN-4": 4}


def test_blocked_and_overdue_are_news_once_and_again_after_a_week(run: Do) -> None:
    secret = an_issue(7, key="SECRET-7", project="SECRET")
    said = a_change(9, "", "This work item is blocked by CHURN-8", field="Link")
    polled(
        run,
        secret,
        an_issue(8),
        an_issue(10, status="Done", status_category="done"),
        an_issue(9, blocked_by=("CHURN-8", "CHURN-10", "SECRET-7")),
        an_issue(11, blocked_by=("CHURN-10",)),
        an_issue(12, due_on=date(2026, 11, 25)),
        an_issue(13, due_on=date(2026, 11, 20)),
        an_issue(14, due_on=date(2026, 11, 26)),
        changes=(said,),
    )
    summary = told(run)
    assert groups(summary) == {
        "CHURN-9": "blocked",
        "CHURN-12": "overdue",
        "CHURN-13": "(overdue)",
    }
    assert summary.of(G.BLOCKED)[0].waits_for == ("CHURN-8",)
    tomorrow = told(run, span=Span(since=NOW, until=NOW + DAY))
    assert groups(tomorrow)["CHURN-9"] == "(blocked)"
    in_a_week = told(run, span=Span(since=NOW + 6 * DAY, until=NOW + 7 * DAY))
    assert groups(in_a_week) == {
        "CHURN-9": "blocked",
        "CHURN-12": "overdue",
        "CHURN-13": "(overdue)",
        "CHURN-14": "(overdue)",
        "CHURN-8": "(stuck)",
        "CHURN-11": "(stuck)",
    }
    assert groups(told(run, standing=False)) == {}
    assert groups(told(run, viewer=YUKI)) == {}


def _decided(run: Do, number: int, status: DecisionStatus, **body: Any) -> None:
    record = DecisionRecord(
        workspace="T1",
        number=number,
        body=DecisionBody(title=body.pop("title", "T"), outcome="O", **body),
        status=status,
        channel="C1",
        author="U1",
        created_at=NOW - DAY,
    )
    run(lambda uow: uow.decisions.add(record))


def test_done_with_nothing_to_show_is_told_of_what_looks_like_an_experiment(run: Do) -> None:
    numbers = range(1, 8)
    marked = {"labels": ("Experiment",)}
    done = {"status": "Done", "status_category": "done"}
    polled(
        run,
        an_issue(1, **done),
        an_issue(2, **done, issue_type="Experiment"),
        *(an_issue(n, **done, **marked) for n in range(3, 7)),
        an_issue(7, **done),
        changes=tuple(a_change(n, "To do", "Done") for n in numbers),
    )
    trained(
        run,
        a_run("a", "CHURN-3 lr 0.1", (9, 8), metrics={"val_auc": 0.9}),
        a_run("b", "CHURN-3 lr 0.2", (8, 7), metrics={"val_auc": 0.912}),
        a_run("c", "x", (5, 4), tags={"jira": "CHURN-7"}, status=RunStatus.FAILED),
    )
    key = Evidence(kind=EvidenceKind.ISSUE, key="CHURN-4", label="CHURN-4", frozen_at=NOW)
    _decided(run, 1, DecisionStatus.ACCEPTED, evidence=(key,))
    _decided(run, 2, DecisionStatus.PROPOSED, title="What CHURN-5 asks")
    _decided(run, 3, DecisionStatus.REJECTED, title="What CHURN-6 asked")
    summary = told(run)
    assert groups(summary) == {
        "CHURN-2": "unproven",
        "CHURN-5": "unproven",
        "CHURN-7": "unproven",
        "CHURN-1": "done",
        "CHURN-3": "done",
        "CHURN-4": "done",
        "CHURN-6": "done",
    }
    third = summary.of(G.DONE)[1]
    assert third.best is not None
    assert (third.best.metric, third.best.value, third.runs) == ("val_auc", 0.912, 2)


def test_runs_and_issues_are_found_from_both_ends(run: Do) -> None:
    polled(run, an_issue(1), an_issue(2))
    both = a_run("a", "CHURN-1_lr3 on V-100", (2, 1), tags={"jira": "https://j/browse/churn-2"})
    trained(run, both, a_run("b", "churn-1 lower case is no key", (3, 2)))
    assert run(lambda uow: runs.issues_of_run(uow, "T1", both)) == ["CHURN-1", "CHURN-2"]
    assert [r.run_id for r in run(lambda uow: runs.of_issue(uow, "T1", "CHURN-2"))] == ["a"]
    assert run(lambda uow: runs.of_issue(uow, "T2", "CHURN-2")) == []
    trained(run, replace(both, name="renamed", tags={}))
    assert run(lambda uow: runs.issues_of_run(uow, "T1", both)) == []
