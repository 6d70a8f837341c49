"""`/alert`: rules tried before they are saved, changed by two, tested, silenced and judged."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.alerts.feedback import Feedback
from bot.domain.alerts.rules import Rule
from bot.ports.repositories import UnitOfWork
from bot.services.alerts import rules as services
from tests.acceptance.alert_world import (
    MemoryMlflow,
    block_of,
    choose,
    evaluated,
    sent,
    threshold_rule,
)
from tests.acceptance.harness import CHURN, START, World, instant, meridian
from tests.standins.slack import Json, text_of
from tests.standins.slack.people.person import Person

BEGIN = instant(START)
DAY = timedelta(days=1)

Office = tuple[World, MemoryMlflow]


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """A polled MLflow with a champion and ten days of evaluations, two of them bad."""
    mlflow = MemoryMlflow()
    mlflow.finish("v13", BEGIN - 20 * DAY, val_auc=0.895)
    mlflow.register(13, "v13", BEGIN - 20 * DAY)
    mlflow.champion = 13
    for day in range(10):
        value = 0.871 if day in (3, 4) else 0.895 + 0.001 * (day % 3)
        mlflow.finish(f"e{day}", BEGIN - (10 - day) * DAY, model="churn-model", val_auc=value)
    uri = mlflow.base_url
    async with meridian(tmp_path, experiment_tracker=mlflow, mlflow_tracking_uri=uri) as world:
        await evaluated(world)
        yield world, mlflow


def _flat(shown: Json) -> str:
    return text_of(shown).replace("\n", "")


async def _told(person: Person, typed: str) -> Json:
    ack = await person.command("/alert", typed, channel=CHURN)
    assert ack.ephemeral is not None, ack.text
    return ack.ephemeral


async def _rule(world: World, number: int = 1) -> Rule:
    return await world.app.transactions.read(lambda uow: services.living(uow, "T0TEAM", number))


async def test_a_rule_is_tried_on_the_past_as_it_is_filled_in_then_saved(office: Office) -> None:
    world, _ = office
    lena = world.lena
    await lena.command("/alert", "NEW", channel=CHURN)
    await lena.click(lena.modal, "alert.form_try")
    assert "Not tried yet: Name the metric" in _flat(lena.modal)
    await choose(lena, "model", "churn-model")
    await choose(lena, "metric", "val_auc")
    delta = next(
        b for b in lena.modal["blocks"] if b["block_id"] == block_of(lena.modal, "abs_delta")
    )
    assert 0 < float(delta["element"]["initial_value"]) < 0.024
    assert "Would have fired once in the last 90 days; now quiet." in _flat(lena.modal)
    assert "val_auc 0.871" in _flat(lena.modal)
    assert "measured against today's champion v13 0.895" in _flat(lena.modal)
    await lena.type(lena.modal, block_of(lena.modal, "abs_delta"), "0.03")
    assert "Would never have fired in the last 90 days; the nearest was" in _flat(lena.modal)
    await lena.click(lena.modal, "alert.form_more")
    shown = await sent(lena, runbook="https://wiki.example/churn", called=["U0MARCUS"])
    assert "A-1 watches val_auc of model churn-model" in _flat(shown)
    rule = await _rule(world)
    assert (rule.owner, rule.for_evaluations) == ("U0MARCUS", 2)
    assert "Calls Marcus Reed" in _flat(await _told(lena, "a1"))


async def test_typing_that_changes_nothing_in_sight_redraws_nothing(office: Office) -> None:
    world, _ = office
    await world.lena.command("/alert", "new", channel=CHURN)
    await choose(world.lena, "model", "churn-model")
    before = len(world.slack.called("views.update"))
    await world.lena.type(world.lena.modal, block_of(world.lena.modal, "abs_delta"), "0.0")
    assert len(world.slack.called("views.update")) == before


async def test_of_two_editors_the_second_sees_the_others_change(office: Office) -> None:
    world, _ = office
    await threshold_rule(world.lena)
    await world.lena.command("/alert", "edit A-1", channel=CHURN)
    assert (
        await world.lena.submit(
            world.lena.modal, **{block_of(world.lena.modal, "threshold"): "0.8"}
        )
        is None
    )
    await world.lena.command("/alert", "edit a-1", channel=CHURN)
    late = world.lena.modal
    await world.marcus.command("/alert", "edit A-1", channel=CHURN)
    [refused] = world.slack.ephemerals(world.marcus.id)
    assert "Only those who answer for A-1 can change it: Lena Fischer" in text_of(refused)
    await world.app.transactions.write(_hand_over, "U0MARCUS")
    await world.marcus.command("/alert", "edit A-1", channel=CHURN)
    assert await sent(world.marcus, threshold="0.7")
    assert await world.lena.submit(late, **{block_of(late, "threshold"): "0.6"}) is None
    again = world.lena.modal
    assert "changed A-1 after you began" in _flat(again)
    field = next(b for b in again["blocks"] if b["block_id"] == block_of(again, "threshold"))
    assert field["element"]["initial_value"] == "0.7"


async def test_delete_asks_first_and_ends_what_is_open(office: Office) -> None:
    world, mlflow = office
    await threshold_rule(world.lena)
    mlflow.finish("bad", world.clock(), val_auc=0.8)
    await evaluated(world)
    await world.lena.command("/alert", "delete A-1", channel=CHURN)
    assert "Its open alert ends with it." in _flat(world.lena.modal)
    assert await world.lena.submit(world.lena.modal) is None
    await evaluated(world)
    [_, alert] = world.slack.messages(CHURN)
    assert "A-1 was deleted by Lena Fischer" in _flat(alert)
    assert "No alert rules yet" in text_of(await _told(world.lena, "list"))
    again = await world.lena.command("/alert", "test A-1", channel=CHURN)
    assert "A-1 has ended" in again.text


async def test_a_test_message_is_seen_by_the_asker_alone(office: Office) -> None:
    world, _ = office
    await threshold_rule(world.lena, threshold="0.88")
    await world.deliver()
    posted = len(world.slack.messages(CHURN))
    told = await _told(world.yuki, "test A-1")
    assert "Would have fired once" in _flat(told)
    await world.yuki.click(told, "alert.example")
    example = world.slack.ephemerals(world.yuki.id)[-1]
    assert example["text"].startswith("Test of A-1: 🔴 churn: val_auc 0.871 is below 0.88")
    assert "nothing has happened" in _flat(example)
    assert "alert.acknowledge" not in str(example)
    await world.deliver()
    assert len(world.slack.messages(CHURN)) == posted
    assert world.slack.ephemerals(world.lena.id) == []


async def test_the_list_goes_on_by_pages(office: Office) -> None:
    world, _ = office
    for _ in range(13):
        await threshold_rule(world.lena)
    first = await _told(world.marcus, "list")
    assert "13 alert rules" in text_of(first)
    await world.marcus.click(first, "alert.page:on")
    assert "page 2 of 2" in text_of(world.marcus.modal)
    assert "A-13" in _flat(world.marcus.modal)
    await world.marcus.click(world.marcus.modal, "alert.page:back")
    assert "page 1 of 2" in text_of(world.marcus.modal)


async def test_a_silence_holds_an_alert_back_until_somebody_ends_it(office: Office) -> None:
    world, mlflow = office
    await threshold_rule(world.lena)
    told = await _told(world.marcus, "silence A-1 4h we retrain")
    assert "S-1: I say nothing of A-1" in _flat(told)
    mlflow.finish("bad", world.clock(), val_auc=0.8)
    await evaluated(world)
    assert "Marcus Reed silenced A-1 here until" in world.slack.messages(CHURN)[-1]["text"]
    assert len(world.slack.messages(CHURN)) == 2
    assert ", by Marcus Reed" in _flat(await _told(world.lena, "list"))
    shown = _flat(await _told(world.lena, "show A-1"))
    assert "It is silenced until" in shown
    assert ", by Marcus Reed (S-1): we retrain" in shown
    listed = await _told(world.lena, "silences")
    assert "Marcus Reed: we retrain" in _flat(listed)
    await world.lena.click(listed, "alert.unsilence:1")
    await evaluated(world)
    ended = [m["text"] for m in world.slack.messages(CHURN) if "ended S-1" in m["text"]]
    assert ended == ["🔔 Lena Fischer ended S-1: I speak of A-1 here again."]
    assert len(world.slack.messages(CHURN)) == 4
    assert "Nothing is silenced" in text_of(await _told(world.lena, "silences"))


async def test_a_silence_by_form_keeps_its_reason_until_it_is_stored(office: Office) -> None:
    world, _ = office
    await threshold_rule(world.lena)
    await world.lena.command("/alert", "silence", channel=CHURN)
    await world.lena.type(world.lena.modal, "reason", "New data until Thursday.")
    wrong = {"until": "2026-10-01", "what": "rule:1"}
    errors = await world.lena.submit(world.lena.modal, **wrong)
    assert errors == {"until": "Pick a day that isn't over."}
    await world.lena.close(world.lena.modal)
    await world.lena.command("/alert", "silence", channel=CHURN)
    assert "New data until Thursday." in str(world.lena.modal["blocks"])
    assert await world.lena.submit(world.lena.modal, what="warnings", hours="24") is None
    assert "every warning" in _flat(world.lena.modal)
    await world.lena.command("/alert", "silence", channel=CHURN)
    again = {"what": "warnings", "hours": "4", "reason": "It goes on."}
    assert await world.lena.submit(world.lena.modal, **again) is None
    listed = _flat(await _told(world.lena, "silences"))
    assert "1 silence" in listed
    assert "S-2 every warning" in listed
    await world.lena.command("/alert", "silence", channel=CHURN)
    assert "New data until Thursday." not in str(world.lena.modal["blocks"])


async def test_a_channel_chooses_how_much_it_hears(office: Office) -> None:
    world, _ = office
    await world.lena.command("/alert", "settings", channel=CHURN)
    assert await world.lena.submit(world.lena.modal, mutes="at night") == {
        "mutes": "at night: type days and times, such as Mon-Fri 20:00-08:00."
    }
    assert (
        await world.lena.submit(world.lena.modal, budget="3", mutes="weekend 00:00-24:00") is None
    )
    assert "at most 3 alert messages" in _flat(world.lena.modal)
    await world.deliver()
    assert world.slack.messages(CHURN)[-1]["text"] == (
        "Lena Fischer changed the alerts of this channel: at most 3 alert messages in 24 hours; "
        "only critical alerts are told Sat, Sun 00:00-00:00 (Europe/Berlin)."
    )
    await world.marcus.command("/alert", "settings", channel=CHURN)
    assert "Sat, Sun 00:00-00:00" in str(world.marcus.modal["blocks"])


async def test_the_report_begins_empty_and_then_names_the_rule_to_loosen(office: Office) -> None:
    world, mlflow = office
    assert "No alert in the last 30 days" in text_of(await _told(world.lena, "report"))
    await threshold_rule(world.lena)
    for n in range(3):
        mlflow.finish(f"bad{n}", world.clock(), val_auc=0.8)
        await evaluated(world, minutes=60)
        mlflow.finish(f"good{n}", world.clock(), val_auc=0.95)
        await evaluated(world, minutes=60)
    await world.app.transactions.write(_call_noise, "U0MARCUS", world.clock())
    told = await _told(world.lena, "report")
    assert "3 alerts, 3 called noise." in _flat(told)
    await world.lena.click(told, "alert.edit:1")
    assert "Edit A-1" in str(world.lena.modal["title"])


async def test_help_and_slips(office: Office) -> None:
    world, _ = office
    help_text = text_of(await _told(world.lena, "help"))
    for word in (
        "new",
        "list",
        "show",
        "edit",
        "delete",
        "test",
        "silence",
        "silences",
        "settings",
        "report",
    ):
        assert f"`/alert {word}" in help_text
    slip = await world.lena.command("/alert", "lsit", channel=CHURN)
    assert "Did you mean `/alert list`?" in slip.text
    for typed in ("show", "edit x", "test", "delete churn"):
        refused = await world.lena.command("/alert", typed, channel=CHURN)
        assert f"Name a rule, such as `/alert {typed.split()[0]} A-1`" in refused.text
    missing = await world.lena.command("/alert", "show A-99", channel=CHURN)
    assert "There is no A-99" in missing.text


def _hand_over(uow: UnitOfWork, user_id: str) -> None:
    """Marcus answers for A-1 too."""
    rule = services.living(uow, "T0TEAM", 1)
    values = {**vars(rule), "owner": user_id}
    assert uow.alerts.replace_rule(Rule(**values))


def _call_noise(uow: UnitOfWork, user_id: str, now: object) -> None:
    for incident in uow.alerts.of_rule("T0TEAM", 1, 9):
        uow.feedback.give(
            Feedback(
                workspace="T0TEAM",
                incident_id=incident.id,
                rule_number=1,
                user_id=user_id,
                useful=False,
                at=incident.opened_at,
            )
        )
