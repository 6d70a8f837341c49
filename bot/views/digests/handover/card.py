"""The hand-over as App Home and the message in the morning show it: one phone screen, the rest
behind a button."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.domain import calendar
from bot.domain.digests.handover import Handover
from bot.domain.digests.handover_span import HandoverWindow
from bot.domain.links import Links
from bot.domain.wording import clock
from bot.ports.chat import Block, Message, Modal
from bot.views.blocks import actions, bullets, button, context, lines, message
from bot.views.digests.handover import rows
from bot.views.experiments.pages import ACTION_PAGE, first_page
from bot.views.forms import modal
from bot.views.sources import source_name
from bot.views.text import Line, clean, escape, plain, words

ACTION_ANSWER = "handover.answer"
ACTION_MORE = "handover.more"
CALLBACK_MORE = "handover.more"

MOST_CHARACTERS = 900
MOST_LINES = 12
"""What a phone shows at once."""

# How many lines each half may have, the richest first.
_ROOMS = ((6, 3), (5, 3), (4, 4), (4, 3), (4, 2), (3, 2), (2, 2), (2, 1), (1, 1), (1, 0))
_PAGE = 40
_PLACES = 4
_NAME = 40
# A night is no longer; what is longer was a weekend or an absence.
_NIGHT = timedelta(hours=20)


@dataclass(frozen=True, kw_only=True)
class Card:
    """What is shown: lines as they are read from top to bottom, and how many facts were left out or
    only counted."""

    head: str
    mine: Sequence[Line]
    rest: Sequence[Line]
    left: int
    foot: Sequence[str]

    @property
    def text(self) -> str:
        """All of it, a line each, as it is read."""
        return "\n".join(
            [
                self.head,
                *(["For you"] if self.mine else []),
                *(f"• {plain(line)}" for line in self.mine),
                *(["Changed"] if self.rest else []),
                *(f"• {plain(line)}" for line in self.rest),
                *self.foot,
            ]
        )

    @property
    def fits(self) -> bool:
        """Whether a phone shows it at once."""
        text = self.text
        return len(text) <= MOST_CHARACTERS and text.count("\n") < MOST_LINES


def short(content: Handover, links: Links, *, alone: bool = True) -> Card:
    """As much of it as a phone shows; `alone` is where nothing beside it can wait for them."""
    mine, rest = rows.for_you(content, links), rows.changed(content, links)
    counted = rows.counted(content)
    found = _card(content, mine, rest, len(mine), len(rest), counted, alone=alone)
    for most, others in _ROOMS:
        if found.fits:
            break
        # What one half doesn't need, the other one gets.
        first = max(most, most + others - len(rest))
        second = most + others - min(first, len(mine))
        found = _card(content, mine, rest, first, second, counted, alone=alone)
    return found


def blocks(content: Handover, links: Links, *, alone: bool = True) -> list[Block]:
    """The card with its buttons."""
    card = short(content, links, alone=alone)
    shown = _blocks(card)
    found = _buttons(content, card)
    return [*shown, actions("handover", *found)] if found else shown


def dm(content: Handover, links: Links) -> Message:
    """The message in the morning."""
    card = short(content, links)
    first = plain(next(iter([*card.mine, *card.rest]), []))
    return message(f"{card.head} {first}", blocks(content, links))


def more(content: Handover, links: Links, start: int = 0) -> Modal:
    """All of it, as somebody asked for it, a page at a time; `start` is the first line's place."""
    mine, rest = rows.for_you(content, links), rows.all_changed(content, links)
    lines_of = [("For you", line) for line in mine] + [("Changed", line) for line in rest]
    end = start + _PAGE
    shown = lines_of[start:end]
    card = Card(
        head=_head(content),
        mine=[line for half, line in shown if half == "For you"],
        rest=[line for half, line in shown if half == "Changed"],
        left=0,
        foot=[*_stale(content), *_page(start, len(shown), len(lines_of))],
    )
    turning = [
        button(name, f"{ACTION_MORE}:{name.casefold()}", _value(content, to))
        for name, to, exists in (
            ("Back", max(0, start - _PAGE), start > 0),
            ("Next", end, end < len(lines_of)),
        )
        if exists
    ]
    found = [*_blocks(card), *([actions(f"handover_more_{start}", *turning)] if turning else [])]
    return modal(CALLBACK_MORE, "Hand-over", found, close="Close")


