"""*Log as decision* on a message: title, quote and link of it are filled in."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from jobs import housekeeping
from tests.acceptance.decision_forms import actions_of, said_in, send, type_into, typed_in
from tests.acceptance.harness import CHURN, LEADS, LENA, MARCUS, World, latest, meridian
from tests.standins.slack import Json, links_of, mentions_of, text_of

LOG = "decision.log_message"
SAID = "*Let's use LightGBM*, <@U0MARCUS>: it wins on &lt;every&gt; slice. Tests: <https://x.test|here>"
PLAIN = "Let's use LightGBM, @Marcus Reed: it wins on <every> slice. Tests: here"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Meridian after its first minute: it knows everybody's name."""
    async with meridian(tmp_path) as found:
        await housekeeping.step(found.app.jobs, found.clock())
        yield found


def page(world: World, message: Json, thread_ts: str = "") -> str:
    """The message's address as `chat.getPermalink` gives it."""
    address = f"https://{world.slack.ws.team_domain}.slack.com/archives/{CHURN}"
    address += f"/p{message['ts'].replace('.', '')}"
    return f"{address}?thread_ts={thread_ts}&cid={CHURN}" if thread_ts else address


async def test_a_message_becomes_a_decision_that_quotes_it(world: World) -> None:
    message = world.yuki.say(CHURN, SAID)
    await world.lena.shortcut(LOG, message)
    assert typed_in(world.lena)["title"] == PLAIN.split(" Tests")[0].removesuffix(".")
    assert "From a message of Yuki Tanaka" in said_in(world.lena).replace("\n", "")
    assert PLAIN in said_in(world.lena)
    assert await send(world.lena, outcome="We do.") is None
    await world.deliver()
    card = latest(world.slack.messages(CHURN))
    assert PLAIN in text_of(card)
    assert page(world, message) in links_of(card)
    assert mentions_of(card) == set()
    await world.marcus.click(card, "decision.details")
    assert PLAIN in text_of(world.marcus.modal)


async def test_the_draft_of_a_message_comes_back_there_and_only_there(world: World) -> None:
    message, other = world.yuki.say(CHURN, SAID), world.yuki.say(CHURN, "Drop Kafka. Costs.")
    await world.lena.shortcut(LOG, message)
    await type_into(world.lena, "outcome", "We do.")
    await world.lena.close(world.lena.modal)
    await world.lena.shortcut(LOG, other)
    assert (typed_in(world.lena)["title"], typed_in(world.lena)["outcome"]) == ("Drop Kafka", None)
    await world.lena.close(world.lena.modal)
    await world.lena.shortcut(LOG, message)
    assert typed_in(world.lena)["outcome"] == "We do."
    await world.lena.click(world.lena.modal, "decision.afresh")
    assert typed_in(world.lena)["outcome"] is None
    assert typed_in(world.lena)["title"].startswith("Let's use LightGBM")
    assert PLAIN in said_in(world.lena)


async def test_a_reply_is_linked_in_its_thread(world: World) -> None:
    root = world.yuki.say(CHURN, "Which one?")
    reply = world.marcus.say(CHURN, "LightGBM", thread_ts=root["ts"])
    await world.lena.shortcut(LOG, reply)
    assert page(world, reply, root["ts"]) in links_of(world.lena.modal)


async def test_a_bots_message_gives_no_title_and_one_without_words_none_either(
    world: World,
) -> None:
    await world.lena.command("/decide", "Use LightGBM", channel=CHURN)
    await send(world.lena, outcome="It wins.")
    await world.deliver()
    card = latest(world.slack.messages(CHURN))
    for message in (card | {"channel": CHURN}, world.yuki.say(CHURN, "")):
        await world.lena.shortcut(LOG, message)
        assert typed_in(world.lena)["title"] is None
        assert page(world, message) in links_of(world.lena.modal)
        await world.lena.close(world.lena.modal)


async def test_the_longest_message_fits(world: World) -> None:
    message = world.yuki.say(CHURN, '"\\\n' * 3000)
    await world.lena.shortcut(LOG, message)
    assert await send(world.lena, title="It fits", outcome="All of it.", tags="x") is None
    await world.deliver()
    assert "It fits" in text_of(latest(world.slack.messages(CHURN)))


async def test_where_meridian_is_not_a_member_it_says_what_to_do(world: World) -> None:
    message = world.marcus.say(LEADS, "Let's use LightGBM")
    world.expect("not_in_channel", "channel_not_found")
    await world.lena.shortcut(LOG, message)
    assert world.lena.modals == []
    told = text_of(latest(world.slack.ephemerals(LENA)))
    assert "/invite @Meridian" in told
    assert "Log as decision" in told


async def test_a_guest_reads_and_logs_nothing(world: World) -> None:
    message = world.yuki.say(CHURN, SAID)
    world.marcus.user.is_restricted = True
    world.clock.advance(days=1)
    await housekeeping.step(world.app.jobs, world.clock())
    await world.marcus.shortcut(LOG, message)
    assert world.marcus.modals == []
    assert "ask somebody of the team" in text_of(latest(world.slack.ephemerals(MARCUS)))


async def test_a_shortcut_pressed_twice_opens_one_form(world: World) -> None:
    message = world.yuki.say(CHURN, SAID)
    await world.lena.shortcut(LOG, message)
    world.expect("exchanged_trigger_id")
    await world.lena.resend()
    assert len(world.lena.modals) == 1
    assert "decision.unfold:tags" in actions_of(world.lena.modal)
