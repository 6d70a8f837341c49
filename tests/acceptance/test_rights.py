"""Forged ids in buttons and forms: they are hints, and what a person may do is checked again."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.domain.standup import Standup
from jobs import poll_mlflow
from tests.acceptance.alert_world import (
    MemoryMlflow,
    alert_of,
    block_of,
    choose,
    evaluated,
    threshold_rule,
)
from tests.acceptance.decision_forms import send
from tests.acceptance.harness import (
    CHURN,
    LENA,
    MARCUS,
    YUKI,
    World,
    latest,
    meridian,
    start_standup,
)
from tests.acceptance.outside_world import set_digest
from tests.standins.slack import Json, Person, text_of
from tests.standins.slack.people import payloads
from tests.standins.slack.people.targets import find_target, top_view

BOARD = "G0BOARD"
"""A private channel of Lena, Marcus and the bot: Yuki must not be able to touch it."""

OUTSIDE = "You aren't in that channel"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with meridian(tmp_path, experiment_tracker=MemoryMlflow()) as found:
        found.slack.add_channel(BOARD, "board", members=[LENA, MARCUS], private=True)
        yield found


async def forge_click(
    world: World, person: Person, shown: Json, action_id: str, value: str, workspace: str = ""
) -> None:
    """Press a button that this person sees, with another value in it."""
    target = find_target(world.slack.ws, person.id, shown)
    block, element = target.element(action_id)
    action = {**element, "block_id": block["block_id"], "value": value}
    payload = payloads.block_actions(world.slack.ws, person.user, target, action, {})
    await _send(world, payload, workspace)


async def forge_form(
    world: World, person: Person, hidden: dict[str, Any], workspace: str = "", **values: Any
) -> str:
    """Submit the open form with other ids behind it; what Slack is answered."""
    person.fill(person.modal, **values)
    payload = payloads.view_submission(
        world.slack.ws, person.user, top_view(world.slack.ws, person.id, person.modal)
    )
    ours = json.loads(payload["view"]["private_metadata"])
    payload["view"]["private_metadata"] = json.dumps({**ours, **hidden})
    if workspace:
        payload["view"] |= {"team_id": workspace, "app_installed_team_id": workspace}
    return str(await _send(world, payload, workspace))


async def _send(world: World, payload: Json, workspace: str) -> Any:
    if workspace:
        payload["team"] = {"id": workspace, "domain": "other"}
        payload["user"]["team_id"] = workspace
    return (await world.slack.send("interactive", payload)).body


async def standups_of(world: World, channel: str) -> list[Standup]:
    found = await world.app.transactions.read(lambda uow: list(uow.standups.all("T0TEAM")))
    return [standup for standup in found if standup.channel == channel]


def told(world: World, person: Person) -> str:
    return text_of(latest(world.slack.ephemerals(person.id)))


async def posted(world: World, channel: str) -> list[Json]:
    await world.deliver()
    return list(world.slack.messages(channel))


async def test_a_standup_is_started_only_where_its_author_is(world: World) -> None:
    await world.yuki.command("/standup", "new", channel=CHURN)
    said = await forge_form(world, world.yuki, {"channel": BOARD}, name="Spies")
    assert OUTSIDE in said
    assert await standups_of(world, BOARD) == []
    assert await posted(world, BOARD) == []


async def test_somebody_who_left_the_channel_meanwhile_starts_nothing_in_it(world: World) -> None:
    await world.marcus.command("/standup", "new", channel=BOARD)
    world.slack.ws.channels[BOARD].members.remove(MARCUS)
    said = await forge_form(world, world.marcus, {}, name="Late")
    assert OUTSIDE in said
    assert await posted(world, BOARD) == []


async def test_a_decision_is_posted_only_where_its_author_is(world: World) -> None:
    await world.yuki.command("/decide", "Use LightGBM", channel=CHURN)
    said = await forge_form(world, world.yuki, {"channel": BOARD}, outcome="We spy")
    assert OUTSIDE in said
    assert await posted(world, BOARD) == []
    ack = await world.yuki.command("/decide", "list", channel=CHURN)
    assert "No decision has been logged" in ack.text


async def test_an_alert_speaks_up_only_where_its_author_is(world: World) -> None:
    tracker = world.app.jobs.experiment_tracker
    assert isinstance(tracker, MemoryMlflow)
    tracker.finish("a", world.clock(), val_auc=0.95)
    await poll_mlflow.step(world.app.jobs, world.clock())
    await world.yuki.command("/alert", "new", channel=CHURN)
    await choose(world.yuki, "experiment", "churn")
    metric = block_of(world.yuki.modal, "metric")
    values = {metric: "val_auc", "threshold": "0.9"}
    assert OUTSIDE in await forge_form(world, world.yuki, {"channel": BOARD}, **values)
    assert await posted(world, BOARD) == []
    ack = await world.yuki.command("/alert", "list", channel=CHURN)
    assert "No alert rules yet" in ack.text


async def test_a_digest_is_changed_only_where_its_author_is(world: World) -> None:
    await set_digest(world.lena, channel=BOARD)
    await world.yuki.command("/digest", "settings", channel=CHURN)
    hidden = {"channel": BOARD, "version": 1}
    assert OUTSIDE in await forge_form(world, world.yuki, hidden, active="off")
    known = await world.app.transactions.read(lambda uow: uow.digests.get("T0TEAM", BOARD))
    assert known is not None
    assert (known.owner, known.choice.active) == (LENA, True)


async def test_a_digest_form_does_not_tell_who_set_another_channels(world: World) -> None:
    await set_digest(world.lena, channel=BOARD)
    await world.yuki.command("/digest", "settings", channel=CHURN)
    said = await forge_form(world, world.yuki, {"channel": BOARD, "version": 0})
    assert OUTSIDE in said
    assert "Lena" not in said


async def board_standup(world: World) -> tuple[str, Json]:
    """A stand-up of the private channel that Yuki has no part in, and a prompt of her own."""
    await start_standup(world.lena, channel=BOARD, name="Board", participants=[LENA, MARCUS])
    await start_standup(world.lena, channel=CHURN, participants=[YUKI])
    await world.live_until("2026-10-19T00:00Z")
    [theirs] = await standups_of(world, BOARD)
    return theirs.id, latest(world.slack.messages(YUKI))


@pytest.mark.parametrize("action", ["standup.answer", "standup.skip"])
async def test_only_participants_report_and_skip(world: World, action: str) -> None:
    theirs, prompt = await board_standup(world)
    await forge_click(world, world.yuki, prompt, action, f"{theirs}|2026-10-19")
    assert "don't take part" in told(world, world.yuki)
    assert world.yuki.modals == []


async def test_only_its_managers_see_and_change_a_setup(world: World) -> None:
    theirs, _ = await board_standup(world)
    started = world.slack.messages(CHURN)[0]
    await forge_click(world, world.yuki, started, "standup.change", theirs)
    assert "Only its managers can change this stand-up: Lena" in told(world, world.yuki)
    await world.yuki.click(started, "standup.change")  # she takes part, no more
    assert "Only its managers can change this stand-up: Lena" in told(world, world.yuki)
    assert world.yuki.modals == []
    await name_managers(world, started, LENA, YUKI)
    await world.yuki.click(started, "standup.change")
    hidden = {"standup": theirs, "version": 1}
    said = await forge_form(world, world.yuki, hidden, participants=[YUKI])
    assert "Only its managers can change this stand-up: Lena" in said
    [unchanged] = await standups_of(world, BOARD)
    assert (unchanged.version, unchanged.plan.participants) == (1, (LENA, MARCUS))


async def test_who_is_no_manager_any_more_cannot_save_the_form_that_is_still_open(
    world: World,
) -> None:
    await start_standup(world.lena, channel=CHURN, participants=[YUKI])
    await world.deliver()
    started = world.slack.messages(CHURN)[0]
    await name_managers(world, started, LENA, YUKI)
    await world.yuki.click(started, "standup.change")
    await name_managers(world, started, LENA)
    errors = await world.yuki.submit(world.yuki.modal, name="Mine now")
    assert errors is not None
    assert "Only its managers can change this stand-up" in " ".join(errors.values())
    [kept] = await standups_of(world, CHURN)
    assert kept.plan.name == "Churn daily"


async def name_managers(world: World, started: Json, *managers: str) -> None:
    await world.lena.click(started, "standup.change")
    await world.lena.click(world.lena.modal, "standup.more")
    assert await world.lena.submit(world.lena.modal, managers=list(managers)) is None
    await world.lena.close(world.lena.modal)


async def test_the_reports_of_a_private_channel_are_for_its_people(world: World) -> None:
    await start_standup(world.lena, channel=BOARD, name="Board", participants=[LENA])
    await start_standup(world.lena, channel=CHURN, participants=[YUKI], post_mode="at_once")
    await world.live_until("2026-10-19T07:00Z")
    [theirs] = await standups_of(world, BOARD)
    await world.yuki.click(latest(world.slack.messages(YUKI)), "standup.answer")
    assert await world.yuki.submit(world.yuki.modal, answer_0="Mine") is None
    card = latest(await posted(world, CHURN))
    forged = f"{theirs.id}|2026-10-19||0"
    await forge_click(world, world.yuki, card, "standup.reports", forged)
    assert "Only who is in its channel can do that" in told(world, world.yuki)
    assert world.yuki.modals == []


async def test_a_forged_report_counts_for_nobody(world: World) -> None:
    theirs, prompt = await board_standup(world)
    await world.yuki.click(prompt, "standup.answer")
    said = await forge_form(world, world.yuki, {"standup": theirs}, answer_0="I was here")
    assert "don't take part" in said
    before = len(world.slack.messages(BOARD))
    assert len(await posted(world, BOARD)) == before


async def test_an_alert_is_acknowledged_only_in_its_own_channel(world: World) -> None:
    tracker = world.app.jobs.experiment_tracker
    assert isinstance(tracker, MemoryMlflow)
    tracker.finish("a", world.clock(), val_auc=0.95)
    await poll_mlflow.step(world.app.jobs, world.clock())
    await threshold_rule(world.yuki)
    await world.lena.command("/alert", "new", channel=BOARD)
    await choose(world.lena, "experiment", "churn")
    metric = block_of(world.lena.modal, "metric")
    assert await world.lena.submit(world.lena.modal, **{metric: "val_auc"}, threshold="0.9") is None
    tracker.finish("b", world.clock(), val_auc=0.5)
    await evaluated(world)
    theirs = latest([e for e in _buttons(alert_of(world, BOARD)) if "acknowledge" in str(e)])
    value = theirs["value"]
    await forge_click(world, world.yuki, alert_of(world), "alert.acknowledge", value)
    assert "don't know this alert" in told(world, world.yuki)
    incident = await world.app.transactions.read(lambda uow: uow.alerts.incident("T0TEAM", value))
    assert incident is not None
    assert incident.acknowledged_by == ""


def _buttons(shown: Json) -> list[Json]:
    return [e for block in shown["blocks"] if block["type"] == "actions" for e in block["elements"]]


async def test_only_who_was_told_sends_an_undeliverable_message_again(world: World) -> None:
    world.expect("channel_not_found")
    at_once = {"post_mode": "at_once"}
    await start_standup(world.lena, channel=BOARD, name="Board", participants=[LENA], **at_once)
    await start_standup(world.yuki, channel=CHURN, participants=[YUKI], **at_once)
    await world.live_until("2026-10-19T08:00Z")
    board = world.slack.ws.channels.pop(BOARD)
    churn = world.slack.ws.channels.pop(CHURN)
    for person, channel in ((world.lena, BOARD), (world.yuki, CHURN)):
        await person.click(latest(world.slack.messages(person.id)), "standup.answer")
        assert await person.submit(person.modal, answer_0=f"For {channel}") is None
    await world.deliver()
    world.slack.ws.channels.update({BOARD: board, CHURN: churn})
    notice = latest([m for m in world.slack.messages(YUKI) if "Try again" in text_of(m)])
    before = len(world.slack.messages(BOARD))
    await forge_click(world, world.yuki, notice, "delivery.retry", BOARD)
    assert "Nothing is waiting" in told(world, world.yuki)
    assert len(await posted(world, BOARD)) == before
    await world.yuki.click(notice, "delivery.retry")
    assert "Sending 2 messages again" in told(world, world.yuki)


async def test_only_makers_and_the_author_move_and_edit_a_decision(world: World) -> None:
    await world.lena.command("/decide", "Ours", channel=CHURN)
    values = {"outcome": "Lena decides", "status": "proposed"}
    assert await send(world.lena, **values) is None
    await world.yuki.command("/decide", "Mine", channel=CHURN)
    values = {"outcome": "Yuki decides", "status": "proposed"}
    assert await send(world.yuki, **values) is None
    mine = latest(await posted(world, CHURN))
    for action in ("decision.accept", "decision.reject", "decision.edit"):
        await forge_click(world, world.yuki, mine, action, "1")
        assert "Only the makers" in told(world, world.yuki)
    await world.yuki.click(mine, "decision.edit")
    assert "Only the makers" in await forge_form(world, world.yuki, {"number": 1})
    kept = await world.app.transactions.read(lambda uow: uow.decisions.get("T0TEAM", 1))
    assert kept is not None
    assert (kept.version, kept.status.value) == (1, "proposed")


async def test_another_workspace_reaches_nothing_of_ours(world: World) -> None:
    """Every id is right, only the verified payload is that of another workspace."""
    _, prompt = await board_standup(world)
    started = world.slack.messages(CHURN)[0]
    for shown, action in ((prompt, "standup.answer"), (started, "standup.change")):
        value = next(e["value"] for e in _buttons(shown) if e["action_id"] == action)
        await forge_click(world, world.yuki, shown, action, value, workspace="T0OTHER")
        assert "You come from another workspace" in told(world, world.yuki)
    await world.yuki.click(prompt, "standup.answer")
    said = await forge_form(world, world.yuki, {}, workspace="T0OTHER", answer_0="Hi")
    assert "You come from another workspace" in said
    assert await world.app.transactions.read(lambda uow: uow.people.all("T0OTHER")) == []
