"""What Slack says about installations that end: acted upon at once, and checked."""

import logging
from collections.abc import Sequence
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
    _forget(key, left, tenants)
    return left


async def revoked(
    key: str, told_at: datetime, tenants: Tenants, transactions: Transactions, now: datetime
) -> list[str]:
    """A bot token was revoked, perhaps one that was replaced before: Slack is asked."""
    revision = await tenants.refused(key)
    if revision is None:
        return []
    left = await transactions.write(installations.lost, key, revision, told_at, now)
    _forget(key, left, tenants)
    return left


async def check(
    workspace: str, tenants: Tenants, transactions: Transactions, now: datetime
) -> bool:
    """Whether it still has Meridian: an event that never came is made up for here."""
    revision = await tenants.refused(workspace)
    if revision is not None:
        left = await transactions.write(installations.lost, workspace, revision, now, now)
        if left:
            log.warning("the token of %s is refused", workspace)
        _forget(workspace, left, tenants)
    return workspace in tenants.workspaces


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


async def taken(
    organisation: str,
    teams: Sequence[str],
    told_at: datetime,
    tenants: Tenants,
    transactions: Transactions,
    now: datetime,
) -> None:
    """An organisation took Meridian from some workspaces, as Slack said at `told_at`; of those that
    got it later Slack is asked, and in doubt they keep it."""
    late = await transactions.read(installations.since, organisation, told_at)
    leaving = [each for each in teams if each not in late]
    if len(leaving) < len(teams):
        leaving += await _unapproved(organisation, [t for t in teams if t in late], tenants)
    for each in await transactions.write(installations.revoke, organisation, leaving, now):
        tenants.evict(each)


async def _unapproved(organisation: str, teams: Sequence[str], tenants: Tenants) -> list[str]:
    try:
        approved = {each.id for each in await tenants.teams(organisation)}
    except SlackError as error:
        log.warning("the workspaces of %s are unknown: %s", organisation, error.code)
        return []
    return [each for each in teams if approved and each not in approved]


def _forget(key: str, left: list[str], tenants: Tenants) -> None:
    for each in left:
        tenants.evict(each)
    if left:
        tenants.evict(key)
        log.info("uninstalled: %s, %d workspaces", key, len(left))
