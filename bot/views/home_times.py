"""Times in App Home: in the zone that the person lives by."""

from datetime import datetime

from bot.domain import calendar
from bot.domain.home import HomePage
from bot.views.standups import day_name


def local(at: datetime, page: HomePage) -> str:
    """`09:41` where it is today for them, else `Tue 27 Oct 09:41`."""
    zone = calendar.zone_or_utc(page.person.zone)
    there, today = at.astimezone(zone), calendar.local_date(page.now, zone)
    return f"{there:%H:%M}" if there.date() == today else f"{day_name(there.date())} {there:%H:%M}"
