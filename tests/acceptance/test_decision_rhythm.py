"""Decisions come back by themselves: every week in the channel, on demand, and in App Home."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from jobs import housekeeping
from tests.acceptance.decision_forms import send
from tests.acceptance.harness import CHURN, LENA, MARCUS, YUKI, World, latest, meridian
from tests.standins.slack import Json, Person, mentions_of, text_of

BOARD = "G0BOARD"
SUNDAY, MONDAY = "2026-10-18T14:00Z", "2026-10-19T07:00Z"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Meridian after its first minute; Lena and Marcus have a private channel besides."""
    async with meridian(tmp_path) as found:
        found.slack.add_channel(BOARD, "board", members=[LENA, MARCUS], private=True)
        await housekeeping.step(found.app.jobs, found.clock())
        yield found


async def log(person: Person, title: str, *, channel: str = CHURN, **values: Any) -> None:
    await person.command("/decide", title, channel=channel)
    assert await send(person, outcome="It wins.", **{"status": "accepted", **values}) is None


async def weekly(person: Person, *, channel: str = CHURN, **values: Any) -> Json:
    """Turn the weekly decisions on; the form that says so."""
    await person.command("/decide", "weekly", channel=channel)
    assert await person.submit(person.modal, **values) is None
    return person.modal


def weeks(world: World, channel: str = CHURN) -> list[Json]:
    """The weekly digests that stand in a channel."""
    return [m for m in world.slack.messages(channel) if m["text"].startswith("Decisions of the")]


def words(shown: Json) -> str:
    return text_of(shown).replace("\n", "")


async def answer(person: Person, text: str) -> Json:
    ack = await person.command("/decide", text, channel=CHURN)
    assert ack.ephemeral is not None, ack.text
    return ack.ephemeral


async def test_every_monday_at_nine_where_it_was_turned_on(world: World) -> None:
    assert "Mon at 09:00 Europe/Berlin" in text_of(await weekly(world.lena))
    await world.lena.close(world.lena.modal)
    await log(world.lena, "Use LightGBM")
    await log(world.lena, "Use data v8", status="unanimous", makers=[LENA, YUKI])
    await world.deliver()
    await world.live_until("2026-10-19T06:59:59Z")
    assert weeks(world) == []
    await world.live_until(MONDAY)
    [shown] = weeks(world)
    assert "D-1 Use LightGBM · accepted by Lena Fischer" in words(shown)
    assert "D-2 Use data v8 · waits for Yuki Tanaka (" in words(shown)
    assert mentions_of(shown) == set()
    card = world.slack.messages(CHURN)[0]
    assert f"/archives/{CHURN}/p{card['ts'].replace('.', '')}" in str(shown["blocks"])
    await world.live_until("2026-10-26T07:59:59Z")
    assert len(weeks(world)) == 1, "the clocks went back on Sunday: it is not nine yet"
    await world.live_until("2026-10-26T08:00Z")
    assert len(weeks(world)) == 2
    assert "Use LightGBM" not in words(weeks(world)[1]), "that was told last week"


async def test_it_is_changed_and_turned_off_in_its_form(world: World) -> None:
    await weekly(world.lena)
    await world.lena.close(world.lena.modal)
    await log(world.lena, "Use LightGBM")
    await world.marcus.command("/decide", "weekly", channel=CHURN)
    errors = await world.marcus.submit(world.marcus.modal, zone="Nowhere")
    assert errors is not None
    assert "I don't know the time zone" in errors["zone"]
    assert await world.marcus.submit(world.marcus.modal, weekday="7", zone="UTC") is None
    assert "Sun at 09:00 UTC" in text_of(world.marcus.modal)
    await world.marcus.close(world.marcus.modal)
    await world.lena.command("/decide", "weekly", channel=CHURN)
    await world.lena.click(world.lena.modal, "decision.weekly_off")
    assert "don't come here any more" in text_of(world.lena.modal)
    await world.live_until("2026-11-02T12:00Z")
    assert weeks(world) == []


async def test_a_private_channels_decisions_stay_in_it(world: World) -> None:
    await weekly(world.lena, scope="public")
    await log(world.lena, "Cut the budget", channel=BOARD)
    await log(world.yuki, "Use LightGBM")
    await housekeeping.step(world.app.jobs, world.clock())
    await world.live_until(MONDAY)
    [shown] = weeks(world)
    assert "Use LightGBM" in words(shown)
    assert "Cut the budget" not in words(shown)


