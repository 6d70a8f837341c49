"""Where Meridian is installed, and the secrets that go with it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.installation import Granted, Installation, Sealed, Team, Workspace
from bot.domain.links import Links


class SecretsBox(Protocol):
    """Encrypts what is kept; raises SecretsError where no key opens it."""

    def seal(self, secret: str) -> Sealed:
        """Encrypt with the newest key; an empty secret stays empty."""
        ...

    def open(self, sealed: Sealed) -> str:
        """Decrypt with any of the keys."""
        ...

    def rotate(self, sealed: Sealed) -> Sealed:
        """The same secret under the newest key."""
        ...


class Workspaces(Protocol):
    """The Slack workspaces that have, or had, Meridian."""

    def get(self, workspace: str) -> Workspace | None:
        """One, or None if it never had Meridian."""
        ...

    def save(self, workspace: Workspace) -> None:
        """Insert or replace one."""
        ...

    def installed(self) -> Sequence[Workspace]:
        """Those that have Meridian now, by id."""
        ...

    def of_installation(self, installation: str) -> Sequence[Workspace]:
        """Those that have it now through that installation, by id."""
        ...

    def remove(self, workspace: str, now: datetime) -> bool:
        """Note that Meridian was removed; False if it wasn't there."""
        ...

    def track(self, workspaces: Collection[str]) -> None:
        """Let these and no others see the operator's Jira and MLflow."""
        ...

    def tracks(self, workspace: str) -> bool:
        """Whether it may see them; one that nobody has noted may."""
        ...

    def gone(self) -> frozenset[str]:
        """The ids of those from which it was removed."""
        ...

    def removed_before(self, instant: datetime) -> Sequence[Workspace]:
        """Those from which it was removed before then and whose data are still kept."""
        ...

    def purged(self, workspace: str, now: datetime) -> None:
        """Note that nothing of it is kept any more."""
        ...


class Installations(Protocol):
    """What Slack granted, with sealed tokens."""

    def get(self, installation: str) -> Installation | None:
        """One, or None."""
        ...

    def locked(self, installation: str) -> Installation | None:
        """Like `get`; nobody else changes it until this transaction has ended."""
        ...

    def all(self) -> Sequence[Installation]:
        """All that are kept, by id."""
        ...

    def revisions(self) -> dict[str, int]:
        """The revision of each that wasn't removed: what a cached one is compared with."""
        ...

    def save(self, installation: Installation) -> None:
        """Insert or replace one; its revision grows."""
        ...

    def lease(self, installation: str, revision: int, now: datetime, until: datetime) -> bool:
        """Be the only one to refresh its token until then; False if another is, or has done it."""
        ...

    def release(self, installation: str, revision: int) -> None:
        """Let another one try."""
        ...

    def reseal(self, installation: str, bot_token: Sealed, refresh_token: Sealed) -> None:
        """Keep the same secrets under another key; its revision stays."""
        ...

    def delete(self, installation: str) -> None:
        """Forget one with its tokens."""
        ...


class OAuthStates(Protocol):
    """Installations that were begun: each state is good once and for a few minutes."""

    def add(self, state: str, expires_at: datetime) -> None:
        """Remember a state, of which only a digest is kept."""
        ...

    def consume(self, state: str, now: datetime) -> bool:
        """Use it up; False if it isn't known, was used before or is too old."""
        ...

    def count(self) -> int:
        """How many are kept."""
        ...

    def forget(self, now: datetime) -> int:
        """Drop those that are too old; how many."""
        ...


class OAuth(Protocol):
    """Slack's side of an installation; every call raises SlackError."""

    async def exchange(self, code: str) -> Granted:
        """What the person who came back with `code` granted."""
        ...

    async def refresh(self, refresh_token: str) -> Granted:
        """Fresh tokens; `refresh_token` is used up by it."""
        ...

    async def whoami(self, bot_token: str) -> Team:
        """The workspace of a token and the bot's id in it; an org-wide one names its enterprise."""
        ...

    async def teams(self, bot_token: str) -> Sequence[Team]:
        """The workspaces that an org-wide token is approved for."""
        ...


class Tenants(Protocol):
    """Who is installed, from memory: asking costs no query."""

    @property
    def workspaces(self) -> tuple[str, ...]:
        """The workspaces that have Meridian now."""
        ...

    @property
    def tracked(self) -> tuple[str, ...]:
        """Those of them that may see the operator's Jira and MLflow."""
        ...

    def tracks(self, workspace: str) -> bool:
        """Whether that workspace may see the operator's Jira and MLflow."""
        ...

    def links(self, workspace: str) -> Links:
        """The addresses that links in that workspace may lead to."""
        ...

    async def look(self, now: datetime) -> None:
        """Learn what other processes changed, by one query."""
        ...

    async def refresh(self, now: datetime) -> None:
        """Exchange tokens that soon expire."""
        ...

    async def refused(self, workspace: str) -> int | None:
        """The revision of its installation (0 where there is none) if Slack refuses for good the
        newest token of it that is stored; None where that isn't proven."""
        ...

    async def teams(self, organisation: str) -> Sequence[Team]:
        """The workspaces that an organisation's installation is approved for now; raises
        SlackError."""
        ...

    def evict(self, key: str) -> None:
        """Do nothing more for a workspace, or for those of an organisation."""
        ...
