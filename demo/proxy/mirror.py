"""What local-slack's page knows, kept up to date from its frames."""

import asyncio

from demo.proxy.translate.json import Json

REMEMBERED_LOG = 500
"""Entries the page's inspector keeps."""


class Mirror:
    """People, channels and messages as local-slack last reported them, untranslated.

    `ready` is set once local-slack has reported its state.
    """

    def __init__(self) -> None:
        """Start empty until the first `init` frame."""
        self.state: Json = {}
        self.ready = asyncio.Event()

    def apply(self, frame: Json) -> None:
        """Take in one frame; kinds that carry no state are ignored."""
        kind = frame["t"]
        if kind == "init":
            self.state = frame["state"]
            self.ready.set()
        elif kind == "channel":
            self.state["channels"].append(frame["channel"])
        elif kind in ("message", "message_update"):
            self._keep(frame["message"])
        elif kind == "log":
            self.state["log"] = [*self.state.get("log", []), frame["entry"]][-REMEMBERED_LOG:]
        elif kind == "message_delete":
            kept = [m for m in self.messages(frame["channel"]) if m["ts"] != frame["ts"]]
            self.state["messages"][frame["channel"]] = kept

    def users(self) -> list[Json]:
        """Return everybody, bots included."""
        return list(self.state.get("users", []))

    def user(self, user_id: str | None) -> Json | None:
        """Return one user, None when unknown."""
        return next((user for user in self.users() if user["id"] == user_id), None)

    def humans(self) -> list[Json]:
        """Return everybody who isn't a bot, in the configuration's order."""
        return [user for user in self.users() if not user.get("is_bot")]

    def channels(self) -> list[Json]:
        """Return every conversation, direct ones included."""
        return list(self.state.get("channels", []))

    def channel(self, channel_id: str | None) -> Json | None:
        """Return one conversation, None when unknown."""
        return next((c for c in self.channels() if c["id"] == channel_id), None)

    def messages(self, channel_id: str) -> list[Json]:
        """Return a conversation's messages, oldest first, replies and ephemerals included."""
        return list(self.state.get("messages", {}).get(channel_id, []))

    def message(self, channel_id: str, ts: str) -> Json | None:
        """Return one message, None when it doesn't exist."""
        return next((m for m in self.messages(channel_id) if m["ts"] == ts), None)

    def _keep(self, message: Json) -> None:
        messages = self.state["messages"].setdefault(message["channel"], [])
        places = [i for i, held in enumerate(messages) if held["ts"] == message["ts"]]
        if places:
            messages[places[0]] = message
        else:
            messages.append(message)
