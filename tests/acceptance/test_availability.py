"""Being away, moving between zones and one's own settings, through Slack."""

from datetime import UTC, datetime

from tests.acceptance.harness import (
    CHURN,
    LENA,
    MARCUS,
    YUKI,
    World,
    latest,
    start_standup,
)
from tests.standins.slack import Json, mentions_of, text_of

MONDAY_MORNING = "2026-10-19T07:00Z"
"""09:00 in Berlin."""

BOTH = [LENA, MARCUS]


async def moves(world: World, user_id: str, zone: str) -> None:
    """A profile shows another zone, and Slack says so."""
    user = world.slack.person(user_id).user
    user.tz = zone
    payload = user.payload(datetime.now(UTC), with_email=True)
    await world.slack.deliver_event({"type": "user_change", "user": payload})


def prompts(world: World, user_id: str) -> list[Json]:
    """The direct messages that ask for a report."""
    return [m for m in world.slack.messages(user_id) if "Churn daily" in text_of(m)]


async def test_away_is_typed_and_nobody_asks_until_it_is_over(world: World) -> None:
    await start_standup(world.lena, participants=BOTH)
    ack = await world.lena.command("/standup", "away  until WED: ICML", channel=CHURN)
    assert "You're away until Wed 21 Oct." in text_of(ack.body)
    await world.live_until("2026-10-22T06:59Z")
    assert world.slack.messages(LENA) == []
    assert len(prompts(world, MARCUS)) >= 3
    await world.live_until("2026-10-22T07:00Z")
    assert len(prompts(world, LENA)) == 1


async def test_the_prompts_button_opens_the_form_and_its_receipt_brings_back(
    world: World,
) -> None:
    await start_standup(world.lena, participants=BOTH)
    await world.live_until(MONDAY_MORNING)
    await world.lena.click(latest(prompts(world, LENA)), "availability.away")
    assert await world.lena.submit(world.lena.modal, last="2026-10-23", note="Flu") is None
    await world.deliver()
    receipt = latest(world.slack.messages(LENA))
    assert "You're away until Fri 23 Oct. I won't ask you" in text_of(receipt)
    assert "Report after all" in text_of(prompts(world, LENA)[0])
    await world.live_until("2026-10-20T10:00Z")
    assert len(prompts(world, LENA)) == 1
    await world.lena.click(receipt, "availability.back")
    await world.deliver()
    shown = [text_of(m) for m in world.slack.messages(LENA)]
    assert any("You're back: I ask you again" in text for text in shown)
    assert len(prompts(world, LENA)) == 2  # asked for today, for there is time yet


async def test_who_is_away_is_named_as_away_and_never_mentioned(world: World) -> None:
    await start_standup(world.lena, participants=[LENA, YUKI])
    await world.yuki.command("/standup", "away until Friday", channel=CHURN)
    await world.live_until(MONDAY_MORNING)
    await world.lena.click(latest(prompts(world, LENA)), "standup.answer")
    assert await world.lena.submit(world.lena.modal, answer_0="Tuned lr") is None
    await world.live_until("2026-10-19T16:00Z")
    posts = world.slack.messages(CHURN)
    assert all(YUKI not in mentions_of(post) for post in posts)
    assert all("missing" not in text_of(post).lower() for post in posts)


async def test_a_move_is_followed_at_once_and_confirmed_in_peace(world: World) -> None:
    await start_standup(world.lena, participants=BOTH)
    await world.live_until("2026-10-19T20:00Z")  # 22:00 in Berlin, 16:00 in New York
    before = len(world.slack.messages(LENA))
    await moves(world, LENA, "America/New_York")
    await world.live_until("2026-10-19T20:09Z")
    assert len(world.slack.messages(LENA)) == before
    await world.live_until("2026-10-19T20:10Z")
    question = latest(world.slack.messages(LENA))
    assert "Your Slack profile says New York now." in text_of(question)
    assert "next Tue 20 Oct 09:00" in text_of(question)
    await world.lena.click(question, "availability.keep_zone")
    await world.deliver()
    assert "You stay on Berlin time." in text_of(latest(world.slack.messages(LENA)))
    ack = await world.lena.command("/standup", "timezone", channel=CHURN)
    assert "because you chose it. Slack says America/New_York." in text_of(ack.body)
    asked = len(prompts(world, LENA))
    await world.live_until("2026-10-20T07:00Z")
    assert len(prompts(world, LENA)) == asked + 1


async def test_settings_with_a_country_keep_its_holidays_free(world: World) -> None:
    await start_standup(world.lena, participants=BOTH)
    await world.lena.command("/meridian", "me", channel=CHURN)
    await world.lena.choose(world.lena.modal, "country", "Austria")
    assert "region_AT" in [block.get("block_id") for block in world.lena.modal["blocks"]]
    assert await world.lena.submit(world.lena.modal, start="10:00") is None
    assert "Saved." in text_of(world.lena.modal)
    await world.live_until("2026-10-25T20:00Z")
    asked = len(prompts(world, LENA))
    await world.live_until("2026-10-26T20:00Z")  # Austria's National Day
    assert len(prompts(world, LENA)) == asked
    await world.live_until("2026-10-27T09:00Z")  # 10:00 in winter time
    assert len(prompts(world, LENA)) == asked + 1


async def test_a_wrong_zone_is_refused_where_it_was_typed(world: World) -> None:
    await world.lena.command("/meridian", "me", channel=CHURN)
    refused = await world.lena.submit(world.lena.modal, zone="Istanbul")
    assert refused == {"zone": "Which one: Asia/Istanbul or Europe/Istanbul?"}
    assert await world.lena.submit(world.lena.modal, zone="são paulo") == {
        "zone": "I don't know the time zone 'são paulo'. "
        "Type an IANA name such as Europe/Berlin or America/Sao_Paulo."
    }
    assert await world.lena.submit(world.lena.modal, zone="sao paulo") is None


async def test_a_manager_enters_it_and_others_may_not(world: World) -> None:
    await start_standup(world.lena, participants=[LENA, MARCUS])
    ack = await world.lena.command("/standup", f"away <@{MARCUS}> tomorrow", channel=CHURN)
    assert "Marcus Reed is away" in text_of(ack.body)
    ack = await world.marcus.command("/standup", f"away <@{LENA}> tomorrow", channel=CHURN)
    assert "Only they themselves and the managers" in text_of(ack.body)
    await world.live_until("2026-10-19T11:59Z")
    assert world.slack.messages(MARCUS) == []
    await world.live_until("2026-10-19T12:00Z")  # 08:00 in New York
    told = latest(world.slack.messages(MARCUS))
    assert "Lena Fischer entered that you're away" in text_of(told)
    await world.live_until("2026-10-19T20:00Z")
    assert len(world.slack.messages(MARCUS)) == 1
