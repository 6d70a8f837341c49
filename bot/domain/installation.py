"""Where Meridian is installed: Slack workspaces, and what Slack granted for them."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NewType

Sealed = NewType("Sealed", str)
"""An encrypted secret; only a `SecretsBox` makes and opens it."""

NO_SECRET = Sealed("")

# Slack's tokens live twelve hours and may be refreshed at any time
# (https://docs.slack.dev/authentication/using-token-rotation).
REFRESH_AHEAD = timedelta(hours=2)

# Longer than a call to Slack takes: only then may another process try.
REFRESH_LEASE = timedelta(seconds=30)


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """A Slack workspace that has, or had, Meridian.

    `installation` names what its token comes from, empty where the operator set one token for all;
    an org-wide installation serves several workspaces. `url` ends with a slash. `tracked` says
    whether it may see the operator's Jira and MLflow.
    """

    id: str
    name: str = ""
    url: str = ""
    installation: str = ""
    tracked: bool = True
    installed_at: datetime
    removed_at: datetime | None = None
    purged_at: datetime | None = None

    @property
    def is_installed(self) -> bool:
        """Whether it wasn't removed since."""
        return self.removed_at is None


@dataclass(frozen=True, kw_only=True)
class Installation:
    """What Slack granted when somebody installed the app; its secrets are sealed.

    `id` is the workspace's id or, where it is org-wide, the enterprise's. Without token rotation
    there is no `refresh_token` and the token doesn't expire. `revision` grows with every change.
    `leased_until` lies ahead while a process refreshes the token.
    """

    id: str
    enterprise_id: str = ""
    is_org_wide: bool = False
    name: str = ""
    app_id: str = ""
    bot_id: str = ""
    bot_user_id: str = ""
    scopes: str = ""
    installed_by: str = ""
    bot_token: Sealed = field(default=NO_SECRET, repr=False)
    refresh_token: Sealed = field(default=NO_SECRET, repr=False)
    expires_at: datetime | None = None
    installed_at: datetime
    revision: int = 1
    leased_until: datetime | None = None
    removed_at: datetime | None = None

    @property
    def is_installed(self) -> bool:
        """Whether it wasn't removed since."""
        return self.removed_at is None

    def wants_refresh(self, now: datetime) -> bool:
        """Whether its token should be exchanged for a fresh one."""
        rotates = bool(self.refresh_token) and self.expires_at is not None
        return rotates and self.expires_at is not None and now >= self.expires_at - REFRESH_AHEAD

    def has_expired(self, now: datetime) -> bool:
        """Whether Slack refuses its token by now."""
        return self.expires_at is not None and now >= self.expires_at

    def refreshed(
        self, bot_token: Sealed, refresh_token: Sealed, expires_at: datetime | None
    ) -> "Installation":
        """The same with fresh tokens, and nobody refreshing them."""
        return replace(
            self,
            bot_token=bot_token,
            refresh_token=refresh_token,
            expires_at=expires_at,
            leased_until=None,
        )


@dataclass(frozen=True, kw_only=True)
class Granted:
    """Slack's answer to `oauth.v2.access` in plain text: it is sealed before it is kept.

    `expires_in` is None where tokens don't rotate; `team` is empty for an org-wide installation.
    """

    team: str = ""
    team_name: str = ""
    enterprise: str = ""
    enterprise_name: str = ""
    is_org_wide: bool = False
    app_id: str = ""
    bot_user_id: str = ""
    scopes: str = ""
    installed_by: str = ""
    bot_token: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)
    expires_in: timedelta | None = None


@dataclass(frozen=True, kw_only=True)
class Team:
    """A workspace as Slack names it to a token: its id, name and address."""

    id: str
    name: str = ""
    url: str = ""
    bot_id: str = ""
