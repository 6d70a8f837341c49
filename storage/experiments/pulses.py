"""The pulse of running runs, and runs by their families."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Index, Select, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.domain.experiments.records import Run
from bot.domain.experiments.stalls import Pulse, StallState
from bot.domain.experiments.sweeps import PARENT_TAG
from storage.base import Base
from storage.experiments import run_reads
from storage.experiments.rows import RunRow
from storage.mirror_json import storable
from storage.upsert import insert_or_replace

_BATCH = 500


class PulseRow(Base):
    """What was seen of one run, and what was asked about it."""

    __tablename__ = "run_pulse"
    __table_args__ = (
        Index(None, "workspace", "message"),
        Index(None, "workspace", "experiment_id", "batch"),
    )

    workspace: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str] = mapped_column(primary_key=True)
    experiment_id: Mapped[str]
    # Clients may count in 64 bits.
    step: Mapped[int | None] = mapped_column(BigInteger)
    logged_at: Mapped[datetime | None]
    grew_at: Mapped[datetime | None]
    gaps: Mapped[list[Any]]
    longest: Mapped[float]
    state: Mapped[str]
    silent_at: Mapped[datetime | None]
    silence: Mapped[float]
    usual: Mapped[float | None]
    asked: Mapped[str]
    message: Mapped[str]
    batch: Mapped[int]
    quiet_until: Mapped[datetime | None]
    by: Mapped[str]
    problem: Mapped[str]
    changed_at: Mapped[datetime]

    def to_value(self) -> Pulse:
        """The frozen value of this row."""
        return Pulse(
            workspace=self.workspace,
            run_id=self.run_id,
            experiment_id=self.experiment_id,
            step=self.step,
            logged_at=self.logged_at,
            grew_at=self.grew_at,
            gaps=tuple(self.gaps),
            longest=self.longest,
            state=StallState(self.state),
            silent_at=self.silent_at,
            silence=timedelta(seconds=self.silence),
            usual=None if self.usual is None else timedelta(seconds=self.usual),
            asked=self.asked,
            message=self.message,
            batch=self.batch,
            quiet_until=self.quiet_until,
            by=self.by,
            problem=self.problem,
            changed_at=self.changed_at,
        )


class SqlPulses:
    """Implements `bot.ports.watches.Pulses`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def save(self, pulse: Pulse) -> None:
        """Insert or replace one."""
        usual = None if pulse.usual is None else pulse.usual.total_seconds()
        values = {
            **vars(pulse),
            "gaps": list(pulse.gaps),
            "state": pulse.state.value,
            "silence": pulse.silence.total_seconds(),
            "usual": usual,
            "problem": storable(pulse.problem),
        }
        insert_or_replace(self._session, PulseRow, **values)

    def get(self, workspace: str, run_id: str) -> Pulse | None:
        """One, or None."""
        row = self._session.scalar(_of(workspace).where(PulseRow.run_id == run_id))
        return row.to_value() if row else None

    def all(self, workspace: str) -> dict[str, Pulse]:
        """Every pulse by run id."""
        return {row.run_id: row.to_value() for row in self._session.scalars(_of(workspace))}

    def in_message(self, workspace: str, message: str) -> list[Pulse]:
        """Those of one message."""
        return self._values(_of(workspace).where(PulseRow.message == message))

    def in_batch(self, workspace: str, experiment_id: str, batch: int) -> list[Pulse]:
        """Those of one line in channels."""
        wanted = (PulseRow.experiment_id == experiment_id, PulseRow.batch == batch)
        return self._values(_of(workspace).where(*wanted))

    def drop(self, workspace: str, run_ids: Collection[str]) -> None:
        """Forget these."""
        ordered = sorted(run_ids)
        for start in range(0, len(ordered), _BATCH):
            self._session.execute(
                delete(PulseRow).where(
                    PulseRow.workspace == workspace,
                    PulseRow.run_id.in_(ordered[start : start + _BATCH]),
                )
            )

    def _values(self, query: Select[PulseRow]) -> list[Pulse]:
        return [row.to_value() for row in self._session.scalars(query)]


class SqlFamilies:
    """Implements `bot.ports.watches.Families` on the mirror's runs."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def several(self, workspace: str, run_ids: Collection[str]) -> dict[str, Run]:
        """Those that are mirrored, by id."""
        ordered = sorted(set(run_ids))
        found: dict[str, Run] = {}
        for start in range(0, len(ordered), _BATCH):
            query = select(RunRow).where(
                RunRow.workspace == workspace,
                RunRow.deleted_at.is_(None),
                RunRow.run_id.in_(ordered[start : start + _BATCH]),
            )
            found |= {row.run_id: row.to_value() for row in self._session.scalars(query)}
        return found

    def children(
        self, workspace: str, experiment_ids: Collection[str], parents: Sequence[str]
    ) -> list[Run]:
        """Those right below one of `parents`; only these experiments are searched."""
        found: list[Run] = []
        for start in range(0, len(parents), _BATCH):
            query = run_reads.wanted(
                RunRow.workspace == workspace,
                RunRow.deleted_at.is_(None),
                RunRow.experiment_id.in_(list(experiment_ids)),
                RunRow.tags[PARENT_TAG].as_string().in_(parents[start : start + _BATCH]),
            ).order_by(RunRow.started_at.asc().nulls_last(), RunRow.run_id)
            found += run_reads.read(self._session, query)
        return found


def _of(workspace: str) -> Select[PulseRow]:
    query = select(PulseRow).where(PulseRow.workspace == workspace)
    return query.order_by(PulseRow.run_id)
