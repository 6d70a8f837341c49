"""The yardstick of the tick: the rows that it leaves, written by hand through the bare driver."""

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from tzdata import IANA_VERSION

BATCH = 400

Row = Sequence[Any]

_DUE = (
    "SELECT id, workspace, subject, user_id, zone, next_run_at, next_date FROM schedule"
    " WHERE {active} AND next_run_at <= ? ORDER BY next_run_at, id LIMIT ?"
)
_OCCURRENCE = (
    "INSERT INTO occurrence (schedule_id, workspace, local_date, run_at, outcome, reason)"
    " VALUES (?, ?, ?, ?, 'ran', '') ON CONFLICT DO NOTHING"
)
_DELIVERY = (
    "INSERT INTO delivery (id, workspace, channel, card, subject, kind, priority, state, ready_at,"
    " owner, attempts, posted_channel, ts, error)"
    " VALUES (?, ?, ?, 'standup.prompt', ?, 'post', 1, 'pending', ?, '', 0, '', '', '')"
    " ON CONFLICT DO NOTHING"
)
_TURN = (
    "INSERT INTO turn (standup_id, local_date, user_id, workspace, cohort, due_at, asked_at,"
    " required, absence, absence_label) VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', '')"
    " ON CONFLICT DO NOTHING"
)
_TIMER = (
    "INSERT INTO timer (id, workspace, kind, subject, due_at) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT (id) DO UPDATE SET due_at = excluded.due_at WHERE timer.due_at > excluded.due_at"
)
_NEXT = "UPDATE schedule SET next_run_at = ?, next_date = ?, zone_data = ? WHERE id = ?"


class RawTick:
    """Claims, computes and writes as a hand-written tick would; `whole` leaves every row that the
    product leaves, else only schedule, occurrence and outbox."""

    def __init__(self, engine: Engine, *, whole: bool) -> None:
        self._raw = engine.raw_connection()
        self._postgres = engine.dialect.name == "postgresql"
        self._whole = whole

    def run(self, now: datetime) -> int:
        """Everything that is due, in batches of one transaction each; how many."""
        done = 0
        while count := self._batch(now):
            done += count
        return done

    def close(self) -> None:
        """Give the connection back."""
        self._raw.close()

    def _batch(self, now: datetime) -> int:
        cursor = self._raw.cursor()
        if not self._postgres:
            cursor.execute("BEGIN IMMEDIATE")
        active = "active" if self._postgres else "active = 1"
        locked = " FOR UPDATE SKIP LOCKED" if self._postgres else ""
        cursor.execute(self._sql(_DUE.format(active=active) + locked), (self._at(now), BATCH))
        due = cursor.fetchall()
        if due:
            self._write(cursor, due, now)
        self._raw.driver_connection.commit()  # type: ignore[union-attr]  # it is checked out
        return len(due)

    def _write(self, cursor: Any, due: Sequence[Row], now: datetime) -> None:
        at, closes = self._at(now), self._at(now + timedelta(hours=4))
        reminder = self._at(now + timedelta(hours=3))
        occurrences, deliveries, turns, timers, following = [], [], [], [], []
        looks: dict[str, Row] = {}
        for id_, workspace, subject, user, zone, run_at, day in due:
            occurrences.append((id_, workspace, day, run_at))
            about = json.dumps({"standup": subject, "date": str(day), "user": user})
            deliveries.append((f"prompt:{subject}:{day}:{user}", workspace, user, about, at))
            following.append((*self._next(day, zone), IANA_VERSION, id_))
            if self._whole:
                turns.append((subject, day, user, workspace, "Europe", closes, at, True))
                name = f"remind:{subject}:{day}:{user}"
                nth = json.dumps({"standup": subject, "date": str(day), "user": user, "nth": 0})
                timers.append((name, workspace, "standup_reminder", nth, reminder))
                look = f"look:{subject}:{day}:EUROPE"
                looks[look] = (look, workspace, "standup_wrap_up", about, closes)
        cursor.executemany(self._sql(_OCCURRENCE), occurrences)
        cursor.executemany(self._sql(_DELIVERY), deliveries)
        if self._whole:
            cursor.executemany(self._sql(_TURN), turns)
            cursor.executemany(self._sql(_TIMER), [*timers, *looks.values()])
        cursor.executemany(self._sql(_NEXT), following)

    def _next(self, day: Any, zone: str) -> tuple[Any, Any]:
        known = day if isinstance(day, date) else date.fromisoformat(day)
        tomorrow = known + timedelta(days=1)
        local = datetime(tomorrow.year, tomorrow.month, tomorrow.day, 9, tzinfo=ZoneInfo(zone))
        utc = local.astimezone(ZoneInfo("UTC"))
        return self._at(utc), tomorrow if self._postgres else tomorrow.isoformat()

    def _at(self, instant: datetime) -> Any:
        if self._postgres:
            return instant
        return instant.replace(tzinfo=None).isoformat(" ", "microseconds")

    def _sql(self, statement: str) -> str:
        return statement.replace("?", "%s") if self._postgres else statement
