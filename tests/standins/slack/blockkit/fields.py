"""Checks of one field by its kind: strings, numbers, dates, choices, text objects."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from tests.standins.slack.blockkit.report import Report

Spec = dict[str, Any]
Check = Callable[[Report, str, Any, Spec], None]


def check_length(report: Report, at: str, value: str, spec: Spec) -> None:
    """A string has at least ``min`` (default 1) and at most ``max`` characters."""
    least, most = spec.get("min", 1), spec.get("max")
    if len(value) < least:
        report.add(at, f"must be more than {least - 1} characters")
    if most is not None and len(value) > most:
        report.add(at, f"must be less than {most + 1} characters")


def _string(report: Report, at: str, value: Any, spec: Spec) -> None:
    if isinstance(value, str):
        check_length(report, at, value, spec)
    else:
        report.add(at, "must be a string")


def _bool(report: Report, at: str, value: Any, spec: Spec) -> None:
    if not isinstance(value, bool):
        report.add(at, "must be a boolean")


def _int(report: Report, at: str, value: Any, spec: Spec) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        report.add(at, "must be an integer")
    elif not spec.get("min", value) <= value <= spec.get("max", value):
        report.add(at, f"must be between {spec.get('min')} and {spec.get('max')}")


def _enum(report: Report, at: str, value: Any, spec: Spec) -> None:
    if value not in spec["of"]:
        report.add(at, f"must be one of {', '.join(spec['of'])}")


def _date(report: Report, at: str, value: Any, spec: Spec) -> None:
    if not is_date(value):
        report.add(at, "must be a valid date in the format YYYY-MM-DD")


def _time(report: Report, at: str, value: Any, spec: Spec) -> None:
    if not is_time(value):
        report.add(at, "must be a valid time in the format HH:mm")


def _zone(report: Report, at: str, value: Any, spec: Spec) -> None:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, TypeError, AttributeError, OSError):
        report.add(at, "must be an IANA time zone")


def _slack_file(report: Report, at: str, value: Any, spec: Spec) -> None:
    if not report.rules.file_ready(value):
        report.add(at, "invalid slack file")


def _any(report: Report, at: str, value: Any, spec: Spec) -> None:
    return None


def is_date(value: Any) -> bool:
    """True for a real calendar date written YYYY-MM-DD."""
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def is_time(value: Any) -> bool:
    """True for a wall time written HH:mm, 00:00 to 23:59."""
    return isinstance(value, str) and bool(re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value))


SIMPLE: dict[str, Check] = {
    "string": _string,
    "bool": _bool,
    "int": _int,
    "enum": _enum,
    "date": _date,
    "time": _time,
    "zone": _zone,
    "slack_file": _slack_file,
    "any": _any,
}
