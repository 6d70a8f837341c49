"""Flow 3: who reported how often, what somebody said, what a past day looked like."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.browser.visitor import Visitor, chart_width

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_participation_is_a_chart_and_a_line_for_each_person(lena: Visitor) -> None:
    await lena.type("/standup history")
    text = await lena.told("only visible to you", "Churn daily", "reports came")
    for name in ("Ananya Rao", "Beatriz Souza", "Lena Fischer", "Marcus Reed", "Yuki Tanaka"):
        assert f"\n{name} · " in text
    for said in ("days away", "skipped", "late", "without a report"):
        assert said in text
    answer = lena.message("only visible to you", "Churn daily", "reports came")
    assert await chart_width(answer) > 300
    await lena.picture("standup-participation", answer)


async def test_what_somebody_said(lena: Visitor) -> None:
    await lena.type("/standup history @yuk")
    text = await lena.told("only visible to you", "Reports of Yuki Tanaka")
    assert text.count("What is next?") == 5
    assert "Carried over: Review the model card, CHURN-47" in text
    answer = lena.message("only visible to you", "Reports of Yuki Tanaka")
    await lena.picture("standup-history", answer)
    await lena.press(answer, "Older")
    await lena.page.locator(".messages .msg", has_text="Reports of Yuki Tanaka").nth(1).wait_for()


async def test_a_past_day_is_shown_whole(lena: Visitor) -> None:
    today = datetime.now(UTC).date()
    tuesday = today - timedelta(days=today.isoweekday() + 5)
    await lena.type(f"/standup history {tuesday.isoformat()}")
    await lena.told("only visible to you", "Churn daily · Tue", "All reports")
    await lena.picture("steps/standup-past-day", lena.message("only visible to you", "· Tue"))
    await lena.type("/standup wrapup 30 Februry")
    await lena.told("only visible to you", "I don't know the date '30 Februry'")
