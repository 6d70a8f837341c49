"""Weekly settings, open and due decisions, public channels: on SQLite and PostgreSQL."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from bot.domain.decisions.record import DecisionBody, DecisionRecord, DecisionStatus
from bot.domain.decisions.review import Review, ReviewAnswer, ReviewCause
from bot.domain.decisions.weekly import Scope, WeeklyChoice, WeeklySettings
from bot.errors import Conflict
from bot.services.decisions import weekly
from storage.engine import Engines
from storage.unit_of_work import SqlUnitOfWork
from tests.unit.desk import Office

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
SETTINGS = WeeklySettings(
    workspace="T1",
    channel="C1",
    choice=WeeklyChoice(zone="Europe/Berlin", weekday=5, wall_time=time(16, 30)),
    owner="UANA",
)


@pytest.fixture
def office(engines: Engines) -> Office:
    return Office(engines=engines)


def record(number: int, workspace: str = "T1", **changes: Any) -> DecisionRecord:
    values: dict[str, Any] = {
        "body": DecisionBody(title=f"Number {number}", outcome="Yes"),
        "status": DecisionStatus.ACCEPTED,
        "channel": "C1",
        "author": "UANA",
        "created_at": NOW,
    }
    return DecisionRecord(workspace=workspace, number=number, **{**values, **changes})


def dated(number: int, on: date | None, **changes: Any) -> DecisionRecord:
    body = DecisionBody(title=f"Number {number}", outcome="Yes", review_on=on)
    return record(number, body=body, **changes)


def review(number: int, ordinal: int = 1, **changes: Any) -> Review:
    values: dict[str, Any] = {"cause": ReviewCause.DATE, "reason": "", "asked_at": NOW}
    return Review(number=number, ordinal=ordinal, **{**values, **changes})


def add_all(uow: SqlUnitOfWork, records: list[DecisionRecord]) -> None:
    for each in records:
        uow.decisions.add(each)


def save_all(uow: SqlUnitOfWork, reviews: list[Review]) -> None:
    for each in reviews:
        uow.reviews.save("T1", each)


def test_settings_come_back_as_stored_and_marks_are_kept_apart(office: Office) -> None:
    assert office.do(lambda uow: uow.rhythm.get("T1", "C1")) is None
    assert office.do(lambda uow: uow.rhythm.add(SETTINGS))
    assert not office.do(lambda uow: uow.rhythm.add(SETTINGS))
    office.do(lambda uow: uow.rhythm.mark("T1", "C1", NOW))
    wide = replace(SETTINGS.choice, scope=Scope.PUBLIC, active=False)
    changed = replace(SETTINGS, choice=wide, version=2)
    assert office.do(lambda uow: uow.rhythm.change(changed, from_version=1))
    assert not office.do(lambda uow: uow.rhythm.change(changed, from_version=1))
    assert office.do(lambda uow: uow.rhythm.get("T1", "C1")) == replace(changed, until=NOW)
    assert office.do(lambda uow: uow.rhythm.get("T2", "C1")) is None


def test_who_saves_what_another_changed_meanwhile_is_told(office: Office) -> None:
    values: dict[str, Any] = {"author": "UANA", "now": NOW}
    office.do(weekly.save, "T1", "C1", SETTINGS.choice, seen_version=0, **values)
    with pytest.raises(Conflict, match="Somebody else changed"):
        office.do(weekly.save, "T1", "C1", SETTINGS.choice, seen_version=0, **values)
    schedule = office.do(weekly.save, "T1", "C1", SETTINGS.choice, seen_version=1, **values)
    assert schedule.next_run_at == datetime(2026, 11, 27, 15, 30, tzinfo=UTC)


def test_only_what_is_proposed_here_is_open(office: Office) -> None:
    proposed = DecisionStatus.PROPOSED
    kept = [record(3, status=proposed), record(1, status=proposed), record(2)]
    office.do(add_all, [*kept, record(1, "T2", status=proposed)])
    assert [r.number for r in office.do(lambda uow: uow.rhythm.proposed("T1"))] == [1, 3]


def test_dates_that_come_are_found_and_those_that_were_kept_are_not(office: Office) -> None:
    friday, far = date(2026, 11, 27), date(2027, 3, 1)
    written = [dated(n, friday) for n in (1, 2, 3)]
    superseded = dated(4, friday, status=DecisionStatus.SUPERSEDED)
    office.do(add_all, [*written, superseded, dated(5, far), dated(6, far), dated(7, None)])
    kept = review(2, answer=ReviewAnswer.KEPT, next_on=far)
    again = review(6, answer=ReviewAnswer.KEPT, next_on=friday)
    office.do(save_all, [kept, review(3), again])
    found = office.do(lambda uow: uow.rhythm.review_dates("T1", friday))
    assert [each.number for each in found] == [1, 6]
    before = office.do(lambda uow: uow.rhythm.review_dates("T1", friday - timedelta(days=1)))
    assert before == []


def test_only_channels_seen_lately_count_as_public(office: Office) -> None:
    def look(uow: SqlUnitOfWork) -> None:
        uow.channels.keep("T1", "COLD", public=True, shared=False, now=NOW - 5 * HOUR)
        uow.channels.keep("T1", "COPEN", public=True, shared=False, now=NOW)
        uow.channels.keep("T1", "CSHUT", public=True, shared=False, now=NOW - HOUR)
        uow.channels.keep("T1", "CSHUT", public=False, shared=False, now=NOW)
        uow.channels.keep("T2", "CTHEIRS", public=True, shared=False, now=NOW)

    office.do(look)
    assert office.do(lambda uow: uow.channels.public("T1", NOW - 3 * HOUR)) == {"COPEN"}
    unseen = office.do(lambda uow: uow.channels.unseen("T1", ["COLD", "CSHUT", "CNEW"], NOW - HOUR))
    assert unseen == ["CNEW", "COLD"]
    office.do(
        add_all, [record(1, channel="C9"), record(2), record(3), record(1, "T2", channel="C8")]
    )
    assert office.do(lambda uow: uow.channels.deciding("T1")) == ["C1", "C9"]
