"""What a workspace holds: people, channels, files, one-time tickets."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tests.standins.slack.errors import Json


@dataclass(kw_only=True)
class User:
    """A member of the workspace; ``tz`` is an IANA name, its offset follows the fake's clock."""

    id: str
    name: str
    real_name: str
    tz: str = "Europe/Berlin"
    email: str = ""
    team_id: str
    is_bot: bool = False
    deleted: bool = False
    is_restricted: bool = False
    is_admin: bool = False

    def payload(self, now: datetime, *, with_email: bool) -> Json:
        """The user as users.info shows it; the e-mail only with its scope."""
        profile = {"real_name": self.real_name, "display_name": self.name, "team": self.team_id}
        if with_email and self.email:
            profile["email"] = self.email
        return self._zone(now) | {
            "id": self.id,
            "team_id": self.team_id,
            "name": self.name,
            "real_name": self.real_name,
            "deleted": self.deleted,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "is_admin": self.is_admin,
            "is_owner": False,
            "is_restricted": self.is_restricted,
            "is_ultra_restricted": False,
            "updated": int(now.timestamp()),
            "profile": profile,
        }

    def _zone(self, now: datetime) -> Json:
        if self.deleted or not self.tz:  # Slack leaves the time zone out then
            return {}
        local = now.astimezone(ZoneInfo(self.tz))
        offset = int((local.utcoffset() or timedelta()).total_seconds())
        return {"tz": self.tz, "tz_label": local.tzname(), "tz_offset": offset}


@dataclass(kw_only=True)
class Channel:
    """A conversation; ``kind`` is the scope prefix: channels, groups, im or mpim."""

    id: str
    name: str
    kind: str = "channels"
    members: list[str] = field(default_factory=list)
    archived: bool = False
    shared: bool = False
    messages: list[Json] = field(default_factory=list)

    def payload(self, bot_user: str, created: int) -> Json:
        """The conversation as conversations.info shows it."""
        shown: Json = {
            "id": self.id,
            "created": created,
            "is_channel": self.kind == "channels",
            "is_group": self.kind == "groups",
            "is_im": self.kind == "im",
            "is_mpim": self.kind == "mpim",
            "is_private": self.kind != "channels",
            "is_archived": self.archived,
            "is_shared": self.shared,
            "is_ext_shared": self.shared,
            "is_org_shared": False,
            "is_member": bot_user in self.members,
        }
        if self.kind == "im":
            return shown | {"user": next(m for m in self.members if m != bot_user)}
        return shown | {"name": self.name, "name_normalized": self.name}


@dataclass(kw_only=True)
class StoredFile:
    """An upload on its way: announced, then its bytes, then completed, then processed."""

    id: str
    filename: str
    length: int
    ticket: str
    polls_left: int
    content: bytes | None = None
    completed: bool = False
    title: str = ""
    channels: list[str] = field(default_factory=list)

    @property
    def ready(self) -> bool:
        """True once Slack has processed the picture and blocks may show it."""
        return self.completed and self.polls_left <= 0


@dataclass(kw_only=True)
class Trigger:
    """A trigger_id: usable once, within three seconds of the fake's clock."""

    id: str
    user: str
    at: datetime
    view_id: str | None
    used: bool = False


@dataclass(kw_only=True)
class ResponseUrl:
    """A response_url: five uses within thirty minutes of the fake's clock."""

    id: str
    channel: str
    user: str
    at: datetime
    message_ts: str | None
    ephemeral: bool
    uses: int = 0


@dataclass(kw_only=True)
class Call:
    """One recorded request; ``outcome`` is ``ok``, an error code, or what a fault did to it."""

    method: str
    args: Json
    at: datetime
    outcome: str = "pending"
