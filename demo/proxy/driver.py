"""People at the page without a browser: types, clicks and reads over the proxy's `/ui` socket."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

import aiohttp

from demo.proxy.mirror import Mirror
from demo.proxy.translate.json import Json

T = TypeVar("T")
DEADLINE = 10.0


class Driver:
    """Drives any person; sees every message and every person's modal, as the page shows them.

    `stacks` and `homes` hold the shown views by user id, `errors` the last refusal of a
    submission; `page` holds people, channels and messages.
    """

    def __init__(self, base: str, session: aiohttp.ClientSession) -> None:
        """Use `driving()` to get a connected one."""
        self.page = Mirror()
        self.stacks: dict[str, list[Json]] = {}
        self.homes: dict[str, Json] = {}
        self.errors: dict[str, Json] = {}
        self._base = base
        self._session = session
        self._changed = asyncio.Condition()
        self._socket: aiohttp.ClientWebSocketResponse | None = None

    async def until(self, condition: Callable[[], T | None], *, deadline: float = DEADLINE) -> T:
        """Return what `condition` returns once that is true; checked after every frame."""
        async with asyncio.timeout(deadline), self._changed:
            while not (found := condition()):
                await self._changed.wait()
            return found

    async def say(
        self, user: str, channel: str, text: str, *, thread_ts: str | None = None
    ) -> None:
        """Post a message as a person."""
        frame = {"t": "post_message", "channel": channel, "user": user, "text": text}
        await self._send({**frame, "thread_ts": thread_ts} if thread_ts else frame)

    async def command(self, user: str, channel: str, line: str) -> None:
        """Type a slash command, for example `/standup new`."""
        name, _, text = line.partition(" ")
        frame = {"t": "slash_command", "channel": channel, "user": user}
        await self._send({**frame, "command": name, "text": text})

    def modal(self, user: str) -> Json | None:
        """Return the person's visible modal as the page shows it."""
        stack = self.stacks.get(user)
        return stack[-1] if stack else None

    async def submit(self, user: str, **fields: Json) -> None:
        """Submit the visible modal; `fields` are values by block_id, others stay untouched.

        A value may have the shape the page sends or the original element's own, without `type`.
        """
        self.errors.pop(user, None)
        values = {block: {self._action_of(user, block): value} for block, value in fields.items()}
        await self._send({"t": "view_submit", "user": user, "values": values})

    async def close(self, user: str) -> None:
        """Close the visible modal."""
        await self._send({"t": "view_close", "user": user})

    async def act_in_modal(self, user: str, action_id: str, **picked: object) -> None:
        """Press a button or change a dispatching field of the visible modal."""
        action = self._action(self.modal(user) or {}, action_id, picked)
        await self._send({"t": "view_action", "user": user, "action": action, "values": {}})

    async def open_home(self, user: str) -> None:
        """Open App Home."""
        await self._send({"t": "open_home", "user": user})

    async def act_at_home(self, user: str, action_id: str, **picked: object) -> None:
        """Press a button or pick from a select in App Home."""
        action = self._action(self.homes[user], action_id, picked)
        await self._send({"t": "block_action", "user": user, "messageTs": "", "action": action})

    async def act(self, user: str, message: Json, action_id: str, **picked: object) -> None:
        """Press a button or pick from a select of a message."""
        action = self._action(message, action_id, picked)
        place = {"channel": message["channel"], "messageTs": message["ts"]}
        await self._send({"t": "block_action", "user": user, "action": action, **place})

    async def shortcut(self, user: str, callback_id: str, message: Json | None = None) -> None:
        """Choose a shortcut: of a message, or a global one."""
        place = {"channel": message["channel"], "messageTs": message["ts"]} if message else {}
        await self._send({"t": "shortcut", "user": user, "callback_id": callback_id, **place})

    def messages(self, channel: str, containing: str = "") -> list[Json]:
        """Return a conversation's messages as shown whose JSON contains a text."""
        found = self.page.messages(channel)
        return [m for m in found if containing in json.dumps(m, ensure_ascii=False)]

    async def direct(self, user: str) -> str:
        """Return the id of the direct conversation between a person and the bot."""

        def found() -> str | None:
            direct = (c for c in self.page.channels() if c.get("is_im") and user in c["members"])
            return next((str(channel["id"]) for channel in direct), None)

        return await self.until(found)

    async def calls(self, method: str = "") -> list[Json]:
        """Return the bot's Web API calls so far, of one method if named."""
        async with self._session.get(f"{self._base}/_proxy/calls") as response:
            made: list[Json] = (await response.json())["calls"]
        return [call for call in made if method in ("", call["method"])]

    async def pump(self) -> None:
        """Take in frames until the proxy goes away."""
        async with self._session.ws_connect(f"{self._base}/ui", max_msg_size=0) as socket:
            self._socket = socket
            async for message in socket:
                async with self._changed:
                    self._apply(json.loads(message.data))
                    self._changed.notify_all()

    def _apply(self, frame: Json) -> None:
        self.page.apply(frame)
        if frame["t"] == "view":
            self.stacks[frame["user"]] = frame["stack"]
            self.errors.pop(frame["user"], None)
        elif frame["t"] == "view_errors":
            self.errors[frame["user"]] = frame["errors"]
        elif frame["t"] == "home":
            self.homes[frame["user"]] = frame["view"]

    def _action_of(self, user: str, block_id: str) -> str:
        blocks = (self.modal(user) or {"blocks": []})["blocks"]
        block = next(block for block in blocks if block["block_id"] == block_id)
        return str((block.get("element") or block.get("accessory"))["action_id"])

    def _action(self, surface: Json, action_id: str, picked: dict[str, object]) -> Json:
        for block in surface["blocks"]:
            parts = [block.get("element"), block.get("accessory"), *block.get("elements", [])]
            for part in parts:
                if part and part.get("action_id") == action_id:
                    ids = {"block_id": block["block_id"], "action_id": action_id}
                    return {**ids, "type": part["type"], **picked}
        raise LookupError(action_id)

    async def _send(self, frame: Json) -> None:
        assert self._socket is not None
        await self._socket.send_json(frame)


@asynccontextmanager
async def driving(base: str) -> AsyncIterator[Driver]:
    """Yield a driver of the proxy at `base` that has seen the page's first frame."""
    async with aiohttp.ClientSession() as session:
        driver = Driver(base, session)
        pumping = asyncio.create_task(driver.pump())
        try:
            await asyncio.wait_for(driver.page.ready.wait(), DEADLINE)
            yield driver
        finally:
            pumping.cancel()
            with suppress(asyncio.CancelledError):
                await pumping
