"""What people see of a channel's weekly digest of decisions, and the form that sets it."""

from collections.abc import Sequence
from typing import TypeVar

from bot.domain import calendar
from bot.domain.decisions.detail import DecisionDetail
from bot.domain.decisions.record import DecisionStatus, reference
from bot.domain.decisions.weekly import (
    Made,
    Scope,
    WeeklyChoice,
    WeeklyDigest,
    WeeklySettings,
)
from bot.domain.links import Links
from bot.domain.schedule import Schedule
from bot.errors import InvalidForm, InvalidInput
from bot.ports.chat import Block, Message, Modal
from bot.views.blocks import actions, button, context, header, message, mrkdwn, roomiest
from bot.views.decisions.revisit import outcome_line
from bot.views.decisions.waiting import Pages, due_row, open_row, section
from bot.views.decisions.waiting import reference as page
from bot.views.experiments.hypothesis_rows import news_sections
from bot.views.forms import WEEKDAYS, FormState, modal, select, text_input, time_input
from bot.views.standups import clock, day_name, weekdays
from bot.views.text import Line, clean, cut, moment_token, words

CALLBACK_WEEKLY = "decision.weekly"
ACTION_OFF = "decision.weekly_off"

_ROOMS = (8, 5, 3, 2, 1)
_TITLE = 90
_NAME = 40

T = TypeVar("T")


def weekly(content: WeeklyDigest, links: Links) -> Message:
    """The digest as one message; it mentions nobody."""
    said = [
        (len(content.made), "made"),
        (content.open_total, "open"),
        (len(content.due), "due for review"),
        (len(content.hypotheses.tested), "tested"),
    ]
    summary = ", ".join(f"{amount} {word}" for amount, word in said if amount)
    variants = (_blocks(content, links, room) for room in _ROOMS)
    return message(f"Decisions of the week: {summary or 'see inside'}", roomiest(variants))


def form(settings: WeeklySettings, *, inside: bool = False) -> Modal:
    """When the channel's digest comes and what it covers; one that is on can be turned off.

    `inside` says that the channel's weekly digest holds it already.
    """
    choice = settings.choice
    blocks = [
        select("weekday", "Every", WEEKDAYS, initial=str(choice.weekday)),
        time_input("time", "At", initial=choice.wall_time),
        text_input(
            "zone",
            "Time zone of this channel",
            initial=choice.zone,
            limit=60,
            hint="An IANA name such as Europe/Berlin.",
        ),
        select(
            "scope",
            "Decisions of",
            _SCOPES,
            initial=choice.scope.value,
            hint="Everybody who can read this channel reads them here.",
        ),
    ]
    if settings.version and choice.active:
        off = button("Turn off", ACTION_OFF, settings.channel)
        blocks.append(actions("decision.weekly", off))
    if inside:
        blocks.append(context(_INSIDE))
    hidden = {"channel": settings.channel, "version": settings.version}
    return modal(CALLBACK_WEEKLY, "Weekly decisions", blocks, submit="Save", hidden=hidden)


_INSIDE = (
    "The weekly digest of this channel holds the decisions, so they don't come a second time "
    "alone; what you choose here says which ones it holds. `/digest settings` turns it off."
)

_SCOPES = (
    ("This channel", Scope.CHANNEL.value),
    ("This and every public channel", Scope.PUBLIC.value),
)


def read(state: FormState) -> WeeklyChoice:
    """What was filled in; raises InvalidForm with a sentence per field."""
    try:
        zone = calendar.find_zone(state.text("zone")).key
    except InvalidInput as error:
        raise InvalidForm({"zone": str(error)}) from None
    weekday = state.choice("weekday")
    if not weekday:
        raise InvalidForm({"weekday": "Pick a weekday."})
    return WeeklyChoice(
        zone=zone,
        weekday=int(weekday),
        wall_time=state.time("time"),
        scope=Scope(state.choice("scope") or Scope.CHANNEL),
    )


def channel_of(state: FormState) -> str:
    """The channel that the form is about."""
    return str(state.hidden["channel"])


def version_of(state: FormState) -> int:
    """The version that the person saw."""
    return int(state.hidden["version"])


def saved(schedule: Schedule, *, inside: bool = False) -> Modal:
    """When the next one comes."""
    if inside:
        text = f"Saved. {_INSIDE}"
        return modal("decision.weekly_saved", "Weekly decisions", [mrkdwn(text)], close="Close")
    at = moment_token(schedule.next_run_at, "{date_short_pretty} at {time}")
    when = f"{weekdays(schedule.weekdays)} at {clock(schedule.wall_time)} {schedule.zone}"
    text = (
        f"Saved. The decisions of the week come here {when}, next {at}; "
        "in a week with nothing to say they stay away."
    )
    return modal("decision.weekly_saved", "Weekly decisions", [mrkdwn(text)], close="Close")


def turned_off() -> Modal:
    """There is none any more."""
    text = "The weekly decisions don't come here any more. `/decide weekly` brings them back."
    return modal("decision.weekly_saved", "Weekly decisions", [mrkdwn(text)], close="Close")


def _blocks(content: WeeklyDigest, links: Links, room: int) -> list[Block]:
    made = [_made(item, content.pages, links) for item in content.made[:room]]
    open_rows = [
        open_row(item, page(item.record, content.pages, links)) for item in content.open[:room]
    ]
    due = [due_row(item, page(item.record, content.pages, links)) for item in content.due[:room]]
    measured = [_measured(item, content.pages, links) for item in content.measured[:room]]
    blocks = [header(f"Decisions of the week · {day_name(content.day)}")]
    blocks += section("Made this week", made, _left(content.made, made), "/decide list")
    left = content.open_total - len(open_rows)
    blocks += section("Open: waiting for whom", open_rows, left, "/decide list proposed")
    blocks += section("Due for review", due, _left(content.due, due), "/decide review")
    blocks += section("Predicted and observed", measured)
    blocks += news_sections(content.hypotheses, links, room)
    if content.scope is Scope.PUBLIC:
        blocks.append(context("Of this channel and every public one. `/decide weekly` changes it."))
    return blocks


def _left(items: Sequence[object], shown: Sequence[object]) -> int:
    return len(items) - len(shown)


def _made(item: Made, pages: Pages, links: Links) -> Line:
    record = item.record
    row: Line = [
        page(record, pages, links),
        f" {cut(clean(record.title), _TITLE)} · {record.status.value}",
    ]
    if record.superseded_by is not None:
        row.append(f" by {reference(record.superseded_by)}")
    elif item.by:
        row.append(words(f" by {clean(item.by, _NAME)}"))
    elif record.status is DecisionStatus.ACCEPTED:
        row.append(" by consent")
    if record.status is DecisionStatus.ACCEPTED and record.supersedes is not None:
        row.append(f" · replaces {reference(record.supersedes)}")
    return row


def _measured(detail: DecisionDetail, pages: Pages, links: Links) -> Line:
    record = detail.record
    title = f" {cut(clean(record.title), _TITLE)} · "
    return [page(record, pages, links), title, *(outcome_line(detail, links) or [])]
