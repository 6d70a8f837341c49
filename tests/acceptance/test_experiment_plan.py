"""`/experiment plan`: a model's data card, its form, and the overdue line in the digest."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.experiments.records import ModelVersion, RegisteredModel
from jobs import housekeeping, poll_mlflow
from tests.acceptance.harness import CHURN, LENA, MARCUS, World, latest, meridian
from tests.acceptance.outside_world import set_digest
from tests.standins.slack import Person, mentions_of, text_of
from tests.unit.experiments.builders import CHURN as EXPERIMENT
from tests.unit.experiments.builders import T0, a_run
from tests.unit.experiments.fake_tracker import FakeTracker

START = "2026-11-22T09:00Z"
PLAN = {
    "owner": [LENA],
    "deputies": [MARCUS],
    "cadence": "30",
    "data": "churn-v7",
    "description": "Leavers of the last quarter, from the warehouse",
    "runbook": "https://wiki.example.com/churn",
}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Champion v13 of churn was trained on churn-v7 forty-two days ago; churn-v8 is in use since
    yesterday."""
    tracker = FakeTracker(EXPERIMENT)
    trained = T0 - timedelta(days=42)
    old = a_run("old", 0.906, tags={"dataset": "churn-v7"})
    tracker.hold(
        replace(old, started_at=trained - timedelta(hours=1), ended_at=trained),
        a_run("new", 0.91, tags={"dataset": "churn-v8"}),
    )
    tracker.models = [
        RegisteredModel(name="churn", aliases={"champion": 13}),
        RegisteredModel(name="ranking"),
    ]
    tracker.versions = [
        ModelVersion(model="churn", version=13, run_id="old", created_at=T0 - timedelta(days=1))
    ]
    async with meridian(tmp_path, start=START, experiment_tracker=tracker) as world:
        await housekeeping.step(world.app.jobs, world.clock())
        await poll_mlflow.step(world.app.jobs, world.clock())
        yield world


async def asks(world: World, person: Person, text: str) -> str:
    """What only this person sees."""
    ack = await person.command("/experiment", text, channel=CHURN)
    return text_of(ack.ephemeral) if ack.ephemeral else ack.text


async def plan(world: World, person: Person, **values: object) -> object:
    """Write the first plan of churn."""
    await person.command("/experiment", "plan Churn", channel=CHURN)
    return await person.submit(person.modal, **{**PLAN, **values})


async def test_the_plan_says_who_when_and_on_what_data(world: World) -> None:
    assert "Without a plan: churn, ranking." in await asks(world, world.yuki, "plan")
    await plan(world, world.yuki)
    shown = await asks(world, world.marcus, "plan churn")
    assert shown.splitlines()[:6] == [
        "churn · 🔴 was to be retrained 12 days ago",
        "Owner Lena Fischer · deputies Marcus Reed",
        "Every 30 days · last trained 2026-10-11 09:00 UTC (v13)",
        "Data churn-v7",
        "🟡 churn-v8 exists since 2026-11-21 09:00 UTC; the champion v13 was trained on churn-v7.",
        "Leavers of the last quarter, from the warehouse",
    ]
    listed = await asks(world, world.marcus, "plan")
    assert "churn · Lena Fischer · 🔴 was to be retrained 12 days ago" in listed
    assert "Without a plan: ranking." in listed


async def test_later_only_owner_and_deputies_change_it(world: World) -> None:
    await plan(world, world.yuki)
    await world.yuki.command("/experiment", "plan churn", channel=CHURN)
    card = latest(world.slack.ephemerals(world.yuki.id))
    await world.yuki.click(card, "experiment.plan")
    await world.app.listeners.drain()
    refused = text_of(latest(world.slack.ephemerals(world.yuki.id)))
    assert refused == "Only its owner and deputies can change this plan: Lena Fischer, Marcus Reed."


async def test_two_who_write_at_once_lose_nothing(world: World) -> None:
    for person in (world.lena, world.marcus):
        await person.command("/experiment", "plan churn", channel=CHURN)
    await world.lena.submit(world.lena.modal, **PLAN)
    slower = world.marcus.modal
    await world.marcus.submit(slower, **{**PLAN, "data": "churn-v9"})
    again = world.marcus.modal
    assert "Lena Fischer changed this plan while you were typing." in text_of(again)
    await world.marcus.submit(again)
    assert "Data churn-v9" in await asks(world, world.yuki, "plan churn")


async def test_what_can_not_be_is_said_at_its_field(world: World) -> None:
    errors = await plan(world, world.yuki, owner=[LENA, MARCUS], cadence="a few", runbook="x")
    assert errors == {
        "owner": "Pick one person; others who may act are deputies.",
        "cadence": "Type whole days, such as 30, or leave it empty.",
        "runbook": "Paste an address that begins with https://, or leave it empty.",
    }


async def test_the_digest_says_what_is_overdue(world: World) -> None:
    await set_digest(world.lena)
    await plan(world, world.lena)
    await world.live_until("2026-11-23T08:00Z")
    [shown] = [m for m in world.slack.messages(CHURN) if m["text"].startswith("Digest ")]
    assert (
        "Overdue: churn was to be retrained 13 days ago (Lena Fischer) · churn-v8 exists, the "
        "champion was trained on churn-v7"
    ) in text_of(shown).splitlines()
    assert mentions_of(shown) == set()
