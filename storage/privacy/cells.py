"""Where somebody is named: every text and JSON column of a row."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import JSON, Column, ColumnElement, String, Table, Text, cast, false, or_
from sqlalchemy.types import TypeEngine

from storage.base import SearchTerms


def texts(table: Table) -> list[Column[Any]]:
    """Its columns that can hold somebody's id."""
    return [column for column in table.columns if _can_name(column.type)]


def names(table: Table, user_id: str, columns: Iterable[Column[Any]]) -> ColumnElement[bool]:
    """Rows in which one of these columns has the id somewhere: a coarse sieve, see `replaced`."""
    found = [cast(column, Text).contains(user_id, autoescape=True) for column in columns]
    return or_(*found) if found else false()


def replaced(value: Any, user_id: str, placeholder: str) -> Any:
    """The same with the placeholder wherever the id stands by itself; a mention becomes words."""
    if isinstance(value, str):
        spoken = re.sub(rf"<@{re.escape(user_id)}(\|[^>]*)?>", FORMER, value)
        return _alone(user_id).sub(placeholder, spoken)
    if isinstance(value, list):
        return [replaced(each, user_id, placeholder) for each in value]
    if isinstance(value, dict):
        return {
            replaced(key, user_id, placeholder): replaced(each, user_id, placeholder)
            for key, each in value.items()
        }
    return value


def places(value: Any, user_id: str, at: str) -> list[str]:
    """Where in a value the id stands: `body.makers`."""
    if isinstance(value, str):
        return [at] if _alone(user_id).search(value) else []
    if isinstance(value, list):
        return sorted({p for each in value for p in places(each, user_id, at)})
    if isinstance(value, Mapping):
        inside = [p for key, each in value.items() for p in places(each, user_id, f"{at}.{key}")]
        keys = [at for key in value if places(key, user_id, at)]
        return sorted({*inside, *keys})
    return []


def plain(value: Any) -> Any:
    """A cell as JSON has it."""
    return value if isinstance(value, str | int | float | bool | None) else _encoded(value)


FORMER = "a former colleague"


def _encoded(value: Any) -> Any:
    if isinstance(value, list | dict):
        return json.loads(json.dumps(value, default=str))
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _alone(user_id: str) -> re.Pattern[str]:
    """The id, not as a part of a longer one."""
    return re.compile(rf"(?<![A-Za-z0-9]){re.escape(user_id)}(?![A-Za-z0-9])")


def _can_name(kind: TypeEngine[Any]) -> bool:
    return isinstance(kind, String | JSON) and kind is not SearchTerms
