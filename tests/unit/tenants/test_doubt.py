"""No workspace is uninstalled in doubt; what waits for a token waits."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet

from bot.clients.secrets import FernetBox
from bot.domain.delivery import DeliveryState, after_error
from bot.domain.installation import Sealed
from bot.errors import SlackError
from bot.ports.repositories import UnitOfWork
from bot.services import installations
from bot.workflows.tenants import OneTenant, leaving, tokens
from tests.unit.tenants.nodes import HOUR, NOW, Nodes, waiting


async def test_a_bot_that_was_off_for_a_day_refreshes_before_it_asks(fleet: Nodes) -> None:
    await fleet.installed(expires_at=NOW - HOUR, token="old")
    await fleet.wish()
    node = await fleet.node()
    assert await leaving.check("T1", node, fleet.transactions, NOW)
    assert await fleet.there() == ["T1"]
    assert await fleet.state() is DeliveryState.PENDING
    assert await node.token("T1") == ("fresh", False)


@pytest.mark.parametrize("broken", ["no_answer", "bad_client_secret", "internal_error"])
async def test_a_refresh_that_fails_proves_nothing(fleet: Nodes, broken: str) -> None:
    await fleet.installed(expires_at=NOW - HOUR, token="old")
    fleet.oauth.broken = broken
    assert await leaving.check("T1", await fleet.node(), fleet.transactions, NOW)
    assert await fleet.there() == ["T1"]


@pytest.mark.parametrize("refusal", ["invalid_auth", "not_authed", "token_expired", "ratelimited"])
async def test_what_slack_says_of_the_way_proves_nothing(fleet: Nodes, refusal: str) -> None:
    await fleet.installed(token="old")
    fleet.oauth.refusal = refusal
    assert await leaving.check("T1", await fleet.node(), fleet.transactions, NOW)
    assert await fleet.there() == ["T1"]


@pytest.mark.parametrize("refusal", ["account_inactive", "token_revoked"])
async def test_a_definite_refusal_counts(fleet: Nodes, refusal: str) -> None:
    await fleet.installed(token="old")
    await fleet.wish()
    fleet.oauth.refusal = refusal
    assert not await leaving.check("T1", await fleet.node(), fleet.transactions, NOW)
    assert await fleet.there() == []
    assert await fleet.state() is DeliveryState.SKIPPED


async def test_an_expired_token_whose_refresh_token_is_refused_counts(fleet: Nodes) -> None:
    await fleet.installed(expires_at=NOW - HOUR, token="old")
    fleet.oauth.broken = "invalid_refresh_token"
    assert not await leaving.check("T1", await fleet.node(), fleet.transactions, NOW)
    assert await fleet.there() == []


async def test_a_token_that_works_still_counts_more_than_its_refresh_token(fleet: Nodes) -> None:
    await fleet.installed(expires_at=NOW + HOUR, token="fresh")
    fleet.oauth.broken = "invalid_refresh_token"
    assert await leaving.check("T1", await fleet.node(), fleet.transactions, NOW)


async def test_the_operators_one_token_is_judged_alike(fleet: Nodes) -> None:
    async def told(code: str) -> int | None:
        async def ask() -> None:
            raise SlackError("no", code=code)

        return await OneTenant(workspace="T1", ask=ask).refused("T1")

    assert [await told(c) for c in ("invalid_auth", "no_answer", "token_revoked")] == [
        None,
        None,
        0,
    ]


async def test_a_revoked_token_that_another_node_replaced_concerns_nobody(fleet: Nodes) -> None:
    await fleet.installed(expires_at=NOW + HOUR, token="old")
    fleet.oauth.refusal = "token_revoked"
    one, other = await fleet.node(), await fleet.node()
    await other.find("T1", "")
    await one.refresh(NOW)
    assert await leaving.revoked("T1", NOW, other, fleet.transactions, NOW) == []
    assert await fleet.there() == ["T1"]


async def test_a_token_that_is_replaced_while_slack_is_asked_isnt_the_newest(fleet: Nodes) -> None:
    kept = await fleet.installed(token="old")
    fleet.oauth.refusal = "token_revoked"
    node = await fleet.node()
    revision = await node.refused("T1")
    assert revision == 1

    def replaced(uow: UnitOfWork) -> None:
        sealed = fleet.box.seal("fresh")
        installations.refreshed(uow, kept, sealed, Sealed(""), None)

    await fleet.transactions.write(replaced)
    lost = await fleet.transactions.write(installations.lost, "T1", revision, NOW, NOW)
    assert lost == []
    assert await fleet.there() == ["T1"]


async def test_who_waits_in_vain_for_anothers_token_loses_no_message(
    fleet: Nodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = await fleet.installed(expires_at=NOW - HOUR, token="old")
    node = await fleet.node()
    await fleet.transactions.write(installations.lease, kept, NOW)
    monkeypatch.setattr(tokens, "WAIT_SECONDS", 0.0)
    with pytest.raises(SlackError, match="expired") as told:
        await node.token("T1")
    verdict = after_error(waiting(), told.value, NOW, timedelta(seconds=60))
    assert verdict.state is DeliveryState.PENDING


async def test_a_late_event_doesnt_undo_what_the_organisation_took(fleet: Nodes) -> None:
    await fleet.installed("E1", "T1", "T2")
    fleet.oauth.approved = ["T1"]
    node = await fleet.node()
    await leaving.taken("E1", ["T2"], NOW, node, fleet.transactions, NOW)
    assert await node.find("T2", "E1") is None
    assert await node.find("T2", "E1") is None
    assert await fleet.there() == ["T1"]
    assert fleet.oauth.lists == 1

    fleet.oauth.approved = ["T1", "T2"]
    assert await (await fleet.node()).find("T2", "E1") is not None
    assert await fleet.there() == ["T1", "T2"]


async def test_old_news_that_it_was_taken_doesnt_undo_that_it_was_given(fleet: Nodes) -> None:
    await fleet.installed("E1", "T1", "T2")
    before = NOW - timedelta(days=4)
    node = await fleet.node()
    fleet.oauth.approved = ["T1", "T2"]
    await leaving.taken("E1", ["T2"], before, node, fleet.transactions, NOW)
    assert await fleet.there() == ["T1", "T2"]
    fleet.oauth.approved = ["T1"]
    await leaving.taken("E1", ["T2"], before, node, fleet.transactions, NOW)
    assert await fleet.there() == ["T1"]


async def test_one_secret_that_cant_be_opened_stops_no_other_refresh(fleet: Nodes) -> None:
    lost_key = FernetBox([Fernet.generate_key().decode()])
    await fleet.installed("T0", expires_at=NOW + HOUR, box=lost_key)
    for number in range(1, 5):
        await fleet.installed(f"T{number}", expires_at=NOW + HOUR)
    await (await fleet.node()).refresh(NOW)
    found = await fleet.transactions.read(lambda uow: uow.installations.revisions())
    assert found == {"T0": 1, "T1": 2, "T2": 2, "T3": 2, "T4": 2}


async def test_a_read_that_was_under_way_brings_no_removed_token_back(
    fleet: Nodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fleet.installed()
    node = await fleet.node()
    begun, goes_on = asyncio.Event(), asyncio.Event()
    read = fleet.transactions.read

    async def slow(work: Callable[..., Any], *arguments: Any) -> Any:
        found = await read(work, *arguments)
        if work is installations.get:
            begun.set()
            await goes_on.wait()
        return found

    monkeypatch.setattr(fleet.transactions, "read", slow)
    asked = asyncio.create_task(node.token("T1"))
    await begun.wait()
    await leaving.uninstalled("T1", NOW, node, fleet.transactions, NOW)
    goes_on.set()
    with pytest.raises(SlackError, match="isn't installed"):
        await asked
    assert await node.find("T1", "") is None
