"""What a person alone sees after a click on an alert, and the form that assigns one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.domain import calendar
from bot.domain.alerts.incidents import Incident
from bot.domain.person import Person
from bot.errors import InvalidForm
from bot.ports.chat import Block, Message, Modal
from bot.views.alerts.pieces import People, name
from bot.views.blocks import lines, note
from bot.views.forms import FormState, Option, grouped_select, modal, people_input, select
from bot.views.text import clean, escape, moment_token, words

CALLBACK_ASSIGN = "alert.assign"

_FIELD, _PICKED = "person", "picked"
# Slack's most for a list, and for one group of a longer one; a form takes no more than some 250 kB.
_MOST = 100
_MOST_IN_GROUPS = 500
_TITLE = 300


def already(incident: Incident, people: People) -> Message:
    """What the second person hears who clicks *Acknowledge*."""
    who = escape(name(people, incident.acknowledged_by))
    return note(f"Already acknowledged by {who}{_at(incident.acknowledged_at)}.")


def over(incident: Incident) -> Message:
    """What a person hears who acknowledges something that has ended."""
    return note(f"This is over already{_at(incident.resolved_at)}; nothing to acknowledge.")


def not_yours(incident: Incident, people: People) -> str:
    """Why somebody can't hand back what another person acknowledged, as a sentence."""
    who = escape(name(people, incident.acknowledged_by))
    return f"Only {who} can hand it back; to ask somebody else, assign it."


def thanked(*, useful: bool) -> Message:
    """What a person hears who said what an alert was worth."""
    word = "useful" if useful else "noise"
    return note(
        f"Noted: {word}. `/alert report` shows which rules to loosen; click again to change it."
    )


def assign_form(
    incident: Incident, members: Sequence[Person], now: datetime, hidden: Mapping[str, Any]
) -> Modal:
    """Whom to ask, out of `members` of the channel (not empty), with the time of day of each."""
    options = [(_member(person, now), person.user_id) for person in members]
    about = lines([words(clean(incident.title, _TITLE), bold=True)])
    return modal(
        CALLBACK_ASSIGN, "Assign this alert", [about, _who(options)], submit="Assign", hidden=hidden
    )


def read_assignee(state: FormState) -> str:
    """The user id of whom somebody chose; raises InvalidForm without one."""
    chosen = state.choice(_FIELD)
    if chosen:
        return chosen
    picked = state.people(_PICKED)
    if len(picked) != 1:
        raise InvalidForm({_PICKED if picked else _FIELD: "Pick one person who looks at it."})
    return picked[0]


def _who(options: Sequence[Option]) -> Block:
    label = "Who looks at it"
    if len(options) <= _MOST:
        return select(_FIELD, label, options)
    if len(options) > _MOST_IN_GROUPS:
        return people_input(_PICKED, label, hint="One person of this alert's channel")
    pages = [options[start : start + _MOST] for start in range(0, len(options), _MOST)]
    groups = [(f"{page[0][0]} – {page[-1][0]}", page) for page in pages]
    return grouped_select(_FIELD, label, groups)


def _member(person: Person, now: datetime) -> str:
    local = now.astimezone(calendar.zone_or_utc(person.zone))
    return f"{clean(person.name, 45)} · {local:%a %H:%M} there"


def _at(moment_of: datetime | None) -> str:
    return f" {moment_token(moment_of)}" if moment_of else ""
