"""The channel's digest: one message that fits on a phone's screen, and buttons for the rest."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from bot.domain.digests.content import Digest
from bot.domain.links import Links
from bot.ports.chat import Block, Message
from bot.views.blocks import (
    actions,
    bullets,
    chart_slot,
    context,
    header,
    lines,
    message,
    note,
    roomiest,
)
from bot.views.digests.parts import Paragraph, paragraph
from bot.views.digests.places import DETAILS, STAKEHOLDERS, Place, go, here
from bot.views.digests.sections import sprint
from bot.views.digests.sections.all import short
from bot.views.digests.sections.runs import counts
from bot.views.digests.sources import ages, footer
from bot.views.issues.summary import headline
from bot.views.standups import day_name
from bot.views.text import count, moment_token

# How many rows a list may have: the most with which everything fits on one screen.
_ROOMS = (6, 4, 3, 2, 1, 0)
_SCREEN_LINES = 12
_SCREEN_CHARACTERS = 900


def digest(content: Digest, links: Links) -> Message:
    """The digest as one message: first what needs someone, last how old the sources are."""
    return message(_summary(content), _roomiest(content, links), chart=sprint.chart(content))


def as_preview(shown: Message, content: Digest) -> Message:
    """The same, for one person only."""
    hint = "A preview that only you see."
    hint += "" if content.past else " `/digest now` posts it here."
    blocks = [context(hint), *shown.blocks]
    return replace(shown, text=f"Preview. {shown.text}", blocks=blocks)


def nothing(content: Digest) -> Message:
    """There is nothing to report."""
    sources = ages(content)
    if content.past:
        return note(f"Nothing to report for {day_name(content.day)}.")
    since = moment_token(content.window.whole.since, "{date_short_pretty} {time}")
    return note(f"Nothing to report since {since}." + (f"\n{sources}" if sources else ""))


def buttons(content: Digest, reading: str = DETAILS) -> Block:
    """What leads on from a message that shows `reading`: each opens a form for who clicks, so that
    the message stays as everybody else knows it."""
    stakeholders = go("For stakeholders", "stakeholders", here(content, STAKEHOLDERS))
    return actions(
        "digest",
        go("Details", "details", here(content)),
        *([stakeholders] if reading != STAKEHOLDERS else []),
        *_before(content),
    )


def _before(content: Digest) -> list[dict[str, object]]:
    if content.before is None:
        return []
    is_yesterday = content.before == content.day - timedelta(days=1)
    label = "Yesterday" if is_yesterday else day_name(content.before)
    return [go(label, "before", Place(day=content.before))]


def _summary(content: Digest) -> str:
    needing = sum(b.blocker.needs_someone for b in content.blockers)
    parts = [
        (needing, "needs someone", "need someone"),
        (len(content.alerts), "open alert", "open alerts"),
        (len(content.late), "model overdue", "models overdue"),
        (len(content.standup.reported), "reported", "reported"),
        (len(content.decisions), "decision", "decisions"),
        (len(content.learned), "hypothesis tested", "hypotheses tested"),
    ]
    said = [count(amount, one, many) for amount, one, many in parts if amount]
    said += [f"Jira {told}"] if (told := headline(content.issues)) else []
    said += [f"runs {counts(content.runs)}"] if content.runs.total else []
    return f"Digest {day_name(content.day)}: {', '.join(said) or 'see inside'}"


def _roomiest(content: Digest, links: Links) -> Sequence[Block]:
    parts = short(content, links)
    variants = [[paragraph(each, room) for each in parts] for room in _ROOMS]
    fitting = [each for each in variants if _fits(each)] or variants[-1:]
    below = [*_chart(content), buttons(content), *footer(content)]
    head = header(f"Digest · {day_name(content.day)}")
    return roomiest([head, *_drawn(each), *below] for each in fitting)


def _fits(paragraphs: Iterable[Paragraph]) -> bool:
    told = list(paragraphs)
    return (
        sum(each.height for each in told) <= _SCREEN_LINES
        and sum(each.length for each in told) <= _SCREEN_CHARACTERS
    )


def _drawn(paragraphs: Iterable[Paragraph]) -> list[Block]:
    blocks: list[Block] = []
    for each in paragraphs:
        blocks.append(lines(each.title))
        blocks += [bullets(each.rows)] if each.rows else []
    return blocks


def _chart(content: Digest) -> list[Block]:
    return [chart_slot()] if content.sprint else []
