"""How the work goes on, read from its own tables."""

from datetime import datetime

from sqlalchemy import DateTime, column, func, inspect, select, table
from sqlalchemy.orm import Session

from bot.domain.delivery import DeliveryState
from bot.ports.readings import Clockwork, Outbox, Workers
from storage.deliveries import DeliveryRow
from storage.schedules import ScheduleRow

_OPEN = (DeliveryState.PENDING.value, DeliveryState.SENDING.value)
# procrastinate's own table (https://procrastinate.readthedocs.io/en/stable/discussions.html).
_WORKERS = table("procrastinate_workers", column("last_heartbeat", DateTime(timezone=True)))


class SqlReadings:
    """Implements `bot.ports.readings.Readings`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def outbox(self, now: datetime) -> Outbox:
        """The partial index of what is open finds them."""
        query = select(func.count(), func.min(DeliveryRow.ready_at)).where(
            DeliveryRow.state.in_(_OPEN), DeliveryRow.ready_at <= now
        )
        overdue, oldest = self._session.execute(query).one()
        return Outbox(overdue=overdue, oldest_due_at=oldest)

    def clockwork(self, now: datetime) -> Clockwork:
        """The index of the next runs finds them."""
        first = select(func.min(ScheduleRow.next_run_at)).where(
            ScheduleRow.active, ScheduleRow.next_run_at <= now
        )
        number = select(func.count()).select_from(ScheduleRow).where(ScheduleRow.active)
        return Clockwork(
            active=self._session.scalar(number) or 0, oldest_due_at=self._session.scalar(first)
        )

    def workers(self) -> Workers:
        """Those that procrastinate knows."""
        connection = self._session.connection()
        if connection.dialect.name == "sqlite" or not inspect(connection).has_table(_WORKERS.name):
            return Workers(used=False)
        heartbeat = _WORKERS.c.last_heartbeat
        seen = select(heartbeat).order_by(heartbeat.desc())
        return Workers(used=True, seen_at=tuple(self._session.scalars(seen)))
