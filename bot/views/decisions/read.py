"""What people filled into the form of a decision, as a wish."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from bot.domain.decisions.measure import parse_expectation, parse_revisit
from bot.domain.decisions.options import parse
from bot.domain.decisions.promotion import Promotion
from bot.domain.decisions.record import DecisionBody, DecisionEdit, DecisionStatus, NewDecision
from bot.errors import InvalidForm, InvalidInput
from bot.views.decisions import consent_inputs, promotion_inputs
from bot.views.decisions.form_state import origin_of, plain, shown
from bot.views.decisions.origin import TITLE_LIMIT
from bot.views.forms import TEXT_LIMIT, FormState, required
from bot.views.text import clean, clean_lines

MOST_TAGS = 10
TAG_LIMIT = 40

T = TypeVar("T")


def read_new(state: FormState, workspace: str, author: str, today: date) -> NewDecision:
    """What a new form asks for; raises InvalidForm with every field that needs another value.

    `today` is the earliest date on earth.
    """
    reader = _Reader(plain(state), author, today)
    supersedes = state.hidden.get("supersedes")
    status = reader.attempt(consent_inputs.read_status) or DecisionStatus.PROPOSED
    return NewDecision(
        workspace=workspace,
        channel=str(state.hidden["channel"]),
        author=author,
        body=reader.body(),
        evidence=reader.evidence(),
        status=status,
        supersedes=None if supersedes is None else int(supersedes),
    )


def read_edit(state: FormState, workspace: str, by: str, today: date) -> DecisionEdit:
    """What an edit asks for; raises InvalidForm as `read_new` does."""
    reader = _Reader(plain(state), by, today)
    return DecisionEdit(
        workspace=workspace,
        number=int(state.hidden["number"]),
        version=int(state.hidden["version"]),
        body=reader.body(),
        by=by,
        evidence=reader.evidence(),
    )


class _Reader:
    """Reads every field before any refusal, so that all of them are told at once."""

    def __init__(self, state: FormState, author: str, today: date) -> None:
        self._state = state
        self._author = author
        self._today = today
        self._problems: dict[str, str] = {}

    def attempt(self, read: Callable[..., T], *args: object) -> T | None:
        """What `read` makes of the form; its refusal is told with the others."""
        try:
            return read(self._state, *args)
        except InvalidForm as error:
            self._problems.update(error.fields)
            return None

    def evidence(self) -> str:
        """What was typed as evidence; names are looked up when it is logged."""
        return self._state.text("evidence")

    def body(self) -> DecisionBody:
        """The body, evidence apart; raises InvalidForm."""
        acts = promotion_inputs.chosen(self._state)
        values: dict[str, Any] = {
            "title": self.attempt(_read_title),
            "outcome": self.attempt(_read_outcome),
            **{name: self.attempt(_read_part, name) for name in _OPTIONAL_PARTS},
            "options": parse(self.attempt(_read_part, "options") or ""),
            "makers": _makers(self._state, self._author),
            **{name: self._state.people(name) for name in ("consulted", "informed")},
            "tags": self.attempt(_read_tags),
            "origin": origin_of(self._state),
            "consent": self.attempt(_read_terms, self._author),
            "promotion": self.attempt(promotion_inputs.read),
            "expected": self.attempt(_read_measure, "expected", parse_expectation, acts),
            "revisit": self.attempt(_read_measure, "revisit", parse_revisit, acts),
            "review_on": self.attempt(_read_review, self._today),
        }
        if self._problems:
            raise InvalidForm(self._problems)
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


def _makers(state: FormState, author: str) -> tuple[str, ...]:
    """As long as nobody looks at the people, who writes it down made it."""
    return state.people("makers") if "makers" in shown(state) else (author,)


def _read_terms(state: FormState, author: str) -> Any:
    terms = consent_inputs.read_terms(state)
    if terms and not {*_makers(state, author)} - {author}:
        raise InvalidForm(
            {"makers": "Add who is asked for consent: makers besides you. Or decide it yourself."}
        )
    return terms


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


def _read_measure(
    state: FormState,
    name: str,
    read: Callable[[str, Promotion | None], T],
    promotion: Promotion | None,
) -> T:
    try:
        return read(clean(state.text(name)), promotion)
    except InvalidInput as error:
        # Slack shows what it says of a field as it is, without mrkdwn.
        raise InvalidForm({name: re.sub(r"[*`]", "", str(error))}) from error


def _read_review(state: FormState, today: date) -> date | None:
    review_on = state.date("review_on")
    if review_on is not None and review_on < today:
        raise InvalidForm({"review_on": "That day is over. Pick a later one or leave it empty."})
    return review_on
