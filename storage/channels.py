"""Which channels are public or shared, as Slack said when it was asked last."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.domain.channel import KnownChannel
from storage.alerts.rows import AlertRuleRow
from storage.base import Base, Json
from storage.decisions.rows import DecisionRow
from storage.upsert import insert_or_replace


class ChannelRow(Base):
    """One channel."""

    __tablename__ = "channel"

    workspace: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    public: Mapped[bool]
    seen_at: Mapped[datetime]
    shared: Mapped[bool | None]
    shared_since: Mapped[datetime | None]
    members: Mapped[list[str]] = mapped_column(Json)

    def to_value(self) -> KnownChannel:
        """The frozen value of this row."""
        return KnownChannel(
            channel=self.channel,
            public=self.public,
            seen_at=self.seen_at,
            shared=self.shared,
            shared_since=self.shared_since,
            members=frozenset(self.members),
        )


class SqlChannels:
    """Implements `bot.ports.channels.Channels`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def keep(
        self,
        workspace: str,
        channel: str,
        *,
        public: bool,
        now: datetime,
        shared: bool | None = None,
        members: Collection[str] | None = None,
    ) -> None:
        """Remember whether a channel is public and shared; None leaves what was known."""
        before = self._row(workspace, channel)
        was_shared = before.shared if before else None
        is_shared = was_shared if shared is None else shared
        since = before.shared_since if before and was_shared else now
        kept = before.members if before and members is None else sorted(members or ())
        insert_or_replace(
            self._session,
            ChannelRow,
            workspace=workspace,
            channel=channel,
            public=public,
            seen_at=now,
            shared=is_shared,
            shared_since=since if is_shared else None,
            members=[] if public else kept,
        )

    def known(self, workspace: str, channels: Collection[str]) -> dict[str, KnownChannel]:
        """Those of `channels` that were ever looked at, by id."""
        query = select(ChannelRow).where(
            ChannelRow.workspace == workspace, ChannelRow.channel.in_(sorted({*channels}))
        )
        rows = self._session.scalars(query.execution_options(populate_existing=True))
        return {row.channel: row.to_value() for row in rows}

    def forget_member(self, workspace: str, channel: str, user_id: str) -> None:
        """Somebody left a channel."""
        row = self._row(workspace, channel)
        if row is not None and user_id in row.members:
            row.members = [each for each in row.members if each != user_id]
            self._session.flush()

    def _row(self, workspace: str, channel: str) -> ChannelRow | None:
        return self._session.get(
            ChannelRow, (workspace, channel), populate_existing=True, with_for_update=True
        )

    def public(self, workspace: str, since: datetime) -> frozenset[str]:
        """The channels that were public when they were looked at after `since`."""
        query = select(ChannelRow.channel).where(
            ChannelRow.workspace == workspace, ChannelRow.public, ChannelRow.seen_at > since
        )
        return frozenset(self._session.scalars(query))

    def unseen(self, workspace: str, channels: Collection[str], since: datetime) -> list[str]:
        """Those of `channels` that nobody looked at well enough after `since`, never seen ones
        first."""
        query = select(ChannelRow.channel, ChannelRow.seen_at).where(
            ChannelRow.workspace == workspace, ChannelRow.shared.is_not(None)
        )
        seen = {row.channel: row.seen_at for row in self._session.execute(query)}
        return sorted(
            (each for each in {*channels} if each not in seen or seen[each] <= since),
            key=lambda each: (each in seen, seen.get(each, since), each),
        )

    def deciding(self, workspace: str) -> list[str]:
        """The channels in which decisions were logged."""
        query = select(DecisionRow.channel).where(DecisionRow.workspace == workspace).distinct()
        return sorted(self._session.scalars(query))

    def alerting(self, workspace: str) -> list[str]:
        """The channels of alert rules, ended or not."""
        query = select(AlertRuleRow.channel).where(AlertRuleRow.workspace == workspace).distinct()
        return sorted(self._session.scalars(query))
