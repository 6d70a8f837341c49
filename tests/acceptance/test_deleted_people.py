"""Somebody who was deleted: what others see of them, and what doesn't bring them back."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from jobs import housekeeping
from tests.acceptance.decision_forms import send as send_form
from tests.acceptance.harness import CHURN, YUKI, World, meridian, start_standup
from tests.standins.slack import Person, text_of

MAIL = "yuki@example.com"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Yuki reported, is stuck and logged a decision; then she had herself deleted."""
    async with meridian(tmp_path) as found:
        found.lena.user.is_admin = True
        await housekeeping.step(found.app.jobs, found.clock())
        await start_standup(found.lena)
        await found.lena.close(found.lena.modal)
        await found.live_until("2026-10-19T00:30Z")
        yuki = found.yuki
        await yuki.command("/standup", "", channel=CHURN)
        await yuki.submit(yuki.modal, answer_0="Tuned the learning rate", blocker="No GPU")
        await yuki.command("/decide", "Use LightGBM", channel=CHURN)
        assert await send_form(yuki, outcome="It wins.", status="accepted") is None
        await found.deliver()
        await yuki.command("/meridian", "me delete", channel=CHURN)
        await yuki.submit(yuki.modal, sure=["yes"])
        await yuki.close(yuki.modal)
        yield found


async def told(person: Person, command: str, text: str) -> str:
    """What it answers, as text and as Slack has it."""
    ack = await person.command(command, text, channel=CHURN)
    said = text_of(ack.ephemeral) if ack.ephemeral else ack.text or ""
    shown = [text_of(modal) for modal in person.modals]
    while person.modals:
        await person.close(person.modal)
    return " ".join([said, *shown])


async def test_others_read_of_a_former_colleague_and_never_an_address(world: World) -> None:
    calls = len(world.slack.calls)
    await world.live_until("2026-10-19T12:00Z")
    lena = world.lena
    await lena.command("/standup", "", channel=CHURN)
    assert await lena.submit(lena.modal, answer_0="Reviewed it") is None
    await world.live_until("2026-10-20T21:00Z")
    said = {
        typed: await told(lena, *typed.split(" ", 1))
        for typed in (
            "/standup history",
            "/standup status",
            "/standup list",
            "/standup blocker",
            "/digest preview",
            "/decide show D-1",
            "/decide list",
            "/decide search LightGBM",
            "/meridian trace D-1",
            "/meridian audit",
        )
    }
    await lena.open_home()
    everything = json.dumps([str(each) for each in world.slack.calls[calls:]]) + str(said)
    assert MAIL not in everything
    posted = [text_of(each) for each in world.slack.messages(CHURN)]
    assert any("Reviewed it" in text for text in posted), "the wrap-up is among them"
    assert "gone-" not in everything
    assert YUKI not in str(said)
    assert "Former colleague (deactivated)" in said["/standup status"]
    assert "Former colleague: No GPU" in said["/digest preview"]
    assert "Former colleague" in said["/decide show D-1"]
    assert "somebody who was deleted: logging a decision · D-1" in said["/meridian audit"]
    for typed, text in said.items():
        assert "Yuki" not in text, typed


async def test_reading_what_i_wrote_to_them_does_not_bring_them_back(world: World) -> None:
    read = world.app.transactions.read
    for tab in ("messages", "home"):
        event = {"type": "app_home_opened", "user": YUKI, "channel": "D1", "tab": tab}
        await world.slack.deliver_event(event)
        assert await read(lambda uow: uow.people.get(world.workspace, YUKI)) is None
    assert "Your data are deleted" in text_of(world.slack.home(YUKI))
    await world.yuki.command("/decide", "list", channel=CHURN)
    back = await read(lambda uow: uow.people.get(world.workspace, YUKI))
    assert back is not None
    await world.yuki.open_home()
    assert "Your data are deleted" not in text_of(world.slack.home(YUKI))
