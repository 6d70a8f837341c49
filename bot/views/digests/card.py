"""The channel's digest: one message that fits on a phone's screen, and buttons for the rest."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.domain.digests.content import Digest
from bot.domain.links import Links
from bot.ports.chat import Block, Message
from bot.views.blocks import (
    actions,
    chart_slot,
    context,
    header,
    message,
    note,
    roomiest,
)
from bot.views.digests.parts import Part, paragraph
from bot.views.digests.places import DETAILS, STAKEHOLDERS, Place, go, here
from bot.views.digests.screen import drawn, left_out, screens
from bot.views.digests.sections import sprint
from bot.views.digests.sections.alerts import critical
from bot.views.digests.sections.all import short
from bot.views.digests.sections.runs import counts
from bot.views.digests.sources import ages, footer
from bot.views.issues.summary import headline
from bot.views.standups import day_name
from bot.views.text import count, moment_token

# How many rows a list may have: the most with which everything fits on one screen.
_ROOMS = (6, 4, 3, 2, 1, 0)


def digest(content: Digest, links: Links) -> Message:
    """The digest as one message: first what needs someone, last how old the sources are."""
    blocks = _roomiest(content, links)
    chart = sprint.chart(content) if chart_slot() in blocks else None
    return message(_summary(content), blocks, chart=chart)


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
        day = f"{day_name(content.day)} {content.day.year}"
        return note(f"Nothing to report for {day}: nothing of that day was kept here.")
    since = moment_token(content.window.whole.since, "{date_short_pretty} {time}")
    return note(f"Nothing to report since {since}." + (f"\n{sources}" if sources else ""))


def buttons(content: Digest, reading: str = DETAILS) -> Block:
    """What leads on from a message that shows `reading`: each opens a form for who clicks, so that
    the message stays as everybody else knows it. Details are in the message's own words."""
    stakeholders = go("For stakeholders", "stakeholders", here(content, STAKEHOLDERS))
    return actions(
        "digest",
        go("Details", "details", here(content, reading)),
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
    urgent = critical(content)
    needing = sum(b.blocker.needs_someone for b in content.blockers)
    parts = [
        (len(urgent), "critical alert", "critical alerts"),
        (needing, "needs someone", "need someone"),
        (len(content.alerts) - len(urgent), "open alert", "open alerts"),
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
    head = header(f"Digest · {day_name(content.day)}")
    return roomiest(
        [head, *drawn(told), *_below(content, parts[: len(told)], left)]
        for told, left in screens(variants)
    )


def _below(content: Digest, told: Sequence[Part], left: int) -> list[Block]:
    """The burndown below its line, then what leads on and how old the sources are."""
    picture = [chart_slot()] if any(each.key == sprint.KEY for each in told) else []
    return [*picture, *left_out(left), buttons(content), *footer(content)]
