"""Flow 7: the same day for three readers, once its digest stands in the channel."""

import pytest
from playwright.async_api import Locator

from tests.browser.visitor import Visitor, chart_width

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def _digest(lena: Visitor) -> Locator:
    await lena.type("/digest preview")
    card = lena.message("A preview that only you see", "Goals")
    await card.wait_for()
    return card


async def test_the_digest_draws_the_sprint(lena: Visitor) -> None:
    card = await _digest(lena)
    assert "scope grew by 3 issues" in await card.inner_text()
    assert await chart_width(card) > 300


async def test_who_asked_for_the_model_reads_it_in_plain_words(lena: Visitor) -> None:
    await lena.press(await _digest(lena), "For stakeholders")
    await lena.modal.filter(has_text="Where we are").wait_for()
    text = await lena.modal.inner_text()
    assert "Calling 40 of 100 customers reaches" in text
    assert "val_auc" not in text
    await lena.picture("digest-stakeholders", lena.modal)
    await lena.close()


async def test_home_begins_with_what_happened_meanwhile(lena: Visitor) -> None:
    await lena.go_home()
    await lena.home.filter(has_text="Hand-over").wait_for()
    text = await lena.home.inner_text()
    assert text.index("Hand-over") < text.index("For you") < text.index("Waits for you")
    for part in ("D-3", "Changed", "refuted"):
        assert part in text, part
    await lena.picture("handover", lena.page.locator(".channel-header"), lena.home)


async def test_a_week_says_what_was_learned(lena: Visitor) -> None:
    await lena.type("/digest weekly")
    week = lena.message("only visible to you", "The week of", "Learned", "Worth knowing")
    await week.wait_for()
    await lena.picture("week", week)
