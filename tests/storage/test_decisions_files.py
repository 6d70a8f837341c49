"""Decisions out into files and back, on both databases: nothing is lost, doubled or overwritten."""

import asyncio
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import pytest

from bot.clients.madr import MadrFiles
from bot.domain.decisions.consent import Approver, ConsentRule, ConsentTerms, Stance
from bot.domain.decisions.promotion import Promotion
from bot.domain.decisions.record import (
    ChangeKind,
    DecisionRecord,
    DecisionStatus,
    NewDecision,
)
from bot.domain.decisions.sight import Sight
from bot.domain.person import Person
from bot.importing import take_in
from bot.ports.repositories import UnitOfWork
from bot.services.decisions import archive, life
from storage.decisions.records import SqlDecisions
from storage.engine import Engines
from storage.transactions import SqlTransactions
from tests.unit.decisions.samples import NOW, PEOPLE, body
from tests.unit.decisions.variety import settled, varied

T = TypeVar("T")

PROPOSED = DecisionStatus.PROPOSED
HAND_WRITTEN = """\
---
status: proposed
decision-makers: Ana, Chiyo
---

# Use Redis

## Context and Problem Statement

We cache.

## Considered Options

* Redis

## Decision Outcome

Redis.
"""


@dataclass
class Log:
    """A workspace's decisions, and files of them."""

    transactions: SqlTransactions

    def do(self, work: Callable[[UnitOfWork], T]) -> T:
        """Run and commit."""
        return asyncio.run(self.transactions.write(work))

    def files(self) -> dict[str, bytes]:
        """What an export writes."""
        return MadrFiles().write(self.do(lambda uow: archive.collect(uow, "T1")))

    def take(
        self, files: dict[str, bytes], *, channel: str = "C1", dry_run: bool = False
    ) -> list[str]:
        """Import; what was said, without the total."""
        work = take_in(self.transactions, files, "T1", channel, NOW, dry_run=dry_run)
        lines, whole = asyncio.run(work)
        assert whole == ("0 refused" in lines[-1])
        return lines[:-1]

    def propose(self, **values: Any) -> DecisionRecord:
        """A proposal of Ana's."""
        wish = NewDecision(
            workspace="T1", channel="C1", author="UANA", body=body(**values), status=PROPOSED
        )
        return self.do(lambda uow: life.log(uow, wish, NOW))

    def found(self, number: int) -> DecisionRecord:
        """A decision as it is."""
        found = self.do(lambda uow: uow.decisions.get("T1", number))
        assert found is not None
        return found

    def change(self, number: int, **values: Any) -> None:
        """Somebody edits it in Slack."""

        def work(uow: UnitOfWork) -> None:
            record = uow.decisions.get("T1", number)
            assert record is not None
            changed = replace(record.body, **values)
            assert uow.decisions.replace(record.edited(changed))

        self.do(work)


@pytest.fixture
def log(engines: Engines) -> Iterator[Log]:
    """A log without decisions, in a workspace of three."""
    transactions = SqlTransactions(engines, lambda: NOW, lambda: None)
    found = Log(transactions)
    found.do(lambda uow: uow.people.save(PEOPLE.values()))
    yield found
    transactions.close()


def edited(files: dict[str, bytes], old: str, new: str) -> dict[str, bytes]:
    """The files with `old` replaced; exactly one place holds it."""
    joined = b"\n".join(files.values()).decode()
    assert joined.count(old) == 1, joined
    return {name: content.replace(old.encode(), new.encode()) for name, content in files.items()}


def test_an_empty_log_takes_a_history_as_it_was_and_posts_nothing(log: Log) -> None:
    names = {user_id: person.name for user_id, person in PEOPLE.items()}
    made = settled(varied(25, 11))
    decisions = [replace(each, names={**each.names, **names}) for each in made]
    decisions = decisions[:9] + decisions[12:]
    written = MadrFiles().write(decisions)
    said = log.take(written)
    assert len(said) == 22
    assert all("restored" in line for line in said)
    assert log.files() == written
    assert log.do(lambda uow: uow.deliveries.counts()) == {}
    assert log.do(lambda uow: uow.promotions.of_model("T1", "churn"))
    assert log.do(lambda uow: uow.numbers.next("T1", "decision")) == 26
    assert log.take(written) == []
    assert log.files() == written


