"""`/digest weekly`: what the week taught, once a week, on demand, and never twice."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.acceptance.harness import CHURN, START, World, meridian
from tests.acceptance.outside_world import set_digest
from tests.standins.slack import Json, text_of

# Fridays at four in the afternoon of Berlin; clocks go back on Sunday 25 October.
FRIDAY, NEXT_FRIDAY = "2026-10-23T14:01Z", "2026-10-30T15:01Z"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with meridian(tmp_path, start=START) as found:
        yield found


def weeks(world: World) -> list[Json]:
    """The weekly digests in the channel."""
    return [m for m in world.slack.messages(CHURN) if m["text"].startswith("The week to ")]


async def log(world: World, title: str) -> None:
    """Lena logs a decision that holds already."""
    await world.lena.command("/decide", title, channel=CHURN)
    said = await world.lena.submit(world.lena.modal, outcome="Because it wins.")
    assert said is None
    await world.deliver()


async def test_it_comes_on_its_day_and_holds_the_decisions_of_the_week(world: World) -> None:
    await set_digest(world.lena, zone="Europe/Berlin", weekly="5", weekly_time="16:00")
    await world.lena.command("/decide", "weekly", channel=CHURN)
    decided = {"weekday": "5", "time": "16:00", "zone": "Europe/Berlin"}
    assert "holds the decisions" in text_of(world.lena.modal)
    assert await world.lena.submit(world.lena.modal, **decided) is None
    await log(world, "Use LightGBM")
    await world.live_until(FRIDAY)
    [told] = weeks(world)
    assert "The week of 17–23 Oct" in text_of(told)
    assert "Use LightGBM · accepted by Lena Fischer" in text_of(told)
    said = [m["text"] for m in world.slack.messages(CHURN)]
    assert not [text for text in said if text.startswith("Decisions of the week")]
    # A quiet week; and the hour stays the same after clocks went back.
    await world.live_until(NEXT_FRIDAY)
    assert weeks(world) == [told]
    # Once the weekly digest is off, the decisions come alone again, and nothing old with them.
    await set_digest(world.lena, zone="Europe/Berlin", weekly="off")
    await log(world, "Drop focal loss")
    await world.live_until("2026-11-06T15:01Z")
    assert weeks(world) == [told]
    [alone] = [
        m for m in world.slack.messages(CHURN) if m["text"].startswith("Decisions of the week")
    ]
    assert "Drop focal loss" in text_of(alone)
    assert "Use LightGBM" not in text_of(alone)


async def test_it_is_shown_to_one_and_posted_once(world: World) -> None:
    await world.yuki.command("/digest", "weekly", channel=CHURN)
    await world.slack.until(lambda: bool(shown(world)))
    assert "Nothing to report" in text_of(shown(world)[-1])
    for title in ("Use LightGBM", "Drop dropout", "Keep five folds", "Log every seed"):
        await log(world, title)
    await world.yuki.command("/digest", "weekly", channel=CHURN)
    await world.slack.until(lambda: len(shown(world)) > 1)
    preview = shown(world)[-1]
    assert "and 1 more" in text_of(preview)
    await world.yuki.click(preview, "digest.weekly.more")
    await world.slack.until(lambda: "Log every seed" in text_of(world.yuki.modal))
    assert "Use LightGBM" in text_of(world.yuki.modal)
    told_of_another = await world.yuki.command("/digest", "weekly 15 Nov", channel=CHURN)
    assert "shows the last seven days only" in text_of(told_of_another.ephemeral or {})
    await world.yuki.click(preview, "digest.weekly.post")
    await world.yuki.resend()
    await world.deliver()
    [told] = weeks(world)
    await world.marcus.click(told, "digest.weekly.more")
    await world.slack.until(lambda: "Use LightGBM" in text_of(world.marcus.modal))


def shown(world: World) -> list[Json]:
    """What Yuki alone was shown at last, without the words of waiting."""
    seen = world.slack.ephemerals(world.yuki.id)
    return [m for m in seen if "Reading the week" not in text_of(m)]
