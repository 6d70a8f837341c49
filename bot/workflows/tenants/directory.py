"""Workspaces that installed the app by themselves, and their tokens, from memory."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.domain.installation import Installation, Team, Workspace
from bot.domain.links import Links
from bot.errors import SlackError
from bot.ports.installations import OAuth, SecretsBox
from bot.ports.transactions import Clock, Transactions
from bot.services import installations
from bot.workflows.tenants.one import REFUSED_FOR_GOOD
from bot.workflows.tenants.tokens import REFRESH_REFUSED, Tokens, not_installed

log = logging.getLogger(__name__)

_DENIED_FOR = timedelta(minutes=1)
"""How long Slack isn't asked again about a workspace that Meridian isn't approved for."""


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
    _denied: dict[str, datetime] = field(default_factory=dict)
    _evictions: int = 0

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

    def organisation(self, workspace: str) -> str:
        """The one that installed Meridian for it, empty where it did so by itself."""
        known = self._workspaces.get(workspace)
        return known.installation if known and known.installation != workspace else ""

    def links(self, workspace: str) -> Links:
        """Those into its own Slack, and into Jira and MLflow where it is tracked."""
        known = self._workspaces.get(workspace)
        return self.address(known.url if known else "", self.tracks(workspace))

    async def look(self, now: datetime) -> None:
        """One query: who is there, and what in memory is out of date."""
        evictions = -1
        while evictions != self._evictions:
            # What was evicted while it was read mustn't come back.
            evictions = self._evictions
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
        for key in sorted({each.installation for each in self._workspaces.values()}):
            try:
                known = await self._load(key)
                if known is not None and known.installation.wants_refresh(now):
                    await self._fresh(known, now)
            except SlackError as error:
                log.warning("token of %s not refreshed: %s", key, error.code)
            except Exception:
                # One that can't be opened or stored doesn't keep the others from being refreshed.
                log.exception("token of %s not refreshed", key)

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
            raise not_installed()
        known = await self._usable(known)
        return known.token, known.installation.is_org_wide

    async def refused(self, workspace: str) -> int | None:
        """The revision whose token Slack refuses for good; `workspace` may be an organisation.

        An expired token is refreshed first: that it expired says nothing, that the refresh token
        is refused says all.
        """
        await self.look(self.clock())
        known = await self.find(workspace, "") or await self._load(workspace)
        if known is None:
            return None
        try:
            known = await self._usable(known)
            await self.oauth.whoami(known.token)
        except SlackError as error:
            dead = error.code in REFUSED_FOR_GOOD or error.code == REFRESH_REFUSED
            return known.installation.revision if dead else None
        return None

    async def teams(self, organisation: str) -> Sequence[Team]:
        """Those that it is approved for, as Slack says now; raises SlackError."""
        known = await self._load(organisation)
        if known is None or not known.installation.is_org_wide:
            return ()
        known = await self._usable(known)
        bot = await self.oauth.whoami(known.token)
        return [replace(each, url=bot.url) for each in await self.oauth.teams(known.token)]

    def evict(self, key: str) -> None:
        """Forget a workspace, or an installation and the workspaces that it served."""
        self._evictions += 1
        self._known.pop(key, None)
        self._workspaces = {
            name: each
            for name, each in self._workspaces.items()
            if key not in (name, each.installation)
        }

    async def _learn(self, team: str, enterprise: str) -> Workspace | None:
        await self.look(self.clock())
        if team in self._workspaces or not enterprise or team == enterprise:
            return self._workspaces.get(team)
        org = await self._load(enterprise)
        if org is None or not org.installation.is_org_wide:
            return None
        approved = await self._approved(team, enterprise)
        if approved is None:
            return None
        await self.transactions.write(installations.grant, enterprise, [approved], self.clock())
        await self.look(self.clock())
        return self._workspaces.get(team)

    async def _approved(self, team: str, enterprise: str) -> Team | None:
        """The workspace, if Slack names it as one that Meridian is approved for: a late event may
        come of one that it was taken from."""
        now = self.clock()
        if self._denied.get(team, now) > now:
            return None
        found = None
        try:
            teams = await self.teams(enterprise)
            found = next((each for each in teams if each.id == team), None)
        except SlackError as error:
            log.warning("the workspaces of %s are unknown: %s", enterprise, error.code)
        if found is None:
            self._denied = {name: until for name, until in self._denied.items() if until > now}
            self._denied[team] = now + _DENIED_FOR
        return found

    async def _load(self, key: str) -> Known | None:
        while True:
            known, evictions = self._known.get(key), self._evictions
            if known is not None:
                return known
            found = await self.transactions.read(installations.get, key)
            if found is None:
                return None
            if evictions == self._evictions:
                return self._keep(found)

    async def _usable(self, known: Known) -> Known:
        """The same with a token that hasn't expired; raises SlackError where there is none."""
        now = self.clock()
        while known.installation.wants_refresh(now):
            fresh = await self._fresh(known, now)
            if fresh.installation.revision == known.installation.revision:
                break
            # What another process brought may have grown old since.
            known = fresh
        return known

    async def _fresh(self, known: Known, now: datetime) -> Known:
        evictions = self._evictions
        installation = await self._tokens.refreshed(known.installation, now)
        if evictions != self._evictions:
            return self._opened(installation)
        return self._keep(installation)

    def _keep(self, installation: Installation) -> Known:
        known = self._opened(installation)
        self._known[installation.id] = known
        return known

    def _opened(self, installation: Installation) -> Known:
        return Known(installation=installation, token=self.box.open(installation.bot_token))
