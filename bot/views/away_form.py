"""The form that says when somebody is out of office, and what people filled in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.domain.absence import Away
from bot.domain.person import Person
from bot.errors import InvalidForm
from bot.ports.chat import Modal
from bot.views.availability import away_words
from bot.views.blocks import context, lines
from bot.views.forms import FormState, date_input, modal, people_input, text_input
from bot.views.text import Line, clean, words

CALLBACK_AWAY = "availability.away"

NOTE_LIMIT = 200


@dataclass(frozen=True, kw_only=True)
class FilledAway:
    """Who is away, from when until when, both included."""

    user_ids: tuple[str, ...]
    first: date
    last: date
    note: str


def away(user_id: str, first: date) -> Modal:
    """The form, for oneself and from `first` on unless it is changed."""
    return modal(
        CALLBACK_AWAY,
        "Away",
        [
            date_input("first", "First day away", initial=first),
            date_input("last", "Last day away", initial=first),
            text_input("note", "Note", optional=True, limit=NOTE_LIMIT, placeholder="Conference"),
            people_input(
                "people",
                "Who",
                initial=[user_id],
                hint="Managers of a stand-up can enter it for the people that it asks.",
            ),
            context(
                "While you're away I ask you nothing, and nobody is told that you are missing."
            ),
        ],
        submit="Save",
    )


def read_away(state: FormState) -> FilledAway:
    """What was filled in; raises InvalidForm."""
    first, last = state.date("first"), state.date("last")
    if first is None or last is None:
        raise InvalidForm({"first" if first is None else "last": "Pick a day."})
    if not state.people("people"):
        raise InvalidForm({"people": "Pick at least one person."})
    return FilledAway(
        user_ids=state.people("people"), first=first, last=last, note=clean(state.text("note"))
    )


def saved(entered: Sequence[tuple[Person, Away]], today: date) -> Modal:
    """The answer to who entered it for others."""
    rows: list[Line] = [
        [words(clean(person.name), bold=True), f" is away {away_words(away, today)}."]
        for person, away in entered
    ]
    told = context("I tell them, in their working hours.")
    return modal("availability.away_saved", "Away", [lines(*rows), told], close="Close")
