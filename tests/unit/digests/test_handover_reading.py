"""What a hand-over reads: only what its reader may know, each fact once, and when it is told."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot.domain import delivery as outcome
from bot.domain.absence import Away
from bot.domain.alerts.incidents import Call, Told
from bot.domain.alerts.states import AlertState
from bot.domain.decisions.record import DecisionBody, DecisionStatus, NewDecision
from bot.domain.delivery import Delivery, DeliveryState
from bot.domain.digests.handover import BlockerStep, Handover
from bot.domain.digests.handover_span import HandoverWindow
from bot.domain.digests.settings import DigestChoice
from bot.domain.experiments.records import Run, RunStatus
from bot.domain.issues.polling import Reading
from bot.domain.issues.records import IssuePage
from bot.domain.links import Links
from bot.domain.person import Choices, Person
from bot.domain.schedule import ScheduleKind
from bot.ports.chat import Message
from bot.services import deliveries, people
from bot.services.decisions import life
from bot.services.digests import daily
from bot.services.digests.handover import reading, schedules
from bot.views.digests.handover import card
from bot.workflows.digests.handover_cards import CARDS
from storage.base import Base
from storage.engine import open_engines
from storage.unit_of_work import SqlUnitOfWork
from tests.unit.alerts.values import incident, rule
from tests.unit.digests.builders import issue, step
from tests.unit.home.pages import LENA, MARCUS, blocker, standup, turn

NOW = datetime(2026, 10, 20, 6, tzinfo=UTC)
"""A Tuesday, 8:00 in Berlin."""
NIGHT = NOW - timedelta(hours=4)
MORNING = ScheduleKind.HANDOVER


@pytest.fixture
def uow(tmp_path: Path) -> Iterator[SqlUnitOfWork]:
    """Lena's and Marcus's stand-up in C1."""
    engines = open_engines(f"sqlite:///{tmp_path}/meridian.db")
    Base.metadata.create_all(engines.writer)
    with Session(engines.writer) as session:
        found = SqlUnitOfWork(session)
        found.people.save([LENA, MARCUS])
        plan = replace(standup().plan, participants=("ULENA", "UMARCUS"))
        found.standups.add(replace(standup(), plan=plan))
        yield found
    for engine in (engines.writer, engines.reader):
        engine.dispose()


def read(uow: SqlUnitOfWork, user: str = "ULENA", now: datetime = NOW) -> Handover:
    return reading.read(uow, "T1", user, now)


def decide(uow: SqlUnitOfWork, title: str, *, channel: str = "C1", **parts: Any) -> None:
    body = DecisionBody(title=title, outcome="Yes.", **parts)
    wish = NewDecision(workspace="T1", channel=channel, author="UMARCUS", body=body)
    life.log(uow, wish, NIGHT)


def settle(uow: SqlUnitOfWork, sent: Delivery, verdict: outcome.Verdict) -> None:
    claimed = deliveries.claim(uow, sent, verdict.ready_at, timedelta(0))
    assert claimed
    assert uow.deliveries.settle(claimed, verdict, verdict.ready_at)


def morning(uow: SqlUnitOfWork, now: datetime = NOW) -> Delivery:
    """Lena's message of a date, decided."""
    [schedule] = [s for s in uow.schedules.active() if s.kind == MORNING]
    [due] = schedule.due(now)
    schedules.run(uow, schedule, due, now)
    uow.schedules.save(schedule.advanced(now))
    found = uow.deliveries.get(f"{schedule.id}:{due.local_date}")
    assert found
    return found


def wishes(uow: SqlUnitOfWork) -> None:
    choices = Choices(handover=True, mlflow_user="lena")
    people.choose(uow, "T1", "ULENA", choices, NOW - timedelta(hours=12))


def at_sending(uow: SqlUnitOfWork, sent: Delivery, now: datetime) -> Message | None:
    return CARDS["handover"](uow, "T1", sent.subject, now, Links())


