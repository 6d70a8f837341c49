"""Turns come back as they were, once per person and date."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy.orm import Session

from bot.domain.absence import Absence, AbsenceKind
from bot.domain.digests.content import StandupNews
from bot.domain.digests.settings import DigestChoice, DigestSettings, Marks
from bot.domain.digests.windows import window_until
from bot.domain.issues.sharing import IssueSight
from bot.domain.report import Answer, Report
from bot.domain.standup import Standup, StandupPlan
from bot.domain.turn import Cohort, Turn
from bot.services.digests.scope import Scope
from bot.services.digests.sections import standup as standup_news
from storage.engine import Engines
from storage.unit_of_work import SqlUnitOfWork

NOW = datetime(2026, 10, 26, 8, tzinfo=UTC)
DAY = date(2026, 10, 26)
HOUR = timedelta(hours=1)
TURN = Turn(
    workspace="T1",
    standup_id="s",
    local_date=DAY,
    user_id="U1",
    cohort=Cohort.EUROPE,
    due_at=NOW + 4 * HOUR,
    asked_at=NOW,
)
AWAY = Absence(kind=AbsenceKind.AWAY, until=DAY + timedelta(days=3))
STANDUP = Standup(
    id="s",
    workspace="T1",
    channel="C1",
    plan=StandupPlan(
        name="Daily",
        questions=("What?",),
        blocker_question="",
        wall_time=time(9),
        weekdays=frozenset({1}),
        participants=("U1",),
        days_off=(date(2026, 12, 24),),
    ),
    created_by="U1",
)


def test_a_turn_is_kept_and_saved_over(engines: Engines) -> None:
    with Session(engines.writer) as session, session.begin():
        turns = SqlUnitOfWork(session).turns
        turns.save(TURN)
        assert turns.get("s", DAY, "U1") == TURN
        away = replace(TURN, absence=AWAY, asked_at=None, required=False)
        turns.save(away)
        assert turns.get("s", DAY, "U1") == away
        assert turns.get("s", DAY, "U2") is None


def test_turns_of_days_and_of_a_person(engines: Engines) -> None:
    tomorrow = replace(TURN, local_date=DAY + timedelta(days=1))
    early = replace(TURN, user_id="U2", due_at=NOW)
    other = replace(TURN, standup_id="other")
    foreign = replace(TURN, standup_id="foreign", workspace="T2")
    with Session(engines.writer) as session, session.begin():
        turns = SqlUnitOfWork(session).turns
        for turn in (tomorrow, TURN, early, other, foreign):
            turns.save(turn)
        assert turns.of_day("s", DAY) == [early, TURN]
        assert turns.of_days(["s"], DAY, tomorrow.local_date) == [early, TURN, tomorrow]
        assert turns.of_days(["s"], DAY, DAY, "U1") == [TURN]
        assert turns.of_person("T1", "U1", DAY) == [other, TURN, tomorrow]


def test_progress_counts_who_reported_and_who_is_absent_without_a_report(engines: Engines) -> None:
    away = replace(TURN, user_id="U2", absence=AWAY)
    reported_though_away = replace(away, user_id="U3")
    report = Report(
        workspace="T1",
        standup_id="s",
        local_date=DAY,
        user_id="U3",
        answers=(Answer(question="What?", text="This"),),
        blocker="",
        submitted_at=NOW,
    )
    with Session(engines.writer) as session, session.begin():
        uow = SqlUnitOfWork(session)
        uow.standups.add(STANDUP)
        assert uow.turns.progress("s", DAY) == (0, 0)
        for turn in (TURN, away, reported_though_away, replace(away, local_date=DAY - 24 * HOUR)):
            uow.turns.save(turn)
        uow.standups.save_report(report)
        assert uow.turns.progress("s", DAY) == (1, 1)


def test_who_was_asked_in_a_span(engines: Engines) -> None:
    with Session(engines.writer) as session, session.begin():
        uow = SqlUnitOfWork(session)
        uow.standups.add(STANDUP)
        assert uow.standups.get("T1", "s") == STANDUP
        for user_id, asked_at in (("U1", NOW), ("U2", NOW + HOUR), ("U3", None)):
            uow.turns.save(replace(TURN, user_id=user_id, asked_at=asked_at))
        found = uow.turns.asked_between("T1", "C1", NOW - HOUR, NOW + HOUR)
        assert [turn.user_id for turn in found] == ["U1", "U2"]
        assert uow.turns.asked_between("T1", "C1", NOW, NOW + HOUR) == found[1:]
        assert uow.turns.asked_between("T1", "C2", NOW - HOUR, NOW + HOUR) == []
        assert uow.turns.asked_between("T2", "C1", NOW - HOUR, NOW + HOUR) == []


def test_a_digest_names_the_standups_where_there_are_several(engines: Engines) -> None:
    weekly = replace(STANDUP, id="w", plan=replace(STANDUP.plan, name="Weekly"))
    report = Report(
        workspace="T1",
        standup_id="s",
        local_date=DAY,
        user_id="U1",
        answers=(),
        blocker="",
        submitted_at=NOW,
    )
    window = window_until(NOW + HOUR, Marks(until=NOW - HOUR), None, None)
    settings = DigestSettings(
        workspace="T1", channel="C1", choice=DigestChoice(zone="UTC"), owner="U1"
    )
    scope = Scope(settings=settings, window=window, sight=IssueSight(projects=frozenset()))
    with Session(engines.writer) as session, session.begin():
        uow = SqlUnitOfWork(session)
        uow.standups.add(STANDUP)
        uow.standups.add(weekly)
        uow.standups.save_report(report)
        uow.turns.save(TURN)
        assert standup_news.read(uow, scope) == StandupNews(reported=("U1",))
        uow.turns.save(replace(TURN, standup_id="w"))
        found = standup_news.read(uow, scope)
    assert found == StandupNews(reported=("U1 (Daily)",), awaited=("U1 (Weekly)",))
