"""The static site of the decision log, as somebody outside Slack reads it."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from bot.clients.site import build
from bot.clients.site.pages import Site
from demo.proxy.workspace import MERIDIAN
from tests.browser.pictures import Album
from tests.browser.show import Show
from tests.browser.website import page_of, search, served
from tests.unit.decisions.site_log import WORD, decisions

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of twelve decisions."""
    to = tmp_path_factory.mktemp("site")
    await build.build(Site.of(decisions()).pages(), to)
    return to


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    """Where it stands."""
    with served(folder) as found:
        yield found


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser, address: str) -> AsyncIterator[Page]:
    """A page of somebody who reads it."""
    async with page_of(browser, address) as found:
        yield found


async def test_search_finds_a_decision_by_a_word_in_its_consequences(
    page: Page, address: str
) -> None:
    await page.goto(f"{address}/index.html")
    hits = await search(page, WORD)
    assert await hits.count() == 1
    await hits.click()
    await page.wait_for_url("**/d-7.html?*")
    heading = page.get_by_role("heading", level=1)
    assert (await heading.inner_text()).startswith("D-7 · Retire the <old> model")


async def test_decisions_lead_to_each_other_and_to_none_that_isnt_there(
    page: Page, address: str
) -> None:
    await page.goto(f"{address}/d-7.html")
    await page.get_by_role("link", name="D-3", exact=True).first.click()
    await page.wait_for_url("**/d-3.html")
    text = await page.locator("article").inner_text()
    assert "D-90 (not in this site)" in text
    await page.get_by_role("link", name="D-7", exact=True).first.click()
    await page.wait_for_url("**/d-7.html")


async def test_what_people_wrote_does_nothing(page: Page, address: str) -> None:
    wrong: list[str] = []
    page.on("dialog", lambda dialog: wrong.append(dialog.message))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    for name in ("index", "timeline", "tags", "models", "d-7", "d-8"):
        await page.goto(f"{address}/{name}.html")
        await page.locator("article h1").wait_for()
    assert await page.title() == "D-8 · ‹/title›‹script›alert(3)‹/script› - Decisions"
    await page.goto(f"{address}/d-7.html")
    assert "<script>alert(1)</script>" in await page.locator("article").inner_text()
    assert wrong == []


async def test_the_site_of_the_demo_is_searched_too(
    show: Show, browser: Browser, album: Album, tmp_path: Path
) -> None:
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{show.logs}/meridian.db",
        "SLACK_BOT_TOKEN": MERIDIAN.bot_token,
        "SLACK_API_URL": f"{show.page}/api/",
    }
    command = (sys.executable, "-m", "bot", "site", "--to", str(tmp_path))
    process = await asyncio.create_subprocess_exec(*command, env=environment)
    assert await process.wait() == 0
    with served(tmp_path) as address:
        async with page_of(browser, address) as page:
            await page.goto(f"{address}/index.html")
            await album.take(page, "site", [])
            hits = await search(page, "Support")
            await album.take(page, "site-search", [])
            await hits.first.click()
            heading = page.get_by_role("heading", level=1)
            await heading.filter(has_text="Promote version 2 of the churn model").wait_for()
            assert "Support sees the new scores" in await page.locator("article").inner_text()
            await album.take(page, "site-decision", [])
