"""Boards and sprints: the adapter against the stand-in, both against Atlassian's description."""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.clients.jira import JiraTracker
from bot.domain.issues.sprints import Board, SprintReading
from bot.errors import JiraError
from tests.standins.jira import JiraStandIn
from tests.standins.openapi import Description

T0 = datetime(2026, 10, 19, 8, tzinfo=UTC)
END = T0 + timedelta(days=11)


@asynccontextmanager
async def running(*, cloud: bool = True) -> AsyncIterator[tuple[JiraStandIn, JiraTracker]]:
    async with JiraStandIn(cloud=cloud, profile_zone="America/New_York", clock=lambda: T0) as jira:
        jira.add_project("CHURN", "Churn model")
        tracker = JiraTracker(jira.url, **jira.credentials)
        try:
            yield jira, tracker
        finally:
            await tracker.close()


async def only_sprint(tracker: JiraTracker, project: str = "CHURN") -> SprintReading:
    (board,) = await tracker.boards(project)
    (sprint,) = await tracker.sprints(board)
    return await tracker.sprint_issues(sprint)


@pytest.mark.parametrize("cloud", [True, False])
async def test_a_running_sprint_with_its_estimates(cloud: bool) -> None:
    async with running(cloud=cloud) as (jira, tracker):
        board = jira.agile.add_board("CHURN", "Churn board")
        old = jira.agile.start(board, "Sprint 11", T0 - timedelta(days=14), T0)
        jira.agile.close(old)
        sprint_id = jira.agile.start(board, "Sprint 12", T0, END, goal="A better model")
        keys = [jira.create("CHURN", f"Task {n}") for n in range(51)]
        secret = jira.create("CHURN", "Secret", level="Managers")
        for key in (*keys, secret):
            jira.agile.put(sprint_id, key)
        jira.agile.estimate(keys[0], 2.5)
        jira.agile.estimate(secret, 8)
        found = await only_sprint(tracker)
        assert found.sprint.name == "Sprint 12"
        assert (found.sprint.starts_at, found.sprint.ends_at) == (T0, END)
        assert (found.sprint.goal, found.sprint.estimate) == (
            "A better model",
            "Story point estimate",
        )
        assert {issue.key for issue in found.issues} == set(keys)
        assert found.points == {jira.ticket(keys[0]).issue_id: 2.5}
        assert await tracker.done_statuses() == {
            "To do": False,
            "In progress": False,
            "In review": False,
            "Done": True,
        }


@pytest.mark.parametrize("cloud", [True, False])
async def test_what_is_impeded_is_so_in_its_sprint_and_alone(cloud: bool) -> None:
    async with running(cloud=cloud) as (jira, tracker):
        board = jira.agile.add_board("CHURN", "Churn board")
        sprint_id = jira.agile.start(board, "Sprint 12", T0, END)
        key = jira.create("CHURN", "Task")
        jira.agile.put(sprint_id, key)
        jira.flag(key, True)
        assert [each.flagged for each in (await only_sprint(tracker)).issues] == [True]
        alone = await tracker.issue(key)
        assert alone is not None
        assert alone.flagged


async def test_boards_without_sprints_and_projects_without_boards() -> None:
    async with running() as (jira, tracker):
        assert await tracker.boards("CHURN") == ()
        assert await tracker.boards("NOPE") == ()
        jira.agile.add_board("CHURN", "Flow", kind="kanban")
        (board,) = await tracker.boards("CHURN")
        jira.received.clear()
        assert await tracker.sprints(board) == ()
        assert jira.received == []
        # A team-managed board whose sprints are switched off refuses like a Kanban board.
        simple = Board(board_id=board.board_id, project="CHURN", name="Flow", kind="simple")
        assert await tracker.sprints(simple) == ()


async def test_a_board_that_counts_issues_has_no_estimates() -> None:
    async with running() as (jira, tracker):
        board = jira.agile.add_board("CHURN", "Churn board", estimates=False)
        sprint = jira.agile.start(board, "Sprint 12", T0, END)
        key = jira.create("CHURN", "Task")
        jira.agile.put(sprint, key)
        found = await only_sprint(tracker)
        assert (found.sprint.estimate, found.points) == ("", {})
        assert [issue.key for issue in found.issues] == [key]


async def test_a_refused_token_is_no_empty_board() -> None:
    async with running() as (jira, tracker):
        jira.agile.add_board("CHURN", "Churn board")
        await tracker.boards("CHURN")
        jira.token_expired = True
        with pytest.raises(JiraError, match="expired"):
            await tracker.boards("CHURN")


@pytest.mark.skipif(
    "JIRA_OPENAPI_DIR" not in os.environ,
    reason="JIRA_OPENAPI_DIR is unset: set it to the folder with jira-software-openapi.json",
)
async def test_requests_and_answers_follow_atlassians_description() -> None:
    path = Path(os.environ["JIRA_OPENAPI_DIR"]) / "jira-software-openapi.json"
    description = Description(path)
    async with running() as (jira, tracker):
        board = jira.agile.add_board("CHURN", "Churn board")
        sprint = jira.agile.start(board, "Sprint 12", T0, END)
        jira.agile.put(sprint, jira.create("CHURN", "Task"))
        await only_sprint(tracker)
        sent = [each for each in jira.received if each.path.startswith("/rest/agile/")]
        answers = [await _again(jira, each.path, each.query) for each in sent]
    assert len(sent) == 4
    for each, answer in zip(sent, answers, strict=True):
        problems = description.problems(
            each.method, each.path, query=each.query, body=None, status=200, answer=answer
        )
        assert problems == []
    told = json.loads(path.read_text(encoding="utf-8"))["paths"]
    example = _example(told["/rest/agile/1.0/board/{boardId}/sprint"])
    known = set().union(*example["values"])
    ours = next(answer for each, answer in zip(sent, answers, strict=True) if "state" in each.query)
    assert set(ours) <= set(example)
    assert all(set(value) <= known for value in ours["values"])


def _example(operations: Any) -> Any:
    content = operations["get"]["responses"]["200"]["content"]["application/json"]
    return json.loads(content["example"])


async def _again(jira: JiraStandIn, path: str, query: dict[str, list[str]]) -> Any:
    """The answer to a request, which only its sender saw."""
    email, token = jira.credentials["email"], jira.credentials["api_token"]
    assert email is not None
    assert token is not None
    headers = {"Authorization": aiohttp.encode_basic_auth(email, token)}
    pairs = [(name, value) for name, values in query.items() for value in values]
    async with (
        aiohttp.ClientSession(jira.url, headers=headers) as session,
        session.get(path, params=pairs) as response,
    ):
        return await response.json()
