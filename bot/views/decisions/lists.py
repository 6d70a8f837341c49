"""Decisions in rows: the newest ones, and search results; page by page."""

from collections.abc import Mapping, Sequence

from bot.domain.decisions.record import DecisionRecord, reference
from bot.domain.decisions.search import Found, Query
from bot.domain.person import Person
from bot.ports.chat import Block, Message, Modal
from bot.views.blocks import actions, button, context, lines, message, note, roomiest
from bot.views.decisions import here
from bot.views.forms import modal
from bot.views.text import Line, clean, count, cut, escape, moment, words

ACTION_PAGE = "decision.page"
CALLBACK_PAGE = "decision.page"

LIST, SEARCH, TIMELINE = "list", "search", "timeline"
TITLES = {LIST: "Decisions", SEARCH: "Decisions found", TIMELINE: "What was decided when"}

_TYPED_SHOWN = 80
# How many characters of each title: the most with which a page fits into one message.
_TITLES_SHOWN = (100, 60, 30)

People = Mapping[str, Person]


def listing(records: Sequence[DecisionRecord], query: Query, pages: "Pages") -> list[Block]:
    """The newest decisions, one line each."""
    if not records:
        return [*note(_nothing_listed(query, pages)).blocks, *pages.buttons()]
    variants = (
        [lines(*(row(record, room) for record in records)), *pages.buttons()]
        for room in _TITLES_SHOWN
    )
    return list(roomiest(variants))


def found(hits: Sequence[Found], pages: "Pages") -> list[Block]:
    """Search results with the piece of each that matches."""
    if not hits and not pages.number:
        typed = escape(clean(pages.typed, _TYPED_SHOWN))
        return list(
            note(f"No decision holds all of *{typed}*. Try fewer words, or `/decide list`.").blocks
        )
    rows = [lines(row(hit.record, _TITLES_SHOWN[0]), [words(hit.snippet)]) for hit in hits]
    return [*rows, *pages.buttons()]


class Pages:
    """Where one stands in what `typed` asks for, and the buttons that lead on from there."""

    def __init__(self, kind: str, typed: str, number: int, *, more: bool) -> None:
        self.kind, self.typed, self.number, self.more = kind, typed, number, more

    def buttons(self) -> list[Block]:
        """*Older* and *Newer*, as far as there are such; the best come first in a search."""
        on, back = ("More", "Back") if self.kind == SEARCH else ("Older", "Newer")
        steps = []
        if self.number > 0:
            steps.append(button(back, f"{ACTION_PAGE}:back", self._value(self.number - 1)))
        if self.more:
            steps.append(button(on, f"{ACTION_PAGE}:on", self._value(self.number + 1)))
        return [actions("decision_pages", *steps)] if steps else []

    def _value(self, number: int) -> str:
        return f"{self.kind} {number} {self.typed}"


def read_page(value: str) -> tuple[str, int, str]:
    """Of which kind, which page and of what, as a button's value says."""
    kind, number, typed = value.split(" ", 2)
    return kind, int(number), typed


def answer(blocks: Sequence[Block], pages: Pages, rows: int) -> Message:
    """The first page, as the answer to what was typed."""
    if not rows:
        return note(blocks[0]["text"]["text"])
    more = " and more" if pages.more else ""
    return message(f"{TITLES[pages.kind]}: {count(rows, 'row')}{more}", blocks)


def page_modal(blocks: Sequence[Block], pages: Pages, channel: str) -> Modal:
    """A later page, in a form of its own, opened in `channel`."""
    head = [context(escape(f"{clean(pages.typed, _TYPED_SHOWN)} · page {pages.number + 1}"))]
    return modal(
        CALLBACK_PAGE,
        TITLES[pages.kind],
        [*head, *blocks],
        close="Close",
        hidden=here.hidden(channel),
    )


def row(record: DecisionRecord, room: int) -> Line:
    """One decision in a line: what it is called, its status and since when."""
    when = moment(record.decided_at or record.created_at, "{date_short_pretty}")
    newer = f" by {reference(record.superseded_by)}" if record.superseded_by else ""
    title = words(f"{record.ref} · {cut(record.title, room)}", bold=True)
    return [title, f" · {record.status}{newer} · ", when]


def _nothing_listed(query: Query, pages: Pages) -> str:
    if pages.number:
        return "There are no older ones."
    if query == Query(status=query.status) and query.status is not None:
        return f"No decision is {query.status}. Type `/decide list` to see all."
    if query.is_narrow:
        typed = escape(clean(pages.typed, _TYPED_SHOWN))
        return f"No decision is {typed}. Type `/decide list` to see all."
    return "No decision has been logged yet. Type `/decide` to log the first."
