"""The migrations make the declared schema, keep the data, and go all the way or not at all."""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.orm import Session

import migrations
from bot.domain.decisions.record import DecisionStatus
from bot.domain.decisions.search import Query
from bot.domain.decisions.sight import Sight
from bot.errors import ConfigError
from migrations import upgrade
from storage import schema, tables
from storage.decisions.records import SqlDecisions
from storage.engine import open_engines
from tests.unit.decisions.samples import body, record

LATER = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "{revision}", "{before}"


def upgrade():
    {work}
"""


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    engines = open_engines(url)
    try:
        with engines.writer.begin() as connection:
            yield connection
    finally:
        engines.dispose()


def tables_of(url: str) -> set[str]:
    with connected(url) as connection:
        return set(inspect(connection).get_table_names())


def with_later_revisions(url: str, folder: Path, *works: str) -> Config:
    """Alembic's configuration for a copy of our migrations with further ones on top."""
    copy = folder / "migrations"
    shutil.copytree(Path(migrations.__file__).parent, copy)
    for number, work in enumerate(works, int(schema.HEAD) + 1):
        script = LATER.format(revision=f"{number:04}", before=f"{number - 1:04}", work=work)
        (copy / "versions" / f"{number:04}_later.py").write_text(script)
    config = upgrade.configuration(url)
    config.set_main_option("script_location", str(copy))
    return config


def test_migrations_make_exactly_the_declared_schema(database_url: str) -> None:
    upgrade.upgrade(database_url)
    others = ("decision_fts", "tried_fts", "procrastinate_")
    found = {name for name in tables_of(database_url) if not name.startswith(others)}
    assert found == {*tables.METADATA.tables, "alembic_version"}
    with connected(database_url) as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "compare_server_default": True,
                "include_object": tables.is_declared,
            },
        )
        assert compare_metadata(context, tables.METADATA) == []


def test_migrated_tables_find_decisions_by_their_words(database_url: str) -> None:
    """What full-text search needs beyond tables, Alembic's comparison doesn't see."""
    upgrade.upgrade(database_url)
    engines = open_engines(database_url)
    logged = record(1, DecisionStatus.PROPOSED, body=body("Calibrate thresholds"))

    def found(session: Session, word: str) -> list[int]:
        seen = Sight(channels=frozenset({logged.channel}))
        hits = SqlDecisions(session).search("T1", seen, Query(words=(word,)), 9)
        return [hit.record.number for hit in hits]

    with Session(engines.writer) as session, session.begin():
        SqlDecisions(session).add(logged)
        assert found(session, "thresholding") == [1]
        SqlDecisions(session).replace(logged.edited(body("Deploy")))
        assert (found(session, "deployed"), found(session, "threshold")) == ([1], [])
    engines.dispose()
    with connected(database_url) as connection:
        if connection.dialect.name == "postgresql":
            made = text(
                "SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_decision_text_terms'"
            )
            assert "USING gin (terms)" in str(connection.scalar(made))


def test_every_constraint_and_index_has_its_declared_name(database_url: str) -> None:
    """Alembic's comparison doesn't look at primary keys and checks."""
    upgrade.upgrade(database_url)
    with connected(database_url) as connection:
        looked_at = inspect(connection)
        for table in tables.METADATA.sorted_tables:
            key = looked_at.get_pk_constraint(table.name)
            assert key["name"] == table.primary_key.name, table.name
            assert key["constrained_columns"] == [c.name for c in table.primary_key], table.name
            found = {
                index["name"]: index["column_names"] for index in looked_at.get_indexes(table.name)
            }
            for index in table.indexes:
                assert found[index.name] == [c.name for c in index.columns]


