"""The life of a hypothesis: written, tested by tagged runs, and a person's verdict."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.domain.experiments.records import RunStatus
from jobs import housekeeping
from tests.acceptance.decision_forms import said_in, typed_in
from tests.acceptance.harness import CHURN, World, latest, meridian
from tests.acceptance.mirrored import Lab, NoTracker
from tests.standins.slack import Json, Person, text_of

MONDAY = "2026-10-19T09:00Z"


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


async def write(person: Person, claim: str = "Leaf-wise beats depth-wise", **values: Any) -> None:
    """`/experiment hypothesis …`, sent with these values over the proposed ones."""
    await person.command("/experiment", f"hypothesis {claim}", channel=CHURN)
    chosen = {"experiment": "1", "by": "0.005", "against": "champion", **values}
    assert await person.submit(person.modal, **chosen) is None
    assert person.modals == []


def card(world: World) -> Json:
    """The one card in the channel, as it is now."""
    [found] = world.slack.messages(CHURN)
    return found


def thread(world: World) -> list[str]:
    """What stands below the card."""
    return [text_of(reply) for reply in world.slack.thread(CHURN, card(world)["ts"])]


async def seeds(lab: Lab, *values: float, data: str = "churn-v7") -> None:
    """Runs that differ in their seed only, tagged with H-1."""
    for number, value in enumerate(values):
        params = {"growth": "leaf-wise", "seed": str(number)}
        await lab.trained(f"leafy-{number}", value, data=data, params=params, hypothesis="h-1")


async def test_tagged_runs_attach_themselves_and_the_owner_is_asked_once_they_ended(
    lab: Lab,
) -> None:
    world = lab.world
    await write(world.lena)
    await world.deliver()
    assert "H-1 · Leaf-wise beats depth-wise · open until" in text_of(card(world))
    assert "no run is tagged with it yet" in text_of(card(world))
    running = await lab.trained("leafy", None, status=RunStatus.RUNNING, hypothesis="H-1")
    assert "0 of 1 run finished" in text_of(card(world))
    await seeds(lab, 0.911, 0.912, 0.913)
    shown = text_of(card(world))
    assert "3 of 4 runs finished, best 0.912, median of 3 seeds" in shown
    assert "0.006 above champion v13 (0.906)" in shown
    await world.live_until("2026-10-19T13:00Z")
    assert world.slack.messages(world.lena.id) == []
    done = replace(running, status=RunStatus.FAILED, ended_at=world.clock())
    await lab.polled(done)
    await world.live_until("2026-10-19T13:59Z")
    assert world.slack.messages(world.lena.id) == []
    await world.live_until("2026-10-19T14:01Z")
    asked = text_of(latest(world.slack.messages(world.lena.id)))
    assert "What came of it? H-1 · Leaf-wise beats depth-wise, for its runs have ended." in asked
    assert "The numbers speak for supported: median of 3 seeds 0.912" in asked
    assert "Lena Fischer is asked for the verdict" in text_of(card(world))


async def test_the_owner_confirms_and_everybody_reads_what_was_learned(lab: Lab) -> None:
    world = lab.world
    await write(world.lena, "Focal loss helps")
    await seeds(lab, 0.861, 0.860, 0.862)
    await world.live_until("2026-10-19T10:30Z")
    ask = latest(world.slack.messages(world.lena.id))
    assert "The numbers speak for refuted" in text_of(ask)
    await world.lena.click(ask, "hypothesis.verdict:confirm")
    assert typed_in(world.lena)["state"] == "refuted"
    assert await world.lena.submit(world.lena.modal, learned="Calibration breaks") is None
    await world.deliver()
    told = text_of(card(world))
    assert "H-1 refuted: Focal loss helps" in told
    assert "0.045 below champion v13 (0.906), short of what was claimed in all 3 runs." in told
    assert "Learned: Calibration breaks." in told
    assert "3 runs, Ananya Rao. Verdict by Lena Fischer" in told
    assert "open until" not in told
    [said] = thread(world)
    assert "H-1 refuted: Focal loss helps" in said
    assert "H-1 refuted: Focal loss helps" in text_of(latest(world.slack.messages(world.lena.id)))
    await world.live_until("2026-10-30T10:30Z")
    assert len(world.slack.messages(world.lena.id)) == 1


async def test_only_the_owner_and_the_author_decide_and_only_once(lab: Lab) -> None:
    world = lab.world
    await write(world.lena, owner=[world.yuki.id])
    await world.deliver()
    await world.marcus.click(card(world), "hypothesis.verdict")
    refused = text_of(latest(world.slack.ephemerals(world.marcus.id)))
    assert "H-1 is Yuki Tanaka's" in refused
    await world.lena.click(card(world), "hypothesis.verdict")
    await world.yuki.click(card(world), "hypothesis.verdict")
    assert await world.lena.submit(world.lena.modal, state="inconclusive") is None
    refused_at = await world.yuki.submit(world.yuki.modal, state="supported")
    assert "H-1 is inconclusive already. Lena Fischer said so." in str(refused_at)


async def test_nobody_is_asked_at_night_and_there_is_one_reminder(lab: Lab) -> None:
    world = lab.world
    await write(world.lena, owner=[world.yuki.id], days="1")
    await world.live_until("2026-10-20T22:50Z")
    assert world.slack.messages(world.yuki.id) == []
    await world.live_until("2026-10-20T23:10Z")
    [asked] = world.slack.messages(world.yuki.id)
    assert "for its time is over" in text_of(asked)
    assert "inconclusive: no run is tagged with it." in text_of(asked)
    await world.live_until("2026-10-27T22:00Z")
    assert [text_of(m).split(":")[0] for m in world.slack.messages(world.yuki.id)] == [
        "What came of it? H-1 · Leaf-wise beats depth-wise, for its time is over.\n"
        "no run is tagged with it yet\nThe numbers speak for inconclusive",
        "Still waits for your verdict",
    ]


async def test_more_time_and_runs_that_were_seen_before_ask_nobody_again(lab: Lab) -> None:
    world = lab.world
    await write(world.lena)
    await seeds(lab, 0.907)
    await world.live_until("2026-10-19T10:30Z")
    ask = latest(world.slack.messages(world.lena.id))
    assert "0.001 above champion v13 (0.906), short of what was claimed, but from one run" in (
        text_of(ask)
    )
    await world.lena.click(ask, "hypothesis.more")
    assert await world.lena.submit(world.lena.modal, days="3") is None
    await world.deliver()
    assert "Lena Fischer gave H-1 more time" in thread(world)[0]
    assert "H-1 · Leaf-wise beats depth-wise has more time" in text_of(
        latest(world.slack.messages(world.lena.id))
    )
    await world.live_until("2026-10-22T15:00Z")
    assert len(world.slack.messages(world.lena.id)) == 1
    await world.live_until("2026-10-23T09:00Z")
    assert len(world.slack.messages(world.lena.id)) == 2


async def test_other_data_proves_nothing(lab: Lab) -> None:
    world = lab.world
    await write(world.lena)
    await seeds(lab, 0.95, 0.95, 0.95, data="churn-v8")
    await world.lena.command("/experiment", "hypothesis verdict H-1", channel=CHURN)
    assert "inconclusive: its runs saw other data (churn-v8) than champion v13 (churn-v7)" in (
        said_in(world.lena)
    )


async def test_what_was_typed_waits_as_a_draft_and_mistakes_are_told_at_their_field(
    lab: Lab,
) -> None:
    world = lab.world
    await world.lena.command("/experiment", "hypothesis", channel=CHURN)
    await world.lena.type(world.lena.modal, "claim", "Dropout is enough")
    await world.lena.close(world.lena.modal)
    await world.lena.command("/experiment", "hypothesis", channel=CHURN)
    assert typed_in(world.lena)["claim"] == "Dropout is enough"
    wrong = {"by": "0.1", "target": "0.9", "days": "x", "experiment": "1"}
    assert list(await world.lena.submit(world.lena.modal, **wrong) or {}) == ["days"]
    assert list(await world.lena.submit(world.lena.modal, days="3") or {}) == ["target"]
    typo = await world.lena.submit(world.lena.modal, by="", metric="val_acu")
    assert typo == {"metric": "No run has logged val_acu yet. Did you mean val_auc?"}
    odd = await lab.trained("odd-one", 0.9)
    await lab.polled(replace(odd, metrics={"odd": 1.0}))
    assert list(await world.lena.submit(world.lena.modal, metric="odd") or {}) == ["change"]
    assert await world.lena.submit(world.lena.modal, change="lower") is None
    await world.deliver()
    assert "odd at most 0.9" in text_of(card(world))
    await world.lena.command("/experiment", "hypothesis", channel=CHURN)
    assert typed_in(world.lena)["claim"] in (None, "")


async def test_edit_list_show_and_abandon(lab: Lab) -> None:
    world = lab.world
    await write(world.lena)
    await world.lena.command("/experiment", "hypothesis edit H-1", channel=CHURN)
    changed = {"claim": "Leaf-wise wins", "target": "0.92", "by": ""}
    assert await world.lena.submit(world.lena.modal, **changed) is None
    await world.deliver()
    assert "Claimed: val_auc at least 0.92" in text_of(card(world))
    await world.yuki.command("/experiment", "hypothesis list", channel=CHURN)
    listed = text_of(latest(world.slack.ephemerals(world.yuki.id)))
    assert "H-1 Leaf-wise wins · open until" in listed
    await world.lena.command("/experiment", "hypothesis abandon H-1", channel=CHURN)
    assert await world.lena.submit(world.lena.modal, learned="No time") is None
    shown = await world.yuki.command("/experiment", "hypothesis show h1", channel=CHURN)
    assert shown.ephemeral is not None
    assert "H-1 abandoned: Leaf-wise wins" in text_of(shown.ephemeral)
    await world.yuki.command("/experiment", "hypothesis list open", channel=CHURN)
    assert "There is no open hypothesis" in text_of(latest(world.slack.ephemerals(world.yuki.id)))


async def test_log_as_decision_brings_the_runs_and_the_card_as_evidence(lab: Lab) -> None:
    world = lab.world
    await write(world.lena)
    await seeds(lab, 0.911, 0.912, 0.913)
    await world.lena.click(card(world), "hypothesis.decision")
    form = typed_in(world.lena)
    assert form["title"] == "Leaf-wise beats depth-wise"
    assert "leafy-1" in form["evidence"].splitlines()[0]
    assert form["evidence"].count("run ") == 3
    assert "/archives/" in form["evidence"].splitlines()[-1]
    assert await world.lena.submit(world.lena.modal, outcome="We grow leaf-wise") is None
    await world.deliver()
    assert any("D-1" in text_of(m) for m in world.slack.messages(CHURN))


async def test_app_home_and_the_digests_tell_of_it(lab: Lab) -> None:
    world = lab.world
    await world.lena.command("/digest", "settings", channel=CHURN)
    assert await world.lena.submit(world.lena.modal, time="09:00", zone="UTC") is None
    await world.lena.command("/decide", "weekly", channel=CHURN)
    assert await world.lena.submit(world.lena.modal, weekday="2", time="08:00") is None
    await write(world.lena, "Focal loss helps")
    await write(world.lena, "Dropout is enough")
    await seeds(lab, 0.861, 0.860, 0.862)
    await world.live_until("2026-10-19T10:30Z")
    await world.lena.open_home()
    await world.app.listeners.drain()
    home = world.slack.home(world.lena.id)
    assert "Focal loss helps waits for your verdict; the numbers speak for refuted" in text_of(home)
    await world.lena.click(home, "hypothesis.verdict:confirm")
    assert await world.lena.submit(world.lena.modal, learned="Calibration breaks") is None
    await world.app.listeners.drain()
    assert "waits for your verdict" not in text_of(world.slack.home(world.lena.id))
    await world.live_until("2026-10-20T09:00Z")
    told = [text_of(message) for message in world.slack.messages(CHURN)]
    [daily] = [text for text in told if text.startswith("Digest")]
    assert "Learned: Focal loss helps: refuted (H-1), 3 runs" in daily
    [weekly] = [text for text in told if text.startswith("Decisions of the week")]
    assert "Hypotheses tested this week\nH-1 Focal loss helps · refuted" in weekly
    assert "Hypotheses open\nH-2 Dropout is enough · open until" in weekly


async def test_outsiders_write_no_hypotheses(lab: Lab) -> None:
    world = lab.world
    world.slack.add_user("U0GUEST", "Gus", tz="Europe/Berlin", is_restricted=True)
    world.slack.ws.channels[CHURN].members.append("U0GUEST")
    guest = world.slack.person("U0GUEST")
    ack = await guest.command("/experiment", "hypothesis Mine", channel=CHURN)
    assert "Guests and people of other companies" in ack.text
    assert guest.modals == []


async def test_who_takes_it_over_is_asked_in_the_place_of_who_was(lab: Lab) -> None:
    world = lab.world
    await lab.trained("old-hand", 0.9)
    await write(world.lena, against="run", run="old-hand", by="")
    await seeds(lab, 0.91, 0.92, 0.93)
    await world.live_until("2026-10-19T10:30Z")
    assert len(world.slack.messages(world.lena.id)) == 1
    await world.lena.click(card(world), "hypothesis.edit")
    assert await world.lena.submit(world.lena.modal, owner=[world.marcus.id]) is None
    await world.live_until("2026-10-19T15:00Z")
    [asked] = world.slack.messages(world.marcus.id)
    assert "supported: median of 3 seeds 0.92, 0.02 above old-hand (0.9)" in text_of(asked)
    assert len(world.slack.messages(world.lena.id)) == 1
