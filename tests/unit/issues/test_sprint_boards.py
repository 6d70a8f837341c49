"""Reading sprints board by board: one that is closed to us costs the others nothing."""

from dataclasses import dataclass, field

import pytest

from bot.domain.digests.settings import DigestChoice, DigestSettings
from bot.domain.issues.sharing import IssueSight
from bot.domain.issues.sprints import READ_EVERY, Board, Sprint, SprintReading, SprintState
from bot.errors import JiraError
from bot.ports.repositories import UnitOfWork
from bot.services.issues import sprints
from bot.workflows.issues.poll import poll
from bot.workflows.issues.sprints import read
from storage.transactions import SqlTransactions
from tests.unit.digests.builders import HOUR, T0, FakeJira, issue

CLOSED = JiraError("Jira lets this account log in but not read this.", code="403")
PROJECTS = ("CHURN", "DATA")


@dataclass
class Boards(FakeJira):
    """Each project has a board with a running sprint of one issue; some boards are refused."""

    refused: dict[str, JiraError] = field(default_factory=dict)

    async def boards(self, project: str) -> tuple[Board, ...]:
        """One, numbered by the project."""
        number = PROJECTS.index(project) + 1
        return (Board(board_id=number, project=project, name=project, kind="scrum"),)

    async def sprints(self, board: Board) -> tuple[Sprint, ...]:
        """One, unless the board is refused."""
        if board.project in self.refused:
            raise self.refused[board.project]
        return (
            Sprint(
                sprint_id=board.board_id, board_id=board.board_id, board=board.name,
                project=board.project, name=f"Sprint of {board.project}", goal="",
                starts_at=T0 - HOUR, ends_at=T0 + 90 * HOUR,
            ),
        )  # fmt: skip

    async def sprint_issues(self, sprint: Sprint) -> SprintReading:
        """Its project's."""
        mine = tuple(each for each in self.issues if each.project == sprint.project)
        return SprintReading(sprint=sprint, issues=mine)


@pytest.fixture
async def jira(transactions: SqlTransactions) -> Boards:
    """Both projects, polled and with their sprints read."""

    def want(uow: UnitOfWork) -> None:
        choice = DigestChoice(zone="UTC", projects=PROJECTS)
        uow.digests.add(DigestSettings(workspace="T1", channel="C1", choice=choice, owner="U1"))

    await transactions.write(want)
    fake = Boards(issues=[issue(1), issue(1, project="DATA")])
    await poll("T1", fake, transactions, T0)
    await read("T1", fake, transactions, T0, READ_EVERY)
    return fake


async def _standing(transactions: SqlTransactions, project: str) -> SprintState:
    sight = IssueSight(projects=frozenset({project}))
    state = await transactions.read(sprints.standing, "T1", sight, T0 + READ_EVERY)
    assert state is not None
    return state


async def test_a_board_that_is_closed_to_us_keeps_what_was_known_and_stops_no_other(
    transactions: SqlTransactions, jira: Boards
) -> None:
    jira.refused = {"CHURN": CLOSED}
    await read("T1", jira, transactions, T0 + READ_EVERY, READ_EVERY)
    old, new = [await _standing(transactions, project) for project in PROJECTS]
    assert (old.as_of, old.failure) == (T0, f"board 1: {CLOSED}")
    assert (new.as_of, new.failure) == (T0 + READ_EVERY, "")


@pytest.mark.parametrize(
    "refused",
    [
        {"CHURN": JiraError("Jira refused the token.", code="401")},
        {"DATA": JiraError("Jira is down.", code="503", retryable=True)},
        dict.fromkeys(PROJECTS, CLOSED),
    ],
)
async def test_a_refusal_that_is_not_of_one_board_is_a_failure(
    transactions: SqlTransactions, jira: Boards, refused: dict[str, JiraError]
) -> None:
    jira.refused = refused
    await read("T1", jira, transactions, T0 + READ_EVERY, READ_EVERY)
    for project in PROJECTS:
        state = await _standing(transactions, project)
        assert (state.as_of, state.failure) == (T0, str(next(iter(refused.values()))))
