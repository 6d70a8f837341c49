"""`/alert`: from the form to the one message of an incident, and its end."""

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import pytest

from bot.ports.repositories import UnitOfWork
from bot.services.alerts import evaluation
from jobs import evaluate, poll_mlflow
from tests.acceptance.alert_world import (
    MemoryMlflow,
    alert_of,
    block_of,
    choose,
    evaluated,
    regression_rule,
    threshold_rule,
)
from tests.acceptance.harness import CHURN, LENA, START, World, instant, meridian
from tests.standins.slack import links_of, mentions_of, text_of

BEGIN = instant(START)
ACKNOWLEDGE = "alert.acknowledge"


@asynccontextmanager
async def _with_mlflow(tmp_path: Path) -> AsyncIterator[tuple[World, MemoryMlflow]]:
    """A polled MLflow: champion v13 at 0.895 and two earlier runs of churn."""
    mlflow = MemoryMlflow()
    mlflow.finish("old", BEGIN, val_auc=0.93, val_loss=0.3)
    mlflow.finish("v13", BEGIN, val_auc=0.895, val_loss=0.3)
    mlflow.register(13, "v13", BEGIN)
    mlflow.champion = 13
    uri = mlflow.base_url
    async with meridian(tmp_path, experiment_tracker=mlflow, mlflow_tracking_uri=uri) as world:
        await evaluated(world)
        yield world, mlflow


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[tuple[World, MemoryMlflow]]:
    """Meridian with that MLflow."""
    async with _with_mlflow(tmp_path) as found:
        yield found


Office = tuple[World, MemoryMlflow]


async def test_a_threshold_breach_is_one_message_until_it_recovers(office: Office) -> None:
    world, mlflow = office
    shown = await threshold_rule(world.lena, recovery="0.91", severity="critical")
    assert "A-1 watches val_auc of churn" in text_of(shown).replace("\n", "")
    await world.deliver()
    [line] = world.slack.messages(CHURN)
    assert line["text"] == (
        "A-1 (critical) watches val_auc of churn and speaks up here when it is below 0.9, "
        "until it is past 0.91. Set up by Lena Fischer."
    )

    mlflow.finish("bad", world.clock(), val_auc=0.871)
    await evaluated(world)
    alert = alert_of(world)
    assert alert["text"] == "🔴 churn: val_auc 0.871 is below 0.9"
    assert "http://mlflow.test/#/experiments/1/runs/bad" in links_of(alert)
    assert mentions_of(alert) == set()
    assert any(block["type"] in ("data_visualization", "image") for block in alert["blocks"])

    mlflow.finish("worse", world.clock(), val_auc=0.86)
    await evaluated(world)
    assert alert_of(world)["text"] == "🔴 churn: val_auc 0.86 is below 0.9, twice in a row"

    mlflow.finish("between", world.clock(), val_auc=0.905)
    await evaluated(world)
    assert "still below the recovery threshold 0.91" in text_of(alert_of(world))

    mlflow.finish("good", world.clock(), val_auc=0.92)
    await evaluated(world, minutes=268)
    after = alert_of(world)
    assert after["ts"] == alert["ts"]
    assert after["text"].startswith("✅ ")
    assert "✅ recovered" in text_of(after)
    assert "after 4 h 30 min" in text_of(after).replace("\n", "")
    assert ACKNOWLEDGE not in str(after["blocks"])
    assert len(world.slack.messages(CHURN)) == 2
    [ending] = world.slack.thread(CHURN, alert["ts"])
    assert ending["text"].startswith("✅ recovered")


async def test_a_regression_names_champion_delta_and_band(office: Office) -> None:
    world, mlflow = office
    await regression_rule(world.lena, for_evaluations="2")
    mlflow.finish("e1", world.clock(), model="churn-model", val_auc=0.871)
    await evaluated(world)
    assert len(world.slack.messages(CHURN)) == 1
    mlflow.finish("e2", world.clock(), model="churn-model", val_auc=0.871)
    await evaluated(world)
    assert alert_of(world)["text"] == (
        "🔴 churn-model is worse than champion v13: val_auc 0.871, 0.024 below its baseline "
        "0.895 ± 0.006, twice in a row"
    )
    assert "http://mlflow.test/#/models/churn-model/versions/13" in links_of(alert_of(world))


async def test_a_new_version_is_an_evaluation_and_promoting_it_ends_the_incident(
    office: Office,
) -> None:
    world, mlflow = office
    await regression_rule(world.lena)
    mlflow.finish("v14", world.clock(), val_auc=0.85)
    mlflow.register(14, "v14", world.clock())
    await evaluated(world)
    alert = alert_of(world)
    assert alert["text"].startswith("🔴 churn-model v14 is worse than champion v13: val_auc 0.85")
    mlflow.champion = 14
    await evaluated(world)
    assert "✅ closed" in text_of(alert_of(world))
    assert "the champion changed from v13 to v14: the baseline is 0.85 now" in text_of(
        alert_of(world)
    ).replace("\n", "")
    await evaluated(world)
    assert alert_of(world)["ts"] == alert["ts"]


