"""Public holidays from the library `holidays` (https://holidays.readthedocs.io), which is imported
when it is first needed, and countries from the IANA tables."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from importlib.resources import files

from bot.ports.holidays import Place

# Aliases of regions hold abbreviations too ("GP" for Guadeloupe).
_SHORTEST_NAME = 4


class LibraryCalendar:
    """Implements `bot.ports.holidays.HolidayCalendar`; what takes milliseconds runs in a thread."""

    async def countries(self) -> Sequence[Place]:
        """Every country that the library knows, by name."""
        return await asyncio.to_thread(_countries)

    async def regions(self, country: str) -> Sequence[Place]:
        """Its subdivisions that the library knows, by name."""
        return await asyncio.to_thread(_regions, country)

    async def dates(self, country: str, region: str, year: int) -> Mapping[date, str]:
        """The year's public holidays; empty for a place that the library doesn't know."""
        return await asyncio.to_thread(_dates, country, region, year)

    async def country_of(self, zone: str) -> str:
        """By the IANA tables; older names such as Asia/Calcutta count as the newer ones."""
        return await asyncio.to_thread(_country_of, zone)


@cache
def _countries() -> tuple[Place, ...]:
    import holidays

    names = _country_names()
    codes = holidays.list_supported_countries(include_aliases=False)
    places = (Place(code=code, name=names.get(code, code)) for code in codes)
    return tuple(sorted(places, key=lambda place: place.name))


@cache
def _regions(country: str) -> tuple[Place, ...]:
    import holidays

    try:
        found = holidays.country_holidays(country)
    except NotImplementedError:
        return ()
    names: dict[str, str] = {}
    for name, code in getattr(found, "subdivisions_aliases", {}).items():
        if len(name) >= _SHORTEST_NAME:
            names.setdefault(code, name)
    places = (Place(code=code, name=names.get(code, code)) for code in found.subdivisions)
    return tuple(sorted(places, key=lambda place: place.name))


def _dates(country: str, region: str, year: int) -> dict[date, str]:
    import holidays

    try:
        found = holidays.country_holidays(
            country, subdiv=region or None, years=year, expand=False, language="en_US"
        )
    except NotImplementedError:
        return {}
    return {day: name for day, name in found.items() if day.year == year}


def _country_of(zone: str) -> str:
    countries = _zone_countries()
    return countries.get(zone) or countries.get(_renamed_zones().get(zone, ""), "")


@cache
def _country_names() -> dict[str, str]:
    # https://data.iana.org/time-zones/tzdb/iso3166.tab; Kosovo has no code of ISO's own.
    names = {code: name for code, name, *_ in _table("iso3166.tab")}
    return {"XK": "Kosovo"} | names


@cache
def _zone_countries() -> dict[str, str]:
    return {zone: country for country, _place, zone, *_ in _table("zone.tab")}


@cache
def _renamed_zones() -> dict[str, str]:
    lines = _text("tzdata.zi").splitlines()
    links = (line.split() for line in lines if line.startswith("L "))
    return {old: new for _, new, old in links}


def _table(name: str) -> list[list[str]]:
    return [line.split("\t") for line in _text(name).splitlines() if not line.startswith("#")]


def _text(name: str) -> str:
    return (files("tzdata") / "zoneinfo" / name).read_text(encoding="utf-8")
