"""Turns: whose report is expected when."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, Select, bindparam, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.domain.absence import Absence, AbsenceKind
from bot.domain.turn import Cohort, Turn
from storage.base import Base
from storage.batches import insert_all
from storage.standups import ReportRow, StandupRow
from storage.statements import Rows, run
from storage.upsert import insert_or_replace


class TurnRow(Base):
    """One person's turn on one local date."""

    __tablename__ = "turn"
    __table_args__ = (
        Index(None, "workspace", "asked_at"),
        Index(None, "workspace", "user_id", "local_date"),
    )

    standup_id: Mapped[str] = mapped_column(primary_key=True)
    local_date: Mapped[date] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    cohort: Mapped[str]
    due_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]
    required: Mapped[bool]
    absence: Mapped[str]
    absence_label: Mapped[str]
    absent_until: Mapped[date | None]

    def to_value(self) -> Turn:
        """The frozen value of this row."""
        absence = None
        if self.absence:
            absence = Absence(
                kind=AbsenceKind(self.absence), label=self.absence_label, until=self.absent_until
            )
        return Turn(
            workspace=self.workspace,
            standup_id=self.standup_id,
            local_date=self.local_date,
            user_id=self.user_id,
            cohort=Cohort(self.cohort),
            due_at=self.due_at,
            asked_at=self.asked_at,
            required=self.required,
            absence=absence,
        )


_BEGUN = select(TurnRow.standup_id, TurnRow.user_id).where(
    TurnRow.local_date == bindparam("day"),
    TurnRow.standup_id.in_(bindparam("standups", expanding=True)),
    TurnRow.user_id.in_(bindparam("users", expanding=True)),
)
_BY_KEY = Rows(
    TurnRow,
    TurnRow.to_value,
    lambda c: [
        c.standup_id == bindparam("standup_id"),
        c.local_date == bindparam("local_date"),
        c.user_id == bindparam("user_id"),
    ],
)


class SqlTurns:
    """Implements `bot.ports.standups.Turns`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def save(self, turn: Turn) -> None:
        """Insert or replace one."""
        insert_or_replace(self._session, TurnRow, **_columns(turn))

    def missing(self, keys: Collection[tuple[str, date, str]]) -> set[tuple[str, date, str]]:
        """Read by date, which many of them share."""
        found: set[tuple[str, date, str]] = set()
        for day in {key[1] for key in keys}:
            wanted = [key for key in keys if key[1] == day]
            standups, users = ({key[part] for key in wanted} for part in (0, 2))
            known = {"day": day, "standups": list(standups), "users": list(users)}
            found.update((row[0], day, row[1]) for row in run(self._session, _BEGUN, known))
        return set(keys) - found

    def add_all(self, turns: Sequence[Turn]) -> None:
        """In the order of their keys, so that two transactions never wait in a ring."""
        rows = [_columns(turn) for turn in sorted(turns, key=lambda turn: turn.key)]
        insert_all(self._session, TurnRow, rows)

    def get(self, standup_id: str, local_date: date, user_id: str) -> Turn | None:
        """One turn, or None."""
        return _BY_KEY.first(
            self._session, standup_id=standup_id, local_date=local_date, user_id=user_id
        )

    def of_day(self, standup_id: str, local_date: date) -> list[Turn]:
        """All turns of one date, in the order in which their days close."""
        query = select(TurnRow).where(
            TurnRow.standup_id == standup_id, TurnRow.local_date == local_date
        )
        return self._values(query.order_by(TurnRow.due_at, TurnRow.user_id))

    def progress(self, standup_id: str, local_date: date) -> tuple[int, int]:
        """Counted in the database: hundreds of prompts show it within one tick."""
        said = select(ReportRow.user_id).where(
            ReportRow.standup_id == standup_id, ReportRow.local_date == local_date
        )
        absent = select(func.count()).where(
            TurnRow.standup_id == standup_id,
            TurnRow.local_date == local_date,
            TurnRow.absence != "",
            TurnRow.user_id.not_in(said),
        )
        reported = select(func.count()).select_from(said.subquery())
        return self._session.scalar(reported) or 0, self._session.scalar(absent) or 0

    def of_days(
        self, standup_ids: Sequence[str], first: date, last: date, user_id: str = ""
    ) -> list[Turn]:
        """Turns of these local dates, oldest first."""
        query = select(TurnRow).where(
            TurnRow.standup_id.in_(standup_ids), TurnRow.local_date.between(first, last)
        )
        if user_id:
            query = query.where(TurnRow.user_id == user_id)
        return self._values(query.order_by(TurnRow.local_date, TurnRow.due_at, TurnRow.user_id))

    def of_person(self, workspace: str, user_id: str, first: date) -> list[Turn]:
        """One person's turns from the local date `first` on."""
        query = select(TurnRow).where(
            TurnRow.workspace == workspace,
            TurnRow.user_id == user_id,
            TurnRow.local_date >= first,
        )
        return self._values(query.order_by(TurnRow.local_date, TurnRow.standup_id))

    def asked_between(
        self, workspace: str, channel: str, since: datetime, until: datetime
    ) -> list[Turn]:
        """Turns of the channel's active stand-ups whose person was asked in (since, until]."""
        query = (
            select(TurnRow)
            .join(StandupRow, StandupRow.id == TurnRow.standup_id)
            .where(
                TurnRow.workspace == workspace,
                StandupRow.channel == channel,
                StandupRow.active,
                TurnRow.asked_at > since,
                TurnRow.asked_at <= until,
            )
        )
        return self._values(query.order_by(TurnRow.asked_at, TurnRow.user_id))

    def _values(self, query: Select[TurnRow]) -> list[Turn]:
        return [row.to_value() for row in self._session.scalars(query)]


def _columns(turn: Turn) -> dict[str, Any]:
    absence = turn.absence
    return {
        **vars(turn),
        "cohort": turn.cohort.value,
        "absence": absence.kind.value if absence else "",
        "absence_label": absence.label if absence else "",
        "absent_until": absence.until if absence else None,
    }
