"""Time zones as people name them: by IANA name, or by a city that only one zone is called after."""

from zoneinfo import available_timezones

from bot.domain import calendar
from bot.errors import InvalidInput


def zone_named(typed: str) -> str:
    """The IANA name of `europe/berlin`, `Berlin` or `new york`; raises InvalidInput."""
    zones = _called_after(typed)
    if len(zones) > 1:
        raise InvalidInput(f"Which one: {' or '.join(zones)}?")
    return calendar.find_zone(zones[0] if zones else typed).key


def city_of(zone: str) -> str:
    """`New York` for America/New_York."""
    return zone.rpartition("/")[2].replace("_", " ")


def _called_after(typed: str) -> list[str]:
    city = " ".join(typed.replace("_", " ").split()).lower()
    zones = (z for z in available_timezones() if "/" in z and not z.startswith("Etc/"))
    return sorted(zone for zone in zones if city_of(zone).lower() == city)
