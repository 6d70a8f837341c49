"""The calendar of public holidays, and its mirror in our tables."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from bot.clients.holidays import LibraryCalendar
from bot.domain.person import Choices
from bot.ports.holidays import HolidayCalendar, Place
from bot.workflows import holidays
from storage.base import Base
from storage.engine import open_engines
from storage.transactions import SqlTransactions
from tests.unit.desk import at

NOW = at("2026-10-22T09:00")


async def test_countries_have_names_and_the_library_stays_out_until_it_is_asked() -> None:
    script = (
        "import sys; from bot.clients.holidays import LibraryCalendar; LibraryCalendar(); "
        "print(sorted(sys.modules))"
    )
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert "'bot.clients.holidays'" in done.stdout
    assert "'holidays'" not in done.stdout
    countries = await LibraryCalendar().countries()
    assert len(countries) > 200
    assert Place(code="BR", name="Brazil") in countries
    assert [place for place in countries if place.name == place.code] == []


@pytest.mark.parametrize(
    ("country", "region", "name"),
    [("IN", "WB", "West Bengal"), ("US", "CA", "California"), ("BR", "SP", "São Paulo")],
)
async def test_regions_go_by_their_iso_code(country: str, region: str, name: str) -> None:
    regions = {place.code: place.name for place in await LibraryCalendar().regions(country)}
    assert regions[region] == name


@pytest.mark.parametrize(
    ("country", "region", "day", "name"),
    [
        ("JP", "", "2026-11-23", "Labor Thanksgiving Day"),
        ("DE", "BY", "2026-11-01", "All Saints' Day"),
        ("US", "", "2026-11-26", "Thanksgiving Day"),
        ("IN", "", "2026-10-02", "Mahatma Gandhi's Birthday"),
    ],
)
async def test_dates_have_english_names(country: str, region: str, day: str, name: str) -> None:
    dates = await LibraryCalendar().dates(country, region, 2026)
    assert dates[date.fromisoformat(day)] == name
    assert {found.year for found in dates} == {2026}


async def test_a_region_without_the_day_does_not_have_it() -> None:
    assert date(2026, 11, 1) not in await LibraryCalendar().dates("DE", "BE", 2026)


@pytest.mark.parametrize(("country", "region"), [("ZZ", ""), ("DE", "ZZ"), ("", "")])
async def test_a_place_that_nobody_knows_has_no_holidays(country: str, region: str) -> None:
    assert await LibraryCalendar().dates(country, region, 2026) == {}
    assert country == "DE" or await LibraryCalendar().regions(country) == ()


@pytest.mark.parametrize(
    ("zone", "country"),
    [("Europe/Berlin", "DE"), ("Asia/Kolkata", "IN"), ("Asia/Calcutta", "IN"), ("UTC", ""),
     ("America/New_York", "US"), ("Nowhere/Else", "")],
)  # fmt: skip
async def test_a_zone_lies_in_a_country(zone: str, country: str) -> None:
    assert await LibraryCalendar().country_of(zone) == country


@dataclass
class FewDates:
    """A calendar with one holiday a year; counts what it was asked for."""

    name: str = "Founders' Day"
    asked: list[tuple[str, str, int]] = field(default_factory=list)

    async def dates(self, country: str, region: str, year: int) -> Mapping[date, str]:
        """One."""
        self.asked.append((country, region, year))
        return {date(year, 5, 1): self.name}

    async def countries(self) -> Sequence[Place]:
        """None."""
        return ()

    async def regions(self, country: str) -> Sequence[Place]:
        """None."""
        return ()

    async def country_of(self, zone: str) -> str:
        """None."""
        return ""


@pytest.fixture
def transactions(tmp_path: Path) -> Iterator[SqlTransactions]:
    """An empty database."""
    engines = open_engines(f"sqlite:///{tmp_path}/meridian.db")
    Base.metadata.create_all(engines.writer)
    opened = SqlTransactions(engines, lambda: NOW, lambda: None)
    yield opened
    opened.close()


async def test_the_mirror_holds_this_and_next_year_of_what_people_chose(
    transactions: SqlTransactions,
) -> None:
    calendar = FewDates()
    port: HolidayCalendar = calendar
    await holidays.refresh("T1", port, transactions, NOW)
    assert calendar.asked == []
    choices = Choices(country="AT", region="9")
    await transactions.write(lambda uow: uow.people.choose("T1", "U1", choices))

    async def known() -> dict[date, str]:
        span = date(2000, 1, 1), date(2100, 1, 1)
        return await transactions.read(lambda uow: uow.absences.holidays("AT", "9", *span))

    await holidays.refresh("T1", port, transactions, NOW)
    assert calendar.asked == [("AT", "9", 2026), ("AT", "9", 2027)]
    assert await known() == dict.fromkeys((date(2026, 5, 1), date(2027, 5, 1)), "Founders' Day")
    calendar.name = "Corrected"
    await holidays.refresh("T1", port, transactions, NOW)
    assert set((await known()).values()) == {"Corrected"}
