"""Which channels were told that a source doesn't answer."""

from datetime import datetime

from sqlalchemy import CursorResult, Index, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.domain.alerts.outages import Outage
from storage.base import Base
from storage.upsert import insert_if_absent

_LASTS = text("back_at IS NULL")


class OutageRow(Base):
    """One notice of one outage; the partial index finds those that last."""

    __tablename__ = "source_outage"
    __table_args__ = (
        Index(
            "ix_source_outage_lasting", "workspace", sqlite_where=_LASTS, postgresql_where=_LASTS
        ),
    )

    workspace: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime] = mapped_column(primary_key=True)
    reason: Mapped[str]
    back_at: Mapped[datetime | None]

    def to_value(self) -> Outage:
        """The frozen value of this row."""
        return Outage(
            workspace=self.workspace,
            source=self.source,
            channel=self.channel,
            since=self.since,
            reason=self.reason,
            back_at=self.back_at,
        )


class SqlOutages:
    """Implements `bot.ports.outages.Outages`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def begin(self, outage: Outage) -> bool:
        """Keep that a channel is told, once."""
        return insert_if_absent(self._session, OutageRow, **vars(outage))

    def get(self, workspace: str, source: str, channel: str, since: datetime) -> Outage | None:
        """One, over or not, or None."""
        row = self._session.get(OutageRow, (workspace, source, channel, since))
        return row.to_value() if row else None

    def lasting(self, workspace: str) -> list[Outage]:
        """Those that last, in a steady order."""
        query = (
            select(OutageRow)
            .where(OutageRow.workspace == workspace, OutageRow.back_at.is_(None))
            .order_by(OutageRow.source, OutageRow.channel, OutageRow.since)
        )
        return [row.to_value() for row in self._session.scalars(query)]

    def end(self, outage: Outage, back_at: datetime) -> bool:
        """Compare and set: it is told once that a source is back."""
        result = self._session.execute(
            update(OutageRow)
            .where(
                OutageRow.workspace == outage.workspace,
                OutageRow.source == outage.source,
                OutageRow.channel == outage.channel,
                OutageRow.since == outage.since,
                OutageRow.back_at.is_(None),
            )
            .values(back_at=back_at)
        )
        assert isinstance(result, CursorResult)
        return result.rowcount == 1
