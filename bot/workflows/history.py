"""Past days and reports: read and rendered in one go, and the export that waits for Slack."""

from dataclasses import replace
from datetime import date

from bot.domain.dates import past_date
from bot.domain.links import Links
from bot.domain.report_table import csv_file, table
from bot.domain.standup import Standup
from bot.ports.chat import Chat, Message
from bot.ports.repositories import UnitOfWork
from bot.ports.transactions import Transactions
from bot.services import history, standup_posts, turns
from bot.services.history import Reader
from bot.views import history as views
from bot.views import wrap_ups
from bot.workflows.standup_cards import surroundings


def participation(uow: UnitOfWork, reader: Reader, offset: int = 0) -> Message:
    """Who reported how often in the last weeks; one page of people from `offset` on."""
    found = history.overview(uow, reader)
    return views.participation(found.standups, found.first, found.participation, offset)


def of_person(
    uow: UnitOfWork, reader: Reader, user_id: str, typed: str, links: Links, cursor: str = ""
) -> Message:
    """One page of somebody's reports up to the typed date (empty: today), or from `cursor` on."""
    until = past_date(typed, history.today(uow, reader)) if typed else None
    found = history.of_person(uow, reader, user_id, until)
    return views.of_person(found.person, found.entries, found.standups, links, cursor)


def blockers(uow: UnitOfWork, reader: Reader) -> Message:
    """What blocked people in the last weeks."""
    found = history.blockers(uow, reader)
    return views.blockers(found.standups, found.first, found.blockers, found.people, reader.now)


def day(uow: UnitOfWork, reader: Reader, typed: str, links: Links) -> Message:
    """The wrap-up of the typed date (empty: today), or the stand-ups to choose from."""
    today = history.today(uow, reader)
    wanted = past_date(typed, today) if typed else today
    standups = history.on_day(uow, reader, wanted)
    if len(standups) > 1:
        return views.which_day(standups, wanted)
    return _card(uow, standups[0], wanted, links)


def chosen_day(
    uow: UnitOfWork, reader: Reader, standup_id: str, wanted: date, links: Links
) -> Message:
    """The wrap-up of one stand-up's date."""
    return _card(uow, history.one_readable(uow, reader, standup_id), wanted, links)


async def export(reader: Reader, days: int, chat: Chat, transactions: Transactions) -> Message:
    """Send the last `days` dates as a CSV file into the reader's direct message; what to tell
    them. Raises NotPermitted, and `SlackError` where Slack doesn't take the file."""
    found = await transactions.read(history.export, reader, days)
    if not found.entries:
        return views.nothing_to_export(days)
    rows = table(found.entries, found.standups, found.people)
    name = views.file_name(found.first, found.last)
    comment = views.export_comment(list(found.standups.values()), found.first, found.last)
    await chat.send_file(reader.workspace, reader.user_id, name, csv_file(rows), comment)
    return views.sent(name, len(found.entries))


def _card(uow: UnitOfWork, standup: Standup, wanted: date, links: Links) -> Message:
    whole = turns.day(uow, standup, wanted)
    if not whole.entries:
        return views.nobody(standup, wanted)
    thread = uow.deliveries.get(standup_posts.thread_id(standup.id, wanted))
    address = links.message(thread.posted_channel, thread.ts) if thread and thread.ts else None
    around = replace(surroundings(uow, whole), thread=address or "", opens_thread=False)
    return wrap_ups.card(whole, None, around, links)
