"""Links between runs and issues."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, Index, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.domain.experiments.records import Run
from storage.base import Base
from storage.experiments import run_reads
from storage.experiments.rows import RunRow
from storage.issues.reads import chunks
from storage.upsert import insert_absent


class IssueRunRow(Base):
    """A run names an issue."""

    __tablename__ = "issue_run"
    __table_args__ = (Index(None, "workspace", "run_id", "key"),)

    workspace: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str] = mapped_column(primary_key=True)


class SqlIssueRuns:
    """Implements `bot.ports.issue_runs.IssueRuns`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def link(self, workspace: str, named: Mapping[str, Collection[str]]) -> None:
        """Replace the links of these runs."""
        wanted = {(key, run_id) for run_id, keys in named.items() for key in keys}
        kept = self._kept(workspace, sorted(named))
        for key, run_id in sorted(kept - wanted):
            self._session.execute(
                delete(IssueRunRow).where(
                    IssueRunRow.workspace == workspace,
                    IssueRunRow.key == key,
                    IssueRunRow.run_id == run_id,
                )
            )
        rows = [
            {"workspace": workspace, "key": key, "run_id": run_id}
            for key, run_id in sorted(wanted - kept)
        ]
        insert_absent(self._session, IssueRunRow, rows)

    def keys(self, workspace: str, run_id: str) -> list[str]:
        """What a run names."""
        return sorted(key for key, _ in self._kept(workspace, [run_id]))

    def linked(self, workspace: str, keys: Collection[str]) -> set[str]:
        """Those that a mirrored run names."""
        found: set[str] = set()
        for some in chunks(sorted(set(keys))):
            query = select(IssueRunRow.key).join(RunRow, _same_run()).distinct()
            found.update(self._session.scalars(query.where(*_here(workspace, some))))
        return found

    def runs(self, workspace: str, key: str, limit: int) -> Sequence[Run]:
        """Of an issue, the latest start first."""
        query = (
            run_reads.wanted(*_here(workspace, [key]))
            .join(IssueRunRow, _same_run())
            .order_by(RunRow.started_at.desc().nulls_last(), RunRow.run_id)
            .limit(limit)
        )
        return run_reads.read(self._session, query)

    def _kept(self, workspace: str, run_ids: Sequence[str]) -> set[tuple[str, str]]:
        found: set[tuple[str, str]] = set()
        for some in chunks(run_ids):
            query = select(IssueRunRow.key, IssueRunRow.run_id).where(
                IssueRunRow.workspace == workspace, IssueRunRow.run_id.in_(some)
            )
            found.update((key, run_id) for key, run_id in self._session.execute(query))
        return found


def _same_run() -> ColumnElement[bool]:
    return (RunRow.workspace == IssueRunRow.workspace) & (RunRow.run_id == IssueRunRow.run_id)


def _here(workspace: str, keys: Sequence[str]) -> tuple[ColumnElement[bool], ...]:
    return (
        IssueRunRow.workspace == workspace,
        IssueRunRow.key.in_(keys),
        RunRow.deleted_at.is_(None),
    )
