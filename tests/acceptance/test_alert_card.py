"""An alert's message: whom it asks and why, what is suspected, and what can be clicked on it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.alerts.rules import Regression, RuleDraft, Severity
from bot.domain.metrics import Direction
from bot.services.alerts import set_up
from bot.views.alerts import answers, buttons
from bot.views.alerts.buttons import More
from bot.workflows import people
from tests.acceptance.alert_world import MemoryMlflow, alert_of, evaluated
from tests.acceptance.harness import CHURN, LENA, MARCUS, World, instant, latest, meridian
from tests.standins.slack import Json, links_of, mentions_of, text_of

MORNING = "2026-10-19T07:00Z"
"""Monday: 09:00 in Berlin, 16:00 in Tokyo, and 03:00 in New York, where the owner sleeps."""

RECIPE = {"lr": "0.1", "depth": "3", "trees": "60"}
DATA = {"registered_model": "churn-model", "dataset": "churn-v7"}

Office = tuple[World, MemoryMlflow]


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """Champion v13, five good evaluations, and A-1: Marcus owns it, Lena is his deputy."""
    mlflow, begin = MemoryMlflow(), instant(MORNING)
    mlflow.finish("v13", begin, val_auc=0.895)
    mlflow.register(13, "v13", begin)
    mlflow.champion = 13
    uri = mlflow.base_url
    async with meridian(
        tmp_path, start=MORNING, experiment_tracker=mlflow, mlflow_tracking_uri=uri
    ) as world:
        team, jobs = world.slack.ws.team_id, world.app.jobs
        await people.mirror(team, jobs.chat, jobs.transactions, world.clock())
        await evaluated(world)
        for number in range(5):
            nightly(world, mlflow, f"good{number}", 0.894 + number / 1000, seed=str(number))
        await evaluated(world)
        draft = RuleDraft(
            workspace=team,
            channel=CHURN,
            author=LENA,
            metric="val_auc",
            severity=Severity.CRITICAL,
            for_evaluations=1,
            condition=Regression(
                model="churn-model", direction=Direction.HIGHER, abs_delta=0.006, drift=False
            ),
            owner=MARCUS,
            deputies=(LENA,),
            runbook="https://wiki.example/churn",
        )
        await world.app.transactions.write(set_up.create, draft, world.clock())
        await world.deliver()
        yield world, mlflow


def nightly(world: World, mlflow: MemoryMlflow, run_id: str, value: float, **params: str) -> None:
    """An evaluation of the recipe with what was changed in it."""
    mlflow.finish(run_id, world.clock(), val_auc=value)
    run = mlflow.runs[run_id]
    mlflow.runs[run_id] = replace(run, params={**RECIPE, **params}, tags=DATA)


async def gone_wrong(office: Office) -> Json:
    """One param was changed, and the alert is in the channel."""
    world, mlflow = office
    nightly(world, mlflow, "bad", 0.871, lr="1.5", seed="99")
    await evaluated(world)
    return alert_of(world)


def told_to(world: World, user_id: str) -> Json:
    """The newest direct message to somebody."""
    return latest(world.slack.messages(user_id))


def story(world: World) -> list[str]:
    """The lines of the alert's thread."""
    return [line["text"] for line in world.slack.thread(CHURN, alert_of(world)["ts"])]


def on_one_line(message: Json) -> str:
    return text_of(message).replace("\n", " ")


async def more(world: World, person: str, word: More) -> None:
    """Choose in the menu behind the buttons of the alert."""
    shown = alert_of(world)
    value = f"{word}:{incident_of(shown)}"
    await world.slack.person(person).click(shown, buttons.ACTION_MORE, selected=value)
    await world.deliver()


def incident_of(shown: Json) -> str:
    """The incident that the message's first button is for."""
    [row] = [block for block in shown["blocks"] if block["type"] == "actions"]
    return str(row["elements"][0]["value"])


async def test_the_awake_deputy_is_asked_with_the_reason_and_the_right_suspect(
    office: Office,
) -> None:
    world, _ = office
    alert = await gone_wrong(office)
    assert alert["text"].startswith("🔴 churn-model is worse than champion v13: val_auc 0.871")
    assert mentions_of(alert) == set()
    said = on_one_line(alert)
    assert "First suspects: lr 0.1 → 1.5" in said
    assert "https://wiki.example/churn" in links_of(alert)
    why = "owner Marcus Reed is asleep until 08:00 their time"
    assert f"Sent to Lena Fischer: {why}" in said
    called = told_to(world, LENA)
    assert called["text"] == alert["text"]
    assert f"You are asked because {why}." in on_one_line(called)
    assert world.slack.messages(MARCUS) == []


