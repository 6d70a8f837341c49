"""Flow 3: what MLflow knows of an experiment."""

import pytest

from tests.browser.show import Show
from tests.browser.visitor import Visitor, chart_width

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_show_answers_with_leaderboard_champion_and_chart(lena: Visitor, show: Show) -> None:
    await lena.type("/experiment show churn")
    text = await lena.told("29 runs", "primary metric val_auc (higher is better)")
    answer = lena.message("29 runs", "primary metric val_auc")
    assert "Best:" in text
    assert "champion v2" in text
    assert "hasn't answered" not in text
    for rank in range(1, 6):
        assert f"\n{rank} " in text
    for param in ("lr 0.1", "depth 3", "loss exponential"):
        assert param in text
    assert await chart_width(answer) > 300
    link = answer.get_by_role("link", name="churn", exact=True)
    assert (await link.get_attribute("href") or "").startswith(f"{show.mlflow}/#/experiments/")
    await lena.picture("experiment", answer)


async def test_an_unknown_name_gets_the_nearest_one(lena: Visitor) -> None:
    await lena.type("/experiment show chrun")
    said = await lena.told("I don't know an experiment chrun")
    assert "/experiment show churn" in said
    await lena.picture("steps/experiment-unknown", lena.message("I don't know an experiment chrun"))


async def test_other_data_has_no_winner(lena: Visitor) -> None:
    await lena.type("/experiment compare trees-1 churn-v8-pilot")
    said = await lena.told("No winner: they saw other data (churn-v7, churn-v8).", "champion v2")
    answer = lena.message("No winner: they saw other data")
    assert "0.1039 below on other data" in said
    assert await chart_width(answer) > 300
    await lena.picture("experiment-compare", answer)


async def test_what_was_tried_says_who_and_why_it_failed(lena: Visitor) -> None:
    await lena.type("/experiment tried exponential loss")
    said = await lena.told("Once. Beatriz Souza", "refuted", "H-1")
    assert "Exponential loss chases a few mislabelled accounts" in said
    await lena.picture("experiment-tried", lena.message("Once. Beatriz Souza"))
    await lena.type("/experiment tried quantum annealing")
    await lena.told("Nobody has tried that")


async def test_a_hypothesis_is_written_and_one_was_refuted(lena: Visitor) -> None:
    card = lena.message("H-1 refuted")
    await lena.picture("experiment-hypothesis", card)
    await lena.type("/experiment hypothesis Wider leaves win")
    await lena.modal.wait_for()
    assert "Wider leaves win" in await lena.modal.locator("input, textarea").first.input_value()
    await lena.pick("Experiment", "churn")
    await lena.picture("steps/hypothesis-form", lena.modal)
    await lena.send()
    await lena.wait_in("churn-model", lena.message("H-2", "Wider leaves win", "open"))


async def test_a_plan_says_what_is_overdue_and_newer(lena: Visitor) -> None:
    await lena.type("/experiment plan churn")
    said = await lena.told("Owner", "deputies Lena Fischer")
    assert "churn-v8 exists since" in said
    await lena.picture("steps/experiment-plan", lena.message("deputies Lena Fischer"))