def read_more(value: str) -> tuple[HandoverWindow, int]:
    """What the value of *More* names: the window, and the place of the first line."""
    start, *instants = value.split("|")
    return HandoverWindow.at(*map(datetime.fromisoformat, instants)), int(start)


def _value(content: Handover, start: int) -> str:
    at = content.window.instants.values()
    return "|".join([str(start), *(each.isoformat() for each in at)])


def _page(start: int, shown: int, total: int) -> list[str]:
    if shown == total:
        return []
    return [f"{start + 1} to {start + shown} of {total}."]


def _card(
    content: Handover,
    mine: Sequence[Line],
    rest: Sequence[Line],
    most: int,
    others: int,
    counted: int,
    *,
    alone: bool,
) -> Card:
    shown, told = list(mine[:most]), list(rest[:others])
    cut = len(rest) - len(told)
    # The last line counts facts: without it they are left out one by one.
    left = len(mine) - len(shown), cut - 1 + counted if cut and counted else cut
    return Card(
        head=_head(content),
        mine=shown,
        rest=told,
        left=sum(left) + (0 if cut else counted),
        foot=[*_stale(content), *_last(content, left, bool(mine), alone=alone)],
    )


def _head(content: Handover) -> str:
    local = content.now.astimezone(calendar.zone_or_utc(content.person.zone))
    greeting = "Good morning. " if local.hour < 12 else ""
    if not content.something_to_say:
        return f"{greeting}Nothing happened {_since(content)}."
    places = content.places[:_PLACES]
    named = f" ({', '.join(clean(each, 40) for each in places)})" if places else ""
    since = _since(content)
    return f"{greeting}{since[0].upper()}{since[1:]}{named}:"


def _since(content: Handover) -> str:
    span = content.span
    if span.until - span.since <= _NIGHT:
        return "while you slept"
    return f"since {clock(span.since, content.now, content.person.zone)}"


def _last(content: Handover, left: tuple[int, int], any_mine: bool, *, alone: bool) -> list[str]:
    """That nothing else needs the reader is only said where it is so."""
    more_mine, more_rest = left
    if more_mine or more_rest:
        parts = [f"{more_mine} for you"] if more_mine else []
        parts += [f"{more_rest} changed"] if more_rest else []
        return [f"And {', '.join(parts)} below More."]
    if not alone:
        return []
    if reports := content.for_you.reports:
        name = clean(reports[0].standup.plan.name, _NAME)
        what = f"your report for {name} is" if len(reports) == 1 else "your stand-up reports are"
        return [f"Besides, only {what} awaited." if any_mine else f"Only {what} awaited."]
    return ["Nothing else needs you." if any_mine else "Nothing needs you."]


def _stale(content: Handover) -> list[str]:
    """Which sources can't be read, and since when."""
    found = []
    for source in content.stale:
        since = source.read_at or source.failed_at
        at = f" since {clock(since, content.now, content.person.zone)}" if since else ""
        found.append(f"{source_name(source.source)} hasn't answered{at}; this is what I knew then.")
    return found


def _blocks(card: Card) -> list[Block]:
    found: list[Block] = [lines([words(card.head)])]
    for title, told in (("For you", card.mine), ("Changed", card.rest)):
        if told:
            found += [lines([words(title, bold=True)]), bullets(told)]
    return [*found, *(context(escape(each)) for each in card.foot)]


def _buttons(content: Handover, card: Card) -> list[dict[str, Any]]:
    mine = content.for_you
    found = []
    if mine.turns:
        found.append(button("Answer", ACTION_ANSWER))
    if mine.runs.best:
        experiment = mine.runs.best[0].experiment.experiment_id
        found.append(button("Show runs", f"{ACTION_PAGE}:handover", first_page(experiment)))
    if card.left:
        found.append(button("More", ACTION_MORE, _value(content, 0)))
    return found
