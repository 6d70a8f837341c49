"""What Slack says about installations that end: acted upon at once, and checked."""

import logging
from datetime import datetime

from bot.errors import SlackError
from bot.ports.installations import Tenants
from bot.ports.transactions import Transactions
from bot.services import installations

log = logging.getLogger(__name__)


async def uninstalled(
    key: str, told_at: datetime, tenants: Tenants, transactions: Transactions, now: datetime
) -> list[str]:
    """The app was removed from a workspace, or an organisation, as Slack said at `told_at`; the
    workspaces that it left: nothing is posted, asked or polled for them any more."""
    left = await transactions.write(installations.uninstall, key, told_at, now)
    for each in left:
        tenants.evict(each)
    if left:
        tenants.evict(key)
        log.info("uninstalled: %s, %d workspaces", key, len(left))
    return left


async def revoked(
    key: str, told_at: datetime, tenants: Tenants, transactions: Transactions, now: datetime
) -> list[str]:
    """A bot token was revoked, perhaps one that was replaced before: Slack is asked."""
    if await tenants.works(key):
        return []
    return await uninstalled(key, told_at, tenants, transactions, now)


async def check(
    workspace: str, tenants: Tenants, transactions: Transactions, now: datetime
) -> bool:
    """Whether it still has Meridian: an event that never came is made up for here."""
    if await tenants.works(workspace):
        return True
    await transactions.write(installations.lost, workspace, now)
    tenants.evict(workspace)
    log.warning("the token of %s is refused", workspace)
    return False


async def granted(
    organisation: str, tenants: Tenants, transactions: Transactions, now: datetime
) -> None:
    """An organisation changed which of its workspaces have Meridian: Slack is asked which."""
    try:
        teams = await tenants.teams(organisation)
    except SlackError as error:
        log.warning("the workspaces of %s are unknown: %s", organisation, error.code)
        return
    if teams:
        await transactions.write(installations.grant, organisation, teams, now)
        await tenants.look(now)
