"""Flow 2: Lena comes back; she is asked, reports what was found, and helps Ananya."""

import pytest

from tests.browser.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PROMPT_DEADLINE = 240.0
WATCHING = "Release watch"
LOOKED_AT = "What did you look at?"
NEXT = "Ask Ananya for churn-v8"
WAITS_FOR = "What does it wait for?"
BLOCKER = "The evaluation set lacks October"
SWEEP = "12-run sweep lr-search"


async def test_the_prompt_tells_what_was_found(lena: Visitor) -> None:
    prompt = lena.message(WATCHING, "Last time you planned")
    await lena.wait_in("Meridian", prompt, PROMPT_DEADLINE)
    assert await prompt.get_by_role("button", name="Report", exact=True).is_visible()
    for button in ("Same as planned", "Skip today", "I'm away…"):
        assert await prompt.get_by_role("button", name=button, exact=True).is_visible()
    text = await prompt.inner_text()
    assert SWEEP in text
    assert "Freeze the evaluation set of churn-v7" in text
    assert await prompt.get_by_role("link", name="CHURN-").count() == 3
    await lena.picture("standup-prompt", prompt)


async def test_a_day_is_skipped_and_reported_after_all(lena: Visitor) -> None:
    prompt = lena.message(WATCHING, "Last time you planned")
    await lena.wait_in("Meridian", prompt)
    await lena.press(prompt, "Skip today")
    await lena.told(WATCHING, "not today", "(edited)")
    await lena.press(lena.message(WATCHING, "not today"), "Report after all")
    await lena.modal.wait_for()
    await lena.close()


async def test_the_form_is_filled_with_the_plan_and_what_was_found(lena: Visitor) -> None:
    await lena.go_home()
    await lena.press_in_home(f"{WATCHING} · ", "Report")
    await lena.modal.wait_for()
    found = (await lena.value(LOOKED_AT)).splitlines()
    assert sum(line.startswith("CHURN-") for line in found) >= 3
    [sweep] = [line for line in found if "sweep" in line]
    assert sweep.startswith(f"{SWEEP}: best val_auc")
    assert await lena.modal.get_by_role("link", name="lr-search").count() == 1
    await lena.field("You planned: Search").get_by_label("done").check()
    await lena.field("You planned: Freeze").get_by_label("carry over").check()
    await lena.fill("What is next?", NEXT)
    await lena.picture("standup-report", lena.modal)
    await lena.field("Who can help?").get_by_label("Ananya Rao").check()
    await lena.fill("What blocks you?", BLOCKER)
    await what_was_typed_stays(lena)
    await lena.fill(WAITS_FOR, "")
    await lena.send()
    await lena.home.filter(has_text=f"{WATCHING} · ✅ reported").wait_for()
    await lena.home.filter(has_text=f"is blocked: {BLOCKER}").wait_for()
    await lena.picture("standup-home", lena.page.locator(".channel-header"), lena.home)


async def what_was_typed_stays(lena: Visitor) -> None:
    """A report that is refused and closed is there when the form opens again."""
    await lena.fill(WAITS_FOR, "the weather")
    await lena.submit()
    assert await lena.refusal(WAITS_FOR)
    await lena.close()
    await lena.press_in_home(f"{WATCHING} · ", "Report")
    await lena.modal.filter(has_text="This is what you had typed and not sent.").wait_for()
    assert await lena.value("What is next?") == NEXT
    assert await lena.value("What blocks you?") == BLOCKER
    assert await lena.field("Who can help?").get_by_label("Ananya Rao").is_checked()
    assert await lena.field("You planned: Freeze").get_by_label("carry over").is_checked()


async def test_a_report_reaches_the_channel_and_is_edited_in_place(lena: Visitor) -> None:
    card = lena.message(f"{WATCHING} ·", "Europe and Africa (1 of 1)")
    assert BLOCKER in await lena.told(f"{WATCHING} ·", "Europe and Africa (1 of 1)")
    await lena.open_thread(card)
    report = lena.thread.locator(".msg", has_text="Carried over: Freeze")
    await report.filter(has_text=SWEEP).wait_for()
    await lena.press(report, "Edit")
    await lena.modal.wait_for()
    assert SWEEP in await lena.value(LOOKED_AT)
    await lena.fill(LOOKED_AT, "Fixed the slices of new EU customers")
    await lena.send()
    await report.filter(has_text="Fixed the slices").wait_for()
    assert SWEEP not in await lena.thread.inner_text()
    await card.filter(has_text="Fixed the slices").wait_for()
    assert "1 reply" in await card.inner_text()
    await lena.picture_of_thread("steps/standup-edited")
    await lena.wait_in("Meridian", lena.message(f"{WATCHING} ·", "· reported", "(edited)"))


async def test_a_wrap_up_leads_with_the_blocker_and_shows_all_reports(lena: Visitor) -> None:
    text = await lena.told("Churn daily ·", "Asia and Pacific", "GPU quota", "I'll take B-1")
    assert text.index("is blocked") < text.index("Carried over twice") < text.index("Yuki Tanaka ·")
    assert "asks Lena Fischer" in text
    card = lena.message("Churn daily ·", "Asia and Pacific", "GPU quota", "I'll take B-1")
    await lena.picture("standup-wrap-up", card)
    await lena.press(card, "All reports")
    await lena.modal.filter(has_text="Started to collect churn-v8").wait_for()
    await lena.picture("steps/standup-all-reports", lena.modal)
    await lena.close()
    await lena.open_thread(card)
    await lena.thread.locator(".msg", has_text="GPU quota").last.wait_for()
    await lena.picture_of_thread("standup-thread")


async def test_a_blocker_is_taken_from_home_and_the_card_says_so(lena: Visitor) -> None:
    await lena.type("/standup blocker list")
    listed = await lena.told("only visible to you", "GPU quota", BLOCKER)
    assert "B-1" in listed
    await lena.picture("standup-blocker", lena.message("only visible to you", "GPU quota", BLOCKER))
    await lena.go_home()
    await lena.press_in_home("🔴 Ananya Rao is blocked", "I'll take it")
    await lena.home.get_by_role("button", name="I'll take it").wait_for(state="detached")
    assert "D-3 · Retrain every month waits for you" in await lena.home.inner_text()
    await lena.go_to("churn-model")
    await lena.told("Churn daily ·", "Asia and Pacific", "Lena Fischer takes it", "(edited)")
    assert await lena.page.get_by_role("button", name="I'll take B-1").count() == 0
