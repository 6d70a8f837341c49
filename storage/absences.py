"""Ranges out of office, and the mirror of public holidays."""

from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import Index, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.domain.absence import Away
from storage.base import Base
from storage.people import ChoicesRow
from storage.upsert import insert_or_replace


class AwayRow(Base):
    """One range of dates on which somebody is out of office."""

    __tablename__ = "away"
    __table_args__ = (Index(None, "workspace", "user_id", "last_day"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    user_id: Mapped[str]
    first_day: Mapped[date]
    last_day: Mapped[date]
    set_by: Mapped[str]
    note: Mapped[str]

    def to_value(self) -> Away:
        """The frozen value of this row."""
        return Away(
            id=self.id,
            workspace=self.workspace,
            user_id=self.user_id,
            first=self.first_day,
            last=self.last_day,
            set_by=self.set_by,
            note=self.note,
        )


class HolidayRow(Base):
    """One public holiday; the same for every workspace."""

    __tablename__ = "holiday"

    country: Mapped[str] = mapped_column(primary_key=True)
    region: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    name: Mapped[str]


class SqlAbsences:
    """Implements `bot.ports.absences.Absences`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, away: Away) -> None:
        """Store a new range."""
        self.replace(away)

    def replace(self, away: Away) -> None:
        """Store the range of that id with other dates."""
        insert_or_replace(
            self._session,
            AwayRow,
            id=away.id,
            workspace=away.workspace,
            user_id=away.user_id,
            first_day=away.first,
            last_day=away.last,
            set_by=away.set_by,
            note=away.note,
        )

    def remove(self, workspace: str, away_id: str) -> None:
        """Forget a range."""
        self._session.execute(
            delete(AwayRow).where(AwayRow.id == away_id, AwayRow.workspace == workspace)
        )

    def get(self, workspace: str, away_id: str) -> Away | None:
        """One range, or None."""
        query = select(AwayRow).where(AwayRow.id == away_id, AwayRow.workspace == workspace)
        row = self._session.scalar(query.execution_options(populate_existing=True))
        return row.to_value() if row else None

    def away_on(self, workspace: str, user_ids: Iterable[str], day: date) -> dict[str, Away]:
        """The range that covers `day`, for those of `user_ids` who have one."""
        query = select(AwayRow).where(
            AwayRow.workspace == workspace,
            AwayRow.user_id.in_(list(user_ids)),
            AwayRow.first_day <= day,
            AwayRow.last_day >= day,
        )
        return {row.user_id: row.to_value() for row in self._session.scalars(query)}

    def away_of(self, workspace: str, user_id: str, from_day: date) -> list[Away]:
        """One person's ranges that end on `from_day` or later, earliest first."""
        return self.away_from(workspace, [user_id], from_day).get(user_id, [])

    def away_from(
        self, workspace: str, user_ids: Iterable[str], from_day: date
    ) -> dict[str, list[Away]]:
        """The same for several, by user id."""
        query = (
            select(AwayRow)
            .where(
                AwayRow.workspace == workspace,
                AwayRow.user_id.in_(list(user_ids)),
                AwayRow.last_day >= from_day,
            )
            .order_by(AwayRow.first_day, AwayRow.id)
        )
        found: dict[str, list[Away]] = {}
        for row in self._session.scalars(query):
            found.setdefault(row.user_id, []).append(row.to_value())
        return found

    def holidays(self, country: str, region: str, first: date, last: date) -> dict[date, str]:
        """The known holidays from `first` to `last`, by date."""
        query = select(HolidayRow.day, HolidayRow.name).where(
            HolidayRow.country == country,
            HolidayRow.region == region,
            HolidayRow.day.between(first, last),
        )
        return dict(self._session.execute(query).all())

    def save_holidays(
        self, country: str, region: str, year: int, dates: Mapping[date, str]
    ) -> None:
        """Make these the year's holidays."""
        self._session.execute(
            delete(HolidayRow).where(
                HolidayRow.country == country,
                HolidayRow.region == region,
                HolidayRow.day.between(date(year, 1, 1), date(year, 12, 31)),
                HolidayRow.day.not_in(list(dates)),
            )
        )
        for day, name in sorted(dates.items()):
            insert_or_replace(
                self._session, HolidayRow, country=country, region=region, day=day, name=name
            )

    def chosen_regions(self, workspace: str) -> list[tuple[str, str]]:
        """Every country and region that somebody of the workspace chose."""
        query = (
            select(ChoicesRow.country, ChoicesRow.region)
            .where(ChoicesRow.workspace == workspace, ChoicesRow.country != "")
            .distinct()
            .order_by(ChoicesRow.country, ChoicesRow.region)
        )
        return [(country, region) for country, region in self._session.execute(query)]
