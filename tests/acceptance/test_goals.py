"""Goals: set in a form that shows how they will read, followed by their card, told in digests."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from jobs import goals, housekeeping
from tests.acceptance.harness import CHURN, World, latest, meridian
from tests.acceptance.mirrored import Lab, NoTracker
from tests.acceptance.outside_world import set_digest
from tests.standins.slack import Json, Person, mentions_of, text_of

MONDAY = "2026-10-19T09:00Z"
PHRASE = "The model finds {value} of 100 leavers"
GOAL = {
    "objective": "Cut churn by 15 %",
    "metric": "VAL_AUC",
    "target": "93 %",
    "due_on": "2027-01-31",
    "phrase": PHRASE,
}
TAGS: dict[str, Any] = {"registered_model": "churn", "model_version": "13"}


@pytest.fixture
async def lab(tmp_path: Path) -> AsyncIterator[Lab]:
    """A Monday morning in Berlin; champion v13 of churn has val_auc 0.906."""
    tracker: Any = NoTracker()
    async with meridian(tmp_path, start=MONDAY, experiment_tracker=tracker) as world:
        found = Lab(world)
        await housekeeping.step(world.app.jobs, world.clock())
        await found.begin()
        await found.champion(0.906)
        yield found


async def asks(person: Person, text: str) -> Json:
    """What only this person sees."""
    ack = await person.command("/experiment", text, channel=CHURN)
    return ack.ephemeral or {"text": ack.text}


async def sets(person: Person, **values: Any) -> None:
    """`/experiment goal new`, filled in and sent."""
    await person.command("/experiment", "goal new", channel=CHURN)
    assert await person.submit(person.modal, source=champion(person), **GOAL, **values) is None


def champion(person: Person) -> str:
    """The choice that the form offers for the champion of churn."""
    [block] = [b for b in person.modal["blocks"] if b.get("block_id") == "source"]
    options = block["element"]["options"]
    return str(next(o["value"] for o in options if o["text"]["text"] == "churn (champion)"))


def card(world: World) -> Json:
    """The goal's card in the channel, as it is now."""
    return next(m for m in world.slack.messages(CHURN) if "G-1 ·" in text_of(m))


async def evaluated(lab: Lab, value: float, *, days: float = 1) -> None:
    """Some days later champion v13 is evaluated, and the number is kept."""
    lab.world.clock.advance(days=days)
    await lab.trained(f"check-{value}", value, **TAGS)
    await goals.step(lab.world.app.jobs, lab.world.clock())
    await lab.world.deliver()


async def test_a_goal_is_set_previewed_and_its_card_follows_the_number(lab: Lab) -> None:
    lena = lab.world.lena
    empty = await asks(lena, "goal")
    assert "The model finds 87 of 100 leavers (goal 90" in text_of(empty)
    await lena.click(empty, "goal.new")
    lena.fill(lena.modal, metric="val_auc")
    await lena.choose(lena.modal, "source", champion(lena))
    await lena.type(lena.modal, "phrase", "The model finds {value} leavers")
    await lena.type(lena.modal, "target", "0.93")
    assert "The model finds 91 of 100 leavers (goal 93)." in text_of(lena.modal).replace("_", "")
    await lena.type(lena.modal, "target", "ninety")
    assert "Type a number such as 0.9." in text_of(lena.modal)
    errors = await lena.submit(lena.modal, **{**GOAL, "phrase": "nothing"})
    assert errors is not None
    assert "{value}" in errors["phrase"]
    assert await lena.submit(lena.modal, **GOAL) is None
    await lab.world.deliver()
    posted = card(lab.world)
    assert text_of(posted).splitlines()[:3] == [
        "G-1 · Cut churn by 15 %",
        "The model finds 91 of 100 leavers. On track, 2 of 100 to go.",
        "Goal 93 by 31 January 2027 · Lena Fischer owns it",
    ]
    assert mentions_of(posted) == set()
    await evaluated(lab, 0.92)
    await evaluated(lab, 0.92)
    shown = text_of(card(lab.world))
    assert "The model finds 92 of 100 leavers. On track, 1 of 100 to go." in shown
    assert "It was 91 when it began on 19 October" in shown
    await lena.click(card(lab.world), "goal.details")
    details = text_of(latest(lab.world.slack.ephemerals(lena.id)))
    assert "Measured by val_auc of champion of churn; higher is better; target 0.93" in details
    assert "0.92 since 20 Oct 2026" in details
    assert "0.906 since 19 Oct 2026" in details


