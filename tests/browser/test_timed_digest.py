"""Flow 4: the daily digest comes by itself, and anybody can look at it before."""

import pytest

from tests.browser.show import Show
from tests.browser.visitor import Visitor, chart_width

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

DIGEST_DEADLINE = 240_000


async def test_a_preview_is_for_one_person(lena: Visitor) -> None:
    await lena.type("/digest preview")
    text = await lena.told("A preview that only you see", "Needs someone")
    assert "The evaluation set lacks October" in text
    await lena.picture("steps/digest-preview", lena.message("A preview that only you see"))


async def test_the_digest_comes_at_its_minute(lena: Visitor) -> None:
    digest = lena.page.locator(".messages .msg").filter(has_text="Digest ·")
    digest = digest.filter(has_not_text="only visible to you").last
    await digest.wait_for(timeout=DIGEST_DEADLINE)
    text = await digest.inner_text()
    for part in ("Needs someone", "Ananya Rao", "Lena Fischer", "D-3", "finished"):
        assert part in text
    assert "Jira as of" in text
    assert "MLflow as of" in text
    assert await chart_width(digest) > 300
    await lena.picture("digest", digest)


async def test_others_see_the_channel_without_lenas_questions(lena: Visitor, show: Show) -> None:
    await lena.page.set_viewport_size({"width": 1180, "height": 900})
    await lena.arrive(show.page, "Ananya Rao")
    await lena.told("Digest ·")
    await lena.page.get_by_text("only visible to you").first.wait_for(state="detached")
    await lena.picture("overview")
