"""Search over a long log, as a multiple of reading one decision by its key, on both databases."""

import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from bot.domain.decisions.record import ChangeKind, DecisionBody, DecisionRecord, DecisionStatus
from bot.domain.decisions.search import Query, search_words
from bot.domain.decisions.sight import Sight
from storage.base import Base
from storage.decisions.rows import DecisionChangeRow, DecisionRow, pack
from storage.decisions.text import DecisionTextRow, terms_of
from storage.engine import Engines, open_engines
from storage.unit_of_work import SqlUnitOfWork
from tests.standins.postgres import postgres_server

DECISIONS = 100_000
ROUNDS = 41
BATCH = 1_000
PAGE = 11
BEGAN = datetime(2020, 1, 1, tzinfo=UTC)
WORKSPACE = "T1"
CHANNELS = 200
SIGHT = Sight(channels=frozenset(f"C{n}" for n in range(CHANNELS) if n % 10), user_id="U7")
"""All but every tenth channel is public."""
NAMED = Sight(channels=frozenset(), user_id="U7")

Work = Callable[[SqlUnitOfWork, int], object]

RARE, COMMON, ALSO_COMMON = "quagmire", "threshold", "calibrating"
"""In one decision of 10,000, in half of them, and in a third of them, in several forms."""


def run() -> None:
    """Print what each kind of search costs, measured in turns with reads by key."""
    with tempfile.TemporaryDirectory(prefix="meridian-bench-") as folder:
        _measure("SQLite", f"sqlite:///{folder}/bench.db")
    with postgres_server() as url:
        _measure("PostgreSQL", url)


def searches() -> dict[str, Work]:
    """What is measured, by name; each takes the round's number, so that none is just repeated."""

    def search(typed: str, seen: Sight = SIGHT, **narrowed: Any) -> Work:
        def work(uow: SqlUnitOfWork, _round: int) -> object:
            query = Query(words=search_words(typed), **narrowed)
            return uow.decisions.search(WORKSPACE, seen, query, PAGE)

        return work

    def page(uow: SqlUnitOfWork, number: int) -> object:
        query = Query(words=search_words(COMMON))
        return uow.decisions.search(WORKSPACE, SIGHT, query, PAGE, number * (PAGE - 1))

    def timeline(seen: Sight = SIGHT, **narrowed: Any) -> Work:
        return lambda uow, _: uow.decisions.happenings(WORKSPACE, seen, Query(**narrowed), PAGE)

    return {
        "rare word": search(RARE),
        "common word": search(COMMON),
        "common word, a later page": page,
        "two common words": search(f"{COMMON} {ALSO_COMMON}"),
        "rare and common word": search(f"{RARE} {COMMON}"),
        "common word + tag": search(COMMON, tags=("team 7",)),
        "common word, one month": search(COMMON, since=date(2021, 5, 1), until=date(2021, 5, 31)),
        "beginning of a rare word": search(RARE[:5]),
        "beginning of a common word": search(COMMON[:6]),
        "no such word": search("zzzyx"),
        "only a status": search("", status=DecisionStatus.PROPOSED),
        "list": search(""),
        "list, seen where named": search("", NAMED),
        "common word, seen where named": search(COMMON, NAMED),
        "timeline": timeline(),
        "timeline, seen where named": timeline(NAMED),
        "timeline of a tag": timeline(tags=("team 7",)),
        "timeline of a rare word": timeline(words=search_words(RARE)),
    }


def _measure(name: str, url: str) -> None:
    engines = open_engines(url)
    try:
        Base.metadata.create_all(engines.writer)
        began = time.perf_counter()
        _fill(engines)
        took = time.perf_counter() - began
        print(f"{name}: {DECISIONS:,} decisions, filled in {took:.0f} s")
        _print(engines)
    finally:
        engines.dispose()


