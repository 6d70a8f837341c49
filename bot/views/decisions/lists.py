"""Decisions in rows: the newest ones, and search results."""

from collections.abc import Sequence

from bot.domain.decisions.record import DecisionRecord, DecisionStatus, reference
from bot.domain.decisions.search import Found
from bot.ports.chat import Message
from bot.views.blocks import context, lines, message, note
from bot.views.text import Line, clean, count, cut, escape, moment, words

LIST_LENGTH = 20
SEARCH_LENGTH = 10


def listing(records: Sequence[DecisionRecord], status: DecisionStatus | None) -> Message:
    """The newest decisions, one line each; pass one more than fits to have it said."""
    if not records:
        return note(_nothing_listed(status))
    rows = [_row(record) for record in records[:LIST_LENGTH]]
    blocks = [lines(*rows)]
    if len(records) > LIST_LENGTH:
        blocks.append(
            context(f"The newest {LIST_LENGTH}. Older ones: `/decide search` and a few words.")
        )
    return message(f"{count(len(rows), 'decision')}, newest first", blocks)


def found(hits: Sequence[Found], query: str) -> Message:
    """Search results; pass one more than fits to have it said. `query` is as typed."""
    typed = escape(clean(query, 80))
    if not hits:
        return note(f"No decision holds all of *{typed}*. Try fewer words, or `/decide list`.")
    best = hits[:SEARCH_LENGTH]
    blocks = [lines(_row(hit.record), [words(hit.snippet)]) for hit in best]
    if len(hits) > SEARCH_LENGTH:
        blocks.append(context(f"The best {SEARCH_LENGTH}; one more word narrows it."))
    return message(f"{count(len(best), 'decision')} found", blocks)


def _nothing_listed(status: DecisionStatus | None) -> str:
    if status is None:
        return "No decision has been logged yet. Type `/decide` to log the first."
    return f"No decision is {status}. Type `/decide list` to see all."


def _row(record: DecisionRecord) -> Line:
    when = moment(record.decided_at or record.created_at, "{date_short_pretty}")
    newer = f" by {reference(record.superseded_by)}" if record.superseded_by else ""
    title = words(f"{record.ref} · {cut(record.title, 100)}", bold=True)
    return [title, f" · {record.status}{newer} · ", when]
