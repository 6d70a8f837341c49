"""Absences: why nobody expects a report from somebody on a date."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class AbsenceKind(StrEnum):
    """In the order in which they count where several apply."""

    AWAY = "away"
    HOLIDAY = "holiday"
    TEAM_DAY = "team_day"
    SKIPPED = "skipped"


@dataclass(frozen=True, kw_only=True)
class Absence:
    """Why; `label` names a holiday, `until` is the last day of an away range."""

    kind: AbsenceKind
    label: str = ""
    until: date | None = None


@dataclass(frozen=True, kw_only=True)
class Away:
    """Somebody's dates out of office, first and last day included, in their own zone.

    `set_by` is who entered it: themselves or a manager of one of their stand-ups.
    """

    id: str
    workspace: str
    user_id: str
    first: date
    last: date
    set_by: str
    note: str = ""
