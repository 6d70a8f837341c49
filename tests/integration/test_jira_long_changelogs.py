"""Changelogs longer than one answer may be: a document that lives in an issue for years."""

import pytest

from bot.clients.jira import connection
from tests.integration.test_jira_client import T0, keys, moves, running
from tests.standins.jira import JiraStandIn

LONGEST_ANSWER = 60_000


@pytest.fixture(autouse=True)
def short_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets a small changelog be too large."""
    monkeypatch.setattr(connection, "MAX_BODY_BYTES", LONGEST_ANSWER)


def write(jira: JiraStandIn, key: str, times: int) -> None:
    """Edit a text that often; each entry carries it twice."""
    for n in range(times):
        jira.changed(key, "description", f"{n}" + "a" * 2_000, f"{n + 1}" + "a" * 2_000, by="lena")


@pytest.mark.parametrize("cloud", [True, False])
async def test_too_much_for_one_answer_is_read_in_several(cloud: bool) -> None:
    async with running(cloud=cloud) as (jira, tracker, _):
        made = [jira.create("CHURN", f"Task {n}") for n in range(9)]
        for key in made:
            write(jira, key, 4)
            jira.move(key, "In progress")
            jira.changed(key, "Story Points", "", "2.5", by="lena")
        page = await tracker.updated_issues(["CHURN"], T0)
        assert sorted(keys(page)) == made
        told = [("status", "To do", "In progress"), ("Story Points", "", "2.5")]
        assert sorted(moves(page)) == sorted(told * 9)


async def test_one_that_data_center_can_only_send_whole_is_left_out_and_said_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with running(cloud=False) as (jira, tracker, _):
        for n in range(3):
            key = jira.create("CHURN", f"Task {n}")
            jira.move(key, "In progress")
        write(jira, key, 40)
        page = await tracker.updated_issues(["CHURN"], T0)
        assert len(page.issues) == 3
        assert len(page.changes) == 2
        # Since when it is in progress is not known, and not made up.
        assert {i.key: i.status_since for i in page.issues}[key] is None
        assert [i.key for i in page.issues if i.status_since] == keys(page)[:2]
        assert jira.ticket(key).issue_id in caplog.text


async def test_one_that_cloud_sends_in_parts_is_whole() -> None:
    async with running() as (jira, tracker, _):
        key = jira.create("CHURN", "Living document")
        write(jira, key, 40)
        jira.move(key, "In progress")
        write(jira, key, 40)
        page = await tracker.updated_issues(["CHURN"], T0)
        assert moves(page) == [("status", "To do", "In progress")]
