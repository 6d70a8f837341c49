"""Decisions as files: out, into an empty workspace, out again; then people edit the files."""

import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path

from bot import archiving, folders, importing
from bot.domain.decisions.archive import ArchivedDecision
from bot.domain.decisions.promotion import PromotionState
from bot.domain.decisions.record import DecisionRecord, DecisionStatus
from bot.domain.person import Person
from bot.ports.repositories import UnitOfWork
from bot.services.decisions import archive
from storage.engine import open_engines
from storage.transactions import SqlTransactions
from tests.standins.madr import problems
from tests.trials.databases import empty_database
from tests.trials.tables import Table
from tests.unit.decisions.variety import BEGINNING, NAMES, settled, varied

_WORKSPACE = "T1"
_NOW = BEGINNING + timedelta(days=900)
_BY_HAND = "\nSomebody wrote this into the file.\n"
_IN_SLACK = "Somebody wrote this in Slack."


async def run(kinds: Sequence[str], decisions: int, seed: int, server: str = "") -> Table:
    """For each kind of database what became of `decisions` varied ones, and of edits of them: once
    with every promotion settled, once with some under way, which an import stops."""
    rows: list[dict[str, object]] = []
    varied_log = varied(decisions, seed)
    for kind, log in product(kinds, (settled(varied_log), varied_log)):
        async with AsyncExitStack() as stack:
            first, second = [
                SqlTransactions(
                    open_engines(stack.enter_context(empty_database(kind, server))),
                    lambda: _NOW,
                    lambda: None,
                )
                for _ in range(2)
            ]
            stack.callback(first.close)
            stack.callback(second.close)
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="meridian-files-"))
            journey = _Journey(first, second, Path(folder), log)
            rows.append({"database": kind, **await journey.figures()})
    wrong = sum(int(str(row["wrong"])) for row in rows)
    return Table(title=f"{decisions} decisions as files", rows=rows, wrong=wrong)


