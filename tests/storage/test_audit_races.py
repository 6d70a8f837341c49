"""Two writers of one workspace's audit log at once on PostgreSQL: one chain, whoever gives up."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.audit import AuditEntry, AuditLine, Verdict
from bot.services.privacy import auditing
from storage.engine import Engines
from storage.unit_of_work import SqlUnitOfWork
from tests.storage.racing import NINE, Databank, Pause
from tests.storage.racing import bank as bank
from tests.storage.racing import database_url as database_url

LINE = AuditLine(workspace="T1", at=NINE, actor="A", action="decision.new", subject="D-1")


def first(uow: SqlUnitOfWork, pause: Pause) -> None:
    """Has written, and hasn't committed."""
    uow.audit.write(LINE)
    pause()


def second(uow: SqlUnitOfWork) -> None:
    uow.audit.write(replace(LINE, actor="B", at=NINE + timedelta(seconds=1)))


def kept(bank: Databank) -> tuple[list[AuditEntry], Verdict]:
    entries = bank.run(lambda uow: list(uow.audit.chain("T1", 0, 99)))
    return entries, bank.run(lambda uow: auditing.verify(uow, "T1"))


@pytest.mark.parametrize("before", [0, 3])
def test_the_second_waits_and_goes_on_from_the_first(bank: Databank, before: int) -> None:
    for _ in range(before):
        bank.run(lambda uow: uow.audit.write(LINE))
    for ended in bank.race(first, second):
        ended.result()
    entries, verdict = kept(bank)
    assert [entry.seq for entry in entries] == list(range(1, before + 3))
    assert entries[-1].before == entries[-2].hash
    assert (verdict.whole, verdict.lines) == (True, before + 2)


@pytest.mark.parametrize("before", [0, 3])
def test_the_second_goes_on_from_what_was_there_where_the_first_is_undone(
    bank: Databank, before: int
) -> None:
    for _ in range(before):
        bank.run(lambda uow: uow.audit.write(LINE))

    def undone(uow: SqlUnitOfWork, pause: Pause) -> None:
        first(uow, pause)
        raise RuntimeError

    one, other = bank.race(undone, second)
    assert isinstance(one.exception(), RuntimeError)
    other.result()
    entries, verdict = kept(bank)
    assert [entry.seq for entry in entries] == list(range(1, before + 2))
    assert (verdict.whole, verdict.lines) == (True, before + 1)


def test_other_workspaces_do_not_wait(bank: Databank, engines: Engines) -> None:
    def elsewhere(uow: SqlUnitOfWork) -> int:
        uow.audit.write(replace(LINE, workspace="T2"))
        return uow.audit.head("T1").seq

    one, other = bank.race(first, elsewhere)
    one.result()
    assert other.result() == 0, "the first one hadn't committed when this one had ended"
