"""What the digest's buttons open, for whom; past dates; and what a channel chooses to see."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.acceptance.harness import CHURN, START, World, instant, latest
from tests.acceptance.outside_world import Office, office, set_digest
from tests.standins.mlflow import MlflowServer
from tests.standins.slack import Json, text_of

MONDAY, TUESDAY = "2026-10-19T07:00Z", "2026-10-20T07:00Z"


@pytest.fixture
async def told(tmp_path: Path, mlflow: MlflowServer) -> AsyncIterator[Office]:
    """A channel that was told on Monday that CHURN-1 is done, and on Tuesday that twenty more are
    new."""
    async with office(tmp_path, mlflow, start=START) as found:
        found.jira.clock = lambda: instant("2026-10-10T09:00Z")
        found.jira.create("CHURN", "Tune rate")
        found.jira.clock = found.world.clock
        await set_digest(found.world.lena, projects="CHURN")
        await found.poll()
        found.jira.move("CHURN-1", "Done")
        await found.poll()
        await found.world.live_until(MONDAY)
        for number in range(20):
            found.jira.create("CHURN", f"Try idea {number}")
        await found.poll()
        await found.world.live_until(TUESDAY)
        yield found


def digest(world: World) -> Json:
    """The latest digest in the channel."""
    return latest([m for m in world.slack.messages(CHURN) if m["text"].startswith("Digest ")])


async def answer(world: World, text: str) -> str:
    """What `/digest <text>` answers to Yuki only."""
    ack = await world.yuki.command("/digest", text, channel=CHURN)
    return text_of(ack.ephemeral) if ack.ephemeral else ack.text


async def test_the_buttons_show_the_rest_to_who_clicks_and_leave_the_message(told: Office) -> None:
    world, yuki = told.world, told.world.yuki
    before = digest(world)
    assert "Jira: 20 new" in text_of(before)
    await yuki.click(before, "digest.read:details")
    assert "Try idea 0" in text_of(yuki.modal)
    assert "Try idea 19" not in text_of(yuki.modal)
    await yuki.click(yuki.modal, "digest.read:jira")
    assert "1 to 15 of 20" in text_of(yuki.modal)
    await yuki.click(yuki.modal, "digest.read:next")
    assert "Try idea 19" in text_of(yuki.modal)
    await yuki.click(yuki.modal, "digest.read:back")
    await yuki.click(yuki.modal, "digest.read:older")
    assert "Digest · Mon 19 Oct" in text_of(yuki.modal)
    assert "CHURN-1 Tune rate · To do → Done" in text_of(yuki.modal)
    assert "Put together later from what was kept" in text_of(yuki.modal)
    await yuki.click(yuki.modal, "digest.read:newer")
    assert "Digest · Tue 20 Oct" in text_of(yuki.modal)
    await yuki.click(yuki.modal, "digest.read:reading")
    assert "Try idea" not in text_of(yuki.modal), "plain words hold no list of issues"
    await world.deliver()
    assert digest(world) == before


async def test_yesterday_is_the_digest_before(told: Office) -> None:
    yuki = told.world.yuki
    shown = digest(told.world)
    assert "Yesterday" in text_of(shown)
    await yuki.click(shown, "digest.read:before")
    assert "Digest · Mon 19 Oct" in text_of(yuki.modal)


async def test_who_has_left_the_channel_reads_nothing_more(told: Office) -> None:
    yuki = told.world.yuki
    await yuki.click(digest(told.world), "digest.read:details")
    told.world.slack.ws.channels[CHURN].members.remove(yuki.id)
    await yuki.click(yuki.modal, "digest.read:older")
    assert "you aren't in it" in text_of(yuki.modal)


async def test_a_past_date_is_shown_as_it_was_posted_and_posted_again_on_demand(
    told: Office,
) -> None:
    world = told.world
    for typed in ("preview 2026-10-19", "19 Oct", "yesterday", "monday"):
        said = await answer(world, typed)
        assert "CHURN-1 Tune rate · To do → Done" in said
        assert "Try idea" not in said
    assert "is still to come" in await answer(world, "2026-11-20")
    assert "`/digest preview 2026-10-19`" in await answer(world, "18 Oct")
    assert await answer(world, "now 19 Oct") == "Here it comes."
    await world.yuki.resend()
    await world.deliver()
    posted = [m for m in world.slack.messages(CHURN) if m["text"].startswith("Digest Mon 19")]
    assert len(posted) == 2, "the one of Monday, and this"


async def test_a_channel_chooses_its_fields_and_readers(told: Office) -> None:
    world = told.world
    await set_digest(world.lena, projects="CHURN", fields=[], weekly="5", weekly_time="15:00")
    assert "The weekly digest comes Fri at 15:00." in text_of(world.lena.modal)
    said = await answer(world, "19 Oct")
    assert "CHURN-1 · To do → Done" in said
    assert "Tune rate" not in said
    await set_digest(world.lena, projects="CHURN", audience="stakeholder")
    assert "Nothing to report" in await answer(world, "20 Oct"), "issues are no news to them"
    await world.lena.command("/decide", "Use LightGBM", channel=CHURN)
    assert await world.lena.submit(world.lena.modal, outcome="It wins.") is None
    said = await answer(world, "preview")
    assert "Use LightGBM" in said
    assert "Details" in said
    assert "For stakeholders" not in said
