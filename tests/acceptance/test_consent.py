"""Consent across zones: three makers in three zones, one away, one objecting, then satisfied."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.views.decisions.objection import FIELD_REASON
from jobs import housekeeping
from tests.acceptance.harness import (
    CHURN,
    LENA,
    MARCUS,
    YUKI,
    World,
    latest,
    meridian,
)
from tests.standins.slack import Json, Person, mentions_of, text_of

AGREE, ASIDE, OBJECT = "decision.agree", "decision.stand_aside", "decision.object"
ACCEPT, REJECT, DETAILS = "decision.accept", "decision.reject", "decision.details"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A Monday, 15:00 in Berlin, nine in New York, 23:00 in Tokyo."""
    async with meridian(tmp_path, start="2026-11-23T14:00Z") as found:
        await housekeeping.step(found.app.jobs, found.clock())
        yield found


async def propose(world: World, *makers: str, rule: str = "unanimous", **values: object) -> Json:
    """Lena proposes D-1 and asks these for their consent; its card."""
    lena = world.lena
    await lena.command("/decide", "Use LightGBM", channel=CHURN)
    await lena.choose(lena.modal, "consent_rule", rule)
    typed = {"outcome": "It wins.", "makers": list(makers), **values}
    assert await lena.submit(lena.modal, **typed) is None
    await world.deliver()
    return card(world)


def card(world: World) -> Json:
    """The one message of D-1 in the channel."""
    [found] = [m for m in world.slack.messages(CHURN) if m["text"].startswith("D-1 ·")]
    return found


def shown(message: Json) -> str:
    """What a message says, without its line breaks."""
    return text_of(message).replace("\n", " ")


def labels(message: Json) -> list[str]:
    """The buttons of a message."""
    rows = [block["elements"] for block in message["blocks"] if block["type"] == "actions"]
    return [element["text"]["text"] for row in rows for element in row]


def question(world: World, person: Person) -> Json:
    """The newest direct message that somebody has."""
    return latest(world.slack.messages(person.id))


def told(world: World, person: Person) -> str:
    """What only this person read last."""
    return text_of(latest(world.slack.ephemerals(person.id)))


async def test_three_zones_one_away_one_objecting_then_satisfied(world: World) -> None:
    await world.marcus.command("/standup", "away today..thursday", channel=CHURN)
    shown_card = await propose(world, LENA, MARCUS, YUKI)
    assert "Lena Fischer agrees" in shown(shown_card)
    assert mentions_of(shown_card) == set()
    assert labels(shown_card)[:5] == ["Agree", "Stand aside", "Object…", "Reject", "Edit"]
    assert "Marcus Reed is away until Thu 26 Nov" in shown(shown_card)
    before = len(world.slack.messages(MARCUS))
    assert world.slack.messages(YUKI) == []

    await world.live_until("2026-11-23T23:00Z")
    asked = question(world, world.yuki)
    assert "Answer until 2026-11-24 05:00 UTC (6 hours of your working time)." in shown(asked)
    await world.yuki.click(asked, OBJECT)
    assert await world.yuki.submit(world.yuki.modal, **{FIELD_REASON: "Latency doubles"}) is None
    await world.deliver()
    assert "Yuki Tanaka objects: Latency doubles" in shown(card(world))
    assert "You objected" in shown(question(world, world.yuki))

    await world.live_until("2026-11-27T12:59Z")
    assert len(world.slack.messages(MARCUS)) == before
    await world.live_until("2026-11-27T13:00Z")
    assert "Lena Fischer asks for your consent to D-1" in shown(question(world, world.marcus))
    assert "Marcus Reed is asked until 2026-11-27 19:00 UTC" in shown(card(world))
    await world.marcus.click(question(world, world.marcus), ASIDE)
    await world.tick()
    assert "The round is over and doesn't accept it: Yuki Tanaka objects." in shown(card(world))
    assert "Talk to Yuki Tanaka" in shown(question(world, world.lena))

    await world.yuki.click(card(world), AGREE)
    assert told(world, world.yuki) == "D-1 is accepted."
    await world.deliver()
    final = card(world)
    assert final["ts"] == shown_card["ts"]
    for said in ("Lena Fischer agreed", "Marcus Reed stood aside", "Yuki Tanaka agreed"):
        assert said in shown(final)
    assert "Agree" not in labels(final)
    assert labels(question(world, world.yuki)) == ["Details"]
    assert labels(question(world, world.lena)) == ["Details"]


