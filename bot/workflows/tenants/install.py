"""Installing the app: a state goes out, comes back once, and what Slack grants is kept sealed."""

import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.installation import Granted, Installation, Team
from bot.errors import Conflict, NotPermitted, SlackError
from bot.ports.installations import OAuth, SecretsBox
from bot.ports.repositories import UnitOfWork
from bot.ports.transactions import Clock, Transactions
from bot.services import installations
from bot.workflows.tenants.directory import Directory

log = logging.getLogger(__name__)

STATE_LIVES = timedelta(minutes=10)

MOST_BEGUN = 10_000
"""The page is open to everybody: what it stores has a bound."""


@dataclass(kw_only=True)
class Installer:
    """Begins installations and ends them."""

    transactions: Transactions
    box: SecretsBox
    oauth: OAuth
    tenants: Directory
    clock: Clock

    async def begin(self) -> str:
        """A state that is good once, for ten minutes; raises Conflict if too many wait."""
        if await self.transactions.read(_begun) >= MOST_BEGUN:
            raise Conflict("Too many installations were begun. Try again in some minutes.")
        state = secrets.token_urlsafe(32)
        await self.transactions.write(_begin, state, self.clock() + STATE_LIVES)
        return state

    async def finish(self, state: str, code: str) -> str:
        """The name of the workspace, or organisation, that has Meridian now.

        Raises NotPermitted where the state isn't one of ours or was used before, and SlackError.
        """
        if not await self.transactions.write(_consume, state, self.clock()):
            raise NotPermitted("This link was used before, or it is too old. Begin again.")
        granted = await self.oauth.exchange(code)
        bot = await self.oauth.whoami(granted.bot_token)
        teams = await self._teams(granted, bot)
        now = self.clock()
        installation = self._installation(granted, bot)
        await self.transactions.write(installations.install, installation, teams, now)
        self.tenants.evict(installation.id)
        await self.tenants.look(now)
        log.info("installed: %s, %d workspaces", installation.id, len(teams))
        return installation.name

    def _installation(self, granted: Granted, bot: Team) -> Installation:
        now = self.clock()
        return Installation(
            id=granted.enterprise if granted.is_org_wide else granted.team,
            enterprise_id=granted.enterprise,
            is_org_wide=granted.is_org_wide,
            name=granted.enterprise_name if granted.is_org_wide else granted.team_name,
            app_id=granted.app_id,
            bot_id=bot.bot_id,
            bot_user_id=granted.bot_user_id,
            scopes=granted.scopes,
            installed_by=granted.installed_by,
            bot_token=self.box.seal(granted.bot_token),
            refresh_token=self.box.seal(granted.refresh_token),
            expires_at=now + granted.expires_in if granted.expires_in else None,
            installed_at=now,
        )

    async def _teams(self, granted: Granted, bot: Team) -> list[Team]:
        """An organisation's address serves all its workspaces."""
        if not granted.is_org_wide:
            if not granted.team:
                raise SlackError("Slack named no workspace.", code="no_team")
            return [Team(id=granted.team, name=granted.team_name, url=bot.url)]
        if not granted.enterprise:
            raise SlackError("Slack named no organisation.", code="no_enterprise")
        found = await self.oauth.teams(granted.bot_token)
        return [Team(id=each.id, name=each.name, url=bot.url) for each in found]


def _begun(uow: UnitOfWork) -> int:
    return uow.oauth_states.count()


def _begin(uow: UnitOfWork, state: str, expires_at: datetime) -> None:
    uow.oauth_states.add(state, expires_at)


def _consume(uow: UnitOfWork, state: str, now: datetime) -> bool:
    return uow.oauth_states.consume(state, now)