def test_what_an_outage_hid_over_the_morning_is_told_by_the_next_message_and_by_home_at_once(
    uow: SqlUnitOfWork,
) -> None:
    wishes(uow)
    uow.channels.keep("T1", "C1", public=True, members=["ULENA"], now=NIGHT)
    choice = DigestChoice(zone="UTC", projects=("CHURN",))
    daily.save(uow, "T1", "C1", choice, seen_version=0, author="ULENA", now=NIGHT)
    sent = morning(uow)
    settle(uow, sent, outcome.sent(NOW, "D1", "1.0"))
    back, day = NOW + timedelta(hours=2), timedelta(days=1)
    for name, ended in (("night", NIGHT), ("morning", back)):
        run = Run(
            run_id=name, experiment_id="1", name=name, status=RunStatus.FAILED, started_at=NIGHT,
            ended_at=ended, user="lena",
        )  # fmt: skip
        uow.experiments.save_runs("T1", [run], back)
    page = IssuePage(
        issues=(issue(1, "In review", updated=NIGHT), issue(2, "In review", updated=back)),
        changes=(step(1, "To do", "In review", NIGHT), step(2, "To do", "In review", back)),
    )
    read_since = NIGHT - timedelta(hours=1)
    reading_ = Reading(projects=("CHURN",), since=read_since, news_since=read_since)
    uow.issues.save("T1", reading_, page, back)
    uow.sources.read_ok("mlflow", back, back)

    def told(found: Handover) -> tuple[list[str], list[str]]:
        runs, issues = found.for_you.runs.failed, found.changed.issues.news
        return [run.run_id for run in runs], [line.issue.key for line in issues]

    window = HandoverWindow.of(sent.subject)
    assert told(reading.read(uow, "T1", "ULENA", NOW, window)) == ([], [])
    assert told(read(uow, now=back)) == (["night"], ["CHURN-1"])
    second = morning(uow, NOW + day)
    found = reading.read(uow, "T1", "ULENA", NOW + day, HandoverWindow.of(second.subject))
    assert told(found) == (["night"], ["CHURN-1"])
    settle(uow, second, outcome.sent(NOW + day, "D1", "2.0"))
    third = morning(uow, NOW + 2 * day)
    found = reading.read(uow, "T1", "ULENA", NOW + 2 * day, HandoverWindow.of(third.subject))
    assert told(found) == ([], [])


@pytest.mark.parametrize("how", ["held up", "never sent"])
def test_a_message_that_comes_too_late_is_not_sent_and_the_next_one_tells_it(
    uow: SqlUnitOfWork, how: str
) -> None:
    wishes(uow)
    decide(uow, "ours")
    sent = morning(uow)
    night = NOW + timedelta(hours=15)
    assert at_sending(uow, sent, NOW + timedelta(hours=1))
    assert at_sending(uow, sent, night) is None
    assert at_sending(uow, sent, NOW + timedelta(days=1)) is None
    if how == "held up":
        settle(uow, sent, outcome.skipped(night, "makes no sense any more"))
    second = morning(uow, NOW + timedelta(days=1))
    window = HandoverWindow.of(second.subject)
    assert titles(reading.read(uow, "T1", "ULENA", NOW + timedelta(days=1), window)) == ["ours"]
    first = uow.deliveries.get(sent.id)
    assert first
    assert first.state is DeliveryState.SKIPPED


def test_a_message_without_news_is_told(uow: SqlUnitOfWork) -> None:
    wishes(uow)
    sent = morning(uow)
    assert at_sending(uow, sent, NOW) is None
    settle(uow, sent, outcome.skipped(NOW, "makes no sense any more"))
    assert read(uow, now=NOW + timedelta(days=1)).span.since == NOW + timedelta(hours=10)


def test_nothing_is_said_to_be_open_only_where_nothing_is(uow: SqlUnitOfWork) -> None:
    uow.alerts.add(replace(rule(), owner="ULENA"), AlertState(since=NIGHT, read_until=NIGHT))
    before = NIGHT - timedelta(days=1)
    told = Told(posted_at=before)
    uow.alerts.open_incident(incident(id="old", opened_at=before, told=told))
    [mine] = read(uow).for_you.alerts
    assert (mine.incident.id, mine.is_news) == ("old", False)
    uow.turns.save(turn(asked_at=NOW))
    text = card.short(read(uow), Links()).text
    assert "needs you" not in text
    assert "Besides, only your report for Churn daily is awaited." in text


def titles(found: Handover) -> list[str]:
    return [news.record.title for news in found.changed.decisions]


def test_other_channels_are_told_only_where_they_name_the_reader(uow: SqlUnitOfWork) -> None:
    uow.channels.keep("T1", "CPUBLIC", public=True, now=NIGHT)
    uow.channels.keep("T1", "CMINE", public=False, members=["ULENA"], now=NIGHT)
    uow.channels.keep("T1", "CTHEIRS", public=False, members=["UMARCUS"], now=NIGHT)
    decide(uow, "ours")
    decide(uow, "public", channel="CPUBLIC")
    decide(uow, "private, mine", channel="CMINE")
    decide(uow, "private", channel="CTHEIRS")
    decide(uow, "private, informed", channel="CTHEIRS", informed=("ULENA",))
    assert titles(read(uow)) == ["ours", "private, mine", "private, informed"]
    assert titles(read(uow, "UMARCUS", NOW + timedelta(hours=6))) == []


def test_guests_hear_of_what_names_them(uow: SqlUnitOfWork) -> None:
    guest = Person(workspace="T1", user_id="UGUEST", name="G", zone="Europe/Berlin", is_guest=True)
    uow.people.save([guest])
    decide(uow, "ours")
    decide(uow, "asked", consulted=("UGUEST",))
    assert titles(read(uow, "UGUEST")) == ["asked"]


def test_a_newer_decision_is_told_and_not_what_it_replaced(uow: SqlUnitOfWork) -> None:
    decide(uow, "old")
    body = DecisionBody(title="new", outcome="Yes.")
    wish = NewDecision(workspace="T1", channel="C1", author="UMARCUS", body=body, supersedes=1)
    life.log(uow, wish, NIGHT + timedelta(minutes=1))
    [news] = read(uow).changed.decisions
    assert (news.record.title, news.status, news.by) == ("new", DecisionStatus.ACCEPTED, "UMARCUS")