def _print(engines: Engines) -> None:
    works = {"read by key": _by_key, **searches()}
    spent: dict[str, list[float]] = {kind: [] for kind in works}
    found: dict[str, int] = {}
    for number in range(ROUNDS):
        for kind, work in works.items():
            seconds, result = _timed(engines, work, number)
            spent[kind].append(seconds)
            found[kind] = len(result) if isinstance(result, list) else 1
    key = statistics.median(spent["read by key"])
    print(f"  {'median of ' + str(ROUNDS):<28} {'found':>5} {'µs':>9} {'x read by key':>14}")
    for kind, times in spent.items():
        middle = statistics.median(times)
        print(f"  {kind:<28} {found[kind]:>5} {middle * 1e6:>9.0f} {middle / key:>14.1f}")


def _by_key(uow: SqlUnitOfWork, number: int) -> object:
    return uow.decisions.get(WORKSPACE, 1 + number * 2_399 % DECISIONS)


def _timed(engines: Engines, work: Work, number: int) -> tuple[float, object]:
    """Seconds for one read as the bot makes it: a session of its own, then the work."""
    began = time.perf_counter()
    with Session(engines.reader) as session:
        result = work(SqlUnitOfWork(session), number)
    return time.perf_counter() - began, result


def _fill(engines: Engines) -> None:
    with engines.writer.begin() as connection:
        rows: list[DecisionRecord] = []
        for record in _records(random.Random(7)):
            rows.append(record)
            if len(rows) == BATCH:
                connection.execute(insert(DecisionRow), [_decision(each) for each in rows])
                connection.execute(insert(DecisionTextRow), [_text(each) for each in rows])
                connection.execute(insert(DecisionChangeRow), [_change(each) for each in rows])
                rows.clear()
    # What autovacuum does by itself after so many rows.
    with engines.writer.begin() as connection:
        connection.execute(text("ANALYZE"))


def _records(chance: random.Random) -> Iterator[DecisionRecord]:
    letters = "bcdfghklmnprstvw"
    vocabulary = [
        "".join(chance.choice(letters) + chance.choice("aeiou") for _ in range(3))
        for _ in range(6_000)
    ]
    # Few words are frequent and most are rare, as in any language.
    weights = [1 / (rank + 10) for rank in range(len(vocabulary))]
    for number in range(1, DECISIONS + 1):
        said = chance.choices(vocabulary, weights, k=70)
        said += [RARE] * (number % 10_000 == 7)
        said += [chance.choice((COMMON, f"{COMMON}s"))] * (chance.random() < 0.5)
        said += [chance.choice((ALSO_COMMON, "calibration"))] * (chance.random() < 0.33)
        chance.shuffle(said)
        yield _record(number, said, chance)


def _record(number: int, said: list[str], chance: random.Random) -> DecisionRecord:
    at = BEGAN + timedelta(minutes=30 * number)
    return DecisionRecord(
        workspace=WORKSPACE,
        number=number,
        body=DecisionBody(
            title=" ".join(said[:6]),
            outcome=" ".join(said[6:30]),
            context=" ".join(said[30:50]),
            consequences=" ".join(said[50:]),
            makers=(f"U{number % 40}",),
            tags=(f"team {number % 50}",),
        ),
        status=chance.choice(list(DecisionStatus)),
        channel=f"C{number % CHANNELS}",
        author=f"U{number % 40}",
        created_at=at,
        decided_at=at,
    )


def _decision(record: DecisionRecord) -> dict[str, object]:
    packed = {"status": record.status.value, "model": "", "review_on": None}
    return {**vars(record), **packed, "body": pack(record.body)}


def _change(record: DecisionRecord) -> dict[str, object]:
    return {
        "workspace": record.workspace,
        "number": record.number,
        "kind": ChangeKind.MOVED.value,
        "status": DecisionStatus.ACCEPTED.value,
        "by": record.author,
        "at": record.created_at,
        "detail": "",
    }


def _text(record: DecisionRecord) -> dict[str, object]:
    return {
        "workspace": record.workspace,
        "number": record.number,
        "channel": record.channel,
        "logged_at": record.created_at,
        "terms": terms_of(record),
    }