async def test_she_takes_it_where_she_reads_it(office: Office) -> None:
    world, _ = office
    await gone_wrong(office)
    await world.lena.click(told_to(world, LENA), buttons.ACTION_ACKNOWLEDGE)
    await world.deliver()
    assert alert_of(world)["text"].startswith("🟡 ")
    assert "acknowledged by Lena Fischer" in on_one_line(alert_of(world))
    assert buttons.ACTION_UNACKNOWLEDGE in str(told_to(world, LENA)["blocks"])
    assert story(world) == ["Lena Fischer is looking at it."]

    await world.yuki.click(alert_of(world), buttons.ACTION_UNACKNOWLEDGE)
    [refused] = world.slack.ephemerals(world.yuki.id)
    assert "Only Lena Fischer can hand it back" in text_of(refused)
    await world.lena.click(alert_of(world), buttons.ACTION_UNACKNOWLEDGE)
    await world.lena.resend()
    await world.deliver()
    assert alert_of(world)["text"].startswith("🔴 ")
    assert story(world)[1:] == ["Lena Fischer handed it back: nobody is looking at it now."]


async def test_two_people_at_once_and_one_twice_are_one_acknowledgement(office: Office) -> None:
    world, _ = office
    alert = await gone_wrong(office)
    await asyncio.gather(
        *(person.click(alert, buttons.ACTION_ACKNOWLEDGE) for person in (world.yuki, world.lena))
    )
    await world.yuki.resend()
    await world.deliver()
    told = world.slack.ephemerals(world.yuki.id) + world.slack.ephemerals(world.lena.id)
    assert ["Already acknowledged by" in text_of(each) for each in told] == [True]
    assert len(story(world)) == 1


async def test_a_snooze_until_the_next_evaluation_ends_with_it(office: Office) -> None:
    world, mlflow = office
    alert = await gone_wrong(office)
    chosen = f"evaluation:{incident_of(alert)}"
    await world.lena.click(alert, buttons.ACTION_SNOOZE, selected=chosen)
    await world.deliver()
    assert "snoozed until the next evaluation by Lena Fischer" in on_one_line(alert_of(world))
    nightly(world, mlflow, "worse", 0.86, lr="1.5")
    await evaluated(world)
    snoozed, woke = story(world)
    assert snoozed == "Lena Fischer snoozed it until the next evaluation."
    assert woke.startswith("There is a new evaluation: val_auc 0.86")
    assert "snoozed" not in on_one_line(alert_of(world))


async def test_whoever_it_is_assigned_to_is_asked(office: Office) -> None:
    world, _ = office
    alert = await gone_wrong(office)
    await world.lena.click(alert, buttons.ACTION_MORE, selected=f"assign:{incident_of(alert)}")
    assert world.lena.modal["callback_id"] == answers.CALLBACK_ASSIGN
    assert "Yuki Tanaka · Mon 16:0" in str(world.lena.modal)
    assert await world.lena.submit(world.lena.modal, person=world.yuki.id) is None
    await evaluated(world)
    assert story(world)[0] == "Lena Fischer assigned it to Yuki Tanaka."
    assert "assigned to Yuki Tanaka" in on_one_line(alert_of(world))
    assert "It is assigned to you." in on_one_line(told_to(world, world.yuki.id))


async def test_resolved_by_hand_it_asks_what_it_was_worth(office: Office) -> None:
    world, _ = office
    await gone_wrong(office)
    await more(world, LENA, More.NOISE)
    [noted] = world.slack.ephemerals(LENA)
    assert "Noted: noise." in text_of(noted)
    await more(world, LENA, More.RESOLVE)
    over = alert_of(world)
    assert over["text"].startswith("✅ Closed by Lena Fischer, still bad then: ")
    assert "✅ ended by Lena Fischer" in on_one_line(over)
    assert "1 found it noise" in on_one_line(over)
    await world.lena.click(over, buttons.ACTION_USEFUL)
    await world.yuki.click(over, buttons.ACTION_USEFUL)
    await world.deliver()
    assert "2 found it useful" in on_one_line(alert_of(world))
    assert "noise" not in on_one_line(alert_of(world))


async def test_a_new_breach_after_that_is_a_new_alert(office: Office) -> None:
    world, mlflow = office
    first = await gone_wrong(office)
    await more(world, LENA, More.RESOLVE)
    nightly(world, mlflow, "again", 0.86, lr="1.5")
    await evaluated(world)
    assert alert_of(world)["ts"] != first["ts"]
    assert "val_auc 0.86" in alert_of(world)["text"]


async def test_guests_only_read_an_alert(office: Office) -> None:
    world, _ = office
    world.slack.add_user("U0GUEST", "guest", is_restricted=True)
    shown = await gone_wrong(office)
    guest, incident = world.slack.person("U0GUEST"), incident_of(shown)
    await guest.click(shown, buttons.ACTION_ACKNOWLEDGE)
    await guest.click(shown, buttons.ACTION_SNOOZE, selected=f"version:{incident}")
    for word in (More.RESOLVE, More.NOISE, More.ASSIGN, More.SILENCE):
        await guest.click(shown, buttons.ACTION_MORE, selected=f"{word}:{incident}")
    await world.deliver()
    said = [text_of(each) for each in world.slack.ephemerals("U0GUEST")]
    assert len(said) == 6
    assert all("can't act on alerts" in each for each in said)
    assert text_of(alert_of(world)) == text_of(shown)
    assert guest.modals == []
