"""Moods on both databases: counted once, and nothing in any table ties one to a person."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from bot.domain.mood import MoodWeek
from storage.base import Base
from storage.engine import Engines
from storage.moods import MoodVoterRow, MoodWeekRow
from storage.unit_of_work import SqlUnitOfWork

MON = date(2026, 11, 16)
TUE = MON + timedelta(days=1)


def vote(
    engines: Engines, user: str, level: int, day: date = MON, standup: str = "s", space: str = "T1"
) -> bool:
    with Session(engines.writer) as session, session.begin():
        return SqlUnitOfWork(session).moods.vote(space, standup, day, user, level)


def weeks(engines: Engines, standup: str = "s", first: date = MON) -> list[MoodWeek]:
    with Session(engines.reader) as session:
        return list(SqlUnitOfWork(session).moods.weeks(standup, first))


def everything(engines: Engines) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, in the order in which the database gives them."""
    with engines.reader.connect() as connection:
        return {
            table: [tuple(row) for row in connection.execute(text(f'SELECT * FROM "{table}"'))]
            for table in Base.metadata.tables
        }


def test_a_vote_counts_once_per_person_and_date(engines: Engines) -> None:
    assert vote(engines, "U1", 4)
    assert not vote(engines, "U1", 1)
    assert vote(engines, "U1", 5, TUE)
    assert vote(engines, "U2", 4)
    assert weeks(engines) == [MoodWeek(week=MON, people=2, votes=(0, 0, 0, 2, 1))]


def test_weeks_and_standups_are_apart(engines: Engines) -> None:
    last = MON - timedelta(days=1)
    assert vote(engines, "U1", 1, last)
    assert vote(engines, "U1", 2, MON)
    assert vote(engines, "U1", 3, MON, standup="other")
    assert [w.votes for w in weeks(engines, first=MON - timedelta(weeks=1))] == [
        (1, 0, 0, 0, 0),
        (0, 1, 0, 0, 0),
    ]
    assert [w.people for w in weeks(engines)] == [1]
    assert [w.votes for w in weeks(engines, "other")] == [(0, 0, 1, 0, 0)]


def test_it_is_known_who_voted_until_it_is_forgotten(engines: Engines) -> None:
    vote(engines, "U1", 3, MON)
    vote(engines, "U1", 3, TUE)
    with Session(engines.writer) as session, session.begin():
        moods = SqlUnitOfWork(session).moods
        assert moods.has_voted("s", MON, "U1")
        assert not moods.has_voted("s", MON, "U2")
        assert not moods.has_voted("other", MON, "U1")
        assert moods.forget_voters(TUE) == 1
        assert not moods.has_voted("s", MON, "U1")
        assert moods.has_voted("s", TUE, "U1")
    assert weeks(engines)[0].votes == (0, 0, 2, 0, 0)


def test_no_table_has_a_column_for_a_person_and_one_for_a_mood() -> None:
    sums = {column.name for column in MoodWeekRow.__table__.columns}
    assert sums == {
        "standup_id",
        "workspace",
        "week",
        "people",
        "level_1",
        "level_2",
        "level_3",
        "level_4",
        "level_5",
    }
    voters = {column.name for column in MoodVoterRow.__table__.columns}
    assert voters == {"standup_id", "workspace", "local_date", "user_id"}
    for table in Base.metadata.tables.values():
        if table.name not in ("mood_week", "standup"):
            assert not [c.name for c in table.columns if "mood" in c.name or "level_" in c.name]


def test_every_table_is_the_same_whoever_felt_which_way(engines: Engines) -> None:
    """Three people vote 1, 3 and 5, in every order and every assignment: what any table holds, and
    in which order it holds it, doesn't depend on who chose what."""
    people, held = ("UA", "UB", "UC"), []
    for number, levels in enumerate(permutations((1, 3, 5))):
        for order in permutations(range(3)):
            standup = f"s{number}{order}"
            for n in order:
                assert vote(engines, people[n], levels[n], standup=standup)
            held.append(
                {
                    name: [
                        tuple("s" if cell == standup else cell for cell in row)
                        for row in rows
                        if standup in row
                    ]
                    for name, rows in everything(engines).items()
                }
            )
    (sums,) = held[0]["mood_week"]
    assert sums[3:] == (3, 1, 0, 1, 0, 1)
    assert len(held[0]["mood_voter"]) == 3
    assert [set(each["mood_week"]) for each in held] == [set(held[0]["mood_week"])] * len(held)
    for each in held:
        assert sum(len(rows) for rows in each.values()) == 4
        assert sorted(each["mood_voter"]) == sorted(held[0]["mood_voter"])


def test_the_order_of_votes_leads_to_no_mood(engines: Engines) -> None:
    """SQLite keeps voters by key and no row ids; PostgreSQL says of each row which transaction
    wrote it last, so a week has only one row of sums."""
    vote(engines, "UZ", 1)
    vote(engines, "UA", 5)
    rows = everything(engines)
    assert len(rows["mood_week"]) == 1
    if engines.writer.dialect.name == "sqlite":
        assert [row[2] for row in rows["mood_voter"]] == ["UA", "UZ"]
        with (
            engines.reader.connect() as connection,
            pytest.raises(OperationalError, match="rowid"),
        ):
            connection.execute(text("SELECT rowid FROM mood_voter"))


def test_two_windows_of_one_person_are_one_vote(engines: Engines) -> None:
    """Five people vote for Monday twice and for Tuesday once, all at the same moment."""
    wishes = [(f"U{n}", level, day) for n in range(5) for level, day in ((2, MON), (5, MON))]
    wishes += [(f"U{n}", 3, TUE) for n in range(5)]
    with ThreadPoolExecutor(len(wishes)) as pool:
        counted = list(pool.map(lambda wish: vote(engines, *wish), wishes))
    assert sum(counted) == 10
    [week] = weeks(engines)
    assert week.people == 5
    assert week.votes[2] == 5
    assert sum(week.votes) == 10
