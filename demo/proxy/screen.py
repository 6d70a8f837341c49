"""What one person sees: local-slack's frames, filtered and translated for them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from demo.proxy.mirror import Mirror
from demo.proxy.translate.blocks import Values, message_out, view_out
from demo.proxy.translate.json import Json
from demo.proxy.translate.reader import Choice, Reader
from demo.proxy.views import OpenView, ViewStore
from demo.proxy.workspace import Workspace

PAGE_BOT = "BOT-OF-THE-PAGE"
"""Stands for the bot's user id in the page's app list.

The page names a direct conversation after its first member that isn't an app, so with the real
id every direct message with the bot would carry its reader's own name.
"""


class Screen:
    """Builds the page's frames for a viewer; viewer None (a headless driver) sees everything."""

    def __init__(self, workspace: Workspace, mirror: Mirror, views: ViewStore) -> None:
        """Read from the given stores; keeps only what people picked in messages."""
        self._workspace = workspace
        self._mirror = mirror
        self._views = views
        self._picked: dict[tuple[str, str, str], Values] = {}

    def reader(self, viewer: str | None, *, opened: OpenView | None = None) -> Reader:
        """Return the viewer as the translation needs them; an unknown one reads in UTC."""
        user = self._mirror.user(viewer) or {}
        return Reader(
            zone=ZoneInfo(user.get("tz") or "UTC"),
            now=datetime.now(UTC),
            people=tuple(_choice(human) for human in self._mirror.humans()),
            channels=tuple(
                Choice(id=channel["id"], name=f"#{channel['name']}")
                for channel in self._mirror.channels()
                if not channel.get("is_im")
            ),
            externals=opened.externals if opened else {},
            here=opened.here if opened else None,
        )

    def picked(self, viewer: str, channel: str, ts: str) -> Values:
        """Return what the viewer has picked in a message's selects so far."""
        return self._picked.get((viewer, channel, ts), {})

    def pick(self, viewer: str, channel: str, ts: str, values: Values) -> None:
        """Remember what the viewer has picked in a message."""
        self._picked[viewer, channel, ts] = values

    def init(self, viewer: str | None, *, connected: bool) -> Json:
        """Return the frame a page begins with."""
        state = self._mirror.state
        channels = [c for c in self._mirror.channels() if self._may_see(c["id"], viewer)]
        return {
            "t": "init",
            "state": {
                **state,
                "apps": [self._app(app, connected) for app in state["apps"]],
                "channels": [self._channel(channel) for channel in channels],
                "messages": {c["id"]: self._messages(c["id"], viewer) for c in channels},
                "modalStack": [self._view(opened) for opened in self._visible(viewer)],
                "homeViews": {
                    user: {self._workspace.app.app_id: self._home(opened)}
                    for user, opened in self._views.homes().items()
                },
            },
        }

    def frame(self, frame: Json, viewer: str | None) -> Json | None:
        """Return one of local-slack's frames as the viewer gets it, None when not at all."""
        kind = frame["t"]
        if kind in ("message", "message_update"):
            message = self._message(frame["message"], viewer)
            return {**frame, "message": message} if message else None
        if kind == "message_delete":
            return frame if self._may_see(frame["channel"], viewer) else None
        if kind == "channel":
            channel = frame["channel"]
            seen = self._may_see(channel["id"], viewer)
            return {**frame, "channel": self._channel(channel)} if seen else None
        return frame if kind == "log" else None

    def stack(self, user: str) -> Json:
        """Return the frame with a person's open modals."""
        return {
            "t": "view",
            "user": user,
            "stack": [self._view(v) for v in self._views.stack(user)],
        }

    def home(self, user: str) -> Json:
        """Return the frame with a person's published Home."""
        view = self._home(self._views.homes()[user])
        return {"t": "home", "user": user, "appId": self._workspace.app.app_id, "view": view}

    def _visible(self, viewer: str | None) -> list[OpenView]:
        if viewer is not None:
            return self._views.stack(viewer)
        return [opened for stack in self._views.stacks().values() for opened in stack]

    def _messages(self, channel: str, viewer: str | None) -> list[Json]:
        shown = (self._message(message, viewer) for message in self._mirror.messages(channel))
        return [message for message in shown if message]

    def _message(self, message: Json, viewer: str | None) -> Json | None:
        addressee = message.get("ephemeral_to")
        hidden = viewer is not None and addressee is not None and addressee != viewer
        if hidden or not self._may_see(message["channel"], viewer):
            return None
        values = self.picked(viewer or "", message["channel"], message["ts"])
        return message_out(message, values, reader=self.reader(viewer))

    def _may_see(self, channel_id: str, viewer: str | None) -> bool:
        channel = self._mirror.channel(channel_id)
        private = bool(channel and (channel.get("is_im") or channel.get("is_private")))
        return viewer is None or not private or viewer in (channel or {})["members"]

    def _view(self, opened: OpenView) -> Json:
        reader = self.reader(opened.user, opened=opened)
        return view_out(opened.view, opened.values, reader=reader, place="modal")

    def _home(self, opened: OpenView) -> Json:
        reader = self.reader(opened.user, opened=opened)
        return view_out(opened.view, opened.values, reader=reader, place="message")

    def _app(self, app: Json, connected: bool) -> Json:
        if app["appId"] != self._workspace.app.app_id:
            return app
        return {**app, "botUserId": PAGE_BOT, "connected": connected}

    def _channel(self, channel: Json) -> Json:
        if not channel.get("is_im"):
            return channel
        bot = self._workspace.app.bot_user_id
        return {**channel, "members": sorted(channel["members"], key=lambda m: m != bot)}


def _choice(user: Json) -> Choice:
    return Choice(id=user["id"], name=user.get("real_name") or user["name"])
