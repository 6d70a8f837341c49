"""The form of a decision: what it asks, and the values that come back."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from bot.domain.decisions.options import parse, typed
from bot.domain.decisions.record import (
    DecisionBody,
    DecisionEdit,
    DecisionRecord,
    DecisionStatus,
    NewDecision,
)
from bot.errors import InvalidForm
from bot.ports.chat import Block, Modal
from bot.views.blocks import context
from bot.views.forms import (
    TEXT_LIMIT,
    FormState,
    date_input,
    modal,
    people_input,
    required,
    select,
    text_input,
)
from bot.views.text import clean, clean_lines

CALLBACK_NEW = "decision.new"
CALLBACK_CHANGE = "decision.change"

TITLE_LIMIT = 150
MOST_TAGS = 10
TAG_LIMIT = 40

_STATUS = (("Accepted: it holds from now on", "accepted"), ("Proposed: still open", "proposed"))


def new_modal(channel: str, author: str, title: str = "") -> Modal:
    """An empty form; a title of any length is kept so that its writer can shorten it."""
    body = DecisionBody(title=clean(title, TEXT_LIMIT), outcome="", makers=(author,))
    blocks = [*_fields(body), _status(), _audience()]
    hidden = {"channel": channel}
    return modal(CALLBACK_NEW, "Log a decision", blocks, submit="Log it", hidden=hidden)


def supersede_modal(record: DecisionRecord, channel: str, today: date) -> Modal:
    """A form for the decision that replaces `record`, filled with what that one says."""
    link = context(
        f"Replaces {record.ref}, which stays readable and is marked as superseded "
        "as soon as this one is accepted."
    )
    blocks = [link, *_fields(_for_today(record.body, today)), _status(), _audience()]
    hidden: dict[str, Any] = {"channel": channel, "supersedes": record.number}
    return modal(CALLBACK_NEW, f"Replace {record.ref}", blocks, submit="Log it", hidden=hidden)


def edit_modal(record: DecisionRecord, today: date) -> Modal:
    """The form of a proposed decision, filled."""
    hidden = {"number": record.number, "version": record.version}
    blocks = _fields(_for_today(record.body, today))
    return modal(CALLBACK_CHANGE, f"Edit {record.ref}", blocks, submit="Save", hidden=hidden)


def read_new(state: FormState, workspace: str, author: str, today: date) -> NewDecision:
    """What a new form asks for; raises InvalidForm. `today` is the earliest date on earth."""
    supersedes = state.hidden.get("supersedes")
    return NewDecision(
        workspace=workspace,
        channel=str(state.hidden["channel"]),
        author=author,
        body=_read_body(state, today),
        status=_read_status(state),
        supersedes=None if supersedes is None else int(supersedes),
    )


def read_edit(state: FormState, workspace: str, by: str, today: date) -> DecisionEdit:
    """What an edit asks for; raises InvalidForm. `today` is the earliest date on earth."""
    return DecisionEdit(
        workspace=workspace,
        number=int(state.hidden["number"]),
        version=int(state.hidden["version"]),
        body=_read_body(state, today),
        by=by,
    )


def _fields(body: DecisionBody) -> list[Block]:
    return [
        _title(body.title),
        text_input(
            "outcome",
            "Outcome",
            initial=body.outcome,
            multiline=True,
            placeholder="We use … because …",
        ),
        _part("context", "Context and problem", body.context, "What made this a question?"),
        _part("drivers", "Decision drivers", body.drivers, "What weighed on it?"),
        _part(
            "options",
            "Considered options",
            typed(body.options),
            "One a line; below it + what speaks for it, - what against",
        ),
        _part("consequences", "Consequences", body.consequences, "What gets better, what worse?"),
        people_input("makers", "Makers", initial=body.makers, optional=True),
        people_input("consulted", "Consulted", initial=body.consulted, optional=True),
        people_input("informed", "Informed", initial=body.informed, optional=True),
        text_input(
            "tags",
            "Tags",
            initial=", ".join(body.tags),
            optional=True,
            hint="With commas between them.",
        ),
        date_input("review_on", "Review on", initial=body.review_on, optional=True),
    ]


def _title(title: str) -> Block:
    if len(title) <= TITLE_LIMIT:
        return text_input("title", "Title", initial=title, limit=TITLE_LIMIT)
    hint = f"A title has at most {TITLE_LIMIT} characters; these are {len(title)}."
    return text_input("title", "Title", initial=title, multiline=True, hint=hint)


def _part(name: str, label: str, initial: str, placeholder: str) -> Block:
    return text_input(
        name, label, initial=initial, optional=True, multiline=True, placeholder=placeholder
    )


def _status() -> Block:
    return select("status", "Status", _STATUS, initial="accepted")


def _audience() -> Block:
    return context(
        "The card goes to this channel; everyone in this workspace can look it up. "
        "A proposed one is accepted or rejected by you or its makers."
    )


def _for_today(body: DecisionBody, today: date) -> DecisionBody:
    """A review date that has passed would be refused, so it isn't offered again."""
    if body.review_on is None or body.review_on >= today:
        return body
    return replace(body, review_on=None)


