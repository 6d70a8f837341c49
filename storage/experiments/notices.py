"""What watchers were told, and what was looked at for them."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Index, Select, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.domain.experiments.notices import End, News, Notice
from bot.domain.experiments.registry_news import Announced, FactKind, RegistryFact
from storage.base import Base
from storage.mirror_json import storable
from storage.upsert import insert_if_absent, insert_or_replace


class NoticeRow(Base):
    """One notice; `message` is empty while it waits."""

    __tablename__ = "watch_notice"
    __table_args__ = (
        Index(None, "workspace", "watcher", "topic", "opened_at"),
        Index(None, "workspace", "message"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    watcher: Mapped[str]
    topic: Mapped[str]
    opened_at: Mapped[datetime]
    message: Mapped[str]
    runs: Mapped[list[Any]]
    sweeps: Mapped[list[Any]]
    facts: Mapped[list[Any]]

    def to_value(self) -> Notice:
        """The frozen value of this row."""
        return Notice(
            workspace=self.workspace,
            id=self.id,
            watcher=self.watcher,
            topic=self.topic,
            opened_at=self.opened_at,
            message=self.message,
            news=News(
                runs=tuple(self.runs),
                sweeps=tuple(self.sweeps),
                facts=tuple(_fact(stored) for stored in self.facts),
            ),
        )


class LookedAtRow(Base):
    """An end of a run that was looked at for those who watch; one that is resumed ends again."""

    __tablename__ = "watched_run"

    workspace: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str] = mapped_column(primary_key=True)
    ended: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)


class AnnouncedRow(Base):
    """What of a registered model was announced."""

    __tablename__ = "announced_model"

    workspace: Mapped[str] = mapped_column(primary_key=True)
    model: Mapped[str] = mapped_column(primary_key=True)
    aliases: Mapped[dict[str, Any]]
    newest: Mapped[int]
    mark: Mapped[str]


class SqlNotices:
    """Implements `bot.ports.watches.Notices`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def save(self, notice: Notice) -> None:
        """Insert or replace one."""
        insert_or_replace(
            self._session,
            NoticeRow,
            id=notice.id,
            workspace=notice.workspace,
            watcher=notice.watcher,
            topic=storable(notice.topic),
            opened_at=notice.opened_at,
            message=notice.message,
            runs=list(notice.news.runs),
            sweeps=list(notice.news.sweeps),
            facts=[_packed(fact) for fact in notice.news.facts],
        )

    def of_topic(self, workspace: str, watcher: str, topic: str, since: datetime) -> list[Notice]:
        """Those opened since then, the latest first."""
        query = (
            select(NoticeRow)
            .where(
                NoticeRow.workspace == workspace,
                NoticeRow.watcher == watcher,
                NoticeRow.topic == storable(topic),
                NoticeRow.opened_at >= since,
            )
            .order_by(NoticeRow.opened_at.desc(), NoticeRow.id.desc())
        )
        return self._values(query)

    def held(self, workspace: str, watcher: str) -> list[Notice]:
        """Those that wait, oldest first."""
        return self._values(
            _oldest_first(workspace).where(NoticeRow.watcher == watcher, NoticeRow.message == "")
        )

    def in_message(self, workspace: str, message: str) -> list[Notice]:
        """Those that a message stands for, oldest first."""
        return self._values(_oldest_first(workspace).where(NoticeRow.message == message))

    def drop_held(self, workspace: str, watcher: str) -> None:
        """Forget what waits for a person."""
        self._session.execute(
            delete(NoticeRow).where(
                NoticeRow.workspace == workspace,
                NoticeRow.watcher == watcher,
                NoticeRow.message == "",
            )
        )

    def first_look(self, workspace: str, end: End, now: datetime) -> bool:
        """Remember that this end of a run was looked at."""
        run_id, ended = end
        return insert_if_absent(
            self._session, LookedAtRow, workspace=workspace, run_id=run_id, ended=ended, at=now
        )

    def looked_at(self, workspace: str, since: datetime) -> set[End]:
        """The ends of runs that were looked at since then."""
        query = select(LookedAtRow.run_id, LookedAtRow.ended).where(
            LookedAtRow.workspace == workspace, LookedAtRow.at >= since
        )
        return {(run_id, ended) for run_id, ended in self._session.execute(query)}

    def forget(self, before: datetime) -> None:
        """Drop what was looked at before then."""
        self._session.execute(delete(LookedAtRow).where(LookedAtRow.at < before))

    def announced(self, workspace: str) -> Mapping[str, Announced]:
        """What of each registered model was announced."""
        query = select(AnnouncedRow).where(AnnouncedRow.workspace == workspace)
        rows = self._session.scalars(query)
        return {
            row.model: Announced(
                model=row.model, aliases=row.aliases, newest=row.newest, mark=row.mark
            )
            for row in rows
        }

    def announce(self, workspace: str, models: Iterable[Announced]) -> None:
        """Replace what was announced of these models."""
        for one in models:
            insert_or_replace(
                self._session,
                AnnouncedRow,
                workspace=workspace,
                model=one.model,
                aliases=dict(one.aliases),
                newest=one.newest,
                mark=one.mark,
            )

    def unannounce(self, workspace: str, names: Collection[str]) -> None:
        """Forget what was announced of these models."""
        self._session.execute(
            delete(AnnouncedRow).where(
                AnnouncedRow.workspace == workspace, AnnouncedRow.model.in_(sorted(names))
            )
        )

    def _values(self, query: Select[NoticeRow]) -> list[Notice]:
        """As they are now: another node may have sent them since this transaction read them."""
        fresh = query.execution_options(populate_existing=True)
        return [row.to_value() for row in self._session.scalars(fresh)]


def _oldest_first(workspace: str) -> Select[NoticeRow]:
    query = select(NoticeRow).where(NoticeRow.workspace == workspace)
    return query.order_by(NoticeRow.opened_at, NoticeRow.id)


def _packed(fact: RegistryFact) -> dict[str, Any]:
    return {**vars(fact), "kind": fact.kind.value, "at": fact.at.isoformat()}


def _fact(stored: dict[str, Any]) -> RegistryFact:
    at = datetime.fromisoformat(stored["at"])
    return RegistryFact(**{**stored, "kind": FactKind(stored["kind"]), "at": at})
