"""A stand-up that shows reports at once: one card a day, which is right when the day is over."""

from tests.acceptance.harness import (
    CHURN,
    LENA,
    MARCUS,
    YUKI,
    World,
    latest,
    start_standup,
)
from tests.standins.slack import mentions_of, text_of


async def test_the_card_names_who_stayed_silent_once_their_day_has_closed(world: World) -> None:
    people = [YUKI, LENA, MARCUS]
    await start_standup(world.lena, participants=people, post_mode="at_once")
    await world.live_until("2026-10-19T00:00Z")
    await world.yuki.click(latest(world.slack.messages(YUKI)), "standup.answer")
    assert await world.yuki.submit(world.yuki.modal, answer_0="Tuned lr") is None
    await world.tick()
    assert "(1 of 1)" in text_of(latest(world.slack.messages(CHURN)))
    await world.live_until("2026-10-19T22:00Z")
    card = latest(world.slack.messages(CHURN))
    assert "(1 of 3)" in text_of(card)
    assert "Not heard from yet: Lena Fischer, Marcus Reed" in text_of(card)
    assert mentions_of(card) == set()
