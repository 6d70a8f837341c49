"""A folder behind a plain web server, and a page that asks nobody else."""

import functools
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

from playwright.async_api import Browser, Locator, Page, Request

from demo.mlflow_server import free_port


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_args: object) -> None:
        """Nothing on standard error."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address at which a plain web server shows `folder`."""
    handler = functools.partial(_Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", free_port()), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@asynccontextmanager
async def page_of(browser: Browser, address: str) -> AsyncIterator[Page]:
    """A page that fails if anything comes from elsewhere than `address`."""
    context = await browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(15_000)
    asked: set[str] = set()

    def remember(request: Request) -> None:
        asked.add(urlsplit(request.url).netloc)

    context.on("request", remember)
    yield await context.new_page()
    await context.close()
    assert asked <= {urlsplit(address).netloc, ""}


async def search(page: Page, word: str) -> Locator:
    """What the site's own search finds."""
    await page.get_by_role("button", name="Search").click()
    await page.get_by_role("combobox", name="Search").fill(word)
    hits = page.get_by_role("option")
    await hits.filter(has_text=word).first.wait_for()
    return hits