async def test_every_public_channel_is_read_where_that_was_chosen(world: World) -> None:
    world.slack.add_channel("C0OPEN", "open", members=[YUKI])
    await weekly(world.lena, channel=BOARD, scope="public")
    await log(world.yuki, "In the open", channel="C0OPEN")
    await housekeeping.step(world.app.jobs, world.clock())
    world.clock.move_to("2026-10-19T05:30Z")
    await housekeeping.step(world.app.jobs, world.clock())
    await world.live_until(MONDAY)
    [shown] = weeks(world, BOARD)
    assert "In the open" in words(shown)


async def test_review_says_what_waits_for_me_first_and_lets_me_answer(world: World) -> None:
    nothing = await answer(world.yuki, "review")
    assert text_of(nothing).startswith("Nothing waits for you")
    await log(world.lena, "Use data v8", status="unanimous", makers=[LENA, YUKI])
    await log(world.lena, "Cut costs", status="proposed", makers=[MARCUS])
    await log(world.lena, "Cut the budget", status="proposed", channel=BOARD, makers=[MARCUS])
    await world.deliver()
    shown = await answer(world.yuki, "review")
    said = words(shown)
    assert said.index("Waits for you") < said.index("D-1 · Use data v8")
    assert "D-2 Cut costs · waits for Marcus Reed" in said
    assert "budget" not in said, "Yuki isn't in that channel"
    await world.yuki.click(shown, "decision.agree")
    assert "Waits for you" not in words(await answer(world.yuki, "review"))
    lenas = words(await answer(world.lena, "review"))
    assert "D-3 Cut the budget" in lenas, "she logged it"
    mine = await answer(world.marcus, "review")
    assert "D-2 · Cut costs waits for you to accept or reject it" in words(mine)
    await world.marcus.click(mine, "decision.accept", value="2")
    assert "Cut costs" not in words(await answer(world.marcus, "review"))


async def test_home_shows_what_waits_and_what_was_answered_is_gone(world: World) -> None:
    await log(world.lena, "Use data v8", status="unanimous", makers=[LENA, MARCUS])
    await world.marcus.open_home()
    await world.app.listeners.drain()
    home = world.slack.home(MARCUS)
    assert "D-1 · Use data v8 waits for your consent until Mon 19 Oct" in words(home)
    await world.marcus.click(home, "decision.details")
    assert world.marcus.modal["title"]["text"] == "D-1"
    await world.marcus.close(world.marcus.modal)
    await world.marcus.click(world.slack.home(MARCUS), "decision.agree")
    await world.app.listeners.drain()
    assert "waits for your consent" not in words(world.slack.home(MARCUS))


async def test_what_takes_ones_word_waits_in_home_too(world: World) -> None:
    await log(world.lena, "Cut costs", status="proposed", makers=[MARCUS])
    await log(world.lena, "Use data v8", status="author", makers=[LENA, MARCUS])
    await world.deliver()
    for person, said in ((world.marcus, "D-1 · Cut costs"), (world.lena, "D-2 · Use data v8")):
        if person is world.lena:
            await world.marcus.click(world.slack.messages(CHURN)[-1], "decision.agree")
        await person.open_home()
        await world.app.listeners.drain()
        assert f"{said} waits for you to accept or reject it" in words(world.slack.home(person.id))
    assert "Cut costs" not in words(world.slack.home(LENA))
    await world.lena.click(world.slack.home(LENA), "decision.accept", value="2")
    await world.app.listeners.drain()
    assert "Use data v8" not in words(world.slack.home(LENA))


async def test_a_review_that_is_due_waits_in_home_of_who_decides(world: World) -> None:
    await log(world.lena, "Keep the threshold", review_on="2026-10-20", makers=[MARCUS])
    await world.live_until("2026-10-20T20:00Z")
    for person, waits in ((world.marcus, True), (world.yuki, False)):
        await person.open_home()
        await world.app.listeners.drain()
        home = words(world.slack.home(person.id))
        assert ("D-1 · Keep the threshold is due for another look" in home) is waits
    await world.marcus.click(world.slack.home(MARCUS), "decision.keep")
    assert await world.marcus.submit(world.marcus.modal, note="Still fine") is None
    await world.app.listeners.drain()
    assert "Keep the threshold" not in words(world.slack.home(MARCUS))


async def test_the_daily_digest_says_whom_a_proposal_waits_for(world: World) -> None:
    await world.lena.command("/digest", "settings", channel=CHURN)
    assert await world.lena.submit(world.lena.modal) is None
    await log(world.lena, "Promote v14")
    await log(world.lena, "Use data v8", status="unanimous", makers=[LENA, YUKI])
    await world.live_until("2026-10-19T07:30Z")
    digest = latest([m for m in world.slack.messages(CHURN) if m["text"].startswith("Digest")])
    assert "D-1 Promote v14 · accepted" in words(digest)
    assert "Waiting: D-2 Use data v8 (Yuki Tanaka)" in words(digest)
