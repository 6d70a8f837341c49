"""Where Meridian is installed; tokens are kept as they come: sealed."""

from collections.abc import Collection, Sequence
from datetime import datetime
from hashlib import sha256

from sqlalchemy import CursorResult, Executable, Text, delete, func, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.domain.installation import Installation, Sealed, Workspace
from storage.base import Base
from storage.upsert import insert_if_absent, insert_or_replace


class WorkspaceRow(Base):
    """A Slack workspace that has, or had, Meridian."""

    __tablename__ = "workspace"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    url: Mapped[str]
    installation: Mapped[str] = mapped_column(index=True)
    tracked: Mapped[bool]
    installed_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    purged_at: Mapped[datetime | None]

    def to_value(self) -> Workspace:
        """The frozen value of this row."""
        return Workspace(
            id=self.id,
            name=self.name,
            url=self.url,
            installation=self.installation,
            tracked=self.tracked,
            installed_at=self.installed_at,
            removed_at=self.removed_at,
            purged_at=self.purged_at,
        )


class InstallationRow(Base):
    """What Slack granted; Slack's ids of workspaces and enterprises differ, so one id is enough."""

    __tablename__ = "installation"

    id: Mapped[str] = mapped_column(primary_key=True)
    enterprise_id: Mapped[str]
    is_org_wide: Mapped[bool]
    name: Mapped[str]
    app_id: Mapped[str]
    bot_id: Mapped[str]
    bot_user_id: Mapped[str]
    scopes: Mapped[str] = mapped_column(Text)
    installed_by: Mapped[str]
    bot_token: Mapped[str] = mapped_column(Text)
    refresh_token: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime | None]
    installed_at: Mapped[datetime]
    revision: Mapped[int]
    leased_until: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]

    def to_value(self) -> Installation:
        """The frozen value of this row."""
        return Installation(
            id=self.id,
            enterprise_id=self.enterprise_id,
            is_org_wide=self.is_org_wide,
            name=self.name,
            app_id=self.app_id,
            bot_id=self.bot_id,
            bot_user_id=self.bot_user_id,
            scopes=self.scopes,
            installed_by=self.installed_by,
            bot_token=Sealed(self.bot_token),
            refresh_token=Sealed(self.refresh_token),
            expires_at=self.expires_at,
            installed_at=self.installed_at,
            revision=self.revision,
            leased_until=self.leased_until,
            removed_at=self.removed_at,
        )


class OAuthStateRow(Base):
    """An installation that was begun; `digest` is SHA-256 of its state."""

    __tablename__ = "oauth_state"

    digest: Mapped[str] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class SqlWorkspaces:
    """Implements `bot.ports.installations.Workspaces`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, workspace: str) -> Workspace | None:
        """One, or None."""
        row = self._session.get(WorkspaceRow, workspace)
        return row.to_value() if row else None

    def save(self, workspace: Workspace) -> None:
        """Insert or replace one."""
        insert_or_replace(self._session, WorkspaceRow, **vars(workspace))

    def installed(self) -> Sequence[Workspace]:
        """Those that have Meridian now."""
        query = select(WorkspaceRow).where(WorkspaceRow.removed_at.is_(None))
        return [row.to_value() for row in self._session.scalars(query.order_by(WorkspaceRow.id))]

    def of_installation(self, installation: str) -> Sequence[Workspace]:
        """Those that have it now through that installation."""
        query = select(WorkspaceRow).where(
            WorkspaceRow.installation == installation, WorkspaceRow.removed_at.is_(None)
        )
        return [row.to_value() for row in self._session.scalars(query.order_by(WorkspaceRow.id))]

    def remove(self, workspace: str, now: datetime) -> bool:
        """Note that Meridian was removed; the row count says whether it was there."""
        statement = (
            update(WorkspaceRow)
            .where(WorkspaceRow.id == workspace, WorkspaceRow.removed_at.is_(None))
            .values(removed_at=now)
        )
        return _changed(self._session, statement)

    def track(self, workspaces: Collection[str]) -> None:
        """Let these and no others see the operator's Jira and MLflow."""
        for tracked in (True, False):
            named = WorkspaceRow.id.in_(list(workspaces))
            statement = (
                update(WorkspaceRow)
                .where(named if tracked else ~named, WorkspaceRow.tracked.is_not(tracked))
                .values(tracked=tracked)
            )
            self._session.execute(statement)

    def tracks(self, workspace: str) -> bool:
        """Whether it may see them; one that nobody has noted may."""
        query = select(WorkspaceRow.tracked).where(WorkspaceRow.id == workspace)
        return self._session.scalar(query) is not False

    def gone(self) -> frozenset[str]:
        """The ids of those from which it was removed."""
        query = select(WorkspaceRow.id).where(WorkspaceRow.removed_at.is_not(None))
        return frozenset(self._session.scalars(query))

    def removed_before(self, instant: datetime) -> Sequence[Workspace]:
        """Those from which it was removed before then and whose data are still kept."""
        query = select(WorkspaceRow).where(
            WorkspaceRow.removed_at < instant, WorkspaceRow.purged_at.is_(None)
        )
        return [row.to_value() for row in self._session.scalars(query.order_by(WorkspaceRow.id))]

    def purged(self, workspace: str, now: datetime) -> None:
        """Note that nothing of it is kept any more."""
        statement = update(WorkspaceRow).where(WorkspaceRow.id == workspace)
        self._session.execute(statement.values(purged_at=now, name="", url=""))


