"""Workspaces install the app by themselves, are kept apart, and leave."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import event

from bot.app import Application
from bot.clients.slack.connect import web_client
from bot.domain.delivery import DeliveryState
from bot.services import sources
from bot.workflows.tenants import leaving
from tests.acceptance.installing import Place, place
from tests.standins.slack_oauth import CLIENT_ID, LIFETIME


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Place]:
    async with place(tmp_path) as found:
        yield found


async def test_a_workspace_installs_and_is_answered(here: Place) -> None:
    address = await here.begin()
    assert address.startswith(f"{here.slack.url}/oauth/v2/authorize?")
    asked = parse_qs(urlsplit(address).query)
    assert asked["client_id"] == [CLIENT_ID]
    assert "chat:write" in asked["scope"][0].split(",")

    answer = await here.come_back(here.slack.agree("T2"), asked["state"][0])

    assert answer.status_code == 200
    assert "&lt;b&gt;Beta&lt;/b&gt;" in answer.text
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert here.workspaces() == ["T2"]


async def test_no_secret_stands_in_the_database(here: Place) -> None:
    await here.install("T1", rotates=True)
    kept = b"".join(each.read_bytes() for each in here.database.parent.glob("*.db*"))
    assert b"xoxb-" not in kept
    assert b"xoxe-" not in kept


async def test_a_state_counts_once_and_in_its_own_browser_only(here: Place) -> None:
    state = parse_qs(urlsplit(await here.begin()).query)["state"][0]
    cookie = dict(here.http.cookies)
    here.http.cookies.clear()
    assert (await here.come_back(here.slack.agree("T1"), state)).status_code == 400
    here.http.cookies.update(cookie)
    assert (await here.come_back(here.slack.agree("T1"), state)).status_code == 200
    here.http.cookies.update(cookie)
    again = await here.come_back(here.slack.agree("T2"), state)
    assert again.status_code == 400
    assert "used before" in again.text
    assert here.workspaces() == ["T1"]


async def test_an_old_state_a_refusal_and_a_wrong_code_install_nothing(here: Place) -> None:
    state = parse_qs(urlsplit(await here.begin()).query)["state"][0]
    here.clock.advance(minutes=10)
    assert (await here.come_back(here.slack.agree("T1"), state)).status_code == 400
    state = parse_qs(urlsplit(await here.begin()).query)["state"][0]
    refused = await here.http.get(f"/slack/oauth_redirect?error=access_denied&state={state}")
    assert refused.status_code == 400
    assert "didn&#x27;t agree" in refused.text
    assert (await here.come_back("no-such-code")).status_code == 502
    assert here.workspaces() == []


async def test_a_warm_installation_costs_no_query_and_no_call(here: Place) -> None:
    await here.install("T1")
    authorize = here.app.tenancy.authorize
    await authorize("", "T1")
    before = dict(here.slack.calls)
    statements: list[str] = []

    def seen(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    for engine in (here.app.transactions._engines.reader, here.app.transactions._engines.writer):
        event.listen(engine, "before_cursor_execute", seen)
    for _ in range(20):
        assert (await authorize("", "T1")).bot_token
    assert statements == []
    await authorize("", "T9")
    assert statements, "the ear hears nothing"
    assert dict(here.slack.calls) == before


async def test_each_workspace_is_spoken_to_with_its_own_token(here: Place) -> None:
    await here.install("T1")
    await here.install("T2")
    await here.wish("T1")
    await here.wish("T2")
    await here.app.deliverer.drain()
    assert sorted(team for team, _, _ in here.slack.posts) == ["T1", "T2"]


async def test_who_never_installed_is_refused(here: Place) -> None:
    await here.install("T1")
    assert "not installed" in await here.command("T9")


async def test_uninstalling_stops_everything_at_once(here: Place) -> None:
    await here.install("T1")
    await here.install("T2")
    await here.wish("T1")
    await here.wish("T2")
    here.slack.revoke("T1")
    here.clock.advance(seconds=1)

    await here.event("T1", "app_uninstalled")
    posted = here.slack.calls["chat.postMessage"]
    await here.app.deliverer.drain()

    assert here.workspaces() == ["T2"]
    assert await here.state("T1") is DeliveryState.SKIPPED
    assert await here.state("T2") is DeliveryState.SENT
    assert here.slack.calls["chat.postMessage"] == posted + 1
    assert "not installed" in await here.command("T1")


async def test_news_that_slack_repeats_after_a_new_installation_changes_nothing(
    here: Place,
) -> None:
    await here.install("T1")
    told_at = int(here.clock().timestamp())
    here.clock.advance(minutes=1)
    await here.install("T1")
    late = {"type": "app_uninstalled"}
    await here.send(
        {"type": "event_callback", "team_id": "T1", "event_time": told_at, "event": late}
    )
    assert here.workspaces() == ["T1"]


async def test_a_revoked_token_counts_if_it_is_ours_and_works_no_more(here: Place) -> None:
    await here.install("T1")
    here.clock.advance(seconds=1)
    await here.event("T1", "tokens_revoked", tokens={"oauth": ["U1"]})
    await here.event("T1", "tokens_revoked", tokens={"bot": ["UBOT"]})
    assert here.workspaces() == ["T1"]
    here.slack.revoke("T1")
    await here.event("T1", "tokens_revoked", tokens={"bot": ["UBOT"]})
    assert here.workspaces() == []


async def test_another_process_learns_who_left(here: Place) -> None:
    await here.install("T1")
    other = Application(here.app.settings, web_client("", here.slack.api_url), None, here.clock)
    await other.tenancy.tenants.look(here.clock())
    assert list(other.tenancy.tenants.workspaces) == ["T1"]
    here.clock.advance(seconds=1)
    await here.event("T1", "app_uninstalled")
    await other.tenancy.tenants.look(here.clock())
    assert list(other.tenancy.tenants.workspaces) == []
    assert (await other.tenancy.authorize("", "T1")).bot_token is None
    other.transactions.close()


async def test_a_token_that_soon_expires_is_exchanged(here: Place) -> None:
    await here.install("T1", rotates=True)
    first = (await here.app.tenancy.authorize("", "T1")).bot_token
    here.clock.advance(hours=9, minutes=59)
    await here.app.tenancy.tenants.refresh(here.clock())
    assert (await here.app.tenancy.authorize("", "T1")).bot_token == first
    here.clock.advance(minutes=2)
    await here.app.tenancy.tenants.refresh(here.clock())
    assert (await here.app.tenancy.authorize("", "T1")).bot_token != first

    here.clock.advance(hours=LIFETIME.total_seconds() / 3600 + 1)
    await here.wish("T1")
    await here.app.deliverer.drain()
    assert await here.state("T1") is DeliveryState.SENT
    assert here.slack.refused == {}


async def test_a_bot_that_was_off_for_longer_than_its_tokens_live_goes_on(here: Place) -> None:
    await here.install("T1", rotates=True)
    here.clock.advance(hours=LIFETIME.total_seconds() / 3600 + 1)
    tenants, transactions = here.app.tenancy.tenants, here.app.transactions
    assert await leaving.check("T1", tenants, transactions, here.clock())
    await here.event("T1", "tokens_revoked", tokens={"bot": ["UBOT"]})
    assert here.workspaces() == ["T1"]

    here.clock.advance(hours=LIFETIME.total_seconds() / 3600 + 1)
    here.slack.revoke("T1")
    assert not await leaving.check("T1", tenants, transactions, here.clock())
    assert here.workspaces() == []


async def test_a_message_waits_where_slack_says_that_the_token_expired(here: Place) -> None:
    await here.install("T1", rotates=True)
    for grant in here.slack._tokens.values():
        grant.ends_at = here.clock()
    await here.wish("T1")
    await here.app.deliverer.drain()
    assert here.slack.refused["token_expired"] == 1
    assert await here.state("T1") is DeliveryState.PENDING


async def test_a_token_is_used_while_slack_refreshes_nothing(here: Place) -> None:
    await here.install("T1", rotates=True)
    here.clock.advance(hours=11)
    here.slack.failing = "oauth.v2.access"
    await here.wish("T1")
    await here.app.deliverer.drain()
    assert await here.state("T1") is DeliveryState.SENT
    here.clock.advance(hours=2)
    await here.wish("T1", "late")
    await here.app.deliverer.drain()
    assert await here.state("T1", "late") is DeliveryState.PENDING
    here.slack.failing = ""
    here.clock.advance(minutes=10)
    await here.app.deliverer.drain()
    assert await here.state("T1", "late") is DeliveryState.SENT


async def test_only_named_workspaces_see_the_operators_trackers(tmp_path: Path) -> None:
    trackers = {
        "jira_url": "https://jira.example",
        "jira_personal_access_token": "p",
        "mlflow_tracking_uri": "https://mlflow.example",
    }
    async with place(tmp_path, tracked_workspaces=("T1",), **trackers) as here:
        await here.install("T1")
        await here.install("T2")
        await here.app.transactions.write(
            lambda uow: uow.sources.read_failed("jira", "secret host", here.clock())
        )
        tenants, jobs = here.app.tenancy.tenants, here.app.jobs
        assert jobs.tracked == ("T1",)
        deps = here.app.listeners._deps
        ours, theirs = deps.of("T1"), deps.of("T2")
        assert (ours.issue_tracker, ours.experiment_tracker) != (None, None)
        assert (theirs.issue_tracker, theirs.experiment_tracker) == (None, None)
        assert tenants.links("T1").issue("CH-1") == "https://jira.example/browse/CH-1"
        assert tenants.links("T2").issue("CH-1") is None
        assert (
            tenants.links("T2").message("C1", "1.2") == "https://t2.slack.example/archives/C1/p12"
        )
        told = await here.app.transactions.read(
            lambda uow: [list(sources.shown(uow, each)) for each in ("T1", "T2")]
        )
        assert [len(each) for each in told] == [1, 0]
        await _close_trackers(here)


async def _close_trackers(here: Place) -> None:
    assert here.app.jobs.issue_tracker is not None
    assert here.app.jobs.experiment_tracker is not None
    await here.app._jira.close()  # type: ignore[union-attr]
    await here.app._mlflow.aclose()  # type: ignore[union-attr]