async def test_a_better_champion_makes_no_alarm_of_the_former_one(office: Office) -> None:
    world, mlflow = office
    await regression_rule(world.lena)
    mlflow.finish("v14", world.clock(), val_auc=0.95)
    mlflow.register(14, "v14", world.clock())
    mlflow.champion = 14
    await evaluated(world)
    await evaluated(world)
    assert len(world.slack.messages(CHURN)) == 1
    mlflow.finish("e1", world.clock(), model="churn-model", val_auc=0.94)
    await evaluated(world)
    assert "champion v14" in alert_of(world)["text"]


async def test_nothing_is_told_twice_whatever_runs_again(office: Office) -> None:
    world, mlflow = office
    await threshold_rule(world.lena)
    mlflow.finish("bad", world.clock(), val_auc=0.8)
    for _ in range(4):
        await evaluated(world, minutes=40)
    [_line, alert] = world.slack.messages(CHURN)
    assert "in a row" not in alert["text"]
    assert len(world.slack.called("chat.update")) == 0


async def test_the_past_raises_no_alarm_but_the_confirmation_tells_of_it(office: Office) -> None:
    world, mlflow = office
    mlflow.finish("bad", world.clock(), val_auc=0.8)
    await evaluated(world)
    shown = text_of(await threshold_rule(world.lena))
    assert "run-bad: val_auc 0.8 is below 0.9." in shown
    await evaluated(world)
    assert len(world.slack.messages(CHURN)) == 1


async def test_what_counts_are_finished_runs_with_the_metric(office: Office) -> None:
    world, mlflow = office
    await threshold_rule(world.lena)
    mlflow.finish("failed", world.clock(), status="FAILED", val_auc=0.1)
    mlflow.finish("other", world.clock(), f1=0.1)
    await evaluated(world)
    assert len(world.slack.messages(CHURN)) == 1


async def test_a_metric_logged_after_the_end_still_counts(office: Office) -> None:
    world, mlflow = office
    await threshold_rule(world.lena)
    mlflow.finish("late", world.clock(), f1=0.1)
    mlflow.finish("good", world.clock(), val_auc=0.95)
    ended = world.clock()
    await evaluated(world)
    mlflow.finish("late", ended, f1=0.1, val_auc=0.5)
    await evaluated(world)
    assert "val_auc 0.5 is below 0.9" in alert_of(world)["text"]


async def test_not_a_number_is_told_as_such(office: Office) -> None:
    world, mlflow = office
    await threshold_rule(world.lena)
    mlflow.finish("nan", world.clock(), val_auc=math.nan)
    await evaluated(world)
    assert alert_of(world)["text"] == "🔴 churn: val_auc is not a number"


async def test_mlflow_down_changes_nothing(office: Office) -> None:
    world, mlflow = office
    await threshold_rule(world.lena)
    mlflow.finish("bad", world.clock(), val_auc=0.8)
    await evaluated(world)
    before = alert_of(world)
    mlflow.down = True
    await evaluated(world, minutes=600)
    after = alert_of(world)
    assert (after["ts"], after["text"]) == (before["ts"], before["text"])


async def test_two_people_acknowledge_and_the_first_one_wins(office: Office) -> None:
    world, mlflow = office
    await threshold_rule(world.lena)
    mlflow.finish("bad", world.clock(), val_auc=0.8)
    await evaluated(world)
    alert = alert_of(world)
    await world.yuki.click(alert, ACKNOWLEDGE)
    await world.yuki.resend()
    await world.yuki.click(alert, ACKNOWLEDGE)
    await world.marcus.click(alert, ACKNOWLEDGE)
    assert world.slack.ephemerals(world.yuki.id) == []
    [told] = world.slack.ephemerals(world.marcus.id)
    assert "Already acknowledged by Yuki Tanaka" in text_of(told)
    await world.deliver()
    assert alert_of(world)["text"].startswith("🟡 ")
    assert "acknowledged by Yuki Tanaka" in text_of(alert_of(world)).replace("\n", "")
    [line] = world.slack.thread(CHURN, alert["ts"])
    assert line["text"] == "Yuki Tanaka is looking at it."


async def test_at_the_same_moment_one_acknowledges(office: Office) -> None:
    world, mlflow = office
    await threshold_rule(world.lena)
    mlflow.finish("bad", world.clock(), val_auc=0.8)
    await evaluated(world)
    alert = alert_of(world)
    await asyncio.gather(*(p.click(alert, ACKNOWLEDGE) for p in (world.yuki, world.marcus)))
    told = world.slack.ephemerals(world.yuki.id) + world.slack.ephemerals(world.marcus.id)
    assert len(told) == 1


