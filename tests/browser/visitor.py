"""One person at the demo's page: what they see, type, click and photograph."""

from playwright.async_api import Locator, Page

from tests.browser.pictures import Album

CHANNEL = "churn-model"


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

    async def go_to(self, conversation: str) -> None:
        """Choose a conversation in the side bar."""
        await self.page.locator("button.sidebar-item", has_text=conversation).first.click()

    async def type(self, line: str) -> None:
        """Send a command."""
        composer = self.page.locator(".composer textarea.composer-input").first
        await composer.fill(line)
        await composer.press("Enter")

    @property
    def modal(self) -> Locator:
        """The open form."""
        return self.page.locator(".modal")

    @property
    def thread(self) -> Locator:
        """The open thread."""
        return self.page.locator(".thread-pane")

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

    async def fill(self, label: str, text: str) -> None:
        """Write into a field of the open form."""
        await self.field(label).locator("input, textarea").fill(text)

    async def pick(self, label: str, option: str) -> None:
        """Choose from a select of the open form."""
        await self.field(label).locator("select").select_option(label=option)

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

    async def press(self, message: Locator, button: str) -> None:
        """Click a button of a message."""
        await message.get_by_role("button", name=button, exact=True).click()

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
