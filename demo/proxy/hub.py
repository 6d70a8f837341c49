"""Everything the proxy's request handlers share."""

import asyncio
from collections import deque
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime

from demo.proxy.botsockets import BotSockets, EnvelopeKind
from demo.proxy.mirror import Mirror
from demo.proxy.pages import Pages
from demo.proxy.payloads import Caller
from demo.proxy.screen import Screen
from demo.proxy.tickets import Origin, Tickets
from demo.proxy.translate.json import Json
from demo.proxy.translate.state import complete_state
from demo.proxy.upstream import Upstream
from demo.proxy.views import OpenView, ViewStore
from demo.proxy.workspace import Workspace

REMEMBERED_CALLS = 2000


@dataclass(kw_only=True)
class Hub:
    """The proxy's state and its two neighbours; `address` is where the proxy itself is reached."""

    workspace: Workspace
    address: str
    upstream: Upstream
    mirror: Mirror
    views: ViewStore
    screen: Screen
    pages: Pages
    bot: BotSockets
    tickets: Tickets
    metadata: dict[tuple[str, str], Json] = field(default_factory=dict)
    calls: deque[Json] = field(default_factory=lambda: deque(maxlen=REMEMBERED_CALLS))
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def spawn(self, work: Coroutine[None, None, None]) -> None:
        """Run `work` beside the caller; it is cancelled when the proxy stops."""
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def caller(self, origin: Origin) -> Caller:
        """Return a payload's caller with a fresh trigger id, and a response URL in a channel."""
        now = datetime.now(UTC)
        url = f"{self.address}/_proxy/response/{self.tickets.issue(origin, now)}"
        return Caller(
            user=self.mirror.user(origin.user) or {"id": origin.user, "name": origin.user},
            at=f"{now.timestamp():.6f}",
            trigger_id=self.tickets.issue(origin, now),
            response_url=url if origin.channel else None,
        )

    async def tell(self, kind: EnvelopeKind, payload: Json) -> Json | None:
        """Deliver an interaction and return its ack's payload; the page's inspector shows it."""
        await self.log("to_bot", kind, str(payload.get("type") or payload.get("command")), payload)
        return await self.bot.deliver(kind, payload)

    def tell_later(self, payload: Json) -> None:
        """Deliver an interaction whose ack changes nothing."""
        self.spawn(self._told(payload))

    async def log(self, direction: str, kind: str, summary: str, detail: Json) -> None:
        """Add an entry to the page's inspector, as local-slack does for what it sees itself."""
        now = datetime.now(UTC)
        entry = {
            "id": f"L{now.timestamp()}",
            "time": int(now.timestamp() * 1000),
            "direction": direction,
            "kind": kind,
            "summary": summary,
            "detail": detail,
        }
        frame = {"t": "log", "entry": entry}
        self.mirror.apply(frame)
        await self.pages.broadcast(lambda _viewer: frame)

    async def _told(self, payload: Json) -> None:
        await self.tell("interactive", payload)

    def refresh_state(self, opened: OpenView) -> None:
        """Complete a view's state after its blocks changed; typed values are kept."""
        reader = self.screen.reader(opened.user, opened=opened)
        opened.values = complete_state(opened.view["blocks"], opened.values, {}, reader)

    async def show_view(self, opened: OpenView) -> None:
        """Show a modal or Home where its person acts, with what a modal was refused for."""
        home = opened.view.get("type") == "home"
        frame = self.screen.home(opened.user) if home else self.screen.stack(opened.user)
        await self.pages.show(opened.user, frame)
        if opened.errors:
            await self.show_errors(opened)

    async def show_errors(self, opened: OpenView) -> None:
        """Show what a modal's submission was refused for; any frame of it makes the page forget."""
        frame = {"t": "view_errors", "user": opened.user, "errors": opened.errors}
        await self.pages.show(opened.user, frame)
