"""The weekly digest: one message that fits a phone's screen, and all of it in a form."""

from collections.abc import Sequence
from datetime import datetime

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
from bot.views.text import Line, count, moment_token, words

ACTION_MORE = "digest.weekly.more"
ACTION_POST = "digest.weekly.post"
CALLBACK_ALL = "digest.weekly"

READING = note("Reading the week…")

_ROOMS = (3, 2, 1)
_ALL_ROOMS = (12, 6, 3, 1)
_SCREEN_LINES = 12
_SCREEN_CHARACTERS = 900
_BETWEEN = "|"


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
    return f"The week · {day_name(content.day)}"


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
    variants = [[paragraph(each, room) for each in drawn] for room in _ROOMS]
    fitting = [each for each in variants if _fits(each)] or variants[-1:]
    row = actions("digest_weekly", button("More", ACTION_MORE, value(content)), *more)
    below = [row, *_footer(content)]
    head = [*above, header(_title(content))]
    return roomiest([*head, *_drawn(each), *below] for each in fitting)


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
