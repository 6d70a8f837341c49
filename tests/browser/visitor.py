"""One person at the demo's page: what they see, type, click and photograph."""

import asyncio
import re

from playwright.async_api import Locator, Page
from playwright.async_api import TimeoutError as NotSeen

from tests.browser.pictures import Album

CHANNEL = "churn-model"

_LOOK_AGAIN = 4_000


class Visitor:
    """Acts as one of the demo's people in #churn-model; waits where the page takes its time."""

    def __init__(self, page: Page, album: Album) -> None:
        self.page = page
        self._album = album

    async def arrive(self, address: str, name: str) -> None:
        """Open the page and act as `name`."""
        await self.page.goto(address)
        await self.page.locator(".status.ok", has_text="connected").wait_for()
        await self.page.locator("label.actas select").select_option(label=name)
        await self.go_to(CHANNEL)
        await self.page.locator(".messages .msg").first.wait_for()

    async def go_to(self, conversation: str) -> None:
        """Choose a conversation in the side bar."""
        await self.page.locator("button.sidebar-item", has_text=conversation).first.click()

    async def go_home(self) -> None:
        """Open Meridian's App Home."""
        await self.go_to("🏠")
        await self.home.filter(has_text="Waits for you").wait_for()

    async def type(self, line: str) -> None:
        """Send a command; where it ends with the beginning of an @name, pick that first."""
        composer = self.page.locator(".composer textarea.composer-input").first
        await composer.fill(line)
        await composer.press("Enter")
        if "@" in line:
            await composer.press("Enter")

    @property
    def modal(self) -> Locator:
        """The open form."""
        return self.page.locator(".modal")

    @property
    def thread(self) -> Locator:
        """The open thread."""
        return self.page.locator(".thread-pane")

    @property
    def home(self) -> Locator:
        """The open App Home."""
        return self.page.locator(".home .blocks")

    def message(self, *texts: str) -> Locator:
        """The latest message of the conversation that holds all of `texts`."""
        found = self.page.locator(".messages .msg")
        for text in texts:
            found = found.filter(has_text=text)
        return found.last

    def field(self, label: str) -> Locator:
        """A field of the open form."""
        return self.modal.locator(
            ".bk-input", has=self.page.locator(".bk-label", has_text=label)
        ).first

    async def value(self, label: str) -> str:
        """What stands in a field of the open form."""
        return await self.field(label).locator("input, textarea").input_value()

    async def fill(self, label: str, text: str) -> None:
        """Write into a field of the open form."""
        await self.field(label).locator("input, textarea").fill(text)

    async def pick(self, label: str, option: str) -> None:
        """Choose from a select of the open form."""
        await self.field(label).locator("select").select_option(label=option)

    async def unfold(self, *sections: str) -> None:
        """Open folded sections of the open form by the labels of their buttons."""
        for label in sections:
            folded = self.modal.get_by_role("button", name=f"▸ {label}", exact=True)
            await folded.click()
            await folded.wait_for(state="detached")

    async def submit(self) -> None:
        """Press the form's own button."""
        await self.modal.locator(".modal-btn.primary").click()

    async def send(self) -> None:
        """Submit a form that is good."""
        await self.submit()
        await self.modal.wait_for(state="detached")

    async def refusal(self, label: str) -> str:
        """What the form says about a field after it was refused."""
        error = self.field(label).locator(".modal-error")
        await error.wait_for()
        return await error.inner_text()

    async def close(self) -> None:
        """Close the form without sending it."""
        await self.modal.locator(".modal-x").click()
        await self.modal.wait_for(state="detached")

    async def told(self, *texts: str) -> str:
        """Wait for a message with all of `texts`; what it says."""
        message = self.message(*texts)
        await message.wait_for()
        return await message.inner_text()

    async def wait_in(self, conversation: str, message: Locator, seconds: float = 90.0) -> None:
        """Wait for a message in a conversation; the page doesn't always show what is new
        in one that is open, so it is opened again and again."""
        async with asyncio.timeout(seconds):
            while True:
                await self.go_to(conversation)
                try:
                    await message.wait_for(timeout=_LOOK_AGAIN)
                except NotSeen:
                    await self.go_to(CHANNEL)
                else:
                    return

    async def choose(self, message: Locator, shortcut: str) -> None:
        """Choose one of the app's shortcuts from the menu of a message."""
        await message.hover()
        await message.locator(".msg-more").click()
        await self.page.locator(".demo-menu-item", has_text=shortcut).click()

    async def press(self, message: Locator, button: str) -> None:
        """Click a button of a message."""
        await message.get_by_role("button", name=button, exact=True).click()

    async def press_in_home(self, row: str, button: str) -> None:
        """Click a button below the row of App Home that begins with `row`.

        Home is drawn anew after it was opened: a click of two steps would fall between.
        """
        text = self.home.locator(".bk-section", has_text=re.compile(f"^{re.escape(row)}"))
        below = text.locator("xpath=following-sibling::div[contains(@class, 'bk-actions')][1]")
        await below.get_by_role("button", name=button, exact=True).dispatch_event("click")

    async def open_thread(self, message: Locator) -> None:
        """Show the replies of a message."""
        await message.locator(".thread-summary").click()
        await self.thread.wait_for()

    async def picture_of_thread(self, name: str) -> None:
        """Photograph the open thread down to its last reply."""
        last = self.thread.locator(".msg").last
        await self.picture(name, self.thread.locator(".thread-head"), last)

    async def picture(self, name: str, *shown: Locator) -> None:
        """Check that nothing on the page is unknown to it, and photograph `shown`."""
        assert await self.page.locator(".bk-unknown").count() == 0
        await self._album.take(self.page, name, shown)


async def chart_width(message: Locator) -> int:
    """The natural width in pixels of a message's chart, once it has really loaded."""
    image = message.locator("img.bk-image, .bk-image img, img").last
    await image.wait_for()
    loaded = "i => i.decode().then(() => i.naturalWidth)"
    width: int = await image.evaluate(loaded)
    return width
