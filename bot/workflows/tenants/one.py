"""The workspace of the token that the operator set."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.installation import Team
from bot.domain.links import Links
from bot.errors import SlackError
from bot.ports.repositories import UnitOfWork
from bot.ports.transactions import Transactions
from bot.services import installations

REFUSED_FOR_GOOD = frozenset({"account_inactive", "token_revoked"})
"""What proves that a token is dead. Others don't: Slack says `invalid_auth` to an address that it
doesn't know too (https://docs.slack.dev/reference/methods/auth.test#errors)."""


@dataclass(kw_only=True)
class OneTenant:
    """Implements `bot.ports.installations.Tenants` for a single workspace, which sees all that the
    operator connected.

    It is there until Slack says that the app was uninstalled, and again once a process starts with
    a token that works.
    """

    workspace: str
    address: Links = field(default_factory=Links)
    transactions: Transactions | None = None
    ask: Callable[[], Awaitable[object]] | None = None
    _gone: bool = False

    @property
    def workspaces(self) -> tuple[str, ...]:
        """The one, or none once it was uninstalled."""
        return () if self._gone else (self.workspace,)

    @property
    def tracked(self) -> tuple[str, ...]:
        """The same."""
        return self.workspaces

    def tracks(self, workspace: str) -> bool:
        """Whether it is the one."""
        return workspace == self.workspace

    def links(self, workspace: str) -> Links:
        """All that the operator connected."""
        return self.address

    async def open(self, team: Team, now: datetime) -> None:
        """Note that its token works: where it was uninstalled before, it is back."""
        if self.transactions is not None:
            await self.transactions.write(installations.join, team, "", now)

    async def look(self, now: datetime) -> None:
        """Whether another process was told that the app was uninstalled."""
        if self.transactions is not None:
            self._gone = await self.transactions.read(_is_gone, self.workspace)

    async def refresh(self, now: datetime) -> None:
        """The operator's token doesn't rotate."""

    async def refused(self, workspace: str) -> int | None:
        """0 if Slack refuses the operator's token for good, or None."""
        if self.ask is None:
            return None
        try:
            await self.ask()
        except SlackError as error:
            return 0 if error.code in REFUSED_FOR_GOOD else None
        return None

    async def teams(self, organisation: str) -> Sequence[Team]:
        """None: the token is a workspace's."""
        return ()

    def evict(self, key: str) -> None:
        """Do nothing more where it is the one."""
        self._gone = self._gone or key == self.workspace


def _is_gone(uow: UnitOfWork, workspace: str) -> bool:
    known = uow.workspaces.get(workspace)
    return known is not None and not known.is_installed
