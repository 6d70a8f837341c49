"""Workspaces that installed the app by themselves, and their tokens, from memory."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.domain.installation import Installation, Team, Workspace
from bot.domain.links import Links
from bot.errors import SlackError
from bot.ports.installations import OAuth, SecretsBox
from bot.ports.transactions import Clock, Transactions
from bot.services import installations
from bot.workflows.tenants.one import is_taken
from bot.workflows.tenants.tokens import Tokens

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Known:
    """An installation in memory; `token` is in plain text."""

    installation: Installation
    token: str = field(repr=False)


@dataclass(kw_only=True)
class Directory:
    """Implements `bot.ports.installations.Tenants` over what is stored.

    A workspace that was asked for before costs no query and no call to Slack until its installation
    changes; `look` learns what other processes changed. `tracking` are the workspaces that may see
    the operator's Jira and MLflow; `address` makes the links of one of the workspaces.
    """

    transactions: Transactions
    box: SecretsBox
    oauth: OAuth
    clock: Clock
    tracking: frozenset[str] = frozenset()
    address: Callable[[str, bool], Links]
    _workspaces: dict[str, Workspace] = field(default_factory=dict)
    _known: dict[str, Known] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._tokens = Tokens(transactions=self.transactions, box=self.box, oauth=self.oauth)

    @property
    def workspaces(self) -> tuple[str, ...]:
        """Those that are installed, as of the last look."""
        return tuple(self._workspaces)

    @property
    def tracked(self) -> tuple[str, ...]:
        """Those of them that the operator named."""
        return tuple(each for each in self._workspaces if each in self.tracking)

    def tracks(self, workspace: str) -> bool:
        """Whether the operator named it."""
        return workspace in self.tracking

    def links(self, workspace: str) -> Links:
        """Those into its own Slack, and into Jira and MLflow where it is tracked."""
        known = self._workspaces.get(workspace)
        return self.address(known.url if known else "", self.tracks(workspace))

    async def look(self, now: datetime) -> None:
        """One query: who is there, and what in memory is out of date."""
        found = await self.transactions.read(installations.snapshot)
        if any(each.tracked != self.tracks(each.id) for each in found.workspaces):
            await self.transactions.write(installations.track, self.tracking)
        self._workspaces = {each.id: each for each in found.workspaces}
        self._known = {
            key: known
            for key, known in self._known.items()
            if found.revisions.get(key) == known.installation.revision
        }

    async def refresh(self, now: datetime) -> None:
        """Exchange every token that soon expires; failures are logged and tried again."""
        for key in {each.installation for each in self._workspaces.values()}:
            known = await self._load(key)
            if known is not None and known.installation.wants_refresh(now):
                try:
                    await self._fresh(known, now)
                except SlackError as error:
                    log.warning("token of %s not refreshed: %s", key, error.code)

    async def find(self, team: str, enterprise: str) -> Known | None:
        """What answers a request of that workspace, or None where Meridian isn't installed.

        A workspace of an organisation that installed it for all its workspaces is learned here.
        """
        if not team:
            return await self._load(enterprise)
        workspace = self._workspaces.get(team)
        if workspace is None:
            workspace = await self._learn(team, enterprise)
        return await self._load(workspace.installation) if workspace else None

    async def token(self, workspace: str) -> tuple[str, bool]:
        """A token that works in that workspace, and whether it is an organisation's; raises
        SlackError where there is none."""
        known = await self.find(workspace, "")
        if known is None:
            raise SlackError("Meridian isn't installed there.", code="account_inactive")
        now = self.clock()
        while known.installation.wants_refresh(now):
            fresh = await self._fresh(known, now)
            if fresh.installation.revision == known.installation.revision:
                break
            # What another process brought may have grown old since.
            known = fresh
        return known.token, known.installation.is_org_wide

    async def works(self, workspace: str) -> bool:
        """Whether Slack takes the token of its installation."""
        known = await self.find(workspace, "") or await self._load(workspace)
        return known is not None and await is_taken(lambda: self.oauth.whoami(known.token))

    async def teams(self, organisation: str) -> Sequence[Team]:
        """Those that it is approved for, as Slack says now; raises SlackError."""
        known = await self._load(organisation)
        if known is None or not known.installation.is_org_wide:
            return ()
        bot = await self.oauth.whoami(known.token)
        return [replace(each, url=bot.url) for each in await self.oauth.teams(known.token)]

    def evict(self, key: str) -> None:
        """Forget a workspace, or an installation and the workspaces that it served."""
        self._known.pop(key, None)
        self._workspaces = {
            name: each
            for name, each in self._workspaces.items()
            if key not in (name, each.installation)
        }

    async def _learn(self, team: str, enterprise: str) -> Workspace | None:
        await self.look(self.clock())
        if team in self._workspaces or not enterprise or not team:
            return self._workspaces.get(team)
        org = await self._load(enterprise)
        if org is None or not org.installation.is_org_wide:
            return None
        beside = next((w for w in self._workspaces.values() if w.installation == enterprise), None)
        named = Team(id=team, url=beside.url if beside else "")
        await self.transactions.write(installations.grant, enterprise, [named], self.clock())
        await self.look(self.clock())
        return self._workspaces.get(team)

    async def _load(self, key: str) -> Known | None:
        known = self._known.get(key)
        if known is None:
            found = await self.transactions.read(installations.get, key)
            if found is None:
                return None
            known = self._keep(found)
        return known

    async def _fresh(self, known: Known, now: datetime) -> Known:
        return self._keep(await self._tokens.refreshed(known.installation, now))

    def _keep(self, installation: Installation) -> Known:
        token = self.box.open(installation.bot_token)
        known = Known(installation=installation, token=token)
        self._known[installation.id] = known
        return known
