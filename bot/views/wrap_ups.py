"""A stand-up's day as its channel sees it: what others can act on first, then who said what."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.blocker import Blocker
from bot.domain.day import Day
from bot.domain.links import Links
from bot.domain.person import Person
from bot.domain.roster import Idle
from bot.domain.turn import Cohort, Entry
from bot.ports.chat import Block, Message, Modal
from bot.views import report_posts
from bot.views.blockers import ACTION_TAKE
from bot.views.blocks import actions, button, context, header, lines, message, roomiest
from bot.views.forms import modal
from bot.views.prompts import absence_words
from bot.views.references import linked
from bot.views.standups import day_name
from bot.views.text import Line, clean, count, escape, moment_token, times, words

ACTION_REPORTS = "standup.reports"
CALLBACK_REPORTS = "standup.reports_shown"

# How many people are shown in a line each, and how many characters of what they say: the most with
# which the whole card fits into one message.
_ROOMS = ((30, 140), (15, 140), (8, 140), (4, 140), (3, 40))
_BLOCKERS_SHOWN = 8
_CARRIED_SHOWN = 5
_TAKERS = 5
_NAME_SHOWN = 40
_ASKED_SHOWN = 3
# How much of each answer all reports show: the most with which a page fits into one form, for which
# Slack takes 250 kB.
_ANSWER_LIMITS = (1200, 600, 300, 150)
_PAGE_BYTES = 200_000
_REPORTS_A_PAGE = 8


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What a card shows beside the reports.

    `blockers` are the open ones of those who are in it, oldest first. `closing` are the other
    cohorts and when their day closes (aware UTC). `thread` is the address of the day's thread where
    the card itself doesn't open it. `call` says who facilitates the live call, if there is one.
    """

    people: Mapping[str, Person]
    blockers: Sequence[Blocker] = ()
    closing: Sequence[tuple[Cohort, datetime]] = ()
    thread: str = ""
    opens_thread: bool = True
    call: str = ""


def card(part: Day, cohort: Cohort | None, around: Surroundings, links: Links) -> Message:
    """The card of a cohort's part of a day, or of the whole day where `cohort` is None."""
    name = f"{clean(part.standup.plan.name)} · {day_name(part.local_date)}"
    counted = f"{len(part.reports)} of {_expected(part)}"
    title = f"{name} · {cohort.value} ({counted})" if cohort else f"{name} ({counted})"
    variants = (_card(title, part, cohort, around, links, *room) for room in _ROOMS)
    return message(f"{title} reported", roomiest(variants))


def status(days: Sequence[Day], people: Mapping[str, Person], idle: Sequence[Idle]) -> Message:
    """How far each stand-up of a channel is, and who isn't asked; names only."""
    variants = (_status(days, people, idle, most) for most, _ in _ROOMS)
    return message("How far today's stand-ups are", roomiest(variants))


def all_reports(
    part: Day, cohort: Cohort | None, people: Mapping[str, Person], links: Links, page: int
) -> Modal:
    """Every report of a cohort's part of a day, or of the whole day where `cohort` is None, a page
    at a time; `page` counts from 0."""
    said = [e for e in part.entries if e.report]
    said.sort(key=lambda e: (e.report.submitted_at, e.turn.user_id) if e.report else ())
    first = page * _REPORTS_A_PAGE
    shown = said[first : first + _REPORTS_A_PAGE]
    for limit in _ANSWER_LIMITS:
        blocks = [report_posts.body(e, _name(e.turn.user_id, people), links, limit) for e in shown]
        if len(json.dumps(blocks, ensure_ascii=False).encode()) <= _PAGE_BYTES:
            break
    blocks.append(context(f"{first + 1} to {first + len(shown)} of {len(said)}"))
    blocks += _pages(part, cohort, page, first + len(shown) < len(said))
    return modal(CALLBACK_REPORTS, "Reports", blocks, close="Close")


def value_of(part: Day, cohort: Cohort | None, page: int) -> str:
    """What the button for all reports carries."""
    name = cohort.name if cohort else ""
    return f"{part.standup.id}|{part.local_date.isoformat()}|{name}|{page}"


def _status(
    days: Sequence[Day], people: Mapping[str, Person], idle: Sequence[Idle], most: int
) -> list[Block]:
    blocks: list[Block] = []
    for day in days:
        title = f"{clean(day.standup.plan.name)} · {day_name(day.local_date)}"
        if day.entries:
            said = f" · {len(day.reports)} of {_expected(day)} have reported"
            blocks.append(
                lines([words(title, bold=True), said], *_standing(day, people, most, reported=True))
            )
        else:
            free = day.local_date.isoweekday() not in day.standup.plan.weekdays
            why = " · asks nobody on that day" if free else " · nobody has been asked yet"
            blocks.append(lines([words(title, bold=True), why]))
    if idle:
        names = [f"{clean(one.name, _NAME_SHOWN)} ({one.reason})" for one in idle]
        blocks.append(lines([words("Not asked: ", italic=True), words(_some(names, most))]))
    return blocks


def _card(
    title: str,
    part: Day,
    cohort: Cohort | None,
    around: Surroundings,
    links: Links,
    most: int,
    length: int,
) -> list[Block]:
    blocks: list[Block] = [header(title)]
    acting = [*_blocked(around, length), *_carried(part, around.people, length)]
    if acting:
        blocks.append(lines(*acting))
    blocks += _takers(around.blockers)
    said = [_said(entry, around.people, links, length) for entry in _reported(part)]
    left = len(said) - most
    more: list[Line] = [[words(f"and {count(left, 'report')} more: All reports", italic=True)]]
    rows = [*said[:most], *(more if left > 0 else []), *_standing(part, around.people, most)]
    if rows:
        blocks.append(lines(*rows))
    every = button("All reports", ACTION_REPORTS, value_of(part, cohort, 0))
    return [*blocks, actions("standup_card", every), *_footer(around)]


