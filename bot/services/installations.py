"""Installing, refreshing and removing, each in one transaction."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.audit import AuditLine
from bot.domain.installation import (
    NO_SECRET,
    REFRESH_LEASE,
    Installation,
    Sealed,
    Team,
    Workspace,
)
from bot.ports.installations import SecretsBox
from bot.ports.repositories import UnitOfWork

REMOVED = "Meridian was uninstalled"


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """Which workspaces have Meridian, and the revision of each installation."""

    workspaces: Sequence[Workspace]
    revisions: dict[str, int]


def snapshot(uow: UnitOfWork) -> Snapshot:
    """How things stand."""
    return Snapshot(workspaces=uow.workspaces.installed(), revisions=uow.installations.revisions())


def get(uow: UnitOfWork, installation: str) -> Installation | None:
    """One that wasn't removed, or None."""
    found = uow.installations.get(installation)
    return found if found is not None and found.is_installed else None


def install(
    uow: UnitOfWork, installation: Installation, teams: Sequence[Team], now: datetime
) -> None:
    """Keep what Slack granted, for these workspaces and no others of that installation."""
    uow.installations.save(installation)
    for team in teams:
        join(uow, team, installation.id, now, installation.installed_by)
    approved = {team.id for team in teams}
    for workspace in uow.workspaces.of_installation(installation.id):
        if workspace.id not in approved:
            leave(uow, workspace.id, now)


def join(uow: UnitOfWork, team: Team, installation: str, now: datetime, actor: str = "") -> None:
    """A workspace has Meridian through that installation; its own one counts before an org's."""
    known = uow.workspaces.get(team.id)
    if known is not None and known.is_installed and known.installation != installation:
        own = uow.installations.get(team.id)
        if known.installation == team.id and own is not None and own.is_installed:
            return
    back = known is None or not known.is_installed
    if known is not None and back:
        # What was meant for the time in between is no news any more.
        uow.deliveries.drop_open(team.id, REMOVED, now)
    uow.workspaces.save(
        Workspace(
            id=team.id,
            name=team.name,
            url=team.url,
            installation=installation,
            tracked=not installation or (known is not None and known.tracked),
            installed_at=now if known is None or back else known.installed_at,
        )
    )
    if back:
        _note(uow, team.id, "workspace.installed", now, actor)


def leave(uow: UnitOfWork, workspace: str, now: datetime) -> bool:
    """Nothing is done for a workspace any more: what waits to be posted never will be.

    Its data stay until they are purged; False if Meridian wasn't there.
    """
    removed = uow.workspaces.remove(workspace, now)
    if removed:
        uow.deliveries.drop_open(workspace, REMOVED, now)
        _note(uow, workspace, "workspace.uninstalled", now)
    return removed


def uninstall(uow: UnitOfWork, key: str, told_at: datetime, now: datetime) -> list[str]:
    """Slack said at `told_at` that the app was uninstalled from a workspace or, where `key` is an
    enterprise, from the whole of it; the workspaces that it left.

    What was told before the installation that stands now is old news: Slack repeats itself.
    """
    installation = uow.installations.locked(key)
    if installation is not None and installation.is_installed:
        if told_at < installation.installed_at:
            return []
        uow.installations.save(_emptied(installation, now))
        leaving = [each.id for each in uow.workspaces.of_installation(key)]
    else:
        known = uow.workspaces.get(key)
        fresh = known is not None and told_at >= known.installed_at
        leaving = [key] if fresh else []
    return [each for each in leaving if leave(uow, each, now)]


def track(uow: UnitOfWork, workspaces: Collection[str]) -> None:
    """Let these and no others see the operator's Jira and MLflow."""
    uow.workspaces.track(workspaces)


def lost(uow: UnitOfWork, key: str, revision: int, told_at: datetime, now: datetime) -> list[str]:
    """Slack refuses the token of a workspace, or organisation: whatever it was for is over, unless
    its installation isn't of that revision any more (0: it has none); the workspaces that left."""
    known = uow.workspaces.get(key)
    installation = (known and known.installation) or key
    if revision:
        stored = uow.installations.locked(installation)
        if stored is None or stored.revision != revision:
            return []
    return uninstall(uow, installation, told_at, now)


def drop_late(uow: UnitOfWork, now: datetime) -> None:
    """Skip what was stored for workspaces that are gone by who didn't know that yet."""
    for workspace in uow.workspaces.removed_before(now):
        uow.deliveries.drop_open(workspace.id, REMOVED, now)


def grant(uow: UnitOfWork, installation: str, teams: Sequence[Team], now: datetime) -> None:
    """An organisation gave its installation to further workspaces."""
    if get(uow, installation) is not None:
        for team in teams:
            join(uow, team, installation, now)


def since(uow: UnitOfWork, installation: str, told_at: datetime) -> set[str]:
    """The workspaces that have had an organisation's installation only since after `told_at`."""
    served = uow.workspaces.of_installation(installation)
    return {each.id for each in served if told_at < each.installed_at}


def revoke(uow: UnitOfWork, installation: str, teams: Collection[str], now: datetime) -> list[str]:
    """An organisation took it from some of them again; those that had it."""
    served = {each.id for each in uow.workspaces.of_installation(installation)}
    return [each for each in teams if each in served and leave(uow, each, now)]


def lease(uow: UnitOfWork, installation: Installation, now: datetime) -> bool:
    """Be the only process that refreshes this token, for as long as that may take."""
    until = now + REFRESH_LEASE
    return uow.installations.lease(installation.id, installation.revision, now, until)


def refreshed(
    uow: UnitOfWork,
    installation: Installation,
    bot_token: Sealed,
    refresh_token: Sealed,
    expires_at: datetime | None,
) -> Installation | None:
    """Keep fresh tokens; None, and nothing kept, where it was removed or installed anew since."""
    now_kept = uow.installations.locked(installation.id)
    if now_kept is None or not now_kept.is_installed or now_kept.revision != installation.revision:
        return None
    uow.installations.save(now_kept.refreshed(bot_token, refresh_token, expires_at))
    return uow.installations.locked(installation.id)


def rotate(uow: UnitOfWork, box: SecretsBox) -> int:
    """Put every kept secret under the newest key; how many installations there are.

    Raises SecretsError, and changes nothing, where one can't be opened.
    """
    kept = [uow.installations.locked(each.id) for each in uow.installations.all()]
    for each in kept:
        if each is not None:
            bot_token, refresh_token = box.rotate(each.bot_token), box.rotate(each.refresh_token)
            uow.installations.reseal(each.id, bot_token, refresh_token)
    return len(kept)


def forget(uow: UnitOfWork, workspace: str) -> None:
    """Drop what Slack granted for a workspace that is purged; an org-wide one stays while it
    serves others."""
    known = uow.workspaces.get(workspace)
    if known is None or known.is_installed or not known.installation:
        return
    if not uow.workspaces.of_installation(known.installation):
        granted = uow.installations.get(known.installation)
        if granted is not None and not granted.is_installed:
            uow.installations.delete(known.installation)


def _note(uow: UnitOfWork, workspace: str, action: str, now: datetime, actor: str = "") -> None:
    uow.audit.write(AuditLine(workspace=workspace, at=now, actor=actor, action=action))


def _emptied(installation: Installation, now: datetime) -> Installation:
    """Revoked tokens are of no use to us, and of none that is ours to anybody else."""
    return replace(
        installation,
        bot_token=NO_SECRET,
        refresh_token=NO_SECRET,
        expires_at=None,
        leased_until=None,
        removed_at=now,
    )
