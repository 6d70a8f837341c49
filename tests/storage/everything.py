"""A row in every table, made from what the metadata say of its columns."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time
from itertools import count
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    Integer,
    String,
    Table,
    Time,
    insert,
    select,
)
from sqlalchemy.orm import Session

from storage.privacy.policy import POLICIES
from storage.tables import METADATA

SECRET = "SECRET-OF-OTHERS"

Make = Callable[[Column[Any]], Any]

_NUMBERS = count(1)


def tables() -> Iterator[Table]:
    """Every table of the metadata, but those that only Meridian's own values can fill."""
    for table in METADATA.sorted_tables:
        if table.name not in {
            "hypothesis",
            "decision",
            "decision_text",
            "audit_actor",
            "audit_entry",
            "audit_head",
        }:
            yield table


def row(
    table: Table, workspace: str, *, named: str = "", at: datetime, **fixed: Any
) -> dict[str, Any]:
    """One row; `named` stands in every text and JSON of it, its own columns get it as it is."""
    policy = POLICIES[table.name]
    values: dict[str, Any] = {}
    for column in table.columns:
        if column.name == policy.workspace:
            values[column.name] = workspace
        elif column.name in policy.theirs:
            values[column.name] = named or f"U{next(_NUMBERS)}"
        else:
            values[column.name] = _value(column, named, at)
    return values | {name: value for name, value in fixed.items() if name in table.c}


def add(session: Session, table: Table, values: Mapping[str, Any]) -> None:
    """Insert it."""
    session.execute(insert(table).values(values))


def rows(session: Session, table: Table) -> list[dict[str, Any]]:
    """What is in a table."""
    return [dict(each) for each in session.execute(select(table)).mappings()]


def _value(column: Column[Any], named: str, at: datetime) -> Any:
    number = next(_NUMBERS)
    kind = column.type
    if column.name == "weekdays":
        return [1]
    if column.name in ("role", "terms"):
        return "member"
    if isinstance(kind, JSON):
        return [f"{SECRET} {number}", {"who": named, f"by {named}": [f"x <@{named}> y"]}]
    if isinstance(kind, String):
        return f"{named}:{number}" if column.primary_key or named else f"{SECRET} {number}"
    if isinstance(kind, Boolean):
        return False
    if isinstance(kind, Date):
        return at.date()
    if isinstance(kind, Time):
        return time(9)
    if isinstance(kind, Integer):
        return number
    if isinstance(kind, Float):
        return 0.5
    impl = getattr(kind, "impl", kind)
    assert isinstance(impl, DateTime), (column, kind)
    return at


OLD = datetime(2020, 1, 6, 9, tzinfo=UTC)
NOW = datetime(2026, 10, 26, 9, tzinfo=UTC)
TODAY: date = NOW.date()
