"""The poll of Jira: nothing lost, nothing doubled, a failure leaves everything as it was."""

from datetime import datetime, timedelta

import pytest

from bot.domain.digests.settings import DigestChoice, DigestSettings
from bot.domain.issues.changes import IssueNews
from bot.domain.source import SourceHealth
from bot.errors import JiraError
from bot.ports.repositories import UnitOfWork
from bot.workflows.issues.poll import poll
from storage.transactions import SqlTransactions
from tests.unit.digests.builders import HOUR, MINUTE, T0, FakeJira, issue

DOWN = JiraError("Jira did not answer within 20 s.", code="timeout", retryable=True)


@pytest.fixture
def jira() -> FakeJira:
    """A Jira with one issue that moved an hour ago."""
    fake = FakeJira()
    fake.move(1, "To do", "In progress", T0 - HOUR)
    return fake


async def _want(transactions: SqlTransactions, *projects: str, channel: str = "C1") -> None:
    def add(uow: UnitOfWork) -> None:
        choice = DigestChoice(zone="UTC", projects=projects)
        uow.digests.add(DigestSettings(workspace="T1", channel=channel, choice=choice, owner="U1"))

    await transactions.write(add)


async def _news(transactions: SqlTransactions, since: datetime, until: datetime) -> IssueNews:
    return await transactions.read(
        lambda uow: uow.issues.news("T1", ["CHURN", "DATA"], since, until)
    )


async def _health(transactions: SqlTransactions) -> list[SourceHealth]:
    return list(await transactions.read(lambda uow: uow.sources.health()))


async def test_no_project_no_call(transactions: SqlTransactions, jira: FakeJira) -> None:
    await _want(transactions)
    assert await poll("T1", jira, transactions, T0) == 0
    assert jira.calls == []
    assert await _health(transactions) == []


async def test_a_second_poll_brings_nothing_twice(
    transactions: SqlTransactions, jira: FakeJira
) -> None:
    await _want(transactions, "CHURN")
    assert await poll("T1", jira, transactions, T0) == 1
    assert await poll("T1", jira, transactions, T0 + MINUTE) == 0
    assert [since for _, since in jira.calls] == [
        T0 - timedelta(days=14),
        T0 - HOUR - timedelta(minutes=10),
    ]
    assert len((await _news(transactions, T0 - HOUR, T0 + HOUR)).changes) == 1


async def test_a_change_that_the_index_showed_late_is_found(
    transactions: SqlTransactions, jira: FakeJira
) -> None:
    await _want(transactions, "CHURN")
    jira.move(2, "To do", "In progress", T0 - MINUTE)
    await poll("T1", jira, transactions, T0)
    jira.move(3, "To do", "In progress", T0 - 5 * MINUTE)
    assert await poll("T1", jira, transactions, T0 + MINUTE) == 1
    late = await _news(transactions, T0, T0 + MINUTE)
    assert [c.issue_id for c in late.changes] == ["CHURN3"]


async def test_a_failure_is_kept_as_a_sentence_and_loses_nothing(
    transactions: SqlTransactions, jira: FakeJira
) -> None:
    await _want(transactions, "CHURN")
    await poll("T1", jira, transactions, T0)
    jira.move(1, "In progress", "In review", T0 + MINUTE)
    jira.failure = DOWN
    assert await poll("T1", jira, transactions, T0 + HOUR) == 0
    [health] = await _health(transactions)
    assert (health.source, health.down, health.reason) == ("jira", True, str(DOWN))
    assert (health.failed_at, health.read_at) == (T0 + HOUR, T0)
    jira.failure = None
    assert await poll("T1", jira, transactions, T0 + 2 * HOUR) == 1
    [health] = await _health(transactions)
    assert not health.down


async def test_a_project_added_later_is_read_back(
    transactions: SqlTransactions, jira: FakeJira
) -> None:
    await _want(transactions, "CHURN")
    await poll("T1", jira, transactions, T0)
    old = T0 - timedelta(days=13)
    jira.issues.append(issue(7, project="DATA", updated=old, created=old))
    await _want(transactions, "DATA", channel="C2")
    await poll("T1", jira, transactions, T0 + HOUR)
    await poll("T1", jira, transactions, T0 + 2 * HOUR)
    assert [projects for projects, _ in jira.calls] == [
        ("CHURN",),
        ("CHURN",),
        ("DATA",),
        ("CHURN", "DATA"),
    ]
    assert jira.calls[2][1] == T0 + HOUR - timedelta(days=14)


async def test_a_project_that_is_gone_does_not_stop_the_others(
    transactions: SqlTransactions, jira: FakeJira
) -> None:
    await _want(transactions, "CHURN", "DATA")
    await poll("T1", jira, transactions, T0)
    jira.projects.remove("DATA")
    jira.move(1, "In progress", "In review", T0 + MINUTE)
    assert await poll("T1", jira, transactions, T0 + HOUR) == 1
    [health] = await _health(transactions)
    assert not health.down


async def test_a_project_that_is_gone_for_long_does_not_make_polls_read_ever_further_back(
    transactions: SqlTransactions, jira: FakeJira
) -> None:
    await _want(transactions, "CHURN", "DATA")
    await poll("T1", jira, transactions, T0)
    jira.projects.remove("DATA")
    for now in (T0 + timedelta(days=days) for days in range(1, 6)):
        jira.move(1, "To do", "In review", now)
        await poll("T1", jira, transactions, now)
        await poll("T1", jira, transactions, now + MINUTE)
    assert jira.calls[-1] == (("CHURN",), now - timedelta(minutes=10))


async def test_of_two_nodes_whose_clocks_differ_no_change_is_told_by_none(
    transactions: SqlTransactions, jira: FakeJira
) -> None:
    await _want(transactions, "CHURN")
    ahead = T0 + HOUR
    await poll("T1", jira, transactions, ahead)
    jira.move(1, "In progress", "In review", T0 + MINUTE)
    await poll("T1", jira, transactions, T0 + 2 * MINUTE)
    told = await _news(transactions, ahead, ahead + MINUTE)
    assert [change.after for change in told.changes] == ["In review"]


async def test_a_clock_of_jira_ahead_of_ours_skips_nothing(
    transactions: SqlTransactions, jira: FakeJira
) -> None:
    await _want(transactions, "CHURN")
    jira.move(2, "To do", "In progress", T0 + 2 * HOUR)
    await poll("T1", jira, transactions, T0)
    jira.move(3, "To do", "In progress", T0 + MINUTE)
    assert await poll("T1", jira, transactions, T0 + HOUR) == 1


async def test_a_refusal_that_is_no_missing_project_is_a_failure(
    transactions: SqlTransactions, jira: FakeJira
) -> None:
    await _want(transactions, "CHURN")
    jira.failure = JiraError("Jira refused the token.", code="401")
    assert await poll("T1", jira, transactions, T0) == 0
    [health] = await _health(transactions)
    assert health.reason == "Jira refused the token."
