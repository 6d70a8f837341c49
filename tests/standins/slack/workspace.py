"""The state of one Slack workspace, with the look-ups that refuse what Slack refuses."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from tests.standins.slack.blockkit import Rules, check_message, check_view
from tests.standins.slack.errors import Json, SlackError
from tests.standins.slack.limits import LIMITS
from tests.standins.slack.records import Channel, ResponseUrl, StoredFile, Trigger, User
from tests.standins.slack.views import View

BOT_USER = "U0MERIDIAN"
BOT_ID = "B0MERIDIAN"
APP_ID = "A0MERIDIAN"


class Workspace:
    """Users, channels, messages, views and files of a team; ``now()`` is aware UTC."""

    def __init__(
        self,
        *,
        clock: Callable[[], datetime],
        scopes: Collection[str],
        team_id: str,
        native_charts: bool,
        file_polls: int,
    ) -> None:
        self.now = clock
        self.scopes = frozenset(scopes)
        self.team_id = team_id
        self.team_domain = "fakers"
        self.native_charts = native_charts
        self.trigger_life = timedelta(seconds=LIMITS["trigger_seconds"])
        self.file_polls = file_polls
        self.base_url = ""
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.ephemerals: list[Json] = []
        self.views: dict[str, View] = {}
        self.stacks: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}
        self.files: dict[str, StoredFile] = {}
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self.sockets: set[str] = set()
        self._numbers = count(1)
        self._last_ts = 0

    def next_id(self, prefix: str) -> str:
        """A fresh id of Slack's form: prefix, then ten capitals and digits."""
        return f"{prefix}0{next(self._numbers):09d}"

    def next_ts(self) -> str:
        """A message timestamp, unique and rising even while the clock stands still."""
        micros = int(self.now().timestamp() * 1_000_000)
        self._last_ts = max(micros, self._last_ts + 1)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def need(self, *scopes: str) -> None:
        """Raise missing_scope unless at least one of the scopes is granted."""
        if not self.scopes.intersection(scopes):
            provided = ",".join(sorted(self.scopes))
            raise SlackError("missing_scope", needed=",".join(scopes), provided=provided)

    def user(self, user_id: str) -> User:
        """The user, or user_not_found."""
        if user_id not in self.users:
            raise SlackError("user_not_found")
        return self.users[user_id]

    def channel(self, channel_id: str) -> Channel:
        """A channel the bot can see; a private one without the bot is channel_not_found."""
        channel = self.channels.get(channel_id)
        if channel is None or (channel.kind != "channels" and BOT_USER not in channel.members):
            raise SlackError("channel_not_found")
        return channel

    def open_dm(self, user_ids: Collection[str]) -> Channel:
        """The direct conversation of the bot with these people, opened when needed."""
        members = [BOT_USER, *user_ids]
        for channel in self.channels.values():
            if channel.kind in ("im", "mpim") and set(channel.members) == set(members):
                return channel
        single = len(members) == 2
        opened = Channel(
            id=self.next_id("D" if single else "G"),
            name="" if single else "mpdm",
            kind="im" if single else "mpim",
            members=members,
        )
        self.channels[opened.id] = opened
        return opened

    def message(self, channel: Channel, ts: str, code: str = "message_not_found") -> Json:
        """The stored message with this ts, or the given error."""
        for message in channel.messages:
            if message["ts"] == ts:
                return message
        raise SlackError(code)

    def new_trigger(self, user: str, view_id: str | None = None) -> str:
        """A fresh trigger_id for this person's interaction."""
        trigger_id = f"{next(self._numbers)}.{self.team_id}.trigger"
        self.triggers[trigger_id] = Trigger(
            id=trigger_id, user=user, at=self.now(), view_id=view_id
        )
        return trigger_id

    def use_trigger(self, trigger_id: str) -> Trigger:
        """Spend a trigger_id: unknown, spent and expired ones raise Slack's errors."""
        trigger = self.triggers.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if self.now() - trigger.at > self.trigger_life:
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger

    def new_response_url(
        self, channel: str, user: str, *, message_ts: str | None = None, ephemeral: bool = False
    ) -> str:
        """A fresh response_url for an interaction in this channel."""
        url_id = self.next_id("R")
        self.response_urls[url_id] = ResponseUrl(
            id=url_id,
            channel=channel,
            user=user,
            at=self.now(),
            message_ts=message_ts,
            ephemeral=ephemeral,
        )
        return f"{self.base_url}/respond/{url_id}"

    def rules(self, surface: str) -> Rules:
        """What Block Kit validation must know to judge a payload for this surface."""
        return Rules(surface=surface, native_charts=self.native_charts, file_ready=self._file_ready)

    def message_problems(self, blocks: Any, attachments: Any = None) -> list[str]:
        """Block Kit problems of a message, each with its JSON pointer."""
        return check_message(self.rules("message"), blocks, attachments)

    def view_problems(self, view: Any, surface: str) -> list[str]:
        """Block Kit problems of a view, each with its JSON pointer."""
        return check_view(self.rules(surface), view)

    def _file_ready(self, reference: Any) -> bool:
        if not isinstance(reference, dict) or len(reference) != 1:
            return False
        if "url" in reference:
            return any(f.ready for f in self.files.values() if reference["url"] == self.url_of(f))
        file = self.files.get(str(reference.get("id")))
        return file is not None and file.ready

    def url_of(self, file: StoredFile) -> str:
        """The private address of a file's bytes."""
        return f"{self.base_url}/files/{file.id}/{file.filename}"
