"""The form by which a decision is kept: a note, and when it is looked at again."""

from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.decisions.detail import DecisionDetail
from bot.domain.decisions.review import Review, a_quarter_after, review_date
from bot.domain.links import Links
from bot.ports.chat import Modal
from bot.views.blocks import lines
from bot.views.decisions.revisit import due_line, outcome_line
from bot.views.forms import FormState, date_input, modal, text_input
from bot.views.text import clean

CALLBACK_KEEP = "decision.keep"

NOTE_LIMIT = 500


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What was filled in: which review of which decision, a note or none, a next date or none."""

    number: int
    ordinal: int
    note: str
    next_on: date | None


def keep_modal(detail: DecisionDetail, review: Review, links: Links, now: datetime) -> Modal:
    """Why it is asked for, a note, and the next date: the one still to come, or else a quarter
    from now."""
    why = [line for line in (due_line(detail), outcome_line(detail, links)) if line]
    written = review_date(detail.record.body.review_on, detail.reviews)
    coming = written if written and written > now.date() else a_quarter_after(now.date())
    blocks = [
        *([lines(*why)] if why else []),
        text_input(
            "note",
            "Note",
            optional=True,
            multiline=True,
            limit=NOTE_LIMIT,
            placeholder="Why it still holds",
        ),
        date_input("next_on", "Look again on", initial=coming, optional=True),
    ]
    hidden = {"number": review.number, "ordinal": review.ordinal}
    title = f"Keep {detail.record.ref}"
    return modal(CALLBACK_KEEP, title, blocks, submit="Keep it", hidden=hidden)


def read_keep(state: FormState) -> Kept:
    """What `keep_modal` brought back."""
    return Kept(
        number=int(state.hidden["number"]),
        ordinal=int(state.hidden["ordinal"]),
        note=clean(state.text("note"), NOTE_LIMIT),
        next_on=state.date("next_on"),
    )
