"""The weekly digest: one message that fits a phone's screen, and all of it in a form."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain.calendar import local_date, zone_or_utc
from bot.domain.digests.weekly import WeeklyContent
from bot.domain.digests.windows import Span
from bot.domain.links import Links
from bot.errors import InvalidInput
from bot.ports.chat import Block, Message, Modal
from bot.views.blocks import (
    actions,
    bullets,
    button,
    context,
    header,
    lines,
    message,
    note,
    roomiest,
)
from bot.views.digests.parts import Paragraph, Part, paragraph
from bot.views.digests.sources import ages
from bot.views.digests.weekly_parts import parts
from bot.views.forms import modal
from bot.views.standups import day_name
from bot.views.text import Line, clean, count, escape, moment_token, words

ACTION_MORE = "digest.weekly.more"
ACTION_POST = "digest.weekly.post"
CALLBACK_ALL = "digest.weekly"

READING = note("Reading the week…")

_ROOMS = (3, 2, 1)
_ALL_ROOMS = (12, 6, 3, 1)
_SCREEN_LINES = 12
_SCREEN_CHARACTERS = 900
_BETWEEN = "|"
_TYPED = 40


def weekly(content: WeeklyContent, links: Links) -> Message:
    """What the channel reads; it mentions nobody."""
    return message(_summary(content), _blocks(content, links))


def for_one(content: WeeklyContent, links: Links) -> Message:
    """The same for who asked, who may post it."""
    post = button("Post here", ACTION_POST, value(content))
    blocks = _blocks(content, links, post, above=[context("Only you see this.")])
    return message(f"Preview. {_summary(content)}", blocks)


def everything(content: WeeklyContent, links: Links) -> Modal:
    """Every section with many more rows."""
    drawn = parts(content, links)
    blocks = roomiest([*_whole(drawn, room), *_footer(content)] for room in _ALL_ROOMS)
    head = header(_title(content))
    return modal(CALLBACK_ALL, "The week", [head, *blocks], close="Close")


def nothing() -> Message:
    """A week without anything to say."""
    return note("Nothing to report of the last seven days.")


def not_past(typed: str) -> Message:
    """Another week than the last seven days was asked for."""
    return note(
        "`/digest weekly` shows the last seven days only: how things stood in an earlier week "
        f"isn't kept. `/digest preview {escape(clean(typed, _TYPED))}` shows that day."
    )


def posted() -> Message:
    """It is on its way."""
    return note("Here it comes.")


def value(content: WeeklyContent) -> str:
    """What a button carries: which week is meant."""
    span = content.span
    return _BETWEEN.join([span.since.isoformat(), span.until.isoformat(), content.zone])


def read_value(text: str) -> tuple[Span, str]:
    """The week and the zone of a button; hints, never rights."""
    since, until, zone = [*text.split(_BETWEEN), "", ""][:3]
    try:
        span = Span(since=datetime.fromisoformat(since), until=datetime.fromisoformat(until))
    except ValueError:
        raise InvalidInput("That button is too old. `/digest weekly` shows the week.") from None
    return span, zone


def _title(content: WeeklyContent) -> str:
    """`The week of 16–22 Nov`: the dates that ended in it, and the one that it ends on."""
    first = local_date(content.span.since, zone_or_utc(content.zone)) + timedelta(days=1)
    last = content.day
    if first >= last:
        return f"The week to {day_name(last)}"
    began = f"{first.day}" if first.month == last.month else f"{first.day} {first:%b} "
    between = "–" if first.month == last.month else "– "
    return f"The week of {began}{between}{last.day} {last:%b}"


def _summary(content: WeeklyContent) -> str:
    runs = content.week.runs
    amounts = [
        (len(content.decisions.hypotheses.tested), "hypothesis tested", "hypotheses tested"),
        (len(content.decided) + len(content.rejected), "decision", "decisions"),
        (content.decisions.open_total, "waiting", "waiting"),
        (len(content.done), "issue done", "issues done"),
        (runs.finished, "run finished", "runs finished"),
        (runs.failed, "run failed", "runs failed"),
    ]
    said = [count(amount, one, many) for amount, one, many in amounts if amount]
    return f"The week to {day_name(content.day)}: {', '.join(said) or 'see inside'}"


def _blocks(
    content: WeeklyContent, links: Links, *more: dict[str, object], above: Sequence[Block] = ()
) -> Sequence[Block]:
    drawn = parts(content, links)
    rooms = [room for room in _ROOMS if _fits([paragraph(each, room) for each in drawn])]
    head = [*above, header(_title(content))]
    return roomiest(
        [
            *head,
            *_drawn([paragraph(each, room) for each in drawn]),
            *_buttons(content, drawn, room, more),
            *_footer(content),
        ]
        for room in rooms or _ROOMS[-1:]
    )


def _buttons(
    content: WeeklyContent, drawn: Sequence[Part], room: int, more: Sequence[dict[str, object]]
) -> list[Block]:
    """*More* only where there is more."""
    is_cut = any(each.size > max(room, each.least) for each in drawn)
    found = [button("More", ACTION_MORE, value(content))] if is_cut else []
    return [actions("digest_weekly", *found, *more)] if found or more else []


def _fits(told: Sequence[Paragraph]) -> bool:
    return (
        sum(each.height for each in told) <= _SCREEN_LINES
        and sum(each.length for each in told) <= _SCREEN_CHARACTERS
    )


def _drawn(told: Sequence[Paragraph]) -> list[Block]:
    blocks: list[Block] = []
    for each in told:
        blocks.append(lines(each.title))
        blocks += [bullets(each.rows)] if each.rows else []
    return blocks


def _whole(drawn: Sequence[Part], room: int) -> list[Block]:
    blocks: list[Block] = []
    for each in drawn:
        rows: list[Line] = each.draw(0, room)
        left = each.size - room
        rows += [[f"and {left} more"]] if left > 0 else []
        blocks.append(lines([words(each.title, bold=True)]))
        blocks += [bullets(rows)] if rows else []
    return blocks


def _footer(content: WeeklyContent) -> list[Block]:
    """Since when, and how old the sources are."""
    since = moment_token(content.span.since, "{date_short_pretty} {time}")
    return [context(" · ".join(filter(None, [f"Since {since}", ages(content.week)])))]
