"""An organisation installs the app for its workspaces."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from handlers.replies import Done, Reply
from handlers.requests import Event, Submission
from handlers.routing import Deps
from tests.acceptance.installing import Place, place


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Place]:
    async with place(tmp_path) as found:
        yield found


async def test_an_organisation_installs_for_its_workspaces(here: Place) -> None:
    here.slack.organisations["E1"] = ["T1", "T2"]
    await here.install("", enterprise="E1")
    assert here.workspaces() == ["T1", "T2"]

    await here.wish("T2")
    await here.app.deliverer.drain()
    assert [team for team, _, _ in here.slack.posts] == ["T2"]

    here.slack.organisations["E1"] = ["T1", "T2", "T3"]
    await here.event("", "team_access_granted", enterprise="E1", team_ids=["T3"])
    assert here.workspaces() == ["T1", "T2", "T3"]
    await here.event("", "team_access_revoked", enterprise="E1", team_ids=["T2"])
    assert here.workspaces() == ["T1", "T3"]
    here.slack.organisations["E1"] = ["T1", "T3", "T4"]
    assert (await here.app.tenancy.authorize("E1", "T4")).bot_token
    assert not (await here.app.tenancy.authorize("E1", "T2")).bot_token
    assert not (await here.app.tenancy.authorize("E1", "T5")).bot_token
    assert here.workspaces() == ["T1", "T3", "T4"]
    assert not (await here.app.tenancy.authorize("E2", "T9")).bot_token
    here.clock.advance(seconds=1)
    await here.event("", "app_uninstalled", enterprise="E1")
    assert here.workspaces() == []


async def test_a_form_that_names_the_organisation_counts_in_its_workspace(here: Place) -> None:
    here.slack.organisations["E1"] = ["T1", "T2"]
    await here.install("", enterprise="E1")
    seen: list[str] = []

    async def submitted(request: Submission, _deps: Deps) -> Reply:
        seen.append(request.workspace)
        return Done()

    here.app.listeners._routes.submissions["form"] = submitted
    view = {"id": "V1", "hash": "1", "callback_id": "form", "type": "modal", "state": {}}
    await here.send(
        {
            "type": "view_submission",
            "team": None,
            "enterprise": {"id": "E1"},
            "user": {"id": "U1", "team_id": "T1"},
            "view": {**view, "team_id": "T2", "app_installed_team_id": "E1"},
            "is_enterprise_install": True,
        }
    )
    assert seen == ["T2"]
    assert here.workspaces() == ["T1", "T2"]


async def test_an_event_counts_in_the_workspace_that_it_names(here: Place) -> None:
    here.slack.organisations["E1"] = ["T1", "T2"]
    await here.install("", enterprise="E1")
    seen: list[str] = []

    async def changed(request: Event, _deps: Deps) -> Reply:
        seen.append(request.workspace)
        return Done()

    here.app.listeners._routes.events["user_change"] = changed
    body = {
        "type": "event_callback",
        "team_id": "T2",
        "enterprise_id": "E1",
        "authorizations": [{"enterprise_id": "E1", "team_id": None, "is_enterprise_install": True}],
        "event_id": "Ev1",
        "event": {"type": "user_change", "user": {"id": "U1"}},
    }
    await here.send(body)
    assert seen == ["T2"]
    here.clock.advance(seconds=1)
    await here.send({**body, "event_id": "Ev2", "event": {"type": "app_uninstalled"}})
    assert here.workspaces() == []
