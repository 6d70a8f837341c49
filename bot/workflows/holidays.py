"""Holidays: the calendar's dates are copied into our tables, where every rule reads them."""

from collections.abc import Mapping
from datetime import date, datetime

from bot.ports.holidays import HolidayCalendar
from bot.ports.repositories import UnitOfWork
from bot.ports.transactions import Transactions


async def refresh(
    workspace: str, calendar: HolidayCalendar, transactions: Transactions, now: datetime
) -> None:
    """Copy this and next year's holidays of every place that somebody of the workspace chose."""
    chosen = await transactions.read(lambda uow: uow.absences.chosen_regions(workspace))
    for country, region in chosen:
        await copy(country, region, calendar, transactions, now)


async def copy(
    country: str, region: str, calendar: HolidayCalendar, transactions: Transactions, now: datetime
) -> None:
    """Copy this and next year's holidays of one place; writes only where something is new."""
    for year in (now.year, now.year + 1):
        dates = dict(await calendar.dates(country, region, year))
        if dates != await transactions.read(_known, country, region, year):
            await transactions.write(_save, country, region, year, dates)


def _known(uow: UnitOfWork, country: str, region: str, year: int) -> dict[date, str]:
    return uow.absences.holidays(country, region, date(year, 1, 1), date(year, 12, 31))


def _save(uow: UnitOfWork, country: str, region: str, year: int, dates: Mapping[date, str]) -> None:
    uow.absences.save_holidays(country, region, year, dates)
