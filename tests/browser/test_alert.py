"""Flow 5: a refit goes wrong by itself, whoever is awake takes it, and it recovers."""

import pytest

from tests.browser.conftest import Visit
from tests.browser.show import Show
from tests.browser.visitor import Visitor, chart_width

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

REGRESSION_SECONDS = 240
TITLE = "churn v2 (champion) is worse"
OVER = "Over: churn v2 (champion) was worse"


async def test_a_regression_is_told_acknowledged_and_over(lena: Visitor, show: Show) -> None:
    card = lena.message(TITLE, "set up by Lena Fischer")
    await lena.wait_in("churn-model", card, REGRESSION_SECONDS)
    text = await card.inner_text()
    assert "🔴" in text
    assert "below its baseline" in text
    assert "±" in text
    assert "First suspects: lr 0.1 → 3.0" in text
    assert "Sent to Lena Fischer: owner" in text
    assert await chart_width(card) > 300
    await lena.picture("alert", card)
    await _asked(lena)
    await lena.wait_in("churn-model", lena.message("🟡", TITLE, "acknowledged by Lena Fischer"))
    await lena.press(card, "Propose rollback")
    await lena.modal.wait_for()
    assert "back to version 1" in await lena.value("Title")
    await lena.picture("steps/alert-rollback", lena.modal)
    await lena.close()
    await show.evaluate("--recover")
    over = lena.message("✅", OVER, "recovered")
    await lena.wait_in("churn-model", over)
    await lena.open_thread(over)
    replies = lena.thread.locator(".msg")
    await replies.filter(has_text="Lena Fischer is looking at it.").wait_for()
    await replies.filter(has_text="✅ recovered").last.wait_for()
    await lena.picture_of_thread("steps/alert-over")


async def _asked(lena: Visitor) -> None:
    """She takes it from the message that asks her, since the owner sleeps."""
    call = lena.message(TITLE, "You are asked")
    await lena.wait_in("Meridian", call)
    await lena.picture("alert-call", call)
    await lena.press(call, "Acknowledge")


async def test_the_rule_knows_what_happened(lena: Visitor) -> None:
    await lena.type("/alert list")
    await lena.told("only visible to you", "2 alert rules", "val_auc of model churn")
    await lena.type("/alert show A-1")
    await lena.told("only visible to you", "A-1 · val_auc of model churn", "Speaks up when")
    await lena.picture("steps/alert-rule", lena.message("only visible to you", "A-1 · val_auc"))


async def test_a_new_rule_is_tried_on_the_past(lena: Visitor) -> None:
    await lena.type("/alert new")
    await lena.modal.wait_for()
    await lena.pick("Metric", "val_accuracy")
    await lena.modal.filter(has_text="Would ").wait_for()
    await lena.picture("alert-new", lena.modal)
    await lena.submit()
    await lena.modal.filter(has_text="A-3").wait_for()
    await lena.close()
    await lena.wait_in("churn-model", lena.message("A-3", "watches val_accuracy of model churn"))


async def test_others_are_not_asked(visit: Visit) -> None:
    yuki = await visit("Yuki Tanaka")
    await yuki.go_to("Meridian")
    assert await yuki.message(TITLE, "You are asked").count() == 0