async def test_acknowledging_what_is_over_changes_nothing(office: Office) -> None:
    world, mlflow = office
    await threshold_rule(world.lena)
    mlflow.finish("bad", world.clock(), val_auc=0.8)
    await evaluated(world)
    alert = alert_of(world)
    mlflow.finish("good", world.clock(), val_auc=0.95)
    world.clock.advance(minutes=1)
    await _evaluated_without_delivery(world)
    await world.yuki.click(alert, ACKNOWLEDGE)
    [told] = world.slack.ephemerals(world.yuki.id)
    assert "over already" in text_of(told)
    await world.deliver()
    assert "looking at it" not in str(world.slack.thread(CHURN, alert["ts"]))


async def _evaluated_without_delivery(world: World) -> None:
    """Poll and evaluate, while the old message still stands in the channel."""
    await poll_mlflow.step(world.app.jobs, world.clock())
    await evaluate.step(world.app.jobs, world.clock())


async def test_list_and_show_understand_what_people_type(office: Office) -> None:
    world, _ = office
    await threshold_rule(world.lena)
    listed = await world.yuki.command("/alert", "LIST", channel=CHURN)
    assert "A-1" in text_of(listed.ephemeral or {})
    for typed in ("show A-1", "show a-1", "Show  1"):
        shown = await world.yuki.command("/alert", typed, channel=CHURN)
        assert "A-1 · val_auc of churn" in text_of(shown.ephemeral or {})
    for typed, said in (
        ("show A-9", "There is no A-9."),
        ("show", "Name a rule"),
        ("silence for a while", "/alert silence A-3 4h we retrain"),
        ("tset A-1", "Did you mean"),
        ("help", "/alert new"),
        ("", "/alert new"),
    ):
        answer = await world.yuki.command("/alert", typed, channel=CHURN)
        assert said in answer.text


async def test_wrong_names_are_told_at_their_fields_and_nothing_is_lost(office: Office) -> None:
    world, _ = office
    await world.lena.command("/alert", "new", channel=CHURN)
    await choose(world.lena, "kind", "threshold")
    metric = block_of(world.lena.modal, "metric")
    typed = {"experiment": "churn", metric: "val_acu", "threshold": "high"}
    errors = await world.lena.submit(world.lena.modal, **typed)
    assert errors == {"threshold": "Type a number such as 0.9."}
    errors = await world.lena.submit(world.lena.modal, threshold="0.9")
    assert errors == {
        metric: "This experiment has logged no number for 'val_acu'. There is: val_auc, val_loss."
    }
    assert await world.lena.submit(world.lena.modal, **{metric: "val_auc"}) is None


async def test_a_model_without_champion_is_told_at_its_field(office: Office) -> None:
    world, mlflow = office
    mlflow.champion = None
    await evaluated(world)
    await world.lena.command("/alert", "new", channel=CHURN)
    await choose(world.lena, "kind", "regression")
    answers = {"model": "churn-model", "metric": "val_auc", "direction": "higher", "abs_delta": "1"}
    values = {block_of(world.lena.modal, name): value for name, value in answers.items()}
    errors = await world.lena.submit(world.lena.modal, **values)
    assert errors is not None
    assert "alias champion" in errors["model"]


async def test_submitting_twice_makes_one_rule(office: Office) -> None:
    world, _ = office
    await threshold_rule(world.lena)
    await world.lena.resend()
    rules = await world.app.transactions.read(lambda uow: uow.alerts.rules(world.slack.ws.team_id))
    assert [rule.number for rule in rules] == [1]
    assert rules[0].author == LENA


async def test_without_mlflow_it_says_how_to_connect(world: World) -> None:
    answer = await world.lena.command("/alert", "new", channel=CHURN)
    assert "MLFLOW_TRACKING_URI" in answer.text


async def test_where_the_bot_is_not_it_says_so(office: Office) -> None:
    world, _ = office
    answer = await world.lena.command("/alert", "new", channel="C0LEADS")
    assert "/invite @Meridian" in answer.text


async def test_a_rule_that_fails_does_not_stop_the_others(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, mlflow = office
    await threshold_rule(world.lena)
    await threshold_rule(world.yuki)
    mlflow.finish("bad", world.clock(), val_auc=0.8)
    real = evaluation.evaluate_rule

    def fails_for_the_first(uow: UnitOfWork, workspace: str, number: int, now: datetime) -> None:
        if number == 1:
            raise RuntimeError("planted")
        real(uow, workspace, number, now)

    monkeypatch.setattr(evaluation, "evaluate_rule", fails_for_the_first)
    world.expect("evaluation_failed")
    await evaluated(world)
    assert "A-2 · warning" in text_of(alert_of(world))


async def test_a_rules_number_alone_shows_it(office: Office) -> None:
    world, _ = office
    await threshold_rule(world.lena)
    for typed in ("A-1", "show a1"):
        ack = await world.lena.command("/alert", typed, channel=CHURN)
        assert ack.ephemeral is not None
        assert "A-1 · val_auc of churn" in text_of(ack.ephemeral)
        assert "bad since before the rule" in text_of(ack.ephemeral)
