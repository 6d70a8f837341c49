"""Hypotheses as they are kept."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import CursorResult, Index, or_, select, update
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from bot.domain.decisions.sight import Sight
from bot.domain.experiments.hypotheses import Hypothesis, HypothesisState
from bot.domain.experiments.records import Run
from storage.base import Base
from storage.experiments.rows import RunRow
from storage.experiments.tried_text import RUN, TriedTextRow, keep_hypothesis

_HYPOTHESIS = TypeAdapter(Hypothesis)
# A statement takes 32,766 parameters on SQLite; each id stands in this one twice.
_BATCH = 500


class HypothesisRow(Base):
    """One hypothesis; what is asked for in queries stands beside its body."""

    __tablename__ = "hypothesis"
    __table_args__ = (
        Index("ix_hypothesis_state", "workspace", "state"),
        Index("ix_hypothesis_decided", "workspace", "decided_at"),
    )

    workspace: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[str]
    channel: Mapped[str]
    owner: Mapped[str]
    author: Mapped[str]
    decided_at: Mapped[datetime | None]
    version: Mapped[int]
    shown: Mapped[str] = mapped_column(default="")
    body: Mapped[dict[str, Any]]

    def to_value(self) -> Hypothesis:
        """The frozen value of this row."""
        return _HYPOTHESIS.validate_python(self.body)


class SqlHypotheses:
    """Implements `bot.ports.hypotheses.Hypotheses`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, hypothesis: Hypothesis) -> None:
        """Store a new one."""
        self._session.add(HypothesisRow(**_values(hypothesis)))
        self._session.flush()
        keep_hypothesis(self._session, hypothesis)

    def get(self, workspace: str, number: int) -> Hypothesis | None:
        """One hypothesis, or None."""
        row = self._session.get(HypothesisRow, (workspace, number))
        return row.to_value() if row else None

    def locked(self, workspace: str, number: int) -> Hypothesis | None:
        """One, its row locked."""
        row = self._session.get(
            HypothesisRow, (workspace, number), with_for_update=True, populate_existing=True
        )
        return row.to_value() if row else None

    def replace(self, hypothesis: Hypothesis) -> bool:
        """Compare and set on the version; the row count says who was first."""
        statement = (
            update(HypothesisRow)
            .where(
                HypothesisRow.workspace == hypothesis.workspace,
                HypothesisRow.number == hypothesis.number,
                HypothesisRow.version == hypothesis.version - 1,
            )
            .values(**_values(hypothesis))
        )
        result = self._session.execute(statement)
        assert isinstance(result, CursorResult)
        if result.rowcount == 1:
            keep_hypothesis(self._session, hypothesis)
        return result.rowcount == 1

    def note_shown(self, workspace: str, number: int, progress: str) -> bool:
        """Remember how far its card shows it to be; the row count says whether that is new."""
        statement = (
            update(HypothesisRow)
            .where(
                HypothesisRow.workspace == workspace,
                HypothesisRow.number == number,
                HypothesisRow.shown != progress,
            )
            .values(shown=progress)
        )
        result = self._session.execute(statement)
        assert isinstance(result, CursorResult)
        return result.rowcount == 1

    def listed(
        self,
        workspace: str,
        sight: Sight,
        state: HypothesisState | None,
        limit: int,
        offset: int = 0,
    ) -> list[Hypothesis]:
        """Those in sight of that state, or of any, the newest first."""
        query = select(HypothesisRow).where(
            HypothesisRow.workspace == workspace,
            or_(
                HypothesisRow.channel.in_(sorted(sight.channels)),
                HypothesisRow.owner == sight.user_id,
                HypothesisRow.author == sight.user_id,
            ),
        )
        if state is not None:
            query = query.where(HypothesisRow.state == state.value)
        query = query.order_by(HypothesisRow.number.desc()).limit(limit).offset(offset)
        return [row.to_value() for row in self._session.scalars(query)]

    def open(self, workspace: str) -> list[Hypothesis]:
        """Those without a verdict, by number."""
        query = (
            select(HypothesisRow)
            .where(
                HypothesisRow.workspace == workspace,
                HypothesisRow.state == HypothesisState.OPEN.value,
            )
            .order_by(HypothesisRow.number)
        )
        return [row.to_value() for row in self._session.scalars(query)]

    def decided_between(self, workspace: str, since: datetime, until: datetime) -> list[Hypothesis]:
        """Those whose verdict was given in (since, until], in that order."""
        query = (
            select(HypothesisRow)
            .where(
                HypothesisRow.workspace == workspace,
                HypothesisRow.decided_at > since,
                HypothesisRow.decided_at <= until,
            )
            .order_by(HypothesisRow.decided_at, HypothesisRow.number)
        )
        return [row.to_value() for row in self._session.scalars(query)]

    def runs(self, workspace: str, number: int) -> list[Run]:
        """The mirrored runs whose tag, or whose parent's, names it, earliest start first.

        A run's own tag counts before its parent's.
        """
        own, above = aliased(TriedTextRow), aliased(TriedTextRow)
        parents = select(above.ref).where(
            above.workspace == workspace, above.kind == RUN, above.hypothesis == number
        )
        attached = select(own.ref).where(
            own.workspace == workspace,
            own.kind == RUN,
            or_(own.hypothesis == number, own.hypothesis.is_(None) & own.place.in_(parents)),
        )
        query = (
            select(RunRow)
            .where(
                RunRow.workspace == workspace,
                RunRow.run_id.in_(attached),
                RunRow.deleted_at.is_(None),
            )
            .order_by(RunRow.started_at.asc().nulls_last(), RunRow.run_id)
        )
        return [row.to_value() for row in self._session.scalars(query)]

    def of_runs(self, workspace: str, run_ids: Collection[str]) -> dict[str, int]:
        """Which hypothesis each of these runs is attached to."""
        found: dict[str, int] = {}
        ids = sorted(run_ids)
        for start in range(0, len(ids), _BATCH):
            found |= self._attached(workspace, ids[start : start + _BATCH])
        return found

    def _attached(self, workspace: str, run_ids: list[str]) -> dict[str, int]:
        own, above = aliased(TriedTextRow), aliased(TriedTextRow)
        query = (
            select(own.ref, own.hypothesis, above.hypothesis)
            .outerjoin(
                above,
                (above.workspace == own.workspace)
                & (above.kind == RUN)
                & (above.ref == own.place)
                & (own.place != ""),
            )
            .where(own.workspace == workspace, own.kind == RUN, own.ref.in_(run_ids))
        )
        rows = self._session.execute(query)
        numbers = {ref: by_tag or by_parent for ref, by_tag, by_parent in rows}
        return {ref: number for ref, number in numbers.items() if number}


def _values(hypothesis: Hypothesis) -> dict[str, Any]:
    return {
        "workspace": hypothesis.workspace,
        "number": hypothesis.number,
        "state": hypothesis.state.value,
        "channel": hypothesis.channel,
        "owner": hypothesis.owner,
        "author": hypothesis.author,
        "decided_at": hypothesis.verdict.at if hypothesis.verdict else None,
        "version": hypothesis.version,
        "body": _HYPOTHESIS.dump_python(hypothesis, mode="json"),
    }
