"""The audit log: lines are added, nothing changes one, and the chain tells where somebody did."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from bot.domain.audit import AuditHead, AuditLine, AuditOutcome
from bot.domain.privacy.audit_page import AuditFilter
from bot.services.privacy import auditing
from storage.engine import Engines
from storage.privacy.audit import DROPPED, AuditActorRow, AuditEntryRow, AuditHeadRow
from storage.unit_of_work import SqlUnitOfWork
from tests.storage.conftest import Run

T0 = datetime(2026, 10, 26, 9, tzinfo=UTC)
LINE = AuditLine(workspace="T1", at=T0, actor="U1", action="decision.accept", subject="D-1")


def write(uow: SqlUnitOfWork, count: int = 5, **values: Any) -> None:
    """Lines a day apart."""
    for n in range(count):
        uow.audit.write(replace(LINE, at=T0 + timedelta(days=n), **values))


def verdict(run: Run[Any]) -> Any:
    return run(lambda uow: auditing.verify(uow, "T1"))


def unguarded(engines: Engines, *statements: Any) -> None:
    """Somebody with the rights of an owner of the database changes it by hand."""
    with Session(engines.writer) as session, session.begin():
        dialect = session.get_bind().dialect.name
        for dropping in DROPPED[dialect]:
            session.execute(text(dropping))
        if dialect == "sqlite":
            for name in ("changed", "removed"):
                session.execute(text(f"DROP TRIGGER audit_entry_{name}"))
        for statement in statements:
            session.execute(statement)


def test_a_chain_of_its_own_for_each_workspace(run: Run[Any]) -> None:
    run(lambda uow: write(uow))
    run(lambda uow: write(uow, 2, workspace="T2"))
    assert run(lambda uow: [e.seq for e in uow.audit.chain("T1", 0, 99)]) == [1, 2, 3, 4, 5]
    assert run(lambda uow: uow.audit.head("T2").seq) == 2
    assert run(lambda uow: uow.audit.head("T9")) == AuditHead()
    found = verdict(run)
    assert (found.whole, found.lines) == (True, 5)


def test_people_stand_in_it_under_tokens_until_they_are_forgotten(run: Run[Any]) -> None:
    run(lambda uow: write(uow, 2, person="U2"))
    stored = run(lambda uow: uow.audit.chain("T1", 0, 9))
    assert not {"U1", "U2"} & {who for e in stored for who in (e.line.actor, e.line.person)}
    shown = run(lambda uow: uow.audit.page("T1", AuditFilter(), 9))
    assert {(e.line.actor, e.line.person) for e in shown} == {("U1", "U2")}
    run(lambda uow: uow.audit.forget("T1", "U1"))
    shown = run(lambda uow: uow.audit.page("T1", AuditFilter(), 9))
    assert [e.line.person for e in shown] == ["U2", "U2"]
    assert all(e.line.actor.startswith("p-") for e in shown)
    assert verdict(run).whole


def test_the_database_refuses_to_change_or_delete_a_line(engines: Engines, run: Run[Any]) -> None:
    run(lambda uow: write(uow))
    for statement in (
        update(AuditEntryRow).values(action="nothing"),
        delete(AuditEntryRow).where(AuditEntryRow.seq == 5),
    ):
        with (
            pytest.raises(DatabaseError, match="audit_entry"),
            Session(engines.writer) as session,
            session.begin(),
        ):
            session.execute(statement)
    assert verdict(run).lines == 5


@pytest.mark.parametrize(
    ("statement", "at", "reason"),
    [
        (update(AuditEntryRow).where(AuditEntryRow.seq == 3).values(subject="D-9"), 3, "changed"),
        (update(AuditEntryRow).where(AuditEntryRow.seq == 3).values(at=T0), 3, "changed"),
        (delete(AuditEntryRow).where(AuditEntryRow.seq == 2), 2, "missing"),
        (delete(AuditEntryRow).where(AuditEntryRow.seq == 5), 5, "newest"),
        (delete(AuditEntryRow).where(AuditEntryRow.seq == 1), 1, "missing"),
        (update(AuditHeadRow).values(seq=4), 5, "newest"),
    ],
)
def test_the_chain_names_the_first_line_that_is_wrong(
    engines: Engines, run: Run[Any], statement: Any, at: int, reason: str
) -> None:
    run(lambda uow: write(uow))
    try:
        unguarded(engines, statement)
        found = verdict(run)
        assert found.broken_at in (at, at + 1)
        assert reason in found.reason
    finally:
        _guard_again(engines)


def _guard_again(engines: Engines) -> None:
    """PostgreSQL keeps its tables for the next test."""
    from storage.privacy.audit import CREATED

    with Session(engines.writer) as session, session.begin():
        for creating in CREATED[session.get_bind().dialect.name]:
            session.execute(text(creating))


def test_what_is_dropped_after_its_time_leaves_a_chain_that_holds(run: Run[Any]) -> None:
    run(lambda uow: write(uow))
    assert run(lambda uow: uow.audit.drop("T1", T0 + timedelta(days=3), 2)) == 2
    assert run(lambda uow: uow.audit.drop("T1", T0 + timedelta(days=3), 2)) == 1
    assert run(lambda uow: uow.audit.drop("T1", T0 + timedelta(days=3), 2)) == 0
    assert [e.seq for e in run(lambda uow: uow.audit.chain("T1", 0, 9))] == [4, 5]
    run(lambda uow: write(uow, 1))
    found = verdict(run)
    assert (found.whole, found.lines) == (True, 3)


def test_filters(run: Run[Any]) -> None:
    run(lambda uow: write(uow, 2))
    run(lambda uow: write(uow, 1, actor="U2", action="alert.silence", subject="A-3"))
    run(lambda uow: write(uow, 1, actor="U3", person="U2", outcome=AuditOutcome.REFUSED))

    def seqs(**wanted: Any) -> list[int]:
        return [e.seq for e in run(lambda uow: uow.audit.page("T1", AuditFilter(**wanted), 9))]

    assert seqs() == [4, 3, 2, 1]
    assert seqs(actor="U2") == [4, 3]
    assert seqs(actor="U9") == []
    assert seqs(action="alert") == [3]
    assert seqs(action="alert%") == []
    assert seqs(subject="D-1") == [4, 2, 1]
    assert seqs(outcome=AuditOutcome.REFUSED) == [4]
    assert seqs(since=T0 + timedelta(days=1)) == [2]
    assert seqs(before=3) == [2, 1]


def test_many_at_once_make_one_chain_without_a_gap(engines: Engines, run: Run[Any]) -> None:
    def one(n: int) -> None:
        with Session(engines.writer) as session, session.begin():
            SqlUnitOfWork(session).audit.write(replace(LINE, actor=f"U{n % 3}"))

    with ThreadPoolExecutor(engines.writers) as pool:
        list(pool.map(one, range(40)))
    found = verdict(run)
    assert (found.whole, found.lines) == (True, 40)
    tokens = run(lambda uow: [r.user_id for r in uow.audit._session.query(AuditActorRow)])
    assert sorted(tokens) == ["U0", "U1", "U2"]
