"""The hand-over as App Home and the message in the morning show it: one phone screen, the rest
behind a button."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.domain import calendar
from bot.domain.digests.handover import Handover
from bot.domain.digests.windows import Span
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
_IN_MODAL = 40
_PLACES = 4
# A night is no longer; what is longer was a weekend or an absence.
_NIGHT = timedelta(hours=20)


@dataclass(frozen=True, kw_only=True)
class Card:
    """What is shown: lines as they are read from top to bottom, and how many were left out."""

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
    found = _card(content, mine, rest, len(mine), len(rest), alone=alone)
    for most, others in _ROOMS:
        if found.fits:
            break
        # What one half doesn't need, the other one gets.
        first = max(most, most + others - len(rest))
        found = _card(
            content, mine, rest, first, most + others - min(first, len(mine)), alone=alone
        )
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


def more(content: Handover, links: Links) -> Modal:
    """All of it, as somebody asked for it."""
    mine, rest = rows.for_you(content, links), rows.changed(content, links)
    card = _card(content, mine, rest, _IN_MODAL, _IN_MODAL, alone=True)
    return modal(CALLBACK_MORE, "Hand-over", _blocks(card), close="Close")


def read_span(value: str) -> Span:
    """The instants in the value of *More*."""
    since, until = (datetime.fromisoformat(part) for part in value.split("|"))
    return Span(since=since, until=until)


def _card(
    content: Handover,
    mine: Sequence[Line],
    rest: Sequence[Line],
    most: int,
    others: int,
    *,
    alone: bool,
) -> Card:
    shown, told = list(mine[:most]), list(rest[:others])
    left = len(mine) - len(shown), len(rest) - len(told)
    return Card(
        head=_head(content),
        mine=shown,
        rest=told,
        left=sum(left),
        foot=[*_stale(content), *_last(left, bool(mine), alone=alone)],
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


def _last(left: tuple[int, int], any_mine: bool, *, alone: bool) -> list[str]:
    """That nothing else needs the reader is only said where it is so."""
    more_mine, more_rest = left
    if more_mine or more_rest:
        parts = [f"{more_mine} for you"] if more_mine else []
        parts += [f"{more_rest} changed"] if more_rest else []
        return [f"And {', '.join(parts)} below More."]
    if not alone:
        return []
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
        span = content.span
        value = f"{span.since.isoformat()}|{span.until.isoformat()}"
        found.append(button("More", ACTION_MORE, value))
    return found
