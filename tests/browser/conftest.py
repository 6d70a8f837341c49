"""One demo and one browser for the whole pass, one page for each test."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from demo.browser import FLAGS, MISSING, find
from tests.browser.pictures import Album
from tests.browser.show import Show, running_show
from tests.browser.visitor import Visitor

PATIENCE = 15_000


@pytest.fixture(scope="package")
def album() -> Album:
    """Where pictures go: the folder that MERIDIAN_PICTURES names, if it names one."""
    named = os.environ.get("MERIDIAN_PICTURES")
    return Album(Path(named) if named else None)


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """An installed Chromium; without one the pass fails and says what to install."""
    path = find()
    if path is None:
        pytest.fail(MISSING, pytrace=False)
    async with async_playwright() as player:
        chromium = await player.chromium.launch(executable_path=path, args=list(FLAGS))
        yield chromium
        await chromium.close()


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def show(browser: Browser) -> AsyncIterator[Show]:
    """The running demo."""
    async with running_show() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def lena(show: Show, browser: Browser, album: Album) -> AsyncIterator[Visitor]:
    """Lena in #churn-model, with a page of her own on a tall screen."""
    context = await browser.new_context(
        viewport={"width": 1000, "height": 1600}, device_scale_factor=1.5
    )
    context.set_default_timeout(PATIENCE)
    visitor = Visitor(await context.new_page(), album)
    await visitor.arrive(show.page, "Lena Fischer")
    yield visitor
    if await visitor.modal.count():  # a test that failed; the next one finds no open form
        await visitor.close()
    assert await visitor.page.locator(".bk-unknown").count() == 0
    await context.close()
