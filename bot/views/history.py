"""What people see of past reports: who reported how often, and what somebody said."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from bot.domain.blocker import Blocker
from bot.domain.links import Links
from bot.domain.participation import Attendance, Participation, Tally
from bot.domain.person import Person
from bot.domain.standup import Standup
from bot.domain.turn import Entry
from bot.ports.chat import Block, Message
from bot.views.blocks import (
    actions,
    bullets,
    button,
    chart_slot,
    context,
    header,
    lines,
    message,
    mrkdwn,
    note,
    roomiest,
)
from bot.views.participation_chart import participation_chart
from bot.views.report_posts import body
from bot.views.standups import day_name
from bot.views.text import Line, clean, count, escape, moment, words

ACTION_PEOPLE = "history.people"
ACTION_OLDER = "history.older"
ACTION_DAY = "history.day"

_PEOPLE_A_PAGE = 60
_PEOPLE_A_BLOCK = 20
_NAME_SHOWN = 40
_STANDUPS_NAMED = 3
_CHOICES = 25
_BLOCKERS_SHOWN = (40, 20, 10)
_BLOCKER_SHOWN = 140
# How many reports a page shows and how much of each answer: the most with which it fits.
_ROOMS = ((5, 1200), (5, 400), (3, 400), (2, 300), (1, 1200), (1, 300), (1, 150))


def participation(
    standups: Sequence[Standup], first: date, shown: Participation, offset: int = 0
) -> Message:
    """Who reported how often since the Monday `first`; one page of people from `offset` on."""
    title = f"{_names(standups)} · since {day_name(first)}"
    if not shown.people:
        return note("Nobody has been asked here in the last four weeks.")
    page = shown.people[offset : offset + _PEOPLE_A_PAGE]
    chart = None if offset else participation_chart(shown)
    blocks: list[Block] = [header(title), lines([_total(shown.total)])]
    if chart:
        blocks.append(chart_slot())
    blocks += [
        lines(*(_person(each) for each in page[n : n + _PEOPLE_A_BLOCK]))
        for n in range(0, len(page), _PEOPLE_A_BLOCK)
    ]
    blocks += _more_people(shown, offset + len(page))
    blocks.append(
        context("Days that have closed count; nobody is expected on a day away or skipped.")
    )
    return message(f"{title}: {_total(shown.total)}", blocks, chart=chart)


def of_person(
    author: Person,
    entries: Sequence[Entry],
    standups: Mapping[str, Standup],
    links: Links,
    cursor: str = "",
) -> Message:
    """One page of somebody's reports, newest first, from `cursor` (the button's) on."""
    left = [entry for entry in entries if not cursor or _key(entry) <= cursor]
    if not left:
        older = "older " if cursor else ""
        return note(f"No {older}report of {escape(clean(author.name))} that you can read.")
    title = f"Reports of {clean(author.name, 80)}"
    variants = (_page(title, author, left, standups, links, *room) for room in _ROOMS)
    return message(f"{title} from {day_name(left[0].turn.local_date)} back", roomiest(variants))


def which_day(standups: Sequence[Standup], day: date) -> Message:
    """Several stand-ups ran on that date: which one is meant?"""
    question = f"Which stand-up of {day_name(day)}?"
    buttons = [
        button(clean(s.plan.name, 70), f"{ACTION_DAY}:{n}", f"{s.id}|{day.isoformat()}")
        for n, s in enumerate(standups[:_CHOICES])
    ]
    blocks = [mrkdwn(question), actions("history_day", *buttons)]
    if len(standups) > _CHOICES:
        blocks.append(context(f"and {len(standups) - _CHOICES} more; ask in their own channels."))
    return message(question, blocks)


def nobody(standup: Standup, day: date) -> Message:
    """A date without a turn."""
    return note(f"*{escape(clean(standup.plan.name))}* asked nobody on {day_name(day)}.")


def blockers(
    standups: Sequence[Standup],
    first: date,
    found: Sequence[Blocker],
    people: Mapping[str, Person],
    now: datetime,
) -> Message:
    """The blockers that were open since the Monday `first`: those that still are come first."""
    title = f"{_names(standups)} · blockers since {day_name(first)}"
    if not found:
        return note(f"Nothing has blocked anybody here since {day_name(first)}.")
    still = sum(blocker.open for blocker in found)
    counted = f"{count(len(found), 'blocker')}, {still} still open"
    variants = (_blockers(title, counted, found, people, now, most) for most in _BLOCKERS_SHOWN)
    return message(f"{title}: {counted}", roomiest(variants))


def sent(file_name: str, reports: int) -> Message:
    """The file is in the direct message."""
    return note(f"{count(reports, 'report')} in `{escape(file_name)}`, sent to you directly.")


def nothing_to_export(days: int) -> Message:
    """No report in the window."""
    return note(
        f"No report in the last {count(days, 'day')}, so there is no file. "
        "`/standup export 365` looks back a year."
    )


def export_comment(standups: Sequence[Standup], first: date, last: date) -> str:
    """What stands above the file, mrkdwn."""
    return f"Reports of *{escape(_names(standups))}*, {first.isoformat()} to {last.isoformat()}."


def file_name(first: date, last: date) -> str:
    """`reports-2026-10-24-to-2026-11-22.csv`."""
    return f"reports-{first.isoformat()}-to-{last.isoformat()}.csv"


def older_value(author: Person, entry: Entry) -> str:
    """What [Older] carries: whose reports, and the first one of the next page."""
    return f"{author.user_id}|{_key(entry)}"


def read_older(value: str) -> tuple[str, str]:
    """(user id, cursor) of [Older]; hints, never rights."""
    user_id, _, cursor = value.partition("|")
    return user_id, cursor


def read_day(value: str) -> tuple[str, date]:
    """(stand-up id, date) of a chosen stand-up; a hint, never a right."""
    standup_id, _, day = value.rpartition("|")
    return standup_id, date.fromisoformat(day)


def _key(entry: Entry) -> str:
    """Sorts as the reports are shown, oldest first."""
    return f"{entry.turn.local_date.isoformat()}|{entry.turn.standup_id}"


def _page(
    title: str,
    author: Person,
    left: Sequence[Entry],
    standups: Mapping[str, Standup],
    links: Links,
    most: int,
    limit: int,
) -> list[Block]:
    blocks = [header(title)]
    for entry in left[:most]:
        plan = standups[entry.turn.standup_id].plan
        when = f"{day_name(entry.turn.local_date)} · {clean(plan.name, _NAME_SHOWN)} ·"
        blocks.append(body(entry, when, links, limit))
    if len(left) > most:
        older = button("Older", ACTION_OLDER, older_value(author, left[most]))
        blocks.append(actions("history_older", older))
    return blocks


def _total(tally: Tally) -> str:
    if not tally.expected:
        return "No report was expected yet."
    late = f", {tally.late} of them after the day had closed" if tally.late else ""
    return f"{tally.reported} of {count(tally.expected, 'report')} came{late}."


def _person(each: Attendance) -> Line:
    tally = each.tally
    said = [
        f"{tally.reported} of {tally.expected}" if tally.expected else "",
        f"{tally.late} late" if tally.late else "",
        f"{tally.missing} without a report" if tally.missing else "",
        f"{count(tally.away, 'day')} away" if tally.away else "",
        f"{tally.skipped} skipped" if tally.skipped else "",
    ]
    told = " · ".join(part for part in said if part) or "nothing expected yet"
    return [words(f"{clean(each.name, _NAME_SHOWN)} · {told}")]


def _more_people(shown: Participation, reached: int) -> list[Block]:
    if reached >= len(shown.people):
        return []
    said = context(f"{reached} of {count(len(shown.people), 'person', 'people')}")
    return [said, actions("history_people", button("More people", ACTION_PEOPLE, str(reached)))]


def _blockers(
    title: str,
    counted: str,
    found: Sequence[Blocker],
    people: Mapping[str, Person],
    now: datetime,
    most: int,
) -> list[Block]:
    rows = [_blocker(each, people, now) for each in found[:most]]
    blocks = [header(title), lines([counted]), bullets(rows)]
    if len(found) > most:
        blocks.append(context(f"and {len(found) - most} older ones."))
    return blocks


def _blocker(blocker: Blocker, people: Mapping[str, Person], now: datetime) -> Line:
    owner = people[blocker.user_id].name if blocker.user_id in people else blocker.user_id
    text = words(clean(blocker.text, _BLOCKER_SHOWN), bold=True)
    took = (blocker.closed_at or now) - blocker.opened_at
    state = "open for" if blocker.open else "closed after"
    opened = moment(blocker.opened_at, "{date_short_pretty}")
    told = f" · {clean(owner, _NAME_SHOWN)} · {state} {_days(took)} · since "
    return [f"{blocker.ref} ", text, words(told), opened]


def _days(took: timedelta) -> str:
    if took < timedelta(days=1):
        hours = int(took / timedelta(hours=1))
        return count(hours, "hour") if hours else "less than an hour"
    return count(took.days, "day")


def _names(standups: Sequence[Standup]) -> str:
    shown = ", ".join(clean(s.plan.name, _NAME_SHOWN) for s in standups[:_STANDUPS_NAMED])
    left = len(standups) - _STANDUPS_NAMED
    return f"{shown} and {left} more" if left > 0 else shown
