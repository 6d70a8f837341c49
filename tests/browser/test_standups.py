"""Flow 1: a stand-up is set up, asks, is skipped, answered, shown and changed in place."""

import pytest

from tests.browser.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PROMPT_DEADLINE = 90_000
FIRST = "Looked at the slices: new EU customers are still worse"
SECOND = "Looked at the slices: fixed for new EU customers"


async def test_set_up_shows_everybodys_next_prompts(lena: Visitor) -> None:
    await lena.type("/standup new")
    preview = lena.modal.locator(".bk-section", has_text="Asia/Tokyo").first
    await preview.filter(has_text="09:00").wait_for()
    await lena.fill("Name", "Model review")
    await lena.pick("Time", "14:30")
    await preview.filter(has_text="14:30").wait_for()
    assert "09:00" not in await preview.inner_text()
    assert await lena.field("Name").locator("input").input_value() == "Model review"
    await lena.picture("standup-setup", lena.modal)
    await lena.submit()
    saved = lena.modal.filter(has_text="Stand-up saved")
    await saved.wait_for()
    text = await saved.inner_text()
    assert "14:30 own time, Mon–Fri" in text
    for name in ("Yuki Tanaka", "Ananya Rao", "Lena Fischer", "Marcus Reed", "Beatriz Souza"):
        [line] = [line for line in text.splitlines() if line.startswith(name)]
        assert line.count("14:30") == 5
    await lena.picture("steps/standup-saved", lena.modal)
    await lena.close()
    await lena.told("Model review asks 5 people", "14:30")


async def test_a_prompt_is_skipped_answered_and_edited(lena: Visitor) -> None:
    await lena.go_to("Meridian")
    prompt = lena.message("Release watch")
    await prompt.get_by_role("button", name="Answer").wait_for(timeout=PROMPT_DEADLINE)
    await lena.picture("standup-prompt", prompt)
    await lena.press(prompt, "Skip today")
    await lena.told("Release watch · skipped", "(edited)")
    await report(lena)
    await see_the_thread(lena)
    await edit(lena)


async def report(lena: Visitor) -> None:
    await lena.press(lena.message("Release watch · skipped"), "Report after all")
    await lena.modal.wait_for()
    await lena.submit()
    assert "Write at least one line" in await lena.refusal("What did you look at?")
    await lena.close()
    await lena.press(lena.message("Release watch · skipped"), "Report after all")
    await lena.modal.wait_for()
    await lena.fill("What did you look at?", FIRST)
    await lena.fill("What is next?", "Ask Ananya for churn-v8")
    await lena.fill("What blocks you?", "The evaluation set lacks October")
    await lena.picture("standup-report", lena.modal)
    await lena.send()
    await lena.told("Release watch ·", "· reported", "(edited)")


async def see_the_thread(lena: Visitor) -> None:
    await lena.go_to("churn-model")
    day = lena.message("Release watch ·", "Reported Lena Fischer")
    assert "Lena Fischer is blocked: The evaluation set lacks October" in await lena.told(
        "Release watch ·", "Reported Lena Fischer"
    )
    await lena.open_thread(day)
    await lena.thread.filter(has_text=FIRST).wait_for()
    assert "Ask Ananya for churn-v8" in await lena.thread.inner_text()


async def edit(lena: Visitor) -> None:
    await lena.press(lena.thread.locator(".msg", has_text=FIRST), "Edit")
    await lena.modal.wait_for()
    field = lena.field("What did you look at?").locator("textarea")
    assert await field.input_value() == FIRST
    await field.fill(SECOND)
    await lena.fill("What blocks you?", "")
    await lena.send()
    await lena.thread.filter(has_text=SECOND).wait_for()
    assert FIRST not in await lena.thread.inner_text()
    assert "1 reply" in await lena.message("Reported Lena Fischer").inner_text()
    await (
        lena.message("Release watch ·", "Reported Lena Fischer")
        .filter(has_not_text="is blocked")
        .wait_for()
    )
    await lena.picture_of_thread("steps/standup-edited")


async def test_a_days_thread_holds_everybodys_reports(lena: Visitor) -> None:
    day = lena.message("Churn daily ·", "Ananya Rao is blocked: GPU quota", "Not today Marcus Reed")
    assert "4 replies" in await day.inner_text()
    await lena.picture("steps/standup-day", day)
    await lena.open_thread(day)
    for name in ("Yuki Tanaka", "Ananya Rao", "Lena Fischer", "Beatriz Souza"):
        await lena.thread.locator(".msg", has_text=f"{name} ").last.wait_for()
    await lena.picture_of_thread("standup-thread")
