"""Who writes to Meridian as to a person hears what it answers to."""

from tests.acceptance.harness import CHURN, LENA, World
from tests.standins.slack import Json, text_of


def message(**more: object) -> Json:
    return {"type": "message", "channel_type": "im", "user": LENA, "text": "hello", **more}


async def test_a_message_in_the_dm_is_answered_once_an_hour(world: World) -> None:
    for _ in range(2):
        assert (await world.slack.deliver_event(message())).status == 200
    await world.deliver()
    (answer,) = world.slack.messages(LENA)
    assert "I answer to commands" in text_of(answer)
    world.clock.advance(hours=1)
    await world.slack.deliver_event(message(text="are you there?"))
    await world.deliver()
    assert len(world.slack.messages(LENA)) == 2


async def test_bots_edits_and_channels_get_no_answer(world: World) -> None:
    for unheard in (
        message(bot_id="B1"),
        message(subtype="message_changed"),
        message(channel_type="channel", channel=CHURN),
    ):
        assert (await world.slack.deliver_event(unheard)).status == 200
    await world.deliver()
    assert world.slack.messages(LENA) == []
    assert world.slack.messages(CHURN) == []