def _read_body(state: FormState, today: date) -> DecisionBody:
    """Every field is read before any refusal, so that all of them are told at once."""
    problems: dict[str, str] = {}

    def attempt(read: Callable[..., Any], *args: object) -> Any:
        try:
            return read(state, *args)
        except InvalidForm as error:
            problems.update(error.fields)
            return None

    values = {
        "title": attempt(_read_title),
        "outcome": attempt(_read_outcome),
        **{name: attempt(_read_part, name) for name in _OPTIONAL_PARTS},
        **{name: state.people(name) for name in ("makers", "consulted", "informed")},
        "options": parse(attempt(_read_part, "options") or ""),
        "tags": attempt(_read_tags),
        "review_on": attempt(_read_review, today),
    }
    if problems:
        raise InvalidForm(problems)
    return DecisionBody(**values)


_OPTIONAL_PARTS = ("context", "drivers", "consequences")


def _read_title(state: FormState) -> str:
    sentence = "Give it a title: what is decided, in a few words."
    title = clean(required(state, "title", sentence, TITLE_LIMIT), TITLE_LIMIT)
    if not title:
        raise InvalidForm({"title": sentence})
    return title


def _read_outcome(state: FormState) -> str:
    outcome = _read_part(state, "outcome")
    if not outcome:
        raise InvalidForm({"outcome": "Say what was chosen, and why."})
    return outcome


def _read_part(state: FormState, name: str) -> str:
    text = clean_lines(state.text(name).replace("\t", " "), limit=TEXT_LIMIT + 1)
    if len(text) > TEXT_LIMIT:
        raise InvalidForm({name: f"Use at most {TEXT_LIMIT} characters."})
    return text


def _read_tags(state: FormState) -> tuple[str, ...]:
    typed = (
        clean(part, TEXT_LIMIT).strip("# ") for part in re.split(r"[,;\n]", state.text("tags"))
    )
    tags = tuple({tag.casefold(): tag for tag in typed if tag}.values())
    if len(tags) > MOST_TAGS:
        raise InvalidForm({"tags": f"Use at most {MOST_TAGS} tags; these are {len(tags)}."})
    if any(len(tag) > TAG_LIMIT for tag in tags):
        raise InvalidForm({"tags": f"Use at most {TAG_LIMIT} characters for each tag."})
    return tags


def _read_review(state: FormState, today: date) -> date | None:
    review_on = state.date("review_on")
    if review_on is not None and review_on < today:
        raise InvalidForm({"review_on": "That day is over. Pick a later one or leave it empty."})
    return review_on


def _read_status(state: FormState) -> DecisionStatus:
    chosen = state.choice("status")
    if chosen not in ("accepted", "proposed"):
        raise InvalidForm({"status": "Choose whether it holds already."})
    return DecisionStatus(chosen)