def test_a_blocker_is_told_by_its_latest_step_and_in_one_place(uow: SqlUnitOfWork) -> None:
    mine = blocker(1, opened_at=NIGHT, asked=("UMARCUS",))
    uow.blockers.add(mine.taken("UMARCUS", NIGHT).solved("UMARCUS", NIGHT))
    uow.blockers.add(blocker(2, user_id="UMARCUS", asked=("ULENA",), opened_at=NIGHT))
    uow.blockers.add(blocker(3, user_id="UMARCUS", opened_at=NIGHT))
    uow.blockers.add(blocker(4, user_id="UMARCUS", opened_at=NIGHT).solved("ULENA", NIGHT))
    uow.blockers.add(blocker(5, opened_at=NIGHT).solved("ULENA", NIGHT))
    uow.blockers.add(blocker(6, user_id="UMARCUS", asked=("ULENA",)))
    found = read(uow)
    steps = [(n.blocker.number, n.step, n.is_news) for n in found.for_you.blockers]
    asks = BlockerStep.ASKS
    assert steps == [(1, BlockerStep.SOLVED, True), (6, asks, False), (2, asks, True)]
    assert [(n.blocker.number, n.step) for n in found.changed.blockers] == [(3, BlockerStep.RAISED)]


def test_alerts_that_nobody_was_told_of_stay_quiet_here_too(uow: SqlUnitOfWork) -> None:
    told = Told(posted_at=NIGHT)
    uow.alerts.add(rule(), AlertState(since=NIGHT, read_until=NIGHT))
    uow.alerts.open_incident(incident(id="held", opened_at=NIGHT, held="silenced"))
    uow.alerts.open_incident(incident(id="told", opened_at=NIGHT, told=told))
    call = Call(person="ULENA", at=NIGHT)
    uow.alerts.open_incident(incident(id="old", opened_at=NIGHT - 9 * timedelta(days=1), told=told,
                                      call=call))  # fmt: skip
    found = read(uow)
    assert [news.incident.id for news in found.changed.alerts] == ["told"]
    [mine] = found.for_you.alerts
    assert (mine.incident.id, mine.is_called, mine.is_news) == ("old", True, False)


def test_runs_that_ended_in_the_night_count_however_late_they_were_noticed(
    uow: SqlUnitOfWork,
) -> None:
    uow.people.choose("T1", "ULENA", Choices(mlflow_user="lena"))
    for name, ended, user in (
        ("night", NIGHT, "lena"), ("morning", NOW + timedelta(hours=1), "lena"),
        ("theirs", NIGHT, "marcus"),
    ):  # fmt: skip
        run = Run(
            run_id=name, experiment_id="1", name=name, status=RunStatus.FAILED, started_at=NIGHT,
            ended_at=ended, user=user,
        )  # fmt: skip
        uow.experiments.save_runs("T1", [run], NOW + timedelta(hours=2))
    found = read(uow, now=NOW + timedelta(hours=3))
    assert [run.run_id for run in found.for_you.runs.failed] == ["night"]


def test_a_message_is_decided_once_and_the_next_one_goes_on_from_there(uow: SqlUnitOfWork) -> None:
    people.choose(uow, "T1", "ULENA", Choices(handover=True), NOW - timedelta(hours=12))
    [schedule] = [s for s in uow.schedules.active() if s.kind == MORNING]
    assert schedule.next_run_at == NOW
    decide(uow, "ours")
    [due] = schedule.due(NOW)
    schedules.run(uow, schedule, due, NOW)
    sent = uow.deliveries.get(f"{schedule.id}:2026-10-20")
    assert sent is not None
    assert sent.channel == "ULENA"
    mark = uow.handovers.get("T1", "ULENA")
    assert mark is not None
    assert mark.window.whole == read(uow, now=NOW + timedelta(hours=6)).span
    assert mark.window == HandoverWindow.of(sent.subject)
    settle(uow, sent, outcome.sent(NOW, "D1", "1.0"))
    tomorrow = read(uow, now=NOW + timedelta(days=1))
    assert tomorrow.span.since == NOW + timedelta(hours=10)


def test_who_is_away_keeps_their_mark_and_gets_nothing(uow: SqlUnitOfWork) -> None:
    people.choose(uow, "T1", "ULENA", Choices(handover=True), NOW - timedelta(hours=12))
    today = NOW.date()
    uow.absences.add(
        Away(id="a", workspace="T1", user_id="ULENA", first=today, last=today, set_by="ULENA")
    )
    decide(uow, "ours")
    [schedule] = [s for s in uow.schedules.active() if s.kind == MORNING]
    schedules.run(uow, schedule, schedule.due(NOW)[0], NOW)
    assert uow.handovers.get("T1", "ULENA") is None
    assert uow.deliveries.get(f"{schedule.id}:{today}") is None
    back = read(uow, now=NOW + timedelta(days=1))
    assert back.span.since == NOW - timedelta(hours=14)
    assert titles(back) == ["ours"]
