"""Where absences are kept: ranges out of office, and the mirror of public holidays."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Protocol

from bot.domain.absence import Away


class Absences(Protocol):
    """Who is away, and which dates are public holidays where.

    Holidays are facts about a country, the same for every workspace. `region` is empty for dates
    that hold in the whole country.
    """

    def add(self, away: Away) -> None:
        """Store a new range."""
        ...

    def replace(self, away: Away) -> None:
        """Store the range of that id with other dates."""
        ...

    def remove(self, workspace: str, away_id: str) -> None:
        """Forget a range; nothing happens if it isn't there."""
        ...

    def get(self, workspace: str, away_id: str) -> Away | None:
        """One range, or None."""
        ...

    def away_on(self, workspace: str, user_ids: Iterable[str], day: date) -> dict[str, Away]:
        """The range that covers `day`, for those of `user_ids` who have one."""
        ...

    def away_of(self, workspace: str, user_id: str, from_day: date) -> list[Away]:
        """One person's ranges that end on `from_day` or later, earliest first."""
        ...

    def away_from(
        self, workspace: str, user_ids: Iterable[str], from_day: date
    ) -> dict[str, list[Away]]:
        """The same for several, by user id; those without such a range are left out."""
        ...

    def holidays(self, country: str, region: str, first: date, last: date) -> dict[date, str]:
        """The known holidays from `first` to `last`, by date."""
        ...

    def save_holidays(
        self, country: str, region: str, year: int, dates: Mapping[date, str]
    ) -> None:
        """Make these the year's holidays."""
        ...

    def chosen_regions(self, workspace: str) -> list[tuple[str, str]]:
        """Every country and region that somebody of the workspace chose."""
        ...