def test_down_to_base_leaves_nothing_and_up_again_works(database_url: str) -> None:
    upgrade.upgrade(database_url)
    upgrade.downgrade(database_url)
    assert tables_of(database_url) == {"alembic_version"}
    if database_url.startswith("postgresql"):
        with connected(database_url) as connection:
            assert inspect(connection).get_sequence_names() == []
            types = text("SELECT typname FROM pg_type WHERE typtype = 'e'")
            assert connection.execute(types).all() == []
    upgrade.upgrade(database_url)
    assert schema.is_current(database_url)


def test_the_known_head_is_alembics_head(tmp_path: Path) -> None:
    config = upgrade.configuration(f"sqlite:///{tmp_path}/unused.db")
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_heads() == [schema.HEAD]
    names = [script.revision for script in scripts.walk_revisions()]
    assert all(re.fullmatch(r"\d{4}", name) for name in names), "an older release compares them"
    assert names == sorted(names, reverse=True)


def test_migrating_again_changes_nothing(database_url: str) -> None:
    assert not schema.is_current(database_url)
    upgrade.upgrade(database_url)
    with connected(database_url) as connection:
        connection.execute(
            text("INSERT INTO interaction (key, handled_at) VALUES ('k', '2026-01-01')")
        )
    upgrade.upgrade(database_url)
    with connected(database_url) as connection:
        assert connection.scalar(text("SELECT count(*) FROM interaction")) == 1


def test_a_later_migration_keeps_the_rows(database_url: str, tmp_path: Path) -> None:
    upgrade.upgrade(database_url)
    with connected(database_url) as connection:
        connection.execute(
            text("INSERT INTO interaction (key, handled_at) VALUES ('k', '2026-01-01')")
        )
    config = with_later_revisions(
        database_url,
        tmp_path,
        'op.add_column("interaction", sa.Column("note", sa.String(), nullable=True))',
        'batch = op.batch_alter_table("interaction")\n'
        '    with batch as t: t.alter_column("note", new_column_name="remark")',
    )
    command.upgrade(config, "head")
    with connected(database_url) as connection:
        assert connection.execute(text("SELECT key, remark FROM interaction")).all() == [
            ("k", None)
        ]


def test_a_migration_that_breaks_leaves_everything_as_it_was(
    database_url: str, tmp_path: Path
) -> None:
    upgrade.upgrade(database_url)
    before = tables_of(database_url)
    config = with_later_revisions(
        database_url,
        tmp_path,
        'op.create_table("half", sa.Column("id", sa.Integer())); '
        'op.execute("INSERT INTO half VALUES (1)")',
        'raise RuntimeError("broken migration")',
    )
    with pytest.raises(RuntimeError, match="broken migration"):
        command.upgrade(config, "head")
    assert tables_of(database_url) == before
    with connected(database_url) as connection:
        version = connection.scalar(text("SELECT version_num FROM alembic_version"))
    assert version == schema.HEAD


def test_an_older_release_leaves_a_later_schema_alone(database_url: str, tmp_path: Path) -> None:
    config = with_later_revisions(
        database_url, tmp_path, 'op.create_table("later", sa.Column("id", sa.Integer()))'
    )
    command.upgrade(config, "head")
    assert schema.is_current(database_url)
    upgrade.upgrade(database_url)
    assert "later" in tables_of(database_url)


def test_looking_makes_no_file(tmp_path: Path) -> None:
    assert not schema.is_current(f"sqlite:///{tmp_path}/meridian.db")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("act", [schema.is_current, upgrade.upgrade])
def test_no_database_is_one_line_that_names_the_setting(act: Callable[[str], object]) -> None:
    with pytest.raises(ConfigError, match=r"^DATABASE_URL can't be opened: [^\n]+$") as caught:
        act("postgresql+psycopg://meridian:hunter2@127.0.0.1:1/m")
    assert "hunter2" not in str(caught.value)


def test_a_sqlite_file_in_no_folder_is_one_line_too(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^DATABASE_URL can't be opened: [^\n]+$"):
        upgrade.upgrade(f"sqlite:///{tmp_path}/nowhere/meridian.db")
