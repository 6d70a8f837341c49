"""Two polls at once on PostgreSQL, held at the worst moment; SQLite has one writer."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.domain.issues.polling import Reading
from bot.domain.issues.records import Issue, IssueChange, IssuePage
from storage.unit_of_work import SqlUnitOfWork
from tests.storage.racing import Databank, Pause, bank, database_url

__all__ = ["bank", "database_url"]

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
READING = Reading(projects=("CHURN",), since=NOW, news_since=NOW)
REST = replace(READING, projects=())
A = Issue(
    issue_id="1", key="CHURN-1", project="CHURN", summary="Tune", status="To do",
    status_category="new", assignee_id=None, assignee_name=None, updated_at=NOW, created_at=NOW,
)  # fmt: skip
B = replace(A, issue_id="2", key="CHURN-2")
STEP = IssueChange(
    change_id="1", issue_id="1", field="status", before="", after="To do", author_id=None,
    author_name=None, at=NOW,
)  # fmt: skip


def test_two_that_meet_new_issues_in_another_order_both_end(bank: Databank) -> None:
    late = replace(STEP, change_id="2")

    def first(uow: SqlUnitOfWork, pause: Pause) -> None:
        uow.issues.save("T1", REST, IssuePage(issues=(A,)), NOW)
        pause()
        uow.issues.save("T1", REST, IssuePage(issues=(B,), changes=(STEP, late)), NOW)

    page = IssuePage(issues=(B, A), changes=(late, STEP))
    one, other = bank.race(first, lambda uow: uow.issues.save("T1", REST, page, NOW))
    assert one.exception() is other.exception() is None


def test_who_waited_for_a_slow_writer_notices_after_it(bank: Databank) -> None:
    bank.run(lambda uow: uow.issues.save("T1", READING, IssuePage(issues=(A,)), NOW))
    later = NOW + timedelta(minutes=2)

    def poll(uow: SqlUnitOfWork, pause: Pause) -> None:
        turn = uow.issues.turn("T1", later)
        pause()
        uow.issues.save("T1", READING, IssuePage(), turn)

    _, other = bank.race(poll, lambda uow: uow.issues.turn("T1", NOW + timedelta(minutes=1)))
    assert other.result() > later