def test_whom_nobody_knows_is_remembered_as_somebody_who_left(log: Log) -> None:
    wish = replace(varied(1, 1)[0], names={"UOLD": "Olga", "UANA": "Ana of old"})
    maker = replace(wish.record, body=replace(wish.record.body, makers=("UOLD", "UANA", "UNIX")))
    log.take(MadrFiles().write([replace(wish, record=maker)]))
    people = log.do(lambda uow: uow.people.several("T1", ["UOLD", "UANA", "UNIX"]))
    assert (people["UOLD"].name, people["UOLD"].deleted) == ("Olga", True)
    assert people["UANA"].name == "Ana"
    assert "UNIX" not in people


def test_an_edited_proposal_takes_what_a_person_changed_in_its_file(log: Log) -> None:
    log.propose(context="Why", consequences="one\ntwo", makers=("UANA",))
    log.do(lambda uow: uow.people.save([Person(workspace="T1", user_id="UOLD", name="Olga")]))
    files = edited(log.files(), "Why", "Why not")
    files = edited(files, "* two", "* two\n* three")
    files = edited(files, "decision-makers:\n- Ana (UANA)", "decision-makers: [Ben, Olga (UOLD)]")
    assert log.take(files) == [
        "0001-use-lightgbm-for-churn.md: D-1 changed (context, consequences, makers)"
    ]
    after = log.found(1)
    assert after.version == 2
    assert after.body.context == "Why not"
    assert after.body.consequences == "one\ntwo\nthree"
    assert after.body.makers == ("UBEN", "UOLD")
    trail = log.do(lambda uow: uow.decisions.changes("T1", 1))
    assert (trail[-1].kind, trail[-1].by) == (ChangeKind.IMPORTED, "")
    assert trail[-1].detail == "changed in an edited file: context, consequences, makers"
    assert log.take(files) == [], "what is here already changes nothing"
    assert log.found(1).version == 2


def test_an_edit_asks_the_makers_anew(log: Log) -> None:
    terms = ConsentTerms(rule=ConsentRule.UNANIMOUS, hours=6)
    log.propose(context="Why", makers=("UANA", "UBEN"), consent=terms)
    agreed = Approver(user_id="UBEN", asked_at=NOW, stance=Stance.AGREE, answered_at=NOW)
    log.do(lambda uow: uow.consents.answer("T1", 1, agreed))
    files = log.files()
    assert b"Ben agreed" in next(iter(files.values()))
    log.take(edited(files, "\nWhy\n", "\nWhy not\n"))
    asked = log.do(lambda uow: uow.consents.approvers("T1", 1))
    assert [(each.user_id, each.stance) for each in asked] == [("UANA", None), ("UBEN", None)]


def test_fields_that_only_one_side_changed_are_merged(log: Log) -> None:
    log.propose(context="Why", drivers="cost")
    files = edited(log.files(), "Why", "Because")
    log.change(1, drivers="latency", title="Use XGBoost")
    assert log.take(files) == ["0001-use-lightgbm-for-churn.md: D-1 changed (context)"]
    merged = log.found(1).body
    assert (merged.title, merged.context, merged.drivers) == ("Use XGBoost", "Because", "latency")


def test_a_field_that_both_changed_is_refused_with_its_line_and_both_values(log: Log) -> None:
    log.propose(context="Why\n\nand when", drivers="cost")
    files = edited(log.files(), "and when", "and where")
    files = edited(files, "* cost", "* speed")
    log.change(1, context="Why\n\nand who")
    line = next(iter(files.values())).decode().split("\n").index("and where") + 1
    assert log.take(files) == [
        f"0001-use-lightgbm-for-churn.md:{line}: D-1 was changed here and in Slack (context); "
        "keep one: the file says “Why and where”, Slack says “Why and who”."
    ]
    assert log.found(1).body.drivers == "cost", "all of a file or nothing"
    log.change(1, context="Why\n\nand where")
    assert log.take(files) == ["0001-use-lightgbm-for-churn.md: D-1 changed (drivers)"]


