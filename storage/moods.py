"""Moods as sums, and who has voted in the running week, with no way from one to the other."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import CursorResult, delete, exists, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.domain.dates import monday
from bot.domain.mood import MoodWeek
from storage.base import Base
from storage.upsert import insert_if_absent


class MoodWeekRow(Base):
    """The votes of one stand-up's week.

    One row holds all levels: a vote rewrites the whole row, so that neither the order of rows nor
    PostgreSQL's `xmin` of one says which level was chosen by whoever voted last.
    """

    __tablename__ = "mood_week"

    standup_id: Mapped[str] = mapped_column(primary_key=True)
    week: Mapped[date] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    people: Mapped[int]
    level_1: Mapped[int]
    level_2: Mapped[int]
    level_3: Mapped[int]
    level_4: Mapped[int]
    level_5: Mapped[int]

    def to_value(self) -> MoodWeek:
        """The frozen value of this row."""
        votes = (self.level_1, self.level_2, self.level_3, self.level_4, self.level_5)
        return MoodWeek(week=self.week, people=self.people, votes=votes)


class MoodVoterRow(Base):
    """Somebody has voted for a date; SQLite keeps these in the order of their keys, not of time."""

    __tablename__ = "mood_voter"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012  SQLAlchemy's own attribute

    standup_id: Mapped[str] = mapped_column(primary_key=True)
    local_date: Mapped[date] = mapped_column(primary_key=True, index=True)
    user_id: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]


class SqlMoods:
    """Implements `bot.ports.moods.Moods`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def has_voted(self, standup_id: str, local_date: date, user_id: str) -> bool:
        """Whether this person's vote of that date was counted."""
        return self._session.get(MoodVoterRow, (standup_id, local_date, user_id)) is not None

    def vote(
        self, workspace: str, standup_id: str, local_date: date, user_id: str, level: int
    ) -> bool:
        """Count a vote, once per person and date."""
        week = monday(local_date)
        sums = dict.fromkeys(("people", *(f"level_{n}" for n in range(1, 6))), 0)
        insert_if_absent(
            self._session,
            MoodWeekRow,
            standup_id=standup_id,
            week=week,
            workspace=workspace,
            **sums,
        )
        self._lock(standup_id, week)
        is_new = not self._voted_in(standup_id, week, user_id)
        if not insert_if_absent(
            self._session,
            MoodVoterRow,
            standup_id=standup_id,
            local_date=local_date,
            user_id=user_id,
            workspace=workspace,
        ):
            return False
        chosen = getattr(MoodWeekRow, f"level_{level}")
        self._session.execute(
            update(MoodWeekRow)
            .where(MoodWeekRow.standup_id == standup_id, MoodWeekRow.week == week)
            .values({chosen: chosen + 1, MoodWeekRow.people: MoodWeekRow.people + int(is_new)})
            .execution_options(synchronize_session=False)
        )
        return True

    def weeks(self, standup_id: str, first: date) -> Sequence[MoodWeek]:
        """The sums of the weeks from `first` on, oldest first."""
        query = (
            select(MoodWeekRow)
            .where(MoodWeekRow.standup_id == standup_id, MoodWeekRow.week >= first)
            .order_by(MoodWeekRow.week)
            .execution_options(populate_existing=True)
        )
        return [row.to_value() for row in self._session.scalars(query)]

    def forget_voters(self, before: date) -> int:
        """Forget who voted on earlier dates."""
        result = self._session.execute(delete(MoodVoterRow).where(MoodVoterRow.local_date < before))
        assert isinstance(result, CursorResult)
        return result.rowcount

    def _lock(self, standup_id: str, week: date) -> None:
        """One vote of a week at a time: otherwise two of one person count as two people."""
        query = select(MoodWeekRow.week).where(
            MoodWeekRow.standup_id == standup_id, MoodWeekRow.week == week
        )
        self._session.execute(query.with_for_update())

    def _voted_in(self, standup_id: str, week: date, user_id: str) -> bool:
        query = exists().where(
            MoodVoterRow.standup_id == standup_id,
            MoodVoterRow.local_date.between(week, week + timedelta(days=6)),
            MoodVoterRow.user_id == user_id,
        )
        return bool(self._session.scalar(select(query)))
