"""Flow 1: a stand-up is set up with its preview, changed, and found in App Home."""

import re

import pytest

from tests.browser.visitor import Visitor

# What Home says depends on the weekday on which this runs.
RUNNING = re.compile("Model review · (not asked yet|asks nobody) today")

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

TEAM = ("Yuki Tanaka", "Ananya Rao", "Lena Fischer", "Marcus Reed", "Beatriz Souza")


async def test_set_up_shows_everybodys_next_prompts(lena: Visitor) -> None:
    await lena.type("/standup new")
    preview = lena.modal.locator(".bk-section", has_text="Asia/Tokyo").first
    await preview.filter(has_text="09:00").wait_for()
    await lena.fill("Name", "Model review")
    await lena.pick("Time", "14:30")
    await preview.filter(has_text="14:30").wait_for()
    assert "09:00" not in await preview.inner_text()
    assert await lena.value("Name") == "Model review"
    await lena.picture("standup-setup", lena.modal)
    await more_settings(lena)
    await lena.submit()
    saved = lena.modal.filter(has_text="Stand-up saved")
    await saved.wait_for()
    text = await saved.inner_text()
    assert "14:30 own time, Mon–Fri" in text
    for name in TEAM:
        [line] = [line for line in text.splitlines() if line.startswith(name)]
        assert line.count("14:30") == 5
    await lena.picture("steps/standup-saved", lena.modal)
    await lena.close()
    await lena.told("Model review asks everyone in the channel (5) at 14:30")


async def more_settings(lena: Visitor) -> None:
    """What was typed before stays; what was typed here counts."""
    await lena.press(lena.modal, "More settings")
    await lena.field("Jira projects").wait_for()
    assert await lena.value("Name") == "Model review"
    assert await lena.field("Managers").get_by_label("Lena Fischer").is_checked()
    await lena.fill("Jira projects", "NOPE")
    await lena.picture("steps/standup-setup-more", lena.modal)
    await lena.submit()
    assert "NOPE" in await lena.refusal("Jira projects")
    await lena.fill("Jira projects", "CHURN")


async def test_a_stand_up_is_paused_and_deleted_from_home(lena: Visitor) -> None:
    await lena.go_home()
    await lena.home.filter(has_text=RUNNING).wait_for()
    await lena.press_in_home("Model review", "Pause")
    await lena.home.filter(has_text="Model review · ⏸ paused").wait_for()
    await lena.modal.filter(has_text="nobody is asked until").wait_for()
    await lena.close()
    await lena.press_in_home("Model review", "Resume")
    await lena.modal.wait_for()
    await lena.close()
    await lena.home.filter(has_not_text="⏸ paused").wait_for()
    await lena.press_in_home("Model review", "Delete")
    await lena.modal.wait_for()
    assert "Model review" in await lena.modal.inner_text()
    await lena.picture("steps/standup-delete", lena.modal)
    await lena.submit()
    await lena.home.filter(has_not_text="Model review").wait_for()
