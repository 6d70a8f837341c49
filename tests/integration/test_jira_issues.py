"""Creating issues: sent once, found again by their label."""

from datetime import timedelta

import pytest

from bot.domain.issues.drafts import NewIssue, mark
from bot.errors import JiraError
from tests.integration.test_jira_client import running

pytestmark = pytest.mark.parametrize("cloud", [True, False])

DRAFT = NewIssue(project="CHURN", issue_type="Bug", summary="Worse: é 日本", description="a\n*b*")
MARK = mark("issue:alert:T1:A-1:1")


async def test_an_issue_is_created_as_asked(cloud: bool) -> None:
    async with running(cloud=cloud) as (jira, tracker, _):
        assert await tracker.issue_types("CHURN") == ["Task", "Bug", "Story"]
        key = await tracker.create_issue(DRAFT, MARK)
        ticket = jira.ticket(key)
        assert (ticket.summary, ticket.description) == (DRAFT.summary, DRAFT.description)
        assert (ticket.issue_type, ticket.labels) == ("Bug", [MARK])
        assert await tracker.marked_issue("CHURN", MARK) == key
        assert await tracker.marked_issue("CHURN", mark("another")) is None


async def test_a_lost_answer_is_ambiguous_and_nothing_is_sent_twice(cloud: bool) -> None:
    async with running(cloud=cloud) as (jira, tracker, clock):
        await tracker.issue_types("CHURN")
        jira.index_lag = timedelta(seconds=30)
        jira.faults.drop("/issue", after_write=True)
        with pytest.raises(JiraError) as failed:
            await tracker.create_issue(DRAFT, MARK)
        assert failed.value.ambiguous
        assert len(jira.tickets) == 1
        assert await tracker.marked_issue("CHURN", MARK) is None
        clock.advance(seconds=31)
        assert await tracker.marked_issue("CHURN", MARK) == next(iter(jira.tickets))


async def test_a_refusal_is_not_ambiguous_and_says_why(cloud: bool) -> None:
    async with running(cloud=cloud) as (jira, tracker, _):
        odd = NewIssue(project="CHURN", issue_type="Epos", summary="x", description="")
        with pytest.raises(JiraError, match="valid issue type") as failed:
            await tracker.create_issue(odd, MARK)
        assert not failed.value.ambiguous
        assert not jira.tickets
