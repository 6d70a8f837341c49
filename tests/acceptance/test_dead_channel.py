"""A channel that is archived, or that we are thrown out of, and that comes back."""

from pathlib import Path

from tests.acceptance.harness import CHURN, LENA, World, latest, meridian, start_standup
from tests.standins.slack import BOT_USER, text_of


async def _posts(world: World) -> int:
    """How often Slack was asked to post in the channel."""
    return sum(c.args["channel"] == CHURN for c in world.slack.called("chat.postMessage"))


async def _decide(world: World, title: str) -> None:
    await world.lena.command("/decide", title, channel=CHURN)
    assert await world.lena.submit(world.lena.modal, outcome="It wins.") is None
    await world.deliver()


async def test_an_archived_channel_gets_one_post_its_owner_knows_and_it_goes_on_later(
    tmp_path: Path,
) -> None:
    async with meridian(tmp_path) as world:
        world.expect("is_archived")
        await start_standup(world.lena)
        await world.lena.close(world.lena.modal)
        world.slack.ws.channels[CHURN].archived = True
        before = await _posts(world)
        for title in ("Use LightGBM", "Use SGD", "Use Adam"):
            await _decide(world, title)
        assert await _posts(world) == before + 1
        told = [m for m in world.slack.messages(LENA) if "archived" in text_of(m)]
        assert len(told) == 1
        world.slack.ws.channels[CHURN].archived = False
        await world.slack.deliver_event({"type": "channel_unarchive", "channel": CHURN})
        await _decide(world, "Use Lion")
        assert "Use Lion" in text_of(latest(world.slack.messages(CHURN)))
        await world.lena.click(latest(told), "delivery.retry")
        await world.deliver()
        shown = "\n".join(text_of(m) for m in world.slack.messages(CHURN))
        assert all(title in shown for title in ("Use LightGBM", "Use SGD", "Use Adam"))


async def test_where_we_are_invited_again_the_next_message_is_tried(tmp_path: Path) -> None:
    async with meridian(tmp_path) as world:
        world.expect("not_in_channel")
        channel = world.slack.ws.channels[CHURN]
        channel.members.remove(BOT_USER)
        await _decide(world, "Use LightGBM")
        channel.members.append(BOT_USER)
        event = {"type": "member_joined_channel", "user": BOT_USER, "channel": CHURN}
        await world.slack.deliver_event(event)
        await _decide(world, "Use Lion")
        assert "Use Lion" in text_of(latest(world.slack.messages(CHURN)))