@pytest.mark.parametrize("to", [DecisionStatus.ACCEPTED, DecisionStatus.REJECTED])
def test_what_was_decided_stays(log: Log, to: DecisionStatus) -> None:
    log.propose(context="Why", makers=("UANA",))
    early = log.files()
    log.do(lambda uow: life.move(uow, "T1", 1, to, "UANA", NOW))
    for files in (early, log.files()):
        changed = edited(files, "\nWhy\n", "\nWhy not\n")
        line = next(iter(changed.values())).decode().split("\n").index("Why not") + 1
        [said] = log.take(changed)
        assert said.startswith(f"0001-use-lightgbm-for-churn.md:{line}: D-1 ")
        assert "stay" in said
    assert log.take(early) == log.take(log.files()) == []
    assert log.found(1).body.context == "Why"


@pytest.mark.parametrize(
    ("old", "new", "at", "says"),
    [
        ("channel: C1", "channel: C2", "  channel: C2", "A file can't change the channel"),
        (
            "version: 1",
            "version: 1\n  supersedes: 7",
            "  supersedes: 7",
            "change the supersedes of a",
        ),
        (
            "author: Ana (UANA)",
            "author: Ben (UBEN)",
            "  author: Ben (UBEN)",
            "D-1 is another decision here: Use LightGBM",
        ),
        (
            "by: Ana (UANA)",
            "by: Ben (UBEN)",
            "  audit:",
            "What happened can't be changed in a file.",
        ),
        ("version: 1", "version: 7", "  version: 7", "version 7 of D-1, which isn't known here"),
        ("- Chiyo (UCHI)", "- Nobody", "informed:", "I don't know Nobody. Write the name with the"),
        ("# Use LightGBM for churn", f"# {'x' * 151}", f"# {'x' * 151}", "A title has 1 to 150"),
        ("\nWhy\n", f"\n{'x' * 3001}\n", "x" * 3001, "Use at most 3000 characters"),
        ("- churn", f"- {'x' * 41}", "  tags:", "Use at most 10 tags"),
        (
            "version: 1",
            "version: 1\n  promotion: {model: m, version: 3, alias: '@'}",
            "  promotion: {model: m, version: 3, alias: '@'}",
            "alias",
        ),
        (
            "version: 1",
            "version: 1\n  evidence: [{kind: link, key: k, label: l, frozen_at: 2026-01-01}]",
            "  evidence: [{kind: link, key: k, label: l, frozen_at: 2026-01-01}]",
            "The evidence of a decision stays as it was",
        ),
    ],
)
def test_other_edits_are_refused_with_their_line(
    log: Log, old: str, new: str, at: str, says: str
) -> None:
    log.propose(context="Why", tags=("churn",), informed=("UCHI",))
    files = edited(log.files(), old, new)
    before = log.found(1)
    [said] = log.take(files)
    assert says in said
    place = re.match(r"0001-use-lightgbm-for-churn\.md:(\d+): ", said)
    assert place
    [content] = files.values()
    assert content.decode().split("\n")[int(place[1]) - 1] == at
    assert log.found(1) == before


def test_a_hand_written_file_becomes_the_next_decision_once(log: Log) -> None:
    log.propose()
    files = {"use-redis.md": HAND_WRITTEN.encode()}
    assert log.take(files) == ["use-redis.md: logged as D-2"]
    new = log.found(2)
    assert (new.status, new.channel, new.author) == (PROPOSED, "C1", "UANA")
    assert new.body.makers == ("UANA", "UCHI")
    assert log.take(files) == []
    assert log.do(lambda uow: uow.decisions.highest("T1")) == 2