class SqlInstallations:
    """Implements `bot.ports.installations.Installations`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, installation: str) -> Installation | None:
        """One, or None."""
        row = self._session.get(InstallationRow, installation)
        return row.to_value() if row else None

    def locked(self, installation: str) -> Installation | None:
        """Like `get`, locked for us."""
        query = select(InstallationRow).where(InstallationRow.id == installation)
        found = query.with_for_update().execution_options(populate_existing=True)
        row = self._session.scalar(found)
        return row.to_value() if row else None

    def all(self) -> Sequence[Installation]:
        """All that are kept."""
        query = select(InstallationRow).order_by(InstallationRow.id)
        return [row.to_value() for row in self._session.scalars(query)]

    def revisions(self) -> dict[str, int]:
        """The revision of each that wasn't removed."""
        query = select(InstallationRow.id, InstallationRow.revision)
        rows = self._session.execute(query.where(InstallationRow.removed_at.is_(None)))
        return {row[0]: row[1] for row in rows}

    def save(self, installation: Installation) -> None:
        """Insert or replace one; its revision grows."""
        values = {**vars(installation), "revision": 1}
        if insert_if_absent(self._session, InstallationRow, **values):
            return
        values["revision"] = InstallationRow.revision + 1
        statement = update(InstallationRow).where(InstallationRow.id == installation.id)
        self._session.execute(statement.values(**values))

    def lease(self, installation: str, revision: int, now: datetime, until: datetime) -> bool:
        """Compare and set; a lease that ran out is anybody's."""
        statement = (
            update(InstallationRow)
            .where(
                InstallationRow.id == installation,
                InstallationRow.revision == revision,
                InstallationRow.removed_at.is_(None),
                or_(
                    InstallationRow.leased_until.is_(None),
                    InstallationRow.leased_until <= now,
                ),
            )
            .values(leased_until=until)
        )
        return _changed(self._session, statement)

    def release(self, installation: str, revision: int) -> None:
        """Let another one try."""
        statement = update(InstallationRow).where(
            InstallationRow.id == installation, InstallationRow.revision == revision
        )
        self._session.execute(statement.values(leased_until=None))

    def reseal(self, installation: str, bot_token: Sealed, refresh_token: Sealed) -> None:
        """Who refreshes the token meanwhile must still find the revision that they know."""
        statement = update(InstallationRow).where(InstallationRow.id == installation)
        self._session.execute(statement.values(bot_token=bot_token, refresh_token=refresh_token))

    def delete(self, installation: str) -> None:
        """Forget one with its tokens."""
        self._session.execute(delete(InstallationRow).where(InstallationRow.id == installation))


class SqlOAuthStates:
    """Implements `bot.ports.installations.OAuthStates`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, state: str, expires_at: datetime) -> None:
        """Remember a state by its digest."""
        insert_if_absent(self._session, OAuthStateRow, digest=_digest(state), expires_at=expires_at)

    def consume(self, state: str, now: datetime) -> bool:
        """One statement: of two that come at once one finds it gone."""
        statement = delete(OAuthStateRow).where(
            OAuthStateRow.digest == _digest(state), OAuthStateRow.expires_at > now
        )
        return _changed(self._session, statement)

    def count(self) -> int:
        """How many are kept."""
        return self._session.scalar(select(func.count()).select_from(OAuthStateRow)) or 0

    def forget(self, now: datetime) -> int:
        """Drop those that are too old; how many."""
        old = delete(OAuthStateRow).where(OAuthStateRow.expires_at <= now)
        result = self._session.execute(old)
        assert isinstance(result, CursorResult)
        return result.rowcount


def _digest(state: str) -> str:
    return sha256(state.encode()).hexdigest()


def _changed(session: Session, statement: Executable) -> bool:
    result = session.execute(statement)
    assert isinstance(result, CursorResult)
    return result.rowcount == 1
