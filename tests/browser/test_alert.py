"""Flow 5: the champion gets worse by itself, is acknowledged, and recovers."""

import pytest

from tests.browser.show import Show
from tests.browser.visitor import Visitor, chart_width

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

REGRESSION_DEADLINE = 110_000
TITLE = "churn is worse than champion v2"


async def test_a_regression_is_told_acknowledged_and_over(lena: Visitor, show: Show) -> None:
    card = lena.message(TITLE, "set up by Lena Fischer")
    await card.wait_for(timeout=REGRESSION_DEADLINE)
    text = await card.inner_text()
    assert "🔴" in text
    assert "below its baseline" in text
    assert "±" in text
    assert await chart_width(card) > 300
    await lena.picture("alert", card)
    await lena.press(card, "Acknowledge")
    await lena.told("🟡", TITLE, "acknowledged by Lena Fischer", "(edited)")
    assert await card.get_by_role("button", name="Acknowledge").count() == 0
    await show.evaluate("--recover")
    await lena.told("Over:", TITLE, "✅ recovered", "(edited)")
    await lena.open_thread(card)
    replies = lena.thread.locator(".msg")
    await replies.nth(1).filter(has_text="Lena Fischer is looking at it.").wait_for()
    await replies.nth(2).filter(has_text="✅ recovered").wait_for()
    await lena.picture_of_thread("steps/alert-over")


async def test_the_rule_knows_what_happened(lena: Visitor) -> None:
    await lena.type("/alert list")
    await lena.told("only visible to you", "1 alert rule", "val_auc of model churn")
    await lena.type("/alert show A-1")
    await lena.told("only visible to you", "A-1 · val_auc of model churn", "Speaks up when")
    await lena.picture("steps/alert-rule", lena.message("only visible to you", "A-1 · val_auc"))