async def test_only_its_people_change_a_goal_and_nobody_overwrites_another(lab: Lab) -> None:
    lena, marcus = lab.world.lena, lab.world.marcus
    await sets(lena, owner=[marcus.id])
    await lab.world.deliver()
    refused = text_of(await asks(lab.world.yuki, "goal edit G-1"))
    assert "G-1 is Marcus Reed's: only they and who set it may change or end it." in refused
    await lena.click(card(lab.world), "goal.edit")
    await marcus.command("/experiment", "goal edit g1", channel=CHURN)
    assert await lena.submit(lena.modal, objective="Keep more customers") is None
    assert await marcus.submit(marcus.modal, target="0.95") is None
    assert "Somebody changed G-1 while you were typing" in text_of(marcus.modal)
    assert await marcus.submit(marcus.modal) is None
    await lab.world.deliver()
    shown = text_of(card(lab.world))
    assert "Cut churn by 15 %" in shown
    assert "Goal 95 by" in shown
    await marcus.command("/experiment", "goal end G-1", channel=CHURN)
    assert await marcus.submit(marcus.modal) is None
    await lab.world.deliver()
    assert "ended" in text_of(card(lab.world))
    assert "G-1 was ended." in text_of(await asks(lena, "goal edit G-1"))
    listed = text_of(await asks(lena, "goal"))
    assert "⏸ G-1 Cut churn by 15 %: The model finds 91 of 100 leavers" in listed


async def test_a_private_channels_goal_is_seen_there_only(lab: Lab) -> None:
    world, yuki = lab.world, lab.world.yuki
    await sets(world.lena)
    await housekeeping.step(world.app.jobs, world.clock())

    async def in_her_dm() -> str:
        ack = await yuki.command("/experiment", "goal G-1", channel=yuki.id)
        return text_of(ack.ephemeral) if ack.ephemeral else ack.text

    assert "The model finds 91 of 100 leavers" in await in_her_dm()
    world.slack.ws.channels[CHURN].kind = "groups"
    world.clock.advance(days=3)
    await housekeeping.step(world.app.jobs, world.clock())
    assert "G-1 belongs to a private channel" in await in_her_dm()


async def test_stakeholders_read_the_goal_and_no_jargon(lab: Lab) -> None:
    """The channel's digest is theirs; a day on which only runs ended says nothing to them."""
    world, lena = lab.world, lab.world.lena
    await sets(lena)
    await set_digest(lena, audience="stakeholder")
    await world.deliver()
    before = len(world.slack.messages(CHURN))
    await evaluated(lab, 0.92, days=0.9)
    await world.live_until("2026-10-20T12:00Z")
    *_, digest = world.slack.messages(CHURN)
    assert len(world.slack.messages(CHURN)) == before + 1
    told = text_of(digest).splitlines()
    assert told[0] == "Where we are · Tue 20 Oct"
    assert told[1] == (
        "Goal: Cut churn by 15 %. The model finds 92 of 100 leavers (goal 93 by 31 January 2027); "
        "it was 91 when it began on 19 October. On track, 1 of 100 to go."
    )
    assert not any(word in text_of(digest) for word in ("run", "val_auc", "champion", "MLflow"))
    await lab.trained("some try", 0.5)
    await world.live_until("2026-10-21T12:00Z")
    assert len(world.slack.messages(CHURN)) == before + 1
