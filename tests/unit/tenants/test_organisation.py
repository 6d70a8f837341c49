"""In an organisation's workspaces a colleague may belong to another one of them."""

from typing import Any

import pytest

from bot.clients.slack.parse import person_of
from bot.errors import NotPermitted
from handlers import parsing
from handlers.admission import Gate
from handlers.replies import Done, Reply
from handlers.requests import Click, Request
from handlers.routing import Deps
from tests.unit.tenants.nodes import NOW, Nodes


def _user(team: str, enterprise: str = "", *teams: str) -> dict[str, Any]:
    grid = {"id": "W1", "enterprise_id": enterprise, "teams": list(teams)}
    return {"id": "U1", "team_id": team} | ({"enterprise_user": grid} if enterprise else {})


@pytest.mark.parametrize(
    ("raw", "organisation", "external"),
    [
        (_user("T1"), "", False),
        (_user("T9"), "", True),
        (_user("T9"), "E1", True),
        (_user("T2", "E1", "T1", "T2"), "", False),
        (_user("T2", "E1", "T2"), "", True),
        (_user("T2", "E1", "T2"), "E1", False),
        (_user("T8", "E9", "T8"), "E1", True),
    ],
)
def test_who_is_external(raw: dict[str, Any], organisation: str, external: bool) -> None:
    assert person_of(raw, "T1", organisation).is_external is external


def test_an_admin_of_another_workspace_is_none_here() -> None:
    raw = {**_user("T2", "E1", "T1", "T2"), "is_admin": True}
    assert [person_of(raw, each, "E1").is_admin for each in ("T1", "T2")] == [False, True]


async def test_an_organisation_is_no_workspace(fleet: Nodes) -> None:
    await fleet.installed("E1", "T1")
    node = await fleet.node()
    assert await node.find("E1", "E1") is None
    assert await fleet.there() == ["T1"]


async def test_an_organisation_is_known_by_its_installation(fleet: Nodes) -> None:
    await fleet.installed("E1", "T1", "T2")
    await fleet.installed("T3")
    node = await fleet.node()
    assert [node.organisation(each) for each in ("T1", "T2", "T3", "T4")] == ["E1", "E1", "", ""]


def _click(team: str, enterprise: str) -> Click:
    body = {
        "user": {"id": "U1", "team_id": team},
        "enterprise": {"id": enterprise} if enterprise else None,
        "actions": [{"action_id": "go", "value": "x"}],
        "trigger_id": f"1.{team}",
    }
    return parsing.click(body, "T1", NOW)


async def _came_in(fleet: Nodes, click: Click, organisation: str, raw: dict[str, Any]) -> bool:
    async def handler(_request: Request, _deps: Deps) -> Reply:
        return Done()

    class Chat:
        async def person(self, workspace: str, _user: str) -> Any:
            return person_of(raw, workspace, organisation)

    deps = Deps(
        transactions=fleet.transactions,
        chat=Chat(),  # type: ignore[arg-type] # nothing else is asked of it
        links=None,  # type: ignore[arg-type] # nothing is linked
        holidays=None,  # type: ignore[arg-type] # no date is asked for
    )
    try:
        await Gate().admitted(click, handler, deps)
    except NotPermitted:
        return False
    return True


@pytest.mark.parametrize(
    ("team", "enterprise", "raw", "comes_in"),
    [
        ("T2", "E1", _user("T2", "E1", "T2"), True),
        ("E1", "E1", _user("E1", "E1", "T1"), True),
        ("T9", "E1", _user("T9"), False),
        ("T8", "E1", _user("T8", "E9", "T8"), False),
        ("T9", "", _user("T1"), False),
    ],
)
async def test_a_colleague_of_another_workspace_comes_in_and_no_stranger(
    fleet: Nodes, team: str, enterprise: str, raw: dict[str, Any], comes_in: bool
) -> None:
    assert await _came_in(fleet, _click(team, enterprise), "E1", raw) is comes_in
