"""Transactions that meet: schedules, mirrors, decisions and edits."""

from dataclasses import replace
from datetime import datetime, time, timedelta

from bot.domain.calendar import EVERY_DAY
from bot.domain.decisions.record import DecisionBody, DecisionStatus, NewDecision
from bot.domain.digests.settings import DigestChoice
from bot.domain.experiments.records import Run, RunStatus
from bot.domain.standup import schedule_id
from bot.errors import Conflict
from bot.services import deliveries, reports, standups, ticks
from bot.services.decisions import life, records
from bot.services.digests import daily
from storage.unit_of_work import SqlUnitOfWork
from tests.storage.racing import (
    EARLY,
    LATER,
    MONDAY,
    NINE,
    Databank,
    Pause,
    bank,
    before,
    database_url,
    filled,
    plan,
    started,
)

__all__ = ["bank", "database_url"]


def test_a_schedule_that_runs_alone_does_not_undo_a_change_of_it(bank: Databank) -> None:
    standup = started(bank)
    alone = schedule_id(standup.id, "A")

    def first(uow: SqlUnitOfWork, pause: Pause) -> None:
        before(uow.schedules, "advance_all", pause)
        ticks.tick_one(uow, alone, NINE)

    def second(uow: SqlUnitOfWork) -> None:
        new = plan("A", time(15))
        standups.change(uow, "T1", standup.id, new, seen_version=1, author="A", now=NINE)

    one, other = bank.race(first, second)
    one.result()
    other.result()
    kept = bank.run(lambda uow: uow.schedules.get(alone))
    assert kept is not None
    assert kept.wall_time == time(15)


def test_a_digest_that_is_due_is_not_lost_to_a_save_right_before_the_tick(bank: Databank) -> None:
    def save(version: int, now: datetime) -> None:
        choice = DigestChoice(zone="UTC", wall_time=time(9), weekdays=EVERY_DAY)
        bank.run(
            lambda uow: daily.save(
                uow, "T1", "C1", choice, seen_version=version, author="A", now=now
            )
        )

    standup = started(bank)
    save(0, EARLY)
    bank.run(lambda uow: reports.submit(uow, "T1", "A", filled(standup), EARLY))
    save(1, NINE)
    ran = bank.run(lambda uow: ticks.tick(uow, LATER))
    assert [one.occurrence.local_date for one in ran if one.schedule.subject == "C1"] == [MONDAY]
    assert bank.run(lambda uow: uow.deliveries.get(f"digest:T1:C1:{MONDAY}")) is not None
    save(2, LATER)
    assert bank.run(lambda uow: ticks.tick(uow, LATER)) == []


def test_two_nodes_read_a_source_for_the_first_time(bank: Databank) -> None:
    def first(uow: SqlUnitOfWork, pause: Pause) -> None:
        uow.sources.read_ok("jira", NINE, NINE)
        pause()

    one, other = bank.race(first, lambda uow: uow.sources.read_ok("jira", LATER, LATER))
    one.result()
    other.result()
    assert bank.run(lambda uow: uow.sources.watermark("jira")) == LATER


def test_a_slower_node_does_not_notice_the_end_of_a_run_once_more(bank: Databank) -> None:
    """Else a digest that lies between the two would be followed by one that tells it again."""
    running = Run(
        run_id="r",
        experiment_id="1",
        name="owl",
        status=RunStatus.RUNNING,
        started_at=EARLY,
        ended_at=None,
    )
    ended = replace(running, status=RunStatus.FINISHED, ended_at=NINE)
    bank.run(lambda uow: uow.experiments.save_runs("T1", [running], EARLY))

    def first(uow: SqlUnitOfWork, pause: Pause) -> list[Run]:
        changed = uow.experiments.save_runs("T1", [ended], NINE)
        pause()
        return changed

    one, other = bank.race(first, lambda uow: uow.experiments.save_runs("T1", [ended], LATER))
    assert (one.result(), other.result()) == ([ended], [])
    assert bank.run(lambda uow: uow.experiments.noticed_ended("T1", NINE, LATER)) == []


def test_of_two_proposals_that_replace_one_decision_one_is_accepted(bank: Databank) -> None:
    def log(title: str, status: DecisionStatus, older: int | None) -> int:
        wish = NewDecision(
            workspace="T1",
            channel="C1",
            author="A",
            body=DecisionBody(title=title, outcome="So"),
            status=status,
            supersedes=older,
        )
        return bank.run(lambda uow: life.log(uow, wish, EARLY)).number

    older = log("Old", DecisionStatus.ACCEPTED, None)
    two = [log(title, DecisionStatus.PROPOSED, older) for title in ("This", "That")]

    def accept(uow: SqlUnitOfWork, number: int) -> None:
        life.move(uow, "T1", number, DecisionStatus.ACCEPTED, "A", NINE)

    def first(uow: SqlUnitOfWork, pause: Pause) -> None:
        accept(uow, two[0])
        pause()

    one, other = bank.race(first, lambda uow: accept(uow, two[1]))
    one.result()
    assert isinstance(other.exception(), Conflict)
    kept = bank.run(lambda uow: [records.find(uow, "T1", n) for n in (older, *two)])
    assert kept[0].superseded_by == two[0]
    assert [record.status.value for record in kept] == ["superseded", "accepted", "proposed"]


def test_an_edit_that_is_just_being_sent_is_followed_by_another(bank: Databank) -> None:
    standup = started(bank)
    target = f"standup:{standup.id}:started:C1"
    bank.run(lambda uow: deliveries.edit(uow, target, EARLY))
    [_, waiting] = [f"edit:{target}:{n}" for n in (0, 1)]

    def first(uow: SqlUnitOfWork, pause: Pause) -> None:
        wish = uow.deliveries.get(waiting)
        assert wish is not None
        assert deliveries.claim(uow, wish, NINE, timedelta(minutes=1)) is not None
        pause()

    one, other = bank.race(first, lambda uow: deliveries.edit(uow, target, LATER))
    one.result()
    other.result()
    assert bank.run(lambda uow: uow.deliveries.pending_edit(target))
