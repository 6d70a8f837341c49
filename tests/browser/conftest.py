"""One demo and one browser for the whole pass, one page for each test."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from demo.browser import FLAGS, MISSING, find
from tests.browser.pictures import Album
from tests.browser.show import Show, running_show
from tests.browser.visitor import Visitor

PATIENCE = 45_000


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


Visit = Callable[[str], Awaitable[Visitor]]
"""A name to its person in #churn-model, with a page of their own on a tall screen."""


@pytest_asyncio.fixture(loop_scope="session")
async def visit(show: Show, browser: Browser, album: Album) -> AsyncIterator[Visit]:
    """Lets people in, each once; they leave after the test."""
    known: dict[str, Visitor] = {}

    async def let_in(name: str) -> Visitor:
        if name not in known:
            context = await browser.new_context(
                viewport={"width": 1000, "height": 1600}, device_scale_factor=1.5
            )
            context.set_default_timeout(PATIENCE)
            known[name] = Visitor(await context.new_page(), album)
            await known[name].arrive(show.page, name)
        return known[name]

    yield let_in
    for visitor in known.values():
        if await visitor.modal.count():  # a test that failed; the next one finds no open form
            await visitor.close()
        assert await visitor.page.locator(".bk-unknown").count() == 0
        await visitor.page.context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def lena(visit: Visit) -> Visitor:
    """Lena, who is there at any hour."""
    return await visit("Lena Fischer")