async def test_silence_that_counts_accepts_and_the_trail_names_who_was_silent(
    world: World,
) -> None:
    await propose(world, LENA, MARCUS, rule="unanimous", consent_silence=["yes"], consent_hours="4")
    await world.live_until("2026-11-23T17:59Z")
    assert "proposed" in card(world)["text"]
    assert len(world.slack.messages(MARCUS)) == 2
    await world.live_until("2026-11-23T18:00Z")
    assert "accepted" in card(world)["text"]
    await world.lena.click(card(world), DETAILS)
    said = "Marcus Reed said nothing in their 4 hours, which counts as consent"
    assert f"accepted it by consent of all; {said}" in shown(world.lena.modal)


async def test_an_objection_survives_a_closed_form_and_a_restart(world: World) -> None:
    await propose(world, LENA, MARCUS)
    await world.marcus.click(card(world), OBJECT)
    await world.marcus.type(world.marcus.modal, FIELD_REASON, "Twice the co")
    await world.marcus.close(world.marcus.modal)
    await world.restart()
    await world.marcus.click(card(world), OBJECT)
    [field] = [b for b in world.marcus.modal["blocks"] if b["type"] == "input"]
    assert field["element"]["initial_value"] == "Twice the co"
    refused = await world.marcus.submit(world.marcus.modal, **{FIELD_REASON: "\u200b"})
    assert refused == {FIELD_REASON: "Say why: the others can only act on what they know."}
    assert await world.marcus.submit(world.marcus.modal, **{FIELD_REASON: "Cost"}) is None
    await world.marcus.click(card(world), OBJECT)
    [field] = [b for b in world.marcus.modal["blocks"] if b["type"] == "input"]
    assert field["element"]["initial_value"] == "Cost"


async def test_the_whole_reason_is_in_the_details(world: World) -> None:
    await propose(world, LENA, MARCUS, YUKI)
    await world.marcus.click(card(world), OBJECT)
    reason = "Because " * 30 + "of the cost"
    assert await world.marcus.submit(world.marcus.modal, **{FIELD_REASON: reason}) is None
    await world.deliver()
    assert "of the cost" not in shown(card(world))
    await world.lena.click(card(world), DETAILS)
    assert reason in shown(world.lena.modal)


async def test_who_is_not_asked_is_told_so(world: World) -> None:
    await propose(world, LENA, MARCUS)
    for action in (AGREE, ASIDE, OBJECT):
        await world.ananya.click(card(world), action)
        assert "Only the makers of D-1 are asked for their consent." in told(world, world.ananya)
    await world.marcus.click(card(world), REJECT)
    assert "only Lena Fischer, who proposed it, may do that" in told(world, world.marcus)
    await world.deliver()
    assert "Marcus Reed is asked until" in shown(card(world))


async def test_a_click_on_what_was_decided_or_changed_is_told_so(world: World) -> None:
    old = await propose(world, LENA, MARCUS)
    await world.lena.click(old, "decision.edit")
    assert await world.lena.submit(world.lena.modal, title="Use XGBoost") is None
    await world.marcus.click(old, AGREE)
    assert "D-1 was changed since you read it." in told(world, world.marcus)
    await world.deliver()
    first, second = world.slack.messages(MARCUS)
    assert "It was changed since" in shown(first)
    await world.marcus.click(second, AGREE)
    await world.marcus.resend()
    await world.marcus.click(second, AGREE)
    assert "D-1 is accepted already" in told(world, world.marcus)
    await world.deliver()
    assert card(world)["text"] == "D-1 · Use XGBoost · accepted"
    await world.lena.click(card(world), DETAILS)
    assert shown(world.lena.modal).count("Marcus Reed agreed") == 2  # the round, and the trail


async def test_the_author_accepts_over_an_objection_where_that_is_the_rule(world: World) -> None:
    await propose(world, LENA, MARCUS, rule="author")
    await world.marcus.click(card(world), OBJECT)
    assert await world.marcus.submit(world.marcus.modal, **{FIELD_REASON: "Cost"}) is None
    await world.deliver()
    asked = question(world, world.lena)
    assert labels(asked) == ["Accept", "Reject", "Edit", "Details"]
    await world.lena.click(asked, ACCEPT)
    await world.deliver()
    assert "accepted" in card(world)["text"]
    await world.lena.click(card(world), DETAILS)
    over = "accepted it after the consent round, over the objection of Marcus Reed"
    assert over in shown(world.lena.modal)
