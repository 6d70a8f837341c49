"""Two transactions at once on PostgreSQL, held at the worst moment; SQLite has one writer."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from threading import Event
from typing import Any, TypeVar

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.domain.calendar import EVERY_DAY
from bot.domain.decision import DecisionBody, DecisionStatus, NewDecision
from bot.domain.digest import DigestChoice
from bot.domain.experiment import Run, RunStatus
from bot.domain.links import Links
from bot.domain.person import Person
from bot.domain.standup import Answer, FilledReport, Standup, StandupPlan, schedule_id
from bot.errors import Conflict
from bot.services import decisions, deliveries, digests, standups, ticks
from bot.workflows.cards import render
from bot.workflows.standups import CARDS
from storage.engine import Engines
from storage.unit_of_work import SqlUnitOfWork

T = TypeVar("T")
U = TypeVar("U")
Pause = Callable[[], None]

# A Monday; everybody is asked at nine UTC.
EARLY = datetime(2026, 11, 23, 8, tzinfo=UTC)
NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
LATER = NINE + timedelta(minutes=3)
MONDAY = date(2026, 11, 23)

_PATIENCE = 10


@pytest.fixture
def database_url(postgres_database: str) -> str:
    """Only here are there two writers."""
    return postgres_database


@dataclass
class Databank:
    """Runs transactions, alone or two at once."""

    engines: Engines

    def run(self, work: Callable[[SqlUnitOfWork], T]) -> T:
        """One committed transaction."""
        with Session(self.engines.writer, expire_on_commit=False) as session, session.begin():
            return work(SqlUnitOfWork(session))

    def race(
        self, first: Callable[[SqlUnitOfWork, Pause], T], second: Callable[[SqlUnitOfWork], U]
    ) -> tuple["Future[T]", "Future[U]"]:
        """Hold `first` where it pauses until `second` has ended or waits for a lock of it."""
        reached, go_on = Event(), Event()

        def pause() -> None:
            reached.set()
            assert go_on.wait(_PATIENCE)

        with ThreadPoolExecutor(2) as pool:
            one = pool.submit(self.run, lambda uow: first(uow, pause))
            assert reached.wait(_PATIENCE), one.exception(0)
            other = pool.submit(self.run, second)
            try:
                self._until_stuck_or_done(other)
            finally:
                go_on.set()
        return one, other

    def _until_stuck_or_done(self, other: "Future[Any]") -> None:
        query = text(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        for _ in range(_PATIENCE * 50):
            if wait([other], timeout=0.02).done:
                return
            with self.engines.reader.connect() as connection:
                if connection.scalar(query):
                    return
        raise AssertionError("the second transaction neither ended nor waits")


@pytest.fixture
def bank(engines: Engines) -> Databank:
    """A database with the people A to D, all in UTC."""
    found = Databank(engines)
    found.run(lambda uow: uow.people.save([person(name) for name in "ABCD"]))
    return found


def before(repository: object, name: str, pause: Pause, *, call: int = 1) -> None:
    """Pause when the repository's method is called for the `call`-th time."""
    method, calls = getattr(repository, name), 0

    def paused(*args: Any, **values: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == call:
            pause()
        return method(*args, **values)

    setattr(repository, name, paused)


def person(name: str, zone: str = "UTC") -> Person:
    return Person(workspace="T1", user_id=name, name=name, zone=zone)


def plan(people: str, wall_time: time = time(9)) -> StandupPlan:
    return StandupPlan(
        name="Daily",
        questions=("Was?",),
        blocker_question="Blocked?",
        wall_time=wall_time,
        weekdays=EVERY_DAY,
        participants=tuple(people),
    )


def started(bank: Databank, people: str = "A") -> Standup:
    return bank.run(lambda uow: standups.create(uow, "T1", "C1", plan(people), "A", EARLY))


def filled(standup: Standup, blocker: str = "", day: date = MONDAY) -> FilledReport:
    answers = (Answer(question="Was?", text="Tuned"),)
    return FilledReport(standup_id=standup.id, local_date=day, answers=answers, blocker=blocker)


def test_of_two_reports_from_two_windows_the_later_is_the_change_of_the_first(
    bank: Databank,
) -> None:
    standup = started(bank)

    def first(uow: SqlUnitOfWork, pause: Pause) -> None:
        before(uow.standups, "save_report", pause)
        standups.submit(uow, "T1", "A", filled(standup, "No GPU"), NINE)

    one, other = bank.race(
        first, lambda uow: standups.submit(uow, "T1", "A", filled(standup, "No data"), LATER)
    )
    one.result()
    other.result()
    kept = bank.run(lambda uow: uow.standups.report(standup.id, MONDAY, "A"))
    assert kept is not None
    assert (kept.blocker, kept.submitted_at, kept.edited_at) == ("No data", NINE, LATER)
    [open_one] = bank.run(lambda uow: uow.blockers.open("T1", "C1"))
    assert open_one.text == "No data"


def test_reports_of_two_days_at_once_leave_one_blocker_open(bank: Databank) -> None:
    standup = started(bank)
    tuesday = MONDAY + timedelta(days=1)

    def first(uow: SqlUnitOfWork, pause: Pause) -> None:
        before(uow.blockers, "save", pause)
        standups.submit(uow, "T1", "A", filled(standup, "No GPU"), NINE)

    one, other = bank.race(
        first,
        lambda uow: standups.submit(uow, "T1", "A", filled(standup, "No data", tuesday), LATER),
    )
    one.result()
    other.result()
    [open_one] = bank.run(lambda uow: uow.blockers.open("T1", "C1"))
    assert open_one.text == "No data"


def test_who_skips_and_reports_at_once_is_counted_once(bank: Databank) -> None:
    standup = started(bank)

    def first(uow: SqlUnitOfWork, pause: Pause) -> None:
        before(uow.standups, "skip", pause)
        standups.skip(uow, "T1", "A", standup.id, MONDAY, NINE)

    one, other = bank.race(
        first, lambda uow: standups.submit(uow, "T1", "A", filled(standup), LATER)
    )
    one.result()
    other.result()
    day = bank.run(lambda uow: standups.day(uow, standup, MONDAY))
    assert ([r.user_id for r in day.reports], day.skipped) == (["A"], ())


def test_a_prompt_never_asks_for_ever_who_reported_while_it_was_sent(bank: Databank) -> None:
    standup = started(bank)
    prompt_id = standups.prompt_id(standup.id, MONDAY, "A")

    def first(uow: SqlUnitOfWork, pause: Pause) -> None:
        standups.submit(uow, "T1", "A", filled(standup), NINE)
        pause()

    one, other = bank.race(first, lambda uow: _asked(uow, prompt_id, NINE))
    one.result()
    bank.run(lambda uow: ticks.tick(uow, LATER))
    asks_still = other.result()
    corrected = bank.run(lambda uow: uow.deliveries.pending_edit(prompt_id))
    assert not asks_still or corrected


def _asked(uow: SqlUnitOfWork, prompt_id: str, now: datetime) -> bool:
    """Tick and render at once, as a deliverer right behind would; whether the prompt asks."""
    ticks.tick(uow, now)
    wish = uow.deliveries.get(prompt_id)
    shown = render(uow, CARDS, wish, now, Links()) if wish else None
    return shown is not None and "your report, please" in shown.text


def zone_of(bank: Databank, standup: Standup, name: str = "A") -> str:
    found = bank.run(lambda uow: uow.schedules.get(schedule_id(standup.id, name)))
    assert found is not None
    return found.zone


def test_a_zone_that_changes_while_a_standup_is_changed_counts(bank: Databank) -> None:
    standup = started(bank)

    def first(uow: SqlUnitOfWork, pause: Pause) -> None:
        before(uow.schedules, "save", pause)
        standups.change(uow, "T1", standup.id, plan("A"), seen_version=1, author="A", now=EARLY)

    one, other = bank.race(
        first, lambda uow: standups.follow_zone(uow, person("A", "Asia/Tokyo"), EARLY)
    )
    one.result()
    other.result()
    assert zone_of(bank, standup) == "Asia/Tokyo"


def test_a_zone_that_changes_while_a_standup_is_started_counts(bank: Databank) -> None:
    def first(uow: SqlUnitOfWork, pause: Pause) -> Standup:
        standup = standups.create(uow, "T1", "C1", plan("A"), "A", EARLY)
        pause()
        return standup

    one, other = bank.race(
        first, lambda uow: standups.follow_zone(uow, person("A", "Asia/Tokyo"), EARLY)
    )
    other.result()
    assert zone_of(bank, one.result()) == "Asia/Tokyo"


def test_two_copies_of_the_members_in_any_order_do_not_lock_each_other_out(
    bank: Databank,
) -> None:
    def first(uow: SqlUnitOfWork, pause: Pause) -> None:
        before(uow.people, "save", pause, call=2)
        standups.follow_zones(uow, [person(name, "Asia/Tokyo") for name in "AB"], EARLY)

    def second(uow: SqlUnitOfWork) -> None:
        standups.follow_zones(uow, [person(name, "Asia/Tokyo") for name in "BA"], EARLY)

    one, other = bank.race(first, second)
    assert (one.exception(), other.exception()) == (None, None)


def test_a_change_that_takes_somebody_out_meets_a_copy_of_the_members(bank: Databank) -> None:
    """Whoever is asked no more is locked like those who are, in the same order."""
    standup = started(bank, "CD")

    def first(uow: SqlUnitOfWork, pause: Pause) -> None:
        before(uow.people, "save", pause, call=2)
        standups.follow_zones(uow, [person(name, "Asia/Tokyo") for name in "CD"], EARLY)

    def second(uow: SqlUnitOfWork) -> None:
        standups.change(uow, "T1", standup.id, plan("D"), seen_version=1, author="A", now=EARLY)

    one, other = bank.race(first, second)
    assert (one.exception(), other.exception()) == (None, None)
    assert zone_of(bank, standup, "D") == "Asia/Tokyo"


def test_a_schedule_that_runs_alone_does_not_undo_a_change_of_it(bank: Databank) -> None:
    standup = started(bank)
    alone = schedule_id(standup.id, "A")

    def first(uow: SqlUnitOfWork, pause: Pause) -> None:
        before(uow.schedules, "save", pause)
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
            lambda uow: digests.save(
                uow, "T1", "C1", choice, seen_version=version, author="A", now=now
            )
        )

    standup = started(bank)
    save(0, EARLY)
    bank.run(lambda uow: standups.submit(uow, "T1", "A", filled(standup), EARLY))
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
        return bank.run(lambda uow: decisions.log(uow, wish, EARLY)).number

    older = log("Old", DecisionStatus.ACCEPTED, None)
    two = [log(title, DecisionStatus.PROPOSED, older) for title in ("This", "That")]

    def accept(uow: SqlUnitOfWork, number: int) -> None:
        decisions.move(uow, "T1", number, DecisionStatus.ACCEPTED, "A", NINE)

    def first(uow: SqlUnitOfWork, pause: Pause) -> None:
        accept(uow, two[0])
        pause()

    one, other = bank.race(first, lambda uow: accept(uow, two[1]))
    one.result()
    assert isinstance(other.exception(), Conflict)
    kept = bank.run(lambda uow: [decisions.find(uow, "T1", n) for n in (older, *two)])
    assert kept[0].superseded_by == two[0]
    assert [record.status.value for record in kept] == ["superseded", "accepted", "proposed"]


def test_an_edit_that_is_just_being_sent_is_followed_by_another(bank: Databank) -> None:
    standup = started(bank)
    target = f"standup:{standup.id}:started"
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
