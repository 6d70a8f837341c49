"""Statements for many rows at once, on both databases."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from storage.batches import insert_all, insert_new, update_all, upsert_all
from storage.engine import Engines
from storage.timers import TimerRow
from storage.turns import TurnRow

_NOON = datetime(2026, 3, 27, 12, tzinfo=UTC)


def test_new_rows_come_in_and_known_ones_stay(engines: Engines) -> None:
    with Session(engines.writer) as session:
        insert_all(session, TimerRow, [_timer("a", 1), _timer("b", 1)])
        insert_all(session, TimerRow, [_timer("b", 9), _timer("c", 2)])
        assert _due(session) == {"a": 1, "b": 1, "c": 2}


def test_a_known_row_breaks_an_insert_of_new_ones(engines: Engines) -> None:
    with Session(engines.writer) as session:
        insert_new(session, TimerRow, [_timer("a", 1)])
        with pytest.raises(IntegrityError):
            insert_new(session, TimerRow, [_timer("a", 2)])


def test_rows_replace_those_of_their_keys(engines: Engines) -> None:
    with Session(engines.writer) as session:
        insert_all(session, TimerRow, [_timer("a", 3), _timer("b", 3)])
        upsert_all(session, TimerRow, [_timer("a", 5), _timer("c", 5)])
        assert _due(session) == {"a": 5, "b": 3, "c": 5}


def test_where_it_may_only_be_lowered_the_earlier_stays(engines: Engines) -> None:
    with Session(engines.writer) as session:
        insert_all(session, TimerRow, [_timer("a", 3), _timer("b", 3)])
        upsert_all(session, TimerRow, [_timer("a", 5), _timer("b", 2)], lower="due_at")
        assert _due(session) == {"a": 3, "b": 2}


def test_an_update_changes_the_named_columns_of_known_rows(engines: Engines) -> None:
    with Session(engines.writer) as session:
        insert_all(session, TimerRow, [_timer("a", 3), _timer("b", 3)])
        kept = session.get_one(TimerRow, "a")
        later = _NOON + timedelta(hours=8)
        update_all(session, TimerRow, [{"id": "a", "due_at": later}, {"id": "x", "due_at": later}])
        assert _due(session) == {"a": 8, "b": 3}
        assert kept.due_at == later
        assert kept.subject == {"of": "ä 'a'", "nth": 1, "deep": [None, "\\n"]}


def test_dates_truths_and_nothing_come_back_as_they_were(engines: Engines) -> None:
    turn = {
        "standup_id": "s", "local_date": date(2026, 3, 27), "user_id": "U1", "workspace": "T1",
        "cohort": "Europe", "due_at": _NOON, "asked_at": None, "required": False, "absence": "",
        "absence_label": "%s ?", "absent_until": None,
    }  # fmt: skip
    other = {**turn, "user_id": "U2", "asked_at": _NOON, "absent_until": date(2026, 4, 1)}
    with Session(engines.writer) as session:
        insert_all(session, TurnRow, [turn, other])
        rows = session.scalars(select(TurnRow).order_by(TurnRow.user_id)).all()
        assert [{name: getattr(row, name) for name in turn} for row in rows] == [turn, other]


def test_a_naive_instant_is_refused(engines: Engines) -> None:
    naive = {**_timer("a", 1), "due_at": _NOON.replace(tzinfo=None)}
    with Session(engines.writer) as session, pytest.raises(ValueError, match="naive"):
        insert_all(session, TimerRow, [naive])


def test_no_rows_are_no_statement(engines: Engines) -> None:
    with Session(engines.writer) as session:
        insert_all(session, TimerRow, [])
        upsert_all(session, TimerRow, [])
        update_all(session, TimerRow, [])
        assert _due(session) == {}


def _timer(timer_id: str, hours: int) -> dict[str, Any]:
    return {
        "id": timer_id,
        "workspace": "T1",
        "kind": "consent",
        "subject": {"of": f"ä '{timer_id}'", "nth": 1, "deep": [None, "\\n"]},
        "due_at": _NOON + timedelta(hours=hours),
    }


def _due(session: Session) -> dict[str, int]:
    found = session.execute(select(TimerRow.id, TimerRow.due_at))
    return {row[0]: round((row[1] - _NOON) / timedelta(hours=1)) for row in found}
