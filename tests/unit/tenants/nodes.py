"""Nodes of one Meridian that share a database, and a Slack whose tokens rotate."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.fernet import Fernet

from bot.clients.secrets import FernetBox
from bot.domain.delivery import Delivery, DeliveryState
from bot.domain.installation import Granted, Installation, Team, Workspace
from bot.domain.links import Links
from bot.errors import SlackError
from bot.services import installations
from bot.workflows.tenants import Directory
from storage.engine import open_engines
from storage.tables import METADATA
from storage.transactions import SqlTransactions

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass(kw_only=True)
class FakeOAuth:
    """Takes `good` tokens; refuses the others with `refusal`, a refresh with `broken`."""

    good: set[str] = field(default_factory=lambda: {"fresh"})
    refusal: str = "token_expired"
    broken: str = ""
    approved: list[str] = field(default_factory=list)
    lists: int = 0

    async def exchange(self, code: str) -> Granted:
        """Nobody installs here."""
        raise SlackError("no", code="invalid_code")

    async def refresh(self, refresh_token: str) -> Granted:
        """The token `fresh`."""
        if self.broken:
            raise SlackError("no", code=self.broken)
        return Granted(bot_token="fresh", refresh_token="r2", expires_in=12 * HOUR)

    async def whoami(self, bot_token: str) -> Team:
        """Who has a good one."""
        if bot_token not in self.good:
            raise SlackError("no", code=self.refusal)
        return Team(id="T1")

    async def teams(self, bot_token: str) -> Sequence[Team]:
        """Those that are approved."""
        self.lists += 1
        return [Team(id=each) for each in self.approved]


@dataclass(kw_only=True)
class Nodes:
    """What the nodes share."""

    transactions: SqlTransactions
    box: FernetBox
    oauth: FakeOAuth = field(default_factory=FakeOAuth)

    async def node(self) -> Directory:
        """One of them, that has looked."""
        node = Directory(
            transactions=self.transactions,
            box=self.box,
            oauth=self.oauth,
            clock=lambda: NOW,
            address=lambda _url, _tracked: Links(),
        )
        await node.look(NOW)
        return node

    async def installed(
        self,
        key: str = "T1",
        *teams: str,
        expires_at: datetime | None = None,
        token: str = "fresh",
        box: FernetBox | None = None,
    ) -> Installation:
        """A workspace, or an organisation with its workspaces, had it for three days."""
        sealing = box or self.box
        kept = Installation(
            id=key,
            enterprise_id=key if teams else "",
            is_org_wide=bool(teams),
            bot_token=sealing.seal(token),
            refresh_token=sealing.seal("r1"),
            expires_at=expires_at,
            installed_at=NOW - timedelta(days=3),
        )
        named = [Team(id=each) for each in teams or (key,)]
        await self.transactions.write(installations.install, kept, named, NOW - timedelta(days=3))
        return kept

    async def wish(self, workspace: str = "T1") -> None:
        """Something waits to be posted."""
        await self.transactions.write(lambda uow: uow.deliveries.add(waiting(workspace)))

    async def state(self, workspace: str = "T1") -> DeliveryState:
        """What became of it."""
        found = await self.transactions.read(lambda uow: uow.deliveries.get(f"d:{workspace}"))
        assert found is not None
        return found.state

    async def there(self) -> list[str]:
        """The workspaces that have Meridian, as stored."""
        stored: Sequence[Workspace] = await self.transactions.read(
            lambda uow: uow.workspaces.installed()
        )
        return [each.id for each in stored]


def waiting(workspace: str = "T1") -> Delivery:
    """What is to be posted in a workspace."""
    return Delivery(
        id=f"d:{workspace}", workspace=workspace, channel="C1", card="c", subject={}, ready_at=NOW
    )


def nodes(folder: Path) -> Nodes:
    """On an empty database in `folder`."""
    engines = open_engines(f"sqlite:///{folder}/nodes.db")
    METADATA.create_all(engines.writer)
    transactions = SqlTransactions(engines, lambda: NOW, lambda: None)
    return Nodes(transactions=transactions, box=FernetBox([Fernet.generate_key().decode()]))
