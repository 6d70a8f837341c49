"""What searches never tell: an issue that is gone, and what happened while it was."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.domain.digests.settings import DigestChoice, DigestSettings
from bot.domain.issues.polling import Reading
from bot.domain.issues.records import Issue
from bot.domain.issues.sprints import Sprint, SprintReading, SprintsFound
from bot.errors import JiraError
from bot.ports.repositories import UnitOfWork
from bot.services.issues import mirror, reconciling, sprint_readings
from bot.workflows.issues.poll import poll
from bot.workflows.issues.reconcile import reconcile
from storage.transactions import SqlTransactions
from tests.unit.digests.builders import HOUR, MINUTE, T0, FakeJira, issue

DAY = timedelta(days=1)
SPRINT = Sprint(
    sprint_id=12, board_id=3, board="Churn board", project="CHURN", name="Sprint 12", goal="",
    starts_at=T0 - DAY, ends_at=T0 + 9 * DAY,
)  # fmt: skip


@pytest.fixture
async def jira(transactions: SqlTransactions) -> FakeJira:
    """A polled Jira with an issue that moved an hour ago, and an old open one."""

    def want(uow: UnitOfWork) -> None:
        choice = DigestChoice(zone="UTC", projects=("CHURN",))
        uow.digests.add(DigestSettings(workspace="T1", channel="C1", choice=choice, owner="U1"))

    await transactions.write(want)
    fake = FakeJira()
    fake.move(1, "To do", "In progress", T0 - HOUR)
    fake.issues.append(issue(2, updated=T0 - 40 * DAY, created=T0 - 50 * DAY))
    await poll("T1", fake, transactions, T0)
    return fake


async def _open(transactions: SqlTransactions) -> list[str]:
    found = await transactions.read(lambda uow: uow.issues.open_of("T1", ["CHURN", "DATA"]))
    return [each.issue_id for each in found]


async def _told(transactions: SqlTransactions, since: datetime, until: datetime) -> list[str]:
    news = await transactions.read(lambda uow: uow.issues.news("T1", ["CHURN"], since, until))
    return [change.after for change in news.changes]


def _leave(jira: FakeJira, number: int) -> Issue:
    (gone,) = [each for each in jira.issues if each.issue_id == f"CHURN{number}"]
    jira.issues.remove(gone)
    return gone


async def test_old_open_issues_are_there_and_no_news(
    transactions: SqlTransactions, jira: FakeJira
) -> None:
    assert await _open(transactions) == ["CHURN1", "CHURN2"]
    news = await transactions.read(
        lambda uow: uow.issues.news("T1", ["CHURN"], T0 - 45 * DAY, T0 + DAY)
    )
    assert [each.issue_id for each in news.issues] == ["CHURN1"]
    assert not news.new_ids


async def test_within_a_day_nothing_is_asked_and_then_each_once(
    transactions: SqlTransactions, jira: FakeJira
) -> None:
    assert await reconcile("T1", jira, transactions, T0 + 23 * HOUR) == 0
    assert await reconcile("T1", jira, transactions, T0 + DAY) == 2
    assert await reconcile("T1", jira, transactions, T0 + DAY + MINUTE) == 0


async def test_what_is_gone_is_in_no_read_and_may_come_back_with_its_changes(
    transactions: SqlTransactions, jira: FakeJira
) -> None:
    gone = _leave(jira, 1)
    await reconcile("T1", jira, transactions, T0 + DAY)
    assert await _open(transactions) == ["CHURN2"]
    assert await _told(transactions, T0 - DAY, T0 + DAY) == []
    assert await transactions.read(lambda uow: uow.issues.by_keys("T1", [gone.key])) == []
    assert await transactions.read(lambda uow: uow.issues.gone("T1", T0, T0 + DAY)) == {"CHURN1"}
    jira.move(1, "In progress", "In review", T0 + DAY + HOUR)
    await reconcile("T1", jira, transactions, T0 + 2 * DAY)
    assert await _open(transactions) == ["CHURN1", "CHURN2"]
    assert await _told(transactions, T0 + DAY, T0 + 2 * DAY) == ["In review"]


async def test_a_security_level_hides_at_the_next_poll_and_its_end_tells_what_was(
    transactions: SqlTransactions, jira: FakeJira
) -> None:
    jira.hidden.add("CHURN1")
    jira.move(1, "In progress", "In review", T0 + HOUR)
    await poll("T1", jira, transactions, T0 + 2 * HOUR)
    assert await _open(transactions) == ["CHURN2"]
    jira.hidden.clear()
    jira.move(1, "In review", "To do", T0 + 5 * DAY)
    await poll("T1", jira, transactions, T0 + 5 * DAY + HOUR)
    assert await _open(transactions) == ["CHURN1", "CHURN2"]
    told = await _told(transactions, T0 + 2 * HOUR, T0 + 6 * DAY)
    assert told == ["In review", "To do"]


async def test_an_issue_that_moved_to_a_project_that_nobody_reads_is_gone(
    transactions: SqlTransactions, jira: FakeJira
) -> None:
    moved = replace(_leave(jira, 1), project="DATA", key="DATA-9", updated_at=T0 + HOUR)
    jira.issues.append(moved)
    await reconcile("T1", jira, transactions, T0 + DAY)
    assert await _open(transactions) == ["CHURN2"]
    assert await transactions.read(lambda uow: uow.issues.by_keys("T1", ["DATA-9"])) == []


async def test_where_jira_fails_nothing_is_hidden_and_all_stay_due(
    transactions: SqlTransactions, jira: FakeJira
) -> None:
    jira.failure = JiraError("Jira has trouble of its own (HTTP 503).", code="503", retryable=True)
    assert await reconcile("T1", jira, transactions, T0 + DAY) == 0
    assert await _open(transactions) == ["CHURN1", "CHURN2"]
    jira.failure = None
    assert await reconcile("T1", jira, transactions, T0 + DAY) == 2


async def test_a_change_that_no_poll_saw_is_found_by_the_reconcile(
    transactions: SqlTransactions, jira: FakeJira
) -> None:
    jira.move(2, "To do", "In progress", T0 + HOUR)
    await reconcile("T1", jira, transactions, T0 + DAY)
    assert await _told(transactions, T0 + HOUR, T0 + DAY) == ["In progress"]


async def test_what_a_slow_reconcile_found_is_no_older_than_what_was_told_meanwhile(
    transactions: SqlTransactions, jira: FakeJira
) -> None:
    jira.move(2, "To do", "In progress", T0 + HOUR)
    seen = await jira.issues_by_id(["CHURN2"], T0)
    reading = Reading(projects=(), since=T0, news_since=T0)
    began, polled = T0 + DAY, T0 + DAY + MINUTE
    await poll("T1", FakeJira(), transactions, polled)
    caught_up = [(reading, seen)]
    await transactions.write(reconciling.store, "T1", ["CHURN2"], seen, caught_up, began)
    assert await _told(transactions, polled, polled + MINUTE) == ["In progress"]


async def test_a_sprint_shows_what_is_unknown_and_leaves_what_is_known(
    transactions: SqlTransactions, jira: FakeJira
) -> None:
    gone = _leave(jira, 1)
    await reconcile("T1", jira, transactions, T0 + DAY)
    jira.issues.append(gone)
    jira.move(1, "In progress", "In review", T0 + DAY + HOUR)
    later = replace(issue(2), flagged=True, updated_at=T0 + DAY)
    sprint = SprintReading(sprint=SPRINT, issues=(jira.issues[-1], later, issue(3)))
    found = SprintsFound(projects=("CHURN",), sprints=(sprint,))
    await transactions.write(sprint_readings.store, "T1", found, T0 + DAY + 2 * HOUR)
    assert await _open(transactions) == ["CHURN2", "CHURN3"]
    kept = await transactions.read(lambda uow: uow.issues.by_ids("T1", ["CHURN2"]))
    assert not kept[0].flagged
    await reconcile("T1", jira, transactions, T0 + 2 * DAY)
    assert await _told(transactions, T0 + DAY, T0 + 3 * DAY) == ["In review"]


async def test_what_is_gone_for_long_is_asked_for_no_more(
    transactions: SqlTransactions, jira: FakeJira
) -> None:
    _leave(jira, 1)
    asked = [await reconcile("T1", jira, transactions, T0 + n * DAY) for n in (1, 50, 92, 93, 94)]
    assert asked == [2, 2, 2, 1, 1]


async def test_a_token_that_worked_is_remembered_by_its_first_day(
    transactions: SqlTransactions, jira: FakeJira
) -> None:
    late = T0 + timedelta(days=355)
    assert await transactions.read(mirror.token_warning, T0) == ""
    await poll("T1", jira, transactions, late)
    told = await transactions.read(mirror.token_warning, late)
    assert "stops working on 28 October 2027 at the latest, in 10 days" in told
