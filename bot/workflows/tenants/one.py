"""The workspace of the token that the operator set."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.delivery import WORKSPACE_DEAD
from bot.domain.installation import Team
from bot.domain.links import Links
from bot.errors import SlackError
from bot.ports.repositories import UnitOfWork
from bot.ports.transactions import Transactions
from bot.services import installations


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

    async def works(self, workspace: str) -> bool:
        """Whether Slack takes the operator's token."""
        return self.ask is None or await is_taken(self.ask)

    async def teams(self, organisation: str) -> Sequence[Team]:
        """None: the token is a workspace's."""
        return ()

    def evict(self, key: str) -> None:
        """Do nothing more where it is the one."""
        self._gone = self._gone or key == self.workspace


async def is_taken(ask: Callable[[], Awaitable[object]]) -> bool:
    """Whether Slack takes a token; what it doesn't answer proves nothing."""
    try:
        await ask()
    except SlackError as error:
        return error.code not in {*WORKSPACE_DEAD, "token_expired", "invalid_refresh_token"}
    return True


def _is_gone(uow: UnitOfWork, workspace: str) -> bool:
    known = uow.workspaces.get(workspace)
    return known is not None and not known.is_installed
