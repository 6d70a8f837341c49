"""All checks of an installation."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version

from bot.checkup import outside, slack, work
from bot.checkup.running import Group, findings
from bot.clients.slack.clients import Clients
from bot.config import Settings
from bot.domain.finding import Finding
from bot.errors import BotError, ConfigError
from bot.tenancy import Tenancy, many
from storage.engine import open_engines
from storage.transactions import SqlTransactions

DEADLINE = 15.0
MOST_WORKSPACES = 20

# Some country changes its clocks every few months, often at short notice.
_OLDEST_ZONES = 2


async def check(settings: Settings, deadline: float = DEADLINE) -> list[Finding]:
    """Every check, in the order in which an operator would mend things.

    They run side by side and each takes at most `deadline` seconds.
    """
    now = _now()
    ours = [
        Group(first=("settings", partial(_settings, settings))),
        Group(first=("time zones", partial(_time_zones, now))),
        work.group(settings, now),
    ]
    if settings.many_workspaces:
        found = await findings(ours, deadline)
        if all(each.ok for each in found if each.name in ("settings", "database")):
            found += await _all_installed(settings, deadline)
        return [*found, *await findings(outside.groups(settings, now), deadline)]
    slack_group = slack.group(settings, _now)
    return await findings([*ours, slack_group, *outside.groups(settings, now)], deadline)


class SettingsDoctor:
    """Implements `bot.ports.doctor.Doctor`.

    With a single token the workspace's admins are the operator's colleagues and see all; else they
    see their workspace's own checks.
    """

    def __init__(self, settings: Settings, clients: Clients, deadline: float = DEADLINE) -> None:
        self._settings = settings
        self._clients = clients
        self._deadline = deadline

    async def examine(self, workspace: str) -> Sequence[Finding]:
        """Every check that this workspace's admins may know of."""
        if not self._settings.many_workspaces:
            return await check(self._settings, self._deadline)
        client = await self._clients.of(workspace)
        group = slack.installed(self._settings, client, workspace, _now)
        return await findings([group], self._deadline)


async def _all_installed(settings: Settings, deadline: float) -> list[Finding]:
    """The first `MOST_WORKSPACES` workspaces; one whose secrets can't be opened says so."""
    engines = open_engines(settings.database_url)
    transactions = SqlTransactions(engines, _now, lambda: None)
    try:
        tenancy = many(settings, transactions, _now)
        await tenancy.open()
        workspaces = tenancy.tenants.workspaces
        none = [] if workspaces else [Finding(name="slack", ok=True, text="installed nowhere yet")]
        found = [_one(settings, tenancy, each, deadline) for each in workspaces[:MOST_WORKSPACES]]
        return [*none, *(one for several in await asyncio.gather(*found) for one in several)]
    finally:
        transactions.close()


async def _one(
    settings: Settings, tenancy: Tenancy, workspace: str, deadline: float
) -> list[Finding]:
    try:
        client = await tenancy.clients.of(workspace)
    except BotError as error:
        return [Finding(name=f"slack {workspace}", ok=False, text=str(error))]
    return await findings([slack.installed(settings, client, workspace, _now)], deadline)


async def _settings(settings: Settings) -> str:
    settings.check_run()
    return "Socket Mode" if settings.socket_mode else "HTTP mode"


async def _time_zones(now: datetime) -> str:
    return zones(version("tzdata"), now)


def zones(release: str, now: datetime) -> str:
    """The release of the zone data; raises ConfigError where it is too old to trust."""
    if now.year - int(release.partition(".")[0]) >= _OLDEST_ZONES:
        raise ConfigError(
            f"tzdata {release} is old, and clocks have changed since: pip install -U tzdata"
        )
    return f"tzdata {release}"


def _now() -> datetime:
    return datetime.now(UTC)
