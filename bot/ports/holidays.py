"""What Meridian asks of a calendar of public holidays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Place:
    """A country (ISO 3166-1, two letters) or one of its regions (ISO 3166-2 without the country),
    with the name that people know it by."""

    code: str
    name: str


class HolidayCalendar(Protocol):
    """Public holidays of the world; needs no network."""

    async def countries(self) -> Sequence[Place]:
        """Every country whose holidays are known, by name."""
        ...

    async def regions(self, country: str) -> Sequence[Place]:
        """The regions with holidays of their own, by name; empty where there are none."""
        ...

    async def dates(self, country: str, region: str, year: int) -> Mapping[date, str]:
        """The year's holidays with their English names; empty for a place that isn't known."""
        ...

    async def country_of(self, zone: str) -> str:
        """The country in which an IANA zone lies; empty for zones such as UTC."""
        ...
