"""Flow 3: what MLflow knows of an experiment."""

import pytest

from tests.browser.show import Show
from tests.browser.visitor import Visitor, chart_width

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_show_answers_with_leaderboard_champion_and_chart(lena: Visitor, show: Show) -> None:
    await lena.type("/experiment show churn")
    text = await lena.told("22 runs", "primary metric val_auc (higher is better)")
    answer = lena.message("22 runs", "primary metric val_auc")
    assert "Best:" in text
    assert "champion v2" in text
    assert "hasn't answered" not in text
    for rank in range(1, 6):
        assert f"\n{rank} " in text
    for param in ("lr 0.1", "depth 3", "C 1.0"):
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
