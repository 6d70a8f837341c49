"""Flow 6: an issue is made, moved and followed from Slack, and told with all that hangs on it."""

import pytest

from tests.browser.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

SUMMARY = "Explain the drop among new EU customers"


async def test_an_issue_is_made_from_a_line_and_acted_on(lena: Visitor) -> None:
    await lena.type(f"/meridian issue {SUMMARY}")
    await lena.modal.wait_for()
    assert await lena.value("Summary") == SUMMARY
    await lena.picture("issue-form", lena.modal)
    await lena.send()
    made = lena.message("CHURN-", SUMMARY)
    await lena.wait_in("Meridian", made)
    key = await made.get_by_role("link", name="CHURN-").first.inner_text()
    await lena.go_to("churn-model")
    await lena.type(f"/meridian issue {key}")
    card = lena.message("only visible to you", SUMMARY)
    await card.wait_for()
    await lena.press(card, "Move…")
    await lena.modal.wait_for()
    await lena.pick("Move it", "In progress")
    await lena.send()
    await lena.wait_in("Meridian", lena.message(key, "In progress"))


async def test_an_issue_is_shown_with_its_runs(lena: Visitor) -> None:
    await lena.type("/meridian issue CHURN-41")
    text = await lena.told("only visible to you", "Tune the learning rate", "runs, best val_auc")
    assert "D-2" in text
    await lena.picture("issue", lena.message("only visible to you", "Tune the learning rate"))


async def test_a_trace_tells_the_chain_from_any_end(lena: Visitor) -> None:
    await lena.wait_in("churn-model", lena.message("churn v2 (champion)", "set up by"), 240)
    for start in ("v2 of churn", "D-2"):
        await lena.type(f"/meridian trace {start}")
        story = lena.message("only visible to you", "v2 of churn", "live")
        await story.wait_for()
        text = await story.inner_text()
        for part in ("shown by", "CHURN-41", "D-2", "champion of churn", "A-1"):
            assert part in text, part
    await lena.picture("trace", story)


async def test_a_sprint_has_its_picture_and_its_sentence(lena: Visitor) -> None:
    await lena.type("/digest sprint")
    sprint = lena.message("only visible to you", "Sprint 12", "scope grew by 3 issues")
    await sprint.wait_for()
    await lena.picture("sprint", sprint)


async def test_a_goal_is_said_in_plain_words(lena: Visitor) -> None:
    await lena.type("/experiment goal")
    await lena.told("only visible to you", "Lose 15 % fewer customers")
    goal = lena.message("G-1", "Calling 40 of 100 customers reaches", "Lena Fischer owns it")
    await goal.wait_for()
    await lena.picture("goal", goal)