class _Journey:
    """Out of `first` into `second` and out again; the edits are made of the files of `second`."""

    def __init__(
        self,
        first: SqlTransactions,
        second: SqlTransactions,
        folder: Path,
        log: Sequence[ArchivedDecision],
    ) -> None:
        self._first = first
        self._second = second
        self._folder = folder
        self._log = log
        self._count = len(log)
        self.wrong = 0

    async def figures(self) -> dict[str, object]:
        """Every promise with how often it was kept."""
        before = await self._out_of_a_full_log()
        madr = sum(not problems(content.decode()) for content in before.values())
        lines, whole = await self._take(before)
        posts = await self._second.read(lambda uow: sum(uow.deliveries.counts().values()))
        again = await self._written(self._second, "again")
        same = sum(before.get(name) == content for name, content in again.items())
        stopped = {name for name, content in again.items() if before.get(name) != content}
        following = await self._second.write(lambda uow: uow.numbers.next(_WORKSPACE, "decision"))
        unchanged, _ = await self._take(again)
        self._expect(whole, madr == len(before) == len(again) == self._count)
        under_way = await self._under_way()
        self._expect({int(name[:4]) for name in stopped} == under_way)
        self._expect(posts == 0, following == self._count + 1, "0 refused" in lines[-1])
        self._expect(f"({self._count} unchanged), 0 refused" in unchanged[-1])
        return {
            "under way": len(under_way),
            "MADR": madr,
            "restored": sum("restored" in line for line in lines),
            "same bytes": same,
            "stopped": len(stopped),
            "posted": posts,
            "next": following,
            **await self._edits(again),
            "wrong": self.wrong,
        }

    async def _out_of_a_full_log(self) -> dict[str, bytes]:
        """The log is filled as people would have, names first."""

        def fill(uow: UnitOfWork) -> None:
            uow.people.save(
                Person(workspace=_WORKSPACE, user_id=user_id, name=name)
                for user_id, name in NAMES.items()
            )
            for each in self._log:
                archive.restore(uow, replace(each, names={}))

        await self._first.write(fill)
        return await self._written(self._first, "first")

    async def _under_way(self) -> set[int]:
        """The decisions that still promote something: an import stops that, and says so in their
        files."""
        full = await self._first.read(archive.collect, _WORKSPACE)
        state = PromotionState.PENDING
        return {d.record.number for d in full if d.promotion and d.promotion.state is state}

    async def _written(self, log: SqlTransactions, name: str) -> dict[str, bytes]:
        """A folder and a zip hold the same files."""
        decisions = await log.read(archive.collect, _WORKSPACE)
        archiving.write_out(self._folder / name, decisions)
        archiving.write_out(self._folder / f"{name}.zip", decisions)
        found = folders.read(self._folder / name)
        self._expect(found == folders.read(self._folder / f"{name}.zip"))
        return found

    async def _take(self, files: dict[str, bytes]) -> tuple[list[str], bool]:
        return await importing.take_in(self._second, files, _WORKSPACE, "", _NOW)

    async def _edits(self, files: dict[str, bytes]) -> dict[str, object]:
        """Every file gets a line in its context: open ones take it, decided ones refuse it; every
        second open one was changed in Slack meanwhile, in the same field or in another."""
        decisions = {
            d.record.number: d for d in await self._second.read(archive.collect, _WORKSPACE)
        }
        edited = {name: _with_a_line(content) for name, content in files.items()}
        place = {name: _line_of_edit(content) for name, content in edited.items()}
        plan = {name: _fate(decisions[int(name[:4])]) for name in files}
        for name, fate in plan.items():
            if fate in ("conflict", "both kept"):
                await self._second.write(_change_in_slack, int(name[:4]), fate)
        lines, _ = await self._take(edited)
        met: Counter[str] = Counter()
        for name, fate in plan.items():
            said = next((line for line in lines if line.startswith(f"{name}:")), "")
            kept = (await self._second.read(_found, int(name[:4]))).body.context
            good = _as_promised(fate, said, f"{name}:{place[name]}: ", kept)
            met[fate] += good
            self._expect(good)
        names = ("merged", "both kept", "conflict", "decided")
        total = Counter(plan.values())
        return {name: f"{met[name]}/{total[name]}" for name in names}

    def _expect(self, *kept: bool) -> None:
        self.wrong += sum(not each for each in kept)


def _fate(archived: ArchivedDecision) -> str:
    if archived.record.status is not DecisionStatus.PROPOSED:
        return "decided"
    return ("merged", "both kept", "conflict")[archived.record.number % 3]


def _with_a_line(content: bytes) -> bytes:
    """The new line is the first of the context."""
    head, heading, rest = content.decode().partition("\n## Context and Problem Statement\n")
    return f"{head}{heading}{_BY_HAND}{rest}".encode()


def _line_of_edit(content: bytes) -> int:
    return content.decode().split(_BY_HAND.strip())[0].count("\n") + 1


def _change_in_slack(uow: UnitOfWork, number: int, fate: str) -> None:
    record = _found(uow, number)
    body = (
        replace(record.body, context=_IN_SLACK)
        if fate == "conflict"
        else replace(record.body, consequences=_IN_SLACK)
    )
    assert uow.decisions.replace(record.edited(body))


def _found(uow: UnitOfWork, number: int) -> DecisionRecord:
    record = uow.decisions.get(_WORKSPACE, number)
    assert record is not None
    return record


def _as_promised(fate: str, said: str, refusal: str, context: str) -> bool:
    in_file = _BY_HAND.strip() in context
    if fate == "conflict":
        whose = "was changed here and in Slack (context); keep one" in said
        return said.startswith(refusal) and whose and context == _IN_SLACK
    if fate == "decided":
        return said.startswith(refusal) and not in_file
    return said.endswith("changed (context)") and in_file