def test_the_log_is_read_once_for_all_new_files(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[str] = []
    every = SqlDecisions.all

    def counted(decisions: SqlDecisions, workspace: str) -> list[DecisionRecord]:
        reads.append(workspace)
        return every(decisions, workspace)

    monkeypatch.setattr(SqlDecisions, "all", counted)
    content = HAND_WRITTEN.encode()
    files = {"a.md": content, "b.md": content, "c.md": content.replace(b"Redis", b"Valkey")}
    assert log.take(files) == ["a.md: logged as D-1", "c.md: logged as D-2"]
    assert len(reads) == 1


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("status: proposed", "status: rejected", 2, "A new decision is proposed or accepted"),
        ("Ana, Chiyo", "Ana, Olga", 3, "I don't know Olga"),
        ("decision-makers: Ana, Chiyo\n", "", 2, "name its decision-makers"),
        ("Ana, Chiyo", "Ana\nmeridian: {supersedes: 9}", 4, "There is no D-9"),
    ],
)
def test_a_hand_written_file_that_cant_be_logged_is_refused(
    log: Log, old: str, new: str, line: int, says: str
) -> None:
    log.propose()
    [said] = log.take(edited({"use-redis.md": HAND_WRITTEN.encode()}, old, new))
    assert said.startswith(f"use-redis.md:{line}: ")
    assert says in said
    assert log.do(lambda uow: uow.decisions.highest("T1")) == 1


def test_a_new_decision_needs_a_channel(log: Log) -> None:
    files = {"use-redis.md": HAND_WRITTEN.encode()}
    [said] = log.take(files, channel="")
    assert said == ("use-redis.md:1: This is a new decision: say with --channel where it belongs.")


def test_history_comes_before_what_is_new(log: Log) -> None:
    files = MadrFiles().write(varied(3, 2)) | {"0000-new.md": HAND_WRITTEN.encode()}
    assert log.take(files)[-1] == "0000-new.md: logged as D-4"


def test_a_dry_run_says_the_same_and_changes_nothing(log: Log) -> None:
    log.propose(context="Why")
    files = edited(log.files(), "\nWhy\n", "\nWhy not\n") | {"new.md": HAND_WRITTEN.encode()}
    said = log.take(files, dry_run=True)
    assert said == [
        "0001-use-lightgbm-for-churn.md: D-1 changed (context)",
        "new.md: logged as D-2",
    ]
    assert log.found(1).version == 1
    assert log.do(lambda uow: uow.decisions.highest("T1")) == 1
    assert log.take(files) == said


def test_two_files_of_one_number_are_one_too_many(log: Log) -> None:
    log.propose()
    [content] = log.files().values()
    [said] = log.take({"0001-a.md": content, "0001-b.md": content})
    assert said == "0001-b.md:5: D-1 stands in 0001-a.md too; keep one of them."


def test_only_the_chosen_channels_are_collected(log: Log) -> None:
    log.take(MadrFiles().write(varied(20, 4)))
    some = log.do(lambda uow: archive.collect(uow, "T1", Sight(channels=frozenset({"C0CHURN"}))))
    every = log.do(lambda uow: archive.collect(uow, "T1"))
    assert 0 < len(some) < len(every) == 20
    assert {each.record.channel for each in some} == {"C0CHURN"}
    assert log.do(lambda uow: archive.collect(uow, "T2")) == []


def test_promotions_of_history_move_nothing(log: Log) -> None:
    promotion = Promotion(model="churn", version=3, alias="champion")
    accepted = next(e for e in varied(40, 9) if e.record.status is DecisionStatus.ACCEPTED)
    record = replace(accepted.record, body=replace(accepted.record.body, promotion=promotion))
    log.take(MadrFiles().write([replace(accepted, record=record, promotion=None)]))
    assert log.do(lambda uow: uow.deliveries.counts()) == {}
    assert log.do(lambda uow: uow.promotions.get("T1", record.number)) is None


def test_a_number_that_was_given_out_is_not_given_out_again(log: Log) -> None:
    def reach(uow: UnitOfWork) -> None:
        for number in (5, 3):
            uow.numbers.reach("T1", "decision", number)

    log.do(reach)
    assert log.propose().number == 6
