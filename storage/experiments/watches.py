"""Who watches what."""

from datetime import datetime

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.domain.experiments.watches import Target, Watch, WatchKind
from storage.base import Base
from storage.mirror_json import storable
from storage.upsert import insert_if_absent


class WatchRow(Base):
    """One watch."""

    __tablename__ = "experiment_watch"

    workspace: Mapped[str] = mapped_column(primary_key=True)
    watcher: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    by: Mapped[str]
    since: Mapped[datetime]

    def to_value(self) -> Watch:
        """The frozen value of this row."""
        return Watch(
            workspace=self.workspace,
            watcher=self.watcher,
            target=Target(kind=WatchKind(self.kind), key=self.key, name=self.name),
            by=self.by,
            since=self.since,
        )


class SqlWatches:
    """Implements `bot.ports.watches.Watches`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, watch: Watch) -> bool:
        """Store it, once."""
        return insert_if_absent(
            self._session,
            WatchRow,
            workspace=watch.workspace,
            watcher=watch.watcher,
            kind=watch.target.kind.value,
            key=storable(watch.target.key),
            name=storable(watch.target.name),
            by=watch.by,
            since=watch.since,
        )

    def remove(self, workspace: str, watcher: str, target: Target) -> bool:
        """Forget it."""
        result = self._session.execute(
            delete(WatchRow).where(
                WatchRow.workspace == workspace,
                WatchRow.watcher == watcher,
                WatchRow.kind == target.kind.value,
                WatchRow.key == storable(target.key),
            )
        )
        assert isinstance(result, CursorResult)
        return result.rowcount == 1

    def of(self, workspace: str, watcher: str) -> list[Watch]:
        """What a channel or a person watches, by kind and name."""
        query = (
            select(WatchRow)
            .where(WatchRow.workspace == workspace, WatchRow.watcher == watcher)
            .order_by(WatchRow.kind, WatchRow.name, WatchRow.key)
        )
        return [row.to_value() for row in self._session.scalars(query)]

    def all(self, workspace: str) -> list[Watch]:
        """Every watch, oldest first."""
        query = (
            select(WatchRow)
            .where(WatchRow.workspace == workspace)
            .order_by(WatchRow.since, WatchRow.watcher, WatchRow.kind, WatchRow.key)
        )
        return [row.to_value() for row in self._session.scalars(query)]
