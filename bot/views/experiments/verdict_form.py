"""The forms by which a hypothesis gets its verdict, or more time."""

from dataclasses import dataclass
from datetime import date

from bot.domain.experiments.hypotheses import (
    LEARNED_LIMIT,
    VERDICTS,
    Hypothesis,
    HypothesisState,
)
from bot.domain.experiments.hypothesis_detail import HypothesisDetail
from bot.errors import InvalidForm
from bot.ports.chat import Modal
from bot.views.blocks import lines
from bot.views.forms import FormState, date_input, modal, radio, text_input
from bot.views.text import clean, words

CALLBACK_VERDICT = "hypothesis.verdict"
CALLBACK_MORE = "hypothesis.more"

_OPTIONS = (
    *((state.value.capitalize(), state.value) for state in VERDICTS),
    ("Abandoned: we don't pursue it", HypothesisState.ABANDONED.value),
)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What was filled in."""

    number: int
    state: HypothesisState
    learned: str


def verdict_modal(
    detail: HypothesisDetail, chosen: HypothesisState | None, learned: str = ""
) -> Modal:
    """What the numbers speak for, the verdict, and what was learned (`learned` is a draft)."""
    hypothesis, standing = detail.hypothesis, detail.standing
    reason = clean(standing.reason, 500)
    blocks = [
        lines(
            [words(f"{hypothesis.ref} · {clean(hypothesis.claim)}", bold=True)],
            [words(f"The numbers speak for {standing.proposal}: {reason}.")],
        ),
        radio("state", "Verdict", _OPTIONS, initial=chosen.value if chosen else ""),
        text_input(
            "learned",
            "What did we learn?",
            initial=learned,
            optional=True,
            multiline=True,
            limit=LEARNED_LIMIT,
            placeholder="Whoever thinks of it next will find this.",
            keep_draft=True,
        ),
    ]
    hidden = {"number": hypothesis.number}
    title = f"Verdict on {hypothesis.ref}"
    return modal(CALLBACK_VERDICT, title, blocks, submit="Give it", hidden=hidden)


def read_verdict(state: FormState) -> Answer:
    """What `verdict_modal` brought back; raises InvalidForm where no verdict was chosen."""
    chosen = state.choice("state")
    if not chosen:
        raise InvalidForm({"state": "Choose a verdict."})
    learned = clean(state.text("learned"), LEARNED_LIMIT)
    return Answer(number=number_of(state), state=HypothesisState(chosen), learned=learned)


def more_modal(hypothesis: Hypothesis) -> Modal:
    """How much more time it gets."""
    blocks = [
        lines([words(f"{hypothesis.ref} · {clean(hypothesis.claim)}", bold=True)]),
        date_input("until", "Until", optional=True),
        text_input(
            "days",
            "Or for how many working days",
            initial="5",
            optional=True,
            limit=5,
            hint="A date wins.",
        ),
    ]
    hidden = {"number": hypothesis.number}
    return modal(CALLBACK_MORE, "More time", blocks, submit="Give it", hidden=hidden)


def read_more(state: FormState) -> tuple[int, date | None, int | None]:
    """The number, and a date or a number of working days; raises InvalidForm."""
    days = state.number("days", optional=True)
    if days is not None and days != int(days):
        raise InvalidForm({"days": "Type a whole number of working days."})
    return number_of(state), state.date("until"), None if days is None else int(days)


def number_of(state: FormState) -> int:
    """The hypothesis that the form is about."""
    return int(state.hidden["number"])
