"""Moods through the report form: counted once, shown late, and tied to nobody."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from bot.domain.report import Answer, FilledReport
from bot.domain.standup import Standup
from bot.services import mood, reports
from storage.base import Base
from tests.unit.history.builders import NOW, TEAM, a_standup, text_of
from tests.unit.history.conftest import Desk

MON = date(2026, 11, 16)
NEXT_WEEK = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def standup(desk: Desk) -> Standup:
    """One that asks for moods."""
    asking = a_standup(mood=True)
    desk.do(lambda uow: uow.standups.add(asking))
    return asking


def submit(desk: Desk, user: str, level: int, day: date = MON, now: datetime = NOW) -> None:
    filled = FilledReport(
        standup_id="s1",
        local_date=day,
        answers=(Answer(question="What moved?", text="trained v7"),),
        blocker="",
        mood=level,
    )
    desk.do(reports.submit, "T1", user, filled, now)


def test_a_second_vote_and_a_late_one_are_not_counted(desk: Desk, standup: Standup) -> None:
    assert desk.do(mood.may_vote, standup, MON, "ULENA", NOW)
    assert desk.do(mood.vote, "s1", "T1", MON, "ULENA", 4, NOW)
    assert not desk.do(mood.may_vote, standup, MON, "ULENA", NOW)
    assert not desk.do(mood.vote, "s1", "T1", MON, "ULENA", 5, NOW)
    assert not desk.do(mood.may_vote, standup, MON, "UYUKI", NEXT_WEEK)
    assert not desk.do(mood.vote, "s1", "T1", MON, "UYUKI", 5, NEXT_WEEK)
    assert desk.do(lambda uow: uow.moods.weeks("s1", MON))[0].votes == (0, 0, 0, 1, 0)


@pytest.mark.parametrize("level", [0, 6, -1])
def test_a_level_that_does_not_exist_is_not_counted(desk: Desk, level: int) -> None:
    assert not desk.do(mood.vote, "s1", "T1", MON, "ULENA", level, NOW)


def test_a_standup_that_does_not_ask_counts_nothing(desk: Desk) -> None:
    silent = a_standup(mood=False)
    desk.do(lambda uow: uow.standups.add(silent))
    assert not desk.do(mood.may_vote, silent, MON, "ULENA", NOW)
    submit(desk, "ULENA", 5)
    assert desk.do(lambda uow: uow.moods.weeks("s1", MON)) == []


def test_voters_are_forgotten_when_their_week_has_ended(desk: Desk, standup: Standup) -> None:
    submit(desk, "ULENA", 4)
    assert desk.do(mood.forget_voters, NOW) == 0
    assert desk.do(mood.forget_voters, NEXT_WEEK) == 1
    assert not desk.do(mood.may_vote, standup, MON, "ULENA", NEXT_WEEK)


async def test_the_team_sees_ended_weeks_only(desk: Desk, standup: Standup) -> None:
    for user, level in zip(TEAM, (5, 4, 4, 2), strict=True):
        submit(desk, user, level)
    assert "no week with 4 people has ended" in text_of(await desk.types("mood"))
    shown = text_of(await desk.types("mood", now=NEXT_WEEK))
    assert "3.8 of 5 from 4 people in the week of 16 Nov" in shown


async def test_three_people_who_vote_all_week_are_not_shown(desk: Desk, standup: Standup) -> None:
    for n in range(3):
        for user in list(TEAM)[:3]:
            submit(desk, user, 1, MON + timedelta(days=n))
    assert "no week with 4 people has ended" in text_of(await desk.types("mood", now=NEXT_WEEK))


async def test_where_nobody_asks_it_is_said(desk: Desk) -> None:
    desk.do(lambda uow: uow.standups.add(a_standup(mood=False)))
    assert "No stand-up here asks for moods" in (await desk.types("mood")).text


def test_no_row_of_any_table_tells_who_felt_how(desk: Desk, standup: Standup) -> None:
    """Two teams whose members chose the opposite of each other leave the same rows behind."""
    held = []
    for number, levels in enumerate([(1, 5, 2, 4), (4, 2, 5, 1)]):
        same = replace(standup, id=f"x{number}", plan=replace(standup.plan, name="Twin"))
        desk.do(lambda uow, it: uow.standups.add(it), same)
        for user, level in zip(TEAM, levels, strict=True):
            filled = FilledReport(
                standup_id=same.id,
                local_date=MON,
                answers=(Answer(question="What moved?", text="trained v7"),),
                blocker="",
                mood=level,
            )
            desk.do(reports.submit, "T1", user, filled, NOW)
        held.append({table: sorted(rows) for table, rows in _rows_about(desk, same.id)})
    assert set(held[0]) >= {"report", "turn", "mood_week", "mood_voter"}
    assert held[0] == held[1]


def _rows_about(desk: Desk, standup_id: str) -> Iterator[tuple[str, list[str]]]:
    """Every row of every table that names the stand-up, with the name blotted out."""
    with desk.engines.reader.connect() as connection:
        for table in Base.metadata.tables:
            rows = connection.execute(text(f'SELECT * FROM "{table}" ORDER BY 1, 2'))
            about = [_blotted(row, standup_id) for row in rows if standup_id in str(row)]
            if about:
                yield table, about


def _blotted(row: Any, standup_id: str) -> str:
    """Without what differs between any two stand-ups: the name, a digest of it, a row's count."""
    said = str(tuple(row)).replace(standup_id, "THIS")
    return re.sub(r"^\(\d+, ", "(", re.sub(r"'[0-9a-f]{24}'", "DIGEST", said))
