"""The browser pages (and headless drivers) connected to the proxy."""

from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from demo.proxy.translate.json import Json

Render = Callable[[str | None], Json | None]
"""Builds a frame for a viewer (None: a driver that sees everything); None sends nothing."""


@dataclass(kw_only=True, eq=False)
class Page:
    """One open page and the person acting in it."""

    socket: web.WebSocketResponse
    viewer: str | None

    async def send(self, frame: Json | None) -> None:
        """Send a frame unless the page has gone."""
        if frame is not None and not self.socket.closed:
            try:
                await self.socket.send_json(frame)
            except ConnectionError:
                # The page closed while we wrote; its own reader takes it off the list.
                return


class Pages:
    """All open pages."""

    def __init__(self) -> None:
        """Start with none."""
        self._pages: list[Page] = []

    def add(self, page: Page) -> None:
        """Begin sending to a page."""
        self._pages.append(page)

    def remove(self, page: Page) -> None:
        """Stop sending to a page."""
        self._pages.remove(page)

    async def broadcast(self, render: Render) -> None:
        """Send every page its viewer's version of a frame."""
        for page in list(self._pages):
            await page.send(render(page.viewer))

    async def show(self, user: str, frame: Json) -> None:
        """Send a frame to the pages where `user` acts, and to drivers that see everything."""
        await self.broadcast(lambda viewer: frame if viewer in (user, None) else None)

    async def close(self) -> None:
        """Close every page's socket."""
        for page in list(self._pages):
            await page.socket.close()
