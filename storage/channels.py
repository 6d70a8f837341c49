"""Which channels are public, as Slack said when it was asked last."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.alerts.rows import AlertRuleRow
from storage.base import Base
from storage.decisions.rows import DecisionRow
from storage.upsert import insert_or_replace


class ChannelRow(Base):
    """One channel."""

    __tablename__ = "channel"

    workspace: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    public: Mapped[bool]
    seen_at: Mapped[datetime]


class SqlChannels:
    """Implements `bot.ports.channels.Channels`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def keep(self, workspace: str, channel: str, *, public: bool, now: datetime) -> None:
        """Remember whether a channel is public."""
        insert_or_replace(
            self._session,
            ChannelRow,
            workspace=workspace,
            channel=channel,
            public=public,
            seen_at=now,
        )

    def public(self, workspace: str, since: datetime) -> frozenset[str]:
        """The channels that were public when they were looked at after `since`."""
        query = select(ChannelRow.channel).where(
            ChannelRow.workspace == workspace, ChannelRow.public, ChannelRow.seen_at > since
        )
        return frozenset(self._session.scalars(query))

    def unseen(self, workspace: str, channels: Collection[str], since: datetime) -> list[str]:
        """Those of `channels` that nobody looked at after `since`, never seen ones first."""
        query = select(ChannelRow.channel, ChannelRow.seen_at).where(
            ChannelRow.workspace == workspace
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
