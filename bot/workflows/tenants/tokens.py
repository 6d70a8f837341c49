"""Token rotation: a refresh token works once, so one process uses it and the others wait.

https://docs.slack.dev/authentication/using-token-rotation
"""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.installation import Granted, Installation
from bot.errors import SlackError
from bot.ports.installations import OAuth, SecretsBox
from bot.ports.transactions import Transactions
from bot.services import installations

log = logging.getLogger(__name__)

WAIT_SECONDS = 20.0
"""How long a caller whose token has expired waits for another process to bring a fresh one."""

REFRESH_REFUSED = "invalid_refresh_token"
"""Slack's word for a refresh token that was used, or revoked."""

_POLL_SECONDS = 0.1
_STORE_TRIES = 5
_STORE_PAUSE_SECONDS = 1.0


@dataclass(kw_only=True)
class Tokens:
    """Refreshes tokens under a lease in the database."""

    transactions: Transactions
    box: SecretsBox
    oauth: OAuth

    async def refreshed(self, installation: Installation, now: datetime) -> Installation:
        """The installation with a token that works: a fresh one or, while another process sees to
        that or Slack fails, the one that it has.

        Raises SlackError where that has expired and no fresh one comes: a retryable one, as long as
        Meridian is installed there.
        """
        if not await self.transactions.write(installations.lease, installation, now):
            return await self._others(installation, now)
        try:
            granted = await self.oauth.refresh(self.box.open(installation.refresh_token))
        except SlackError as error:
            # The lease stays: nobody tries again before it has run out.
            log.warning("token of %s not refreshed: %s", installation.id, error.code)
            return _still_good(installation, now, error)
        return await self._stored(installation, granted, now)

    async def _others(self, installation: Installation, now: datetime) -> Installation:
        """What the process that holds the lease brings; nobody waits while the old one works."""
        found = await self.transactions.read(installations.get, installation.id)
        if found is not None and found.revision != installation.revision:
            return found
        if not installation.has_expired(now):
            return installation
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                while True:
                    await asyncio.sleep(_POLL_SECONDS)
                    found = await self.transactions.read(installations.get, installation.id)
                    if found is None:
                        raise not_installed()
                    if found.revision != installation.revision:
                        return found
        except TimeoutError as error:
            raise _expired() from error

    async def _stored(
        self, installation: Installation, granted: Granted, now: datetime
    ) -> Installation:
        """What isn't stored is lost: the old refresh token is used up."""
        bot_token = self.box.seal(granted.bot_token)
        refresh_token = self.box.seal(granted.refresh_token)
        expires_at = now + (granted.expires_in or timedelta()) if granted.expires_in else None
        for attempt in range(_STORE_TRIES):
            try:
                kept = await self.transactions.write(
                    installations.refreshed, installation, bot_token, refresh_token, expires_at
                )
                break
            except Exception:
                if attempt == _STORE_TRIES - 1:
                    raise
                log.exception("token of %s not stored", installation.id)
                await asyncio.sleep(_STORE_PAUSE_SECONDS)
        if kept is None:
            raise not_installed()
        log.info("token of %s refreshed", installation.id)
        return kept


def not_installed() -> SlackError:
    """There is no token."""
    return SlackError("Meridian isn't installed there.", code="account_inactive")


def _still_good(installation: Installation, now: datetime, error: SlackError) -> Installation:
    if installation.has_expired(now):
        used_up = error.code == REFRESH_REFUSED
        raise _expired(REFRESH_REFUSED if used_up else "token_expired") from error
    return installation


def _expired(code: str = "token_expired") -> SlackError:
    """What waits for the token goes on waiting."""
    return SlackError("My token for this workspace has expired.", code=code, retryable=True)
