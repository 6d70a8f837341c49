"""Blockers on both databases, and the reads of the mirrors that they need."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy.orm import Session

from bot.domain import blocker_link
from bot.domain.blocker import Blocker
from bot.domain.experiments.records import Run, RunStatus
from bot.domain.issues.polling import Reading
from bot.domain.issues.records import Issue, IssuePage
from storage.engine import Engines
from storage.unit_of_work import SqlUnitOfWork

NOW = datetime(2026, 11, 23, 9, 0, 0, 123456, tzinfo=UTC)
PLAIN = Blocker(
    workspace="T1", number=1, standup_id="s", channel="C1", user_id="U1", text="GPU „ü“",
    opened_at=NOW,
)  # fmt: skip
FULL = replace(
    PLAIN,
    number=2,
    user_id="U2",
    opened_at=NOW - timedelta(days=3),
    report_date=date(2026, 11, 20),
    asked=("U4", "U3"),
    acknowledged_by="U3",
    acknowledged_at=NOW,
    escalated_at=NOW,
    waits_for=blocker_link.run("7", "3f2a", "gentle-owl"),
    waits_state="running",
    moved_to="finished",
    proposed_at=NOW,
)


def writing(engines: Engines) -> Session:
    return Session(engines.writer)


def test_a_blocker_comes_back_as_it_was_in_its_workspace_only(engines: Engines) -> None:
    with writing(engines) as session, session.begin():
        for blocker in (PLAIN, FULL):
            SqlUnitOfWork(session).blockers.add(blocker)
    with Session(engines.reader) as session:
        blockers = SqlUnitOfWork(session).blockers
        assert [blockers.get("T1", n) for n in (1, 2, 3)] == [PLAIN, FULL, None]
        assert blockers.get("T2", 1) is None


def test_open_ones_are_the_oldest_first(engines: Engines) -> None:
    elsewhere = replace(PLAIN, number=3, channel="C2", standup_id="s2")
    gone = replace(PLAIN, number=4).solved("U1", NOW)
    with writing(engines) as session, session.begin():
        blockers = SqlUnitOfWork(session).blockers
        for blocker in (PLAIN, FULL, elsewhere, gone):
            blockers.add(blocker)
        assert blockers.open("T1") == [FULL, PLAIN, elsewhere]
        assert blockers.open("T1", "C1") == [FULL, PLAIN]
        assert blockers.open("T2") == blockers.open("T1", "C3") == []
        assert blockers.open_of("s", "U1") == [PLAIN]
        assert blockers.open_of("s", "U3") == []


def test_only_the_newest_version_is_replaced(engines: Engines) -> None:
    with writing(engines) as session, session.begin():
        SqlUnitOfWork(session).blockers.add(PLAIN)
    taken = replace(PLAIN.taken("U2", NOW), version=2)
    with writing(engines) as session, session.begin():
        blockers = SqlUnitOfWork(session).blockers
        assert blockers.get("T1", 1) == PLAIN
        assert blockers.replace(taken)
        assert not blockers.replace(replace(PLAIN.taken("U3", NOW), version=2))
        assert not blockers.replace(replace(taken, workspace="T2", version=3))
        assert blockers.get("T1", 1) == taken


def test_mirrored_issues_are_found_by_their_keys(engines: Engines) -> None:
    issue = Issue(
        issue_id="1", key="CHURN-41", project="CHURN", summary="Quota", status="Done",
        status_category="done", assignee_id=None, assignee_name=None, updated_at=NOW,
        created_at=NOW,
    )  # fmt: skip
    other = replace(issue, issue_id="2", key="CHURN-4")
    reading = Reading(projects=("CHURN",), since=NOW, news_since=NOW)
    with writing(engines) as session, session.begin():
        issues = SqlUnitOfWork(session).issues
        issues.save("T1", reading, IssuePage(issues=(issue, other), changes=()), NOW)
        keys = ["CHURN-41", *(f"X-{n}" for n in range(1200))]
        assert issues.by_keys("T1", keys) == [issue]
        assert issues.by_keys("T2", keys) == issues.by_keys("T1", []) == []


def test_mirrored_runs_are_found_by_how_their_name_or_id_begins(engines: Engines) -> None:
    def run(run_id: str, name: str, hours: int) -> Run:
        return Run(
            run_id=run_id, experiment_id="7", name=name, status=RunStatus.RUNNING,
            started_at=NOW + timedelta(hours=hours), ended_at=None,
        )  # fmt: skip

    runs = [run("3f2a", "Gentle-Owl", 1), run("77aa", "gentle_owl", 2), run("gentle", "x", 0)]
    with writing(engines) as session, session.begin():
        experiments = SqlUnitOfWork(session).experiments
        experiments.save_runs("T1", runs, NOW)

        def found(beginning: str, workspace: str = "T1") -> list[str]:
            return [r.run_id for r in experiments.runs_called(workspace, beginning, 2)]

        assert found("GENTLE") == ["gentle", "77aa"]
        assert found("gentle-OWL") == ["3f2a"]
        assert found("gentle_") == ["77aa"]
        assert found("3F2") == ["3f2a"]
        assert found("%") == found("gentle", "T2") == []
