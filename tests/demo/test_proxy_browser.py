"""The patched page in Chromium: a person fills the form that holds every translated element."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, async_playwright

from demo.proxy.workspace import TEAM
from tests.demo.proxy_world import CARD, CHURN, World, bot_world

pytestmark = pytest.mark.browser
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@asynccontextmanager
async def page_of(world: World) -> AsyncIterator[Page]:
    async with async_playwright() as player:
        browser = await player.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = await browser.new_page(viewport={"width": 1180, "height": 1000})
        await page.goto(world.base)
        await page.locator(".status.ok", has_text="connected").wait_for()
        yield page
        await browser.close()


def field_named(page: Page, label: str) -> Locator:
    return page.locator(".modal .bk-input", has=page.locator(".bk-label", has_text=label))


async def act_as(page: Page, name: str) -> None:
    await page.locator("label.actas", has_text="Act as").locator("select").select_option(label=name)


async def test_people_use_every_translated_element(tmp_path: Path) -> None:
    async with bot_world(tmp_path) as world, page_of(world) as page:
        await act_as(page, "Lena Fischer")
        await page.locator("button.sidebar-item", has_text="churn-model").click()
        await read_message(world, page)
        await fill_form(page)
        [submission] = await world.seen.until("view_submission")
        values = submission["view"]["state"]["values"]
        assert values["time"]["time"]["selected_time"] == "09:20"
        assert values["people"]["people"]["selected_users"] == [TEAM[1].id, TEAM[2].id]
        assert values["name"]["name"]["value"] == "Daily"
        assert values["shape"]["shape"]["selected_option"]["value"] == "x"
        live = [action["actions"][0].get("value") for action in world.seen.of("block_actions")]
        assert "Daily" in live
        await use_message(world, page)


async def test_people_use_app_home_and_a_form_that_changes_while_they_type(tmp_path: Path) -> None:
    async with bot_world(tmp_path) as world, page_of(world) as page:
        await act_as(page, "Lena Fischer")
        await page.locator("button.sidebar-item", has=page.locator(".app-dot")).click()
        home = page.locator(".home")
        await home.get_by_role("button", name="Go").click()
        [action] = await world.seen.until("block_actions")
        assert (action["view"]["type"], action["user"]["id"]) == ("home", TEAM[2].id)
        section = {"type": "section", "text": {"type": "mrkdwn", "text": "*Shown anew*"}}
        view = {"type": "home", "blocks": [section]}
        await world.client.views_publish(user_id=TEAM[2].id, view=view)
        await home.get_by_text("Shown anew").wait_for()
        await type_while_it_changes(world, page)


async def type_while_it_changes(world: World, page: Page) -> None:
    """What the bot brings later must not take away what was typed and never sent."""
    await page.locator("button.sidebar-item", has_text="churn-model").click()
    composer = page.locator(".composer textarea.composer-input")
    await composer.fill("/standup new")
    await composer.press("Enter")
    await field_named(page, "notes").locator("textarea").fill("half a thou")
    [opened] = [c for c in await world.driver.calls("views.open") if c["ok"]]
    late = {"type": "section", "text": {"type": "mrkdwn", "text": "Found just now"}}
    view = {**opened["args"]["view"], "blocks": [late, *opened["args"]["view"]["blocks"]]}
    shown = await world.driver.until(lambda: world.driver.modal(TEAM[2].id))
    await world.client.views_update(view_id=shown["id"], hash=shown["hash"], view=view)
    await page.locator(".modal").get_by_text("Found just now").wait_for()
    assert await field_named(page, "notes").locator("textarea").input_value() == "half a thou"


async def read_message(world: World, page: Page) -> None:
    await world.client.chat_postMessage(channel=CHURN, text="Card", blocks=CARD)
    message = page.locator(".messages .msg").last
    await message.locator("pre.mrkdwn-code").first.wait_for()
    assert await page.locator(".bk-unknown").count() == 0
    assert "at 2026-09-21 16:13 <!channel>" in await message.inner_text()
    assert await message.locator(".bk-section .bk-select").input_value() == TEAM[0].id


async def fill_form(page: Page) -> None:
    composer = page.locator(".composer textarea.composer-input")
    await composer.fill("/standup new")
    await composer.press("Enter")
    await page.locator(".modal").wait_for()
    assert await page.locator(".modal .bk-unknown").count() == 0
    assert await field_named(page, "time").locator("select").input_value() == "09:20"
    people = field_named(page, "people")
    assert await people.get_by_label("Yuki Tanaka").is_checked()
    await people.get_by_label("Yuki Tanaka").uncheck()
    await people.get_by_label("Lena Fischer").check()
    await field_named(page, "notes").locator("textarea").fill("one\ntwo")
    await field_named(page, "shape").get_by_label("X").check()
    await page.locator(".modal .bk-section", has_text="Preview: x").wait_for()
    assert await field_named(page, "notes").locator("textarea").input_value() == "one\ntwo"
    await field_named(page, "name").locator("input").fill("")
    submit = page.locator(".modal .modal-btn.primary")
    await submit.click()
    await field_named(page, "name").locator(".modal-error").wait_for()
    await field_named(page, "name").locator("input").fill("Daily")
    await field_named(page, "mood").locator("select").select_option(label="Good")
    await field_named(page, "tags").get_by_label("B").check()
    await submit.dblclick()
    await page.locator(".modal").wait_for(state="detached")


async def use_message(world: World, page: Page) -> None:
    message = page.locator(".messages .msg").first
    await message.hover()
    await message.locator(".msg-more").click()
    await page.locator(".demo-menu-item", has_text="Log as decision").click()
    await world.seen.until("message_action")
    await message.get_by_role("button", name="OK").click()
    await page.locator(".badge-eph").wait_for()
    await act_as(page, "Yuki Tanaka")
    await page.locator(".badge-eph").wait_for(state="detached")
    await page.locator(".msg", has_text="at 2026-09-21 23:13").wait_for()