def _expected(part: Day) -> int:
    """How many reports there are or are still to come; optional people count once they report."""
    return len(part.reports) + sum(turn.required for turn in part.waiting)


def _reported(part: Day) -> list[Entry]:
    """Those with a report, in the order in which the reports came."""
    by_person = {e.turn.user_id: e for e in part.entries}
    return [by_person[report.user_id] for report in part.reports]


def _blocked(around: Surroundings, length: int) -> list[Line]:
    rows = [_blocker(b, around.people, length) for b in around.blockers[:_BLOCKERS_SHOWN]]
    left = len(around.blockers) - _BLOCKERS_SHOWN
    return [*rows, [f"🔴 and {count(left, 'blocker')} more: All reports"]] if left > 0 else rows


def _blocker(blocker: Blocker, people: Mapping[str, Person], length: int) -> Line:
    line: Line = ["🔴 ", words(_name(blocker.user_id, people), bold=True)]
    line.append(words(f" is blocked: {clean(blocker.text, length)}"))
    if blocker.acknowledged_by:
        line.append(words(f" · {_name(blocker.acknowledged_by, people)} takes it"))
    elif blocker.asked:
        asked = [_name(user_id, people) for user_id in blocker.asked]
        line.append(words(f" · asks {_some(asked, _ASKED_SHOWN)}"))
    return line


def _takers(blockers: Sequence[Blocker]) -> list[Block]:
    """A button for each of the oldest blockers that nobody has taken."""
    free = [b for b in blockers if b.needs_someone][:_TAKERS]
    if not free:
        return []
    buttons = [
        button(f"I'll take {b.ref}", f"{ACTION_TAKE}:{n}", str(b.number))
        for n, b in enumerate(free)
    ]
    return [actions("standup_blockers", *buttons)]


def _carried(part: Day, people: Mapping[str, Person], length: int) -> list[Line]:
    """What was put off at least twice, the oldest first."""
    items = [(i, r.user_id) for r in part.reports for i in r.carried_over if i.carried]
    items.sort(key=lambda item: -item[0].carried)
    rows: list[Line] = []
    for item, user_id in items[:_CARRIED_SHOWN]:
        said = f"🟡 Carried over {times(item.carried + 1)}: {clean(item.text, length)}"
        rows.append([words(f"{said} ({_name(user_id, people)})")])
    left = len(items) - _CARRIED_SHOWN
    return [*rows, [f"🟡 and {count(left, 'item')} more: All reports"]] if left > 0 else rows


def _said(entry: Entry, people: Mapping[str, Person], links: Links, length: int) -> Line:
    """One person in one line: what moved, and what is next."""
    report = entry.report
    assert report is not None
    texts = [answer.text for answer in report.answers]
    line: Line = [words(_name(report.user_id, people), bold=True)]
    if texts and texts[0]:
        line += [" · ", *linked(_first(texts[0], length), report.references, links)]
    if len(texts) > 1 and texts[-1]:
        following = _first(texts[-1], length)
        line += [" · next: ", *linked(following, report.references, links)]
    if entry.late:
        line.append(words(" · came late", italic=True))
    if report.edited_at:
        line.append(words(" · edited", italic=True))
    return line


def _first(text: str, limit: int) -> str:
    """The first line of a text, and how many follow."""
    first, *rest = [line for line in text.splitlines() if line.strip()] or [""]
    return clean(first, limit) + (f" (+{len(rest)})" if rest else "")


def _standing(
    part: Day, people: Mapping[str, Person], most: int, *, reported: bool = False
) -> list[Line]:
    """Who is away, who hasn't been heard from and, if asked, who has; nobody is mentioned."""
    rows: list[Line] = []
    absent = [
        f"{_name(t.user_id, people)} ({absence_words(t.absence)})" for t in part.absent if t.absence
    ]
    for label, names in (
        ("Reported: ", [_name(r.user_id, people) for r in part.reports] if reported else []),
        ("Not there: ", absent),
        ("Not heard from yet: ", [_name(t.user_id, people) for t in part.waiting if t.required]),
    ):
        if names:
            rows.append([words(label, italic=True), words(_some(names, most))])
    return rows


def _some(names: Sequence[str], most: int) -> str:
    left = len(names) - most
    return ", ".join(names[:most]) + (f" and {left} more" if left > 0 else "")


def _footer(around: Surroundings) -> list[Block]:
    said = [f"<{around.thread}|full reports in the day's thread>"] if around.thread else []
    said += ["full reports in the thread"] if around.opens_thread else []
    said += [
        f"{escape(cohort.value)} closes {moment_token(at, '{date_short_pretty} {time}')}"
        for cohort, at in around.closing
    ]
    call = [lines([words(clean(around.call))])] if around.call else []
    return [*call, *([context(" · ".join(said))] if said else [])]


def _pages(part: Day, cohort: Cohort | None, page: int, more: bool) -> list[Block]:
    buttons = []
    if page > 0:
        buttons.append(button("Back", f"{ACTION_REPORTS}:back", value_of(part, cohort, page - 1)))
    if more:
        buttons.append(button("More", f"{ACTION_REPORTS}:more", value_of(part, cohort, page + 1)))
    return [actions("standup_pages", *buttons)] if buttons else []


def _name(user_id: str, people: Mapping[str, Person]) -> str:
    return clean(people[user_id].name, _NAME_SHOWN) if user_id in people else user_id
