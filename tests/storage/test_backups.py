"""Backups of either database: taken while others write, checked, restored, never in the place of
another."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, make_url, text
from sqlalchemy.orm import Session

from bot.domain.delivery import Delivery, DeliveryKind, DeliveryState
from bot.domain.source import RESTORED
from bot.errors import ConfigError
from migrations import upgrade
from storage import schema
from storage.backups import contents, postgresql, sqlite
from storage.backups.contents import Contents
from storage.engine import open_engines
from storage.unit_of_work import SqlUnitOfWork
from tests.standins.postgres import client_tools, drop_database, new_database
from tests.standins.tables import create_tables

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Place:
    """A database with a schema, and how the likes of it are backed up."""

    url: str
    fresh: str
    back_up: Callable[[Path], Contents]
    examine: Callable[[Path], Contents]
    restore: Callable[[Path], int]


def delivery(name: str, **values: object) -> Delivery:
    base = {"id": name, "workspace": "T1", "channel": name, "card": "x", "subject": {}}
    return Delivery(**{**base, "ready_at": NOW, **values})  # type: ignore[arg-type]


def keep(url: str, *deliveries: Delivery) -> None:
    engines = open_engines(url)
    with Session(engines.writer) as session, session.begin():
        uow = SqlUnitOfWork(session)
        for each in deliveries:
            uow.deliveries.add(each)
    engines.dispose()


def held(url: str) -> dict[str, Delivery]:
    engines = open_engines(url)
    with Session(engines.reader) as session:
        ids = session.scalars(text("SELECT id FROM delivery")).all()
        found = SqlUnitOfWork(session).deliveries.several(ids)
    engines.dispose()
    return found


@pytest.fixture(params=["sqlite", "postgresql"])
def place(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Place]:
    """A migrated database, and the address of one that is still empty."""
    if request.param == "sqlite":
        old, new = tmp_path / "old.db", tmp_path / "new.db"
        create_tables(f"sqlite:///{old}", ["delivery", "source"])
        yield Place(
            url=f"sqlite:///{old}",
            fresh=f"sqlite:///{new}",
            back_up=lambda target: sqlite.back_up(old, target),
            examine=sqlite.examine,
            restore=lambda source: sqlite.restore(source, new, NOW),
        )
        return
    server: str = request.getfixturevalue("postgres_url")
    monkeypatch.setenv("PATH", f"{client_tools()}{os.pathsep}{os.environ['PATH']}")
    url, fresh = new_database(server), new_database(server)
    create_tables(url, ["delivery", "source"])
    yield Place(
        url=url,
        fresh=fresh,
        back_up=lambda target: postgresql.back_up(url, target),
        examine=postgresql.examine,
        restore=lambda source: postgresql.restore(source, fresh, NOW),
    )
    for each in (url, fresh):
        drop_database(server, each)


def test_what_is_restored_is_what_was_there(place: Place, tmp_path: Path) -> None:
    keep(place.url, delivery("sent", state=DeliveryState.SENT, ts="1.2"))
    backup = tmp_path / "copy"
    taken = place.back_up(backup)
    assert taken == place.examine(backup)
    assert (taken.revision, taken.size) == (schema.HEAD, backup.stat().st_size)
    keep(place.url, delivery("later", state=DeliveryState.SENT))
    assert place.restore(backup) == 0
    assert schema.is_current(place.fresh)
    assert held(place.fresh) == {"sent": held(place.url)["sent"]}
    assert sorted(path.name for path in tmp_path.glob("*copy*")) == ["copy"]


def test_every_table_comes_back(place: Place, tmp_path: Path) -> None:
    engines = open_engines(place.url)
    with engines.writer.begin() as connection:
        for table in ("delivery", "source", "alembic_version"):
            connection.execute(text(f"DROP TABLE {table}"))
    engines.dispose()
    upgrade.upgrade(place.url)
    place.back_up(tmp_path / "copy")
    place.restore(tmp_path / "copy")
    tables = []
    for url in (place.url, place.fresh):
        engines = open_engines(url)
        tables.append(set(inspect(engines.reader).get_table_names()))
        engines.dispose()
    assert tables[0] == tables[1] > {"alembic_version", "delivery", "decision", "person"}


def test_what_waited_is_looked_for_before_it_is_sent(place: Place, tmp_path: Path) -> None:
    """After the backup it may have gone out: at its `ready_at` at the earliest."""
    soon, tried = NOW + timedelta(minutes=3), NOW - timedelta(hours=1)
    keep(
        place.url,
        delivery("waits", ready_at=soon),
        delivery("again", first_sent_at=tried),
        delivery("issue", kind=DeliveryKind.CREATE_ISSUE),
        delivery("edit", kind=DeliveryKind.EDIT),
        delivery("done", state=DeliveryState.SENT),
    )
    place.back_up(tmp_path / "copy")
    assert place.restore(tmp_path / "copy") == 3
    found = held(place.fresh)
    assert {name for name, d in found.items() if d.state is DeliveryState.SENDING} == {
        *("waits", "again", "issue")
    }
    assert (found["waits"].first_sent_at, found["waits"].ready_at) == (soon, soon)
    assert found["again"].first_sent_at == tried
    assert found["edit"].state is DeliveryState.PENDING
    assert held(place.url)["waits"].state is DeliveryState.PENDING


def test_what_is_restored_knows_since_when(place: Place, tmp_path: Path) -> None:
    """What was due before then may stand in Slack: the tick reads it."""
    place.back_up(tmp_path / "copy")
    place.restore(tmp_path / "copy")
    engines = open_engines(place.fresh)
    with Session(engines.reader) as session:
        assert SqlUnitOfWork(session).sources.watermark(RESTORED) == NOW
        assert SqlUnitOfWork(session).sources.health() == []
    engines.dispose()


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
@pytest.mark.parametrize("last", ["SELECT no_such_thing;", None])
def test_what_dies_before_the_end_leaves_the_database_empty(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last: str | None
) -> None:
    """The dump and what follows it are one transaction: nobody finds an outbox that would be sent
    again without a look."""

    def broken(*_: object) -> str:
        if last is None:
            raise KeyboardInterrupt
        return last

    keep(place.url, delivery("waits"))
    place.back_up(tmp_path / "copy")
    monkeypatch.setattr(postgresql, "as_script", broken)
    with pytest.raises(KeyboardInterrupt if last is None else ConfigError):
        place.restore(tmp_path / "copy")
    monkeypatch.setattr(postgresql, "as_script", contents.as_script)
    engines = open_engines(place.fresh)
    assert inspect(engines.reader).get_table_names() == []
    engines.dispose()
    assert place.restore(tmp_path / "copy") == 1
    assert held(place.fresh)["waits"].state is DeliveryState.SENDING


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
def test_a_dump_that_ends_early_leaves_the_database_empty(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(place.url, delivery("waits"))
    place.back_up(tmp_path / "copy")
    tool = tmp_path / "pg_restore"
    real = shutil.which("pg_restore")
    # As the file is read through before, only the third reading is for the database.
    tool.write_text(
        f"#!{shutil.which('sh')}\n"
        f"echo >> {tmp_path}/read\n"
        f'[ $(wc -l < {tmp_path}/read) = 3 ] || exec {real} "$@"\n'
        "echo 'CREATE TABLE half (id int);'\necho 'pg_restore: error: disk gone' >&2\nexit 1\n"
    )
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(ConfigError, match=r"pg_restore failed on .*: disk gone"):
        place.restore(tmp_path / "copy")
    engines = open_engines(place.fresh)
    assert inspect(engines.reader).get_table_names() == []
    engines.dispose()


def test_nothing_is_written_over(place: Place, tmp_path: Path) -> None:
    backup, other = tmp_path / "copy", tmp_path / "other"
    place.back_up(backup)
    other.write_text("mine")
    with pytest.raises(ConfigError, match="exists already"):
        place.back_up(other)
    assert other.read_text() == "mine"
    place.restore(backup)
    keep(place.fresh, delivery("new life"))
    with pytest.raises(ConfigError, match="left as it is"):
        place.restore(backup)
    assert set(held(place.fresh)) == {"new life"}


def test_only_its_owner_can_read_a_backup(place: Place, tmp_path: Path) -> None:
    place.back_up(tmp_path / "copy")
    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o600


def test_half_a_backup_is_refused_and_leaves_the_database_empty(
    place: Place, tmp_path: Path
) -> None:
    backup, half, none = tmp_path / "copy", tmp_path / "half", tmp_path / "none"
    place.back_up(backup)
    half.write_bytes(backup.read_bytes()[: backup.stat().st_size // 2])
    none.write_text("no backup at all, but long enough to be looked into")
    for bad in (half, none, tmp_path / "not there"):
        with pytest.raises(ConfigError, match=str(bad)):
            place.restore(bad)
    assert place.restore(backup) == 0


def test_a_newer_schema_and_a_foreign_database_are_refused(place: Place, tmp_path: Path) -> None:
    for statement, reason in (
        ("UPDATE alembic_version SET version_num = '9999'", "newer than this release"),
        ("DELETE FROM alembic_version", "no backup of Meridian"),
    ):
        engine = create_engine(place.url)
        with engine.begin() as connection:
            connection.execute(text(statement))
        engine.dispose()
        target = tmp_path / "copy"
        with pytest.raises(ConfigError, match=reason):
            place.back_up(target)
        assert list(tmp_path.glob("*copy*")) == []


def test_the_search_of_a_restored_sqlite_file_finds_its_words(tmp_path: Path) -> None:
    """`VACUUM` may number rows anew; the index must still point at them."""
    old, copy, new = (tmp_path / name for name in ("old.db", "copy.db", "new.db"))
    create_tables(f"sqlite:///{old}")
    with sqlite3.connect(old) as connection:
        connection.executemany(
            "INSERT INTO decision_text (workspace, number, channel, logged_at, terms)"
            " VALUES ('T1', ?, 'C1', '2026-01-01', ?)",
            [(number, f"word{number}") for number in range(1, 50)],
        )
        connection.execute("DELETE FROM decision_text WHERE number < 40")
    connection.close()
    sqlite.back_up(old, copy)
    sqlite.restore(copy, new, NOW)
    with sqlite3.connect(new) as connection:
        find = "SELECT number FROM decision_text WHERE id IN (SELECT rowid FROM decision_fts(?))"
        assert connection.execute(find, ("word45",)).fetchall() == [(45,)]
        connection.execute("INSERT INTO decision_fts (decision_fts) VALUES ('integrity-check')")
    connection.close()


def test_leftovers_of_another_sqlite_database_stop_a_restore(tmp_path: Path) -> None:
    old, copy, new = (tmp_path / name for name in ("old.db", "copy.db", "new.db"))
    create_tables(f"sqlite:///{old}")
    sqlite.back_up(old, copy)
    Path(f"{new}-wal").write_text("of another")
    with pytest.raises(ConfigError, match=r"new\.db-wal"):
        sqlite.restore(copy, new, NOW)
    assert not new.exists()


def test_without_the_client_tools_one_line_names_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigError, match="pg_dump is missing: install the PostgreSQL client"):
        postgresql.back_up("postgresql+psycopg://me@localhost/db", tmp_path / "copy")
    assert list(tmp_path.iterdir()) == []


def test_the_password_is_told_to_the_tools_by_the_environment_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = tmp_path / "pg_dump"
    tool.write_text(
        f"#!{shutil.which('sh')}\n"
        f'echo "$@" >> {tmp_path}/said\necho "$PGPASSWORD" >> {tmp_path}/told\n'
        "echo 'pg_dump: error: connection refused' >&2\nexit 1\n"
    )
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    url = make_url("postgresql+psycopg://me@db.example/m").set(password="p@ss w/rd")
    with pytest.raises(ConfigError, match="pg_dump failed: connection refused") as refused:
        postgresql.back_up(url.render_as_string(hide_password=False), tmp_path / "copy")
    assert (tmp_path / "told").read_text() == "p@ss w/rd\n"
    for seen in ((tmp_path / "said").read_text(), str(refused.value)):
        assert "rd" not in seen.replace("password", "")
    assert "postgresql://me@db.example/m" in (tmp_path / "said").read_text()
