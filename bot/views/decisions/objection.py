"""The form of an objection: it needs a reason."""

from collections.abc import Mapping
from typing import Any

from bot.domain.decisions.consent import ConsentRule, ConsentTerms
from bot.domain.decisions.record import DecisionRecord
from bot.domain.draft import Draft
from bot.errors import InvalidForm
from bot.ports.chat import Modal
from bot.views.blocks import context, lines
from bot.views.forms import FormState, modal, required, text_input, with_values
from bot.views.text import clean_lines, cut, words

CALLBACK_OBJECTION = "decision.objection"
FIELD_REASON = "reason"
REASON_LIMIT = 500

_TITLE_SHOWN = 200
_WHAT_IT_DOES = {
    ConsentRule.UNANIMOUS: "It isn't accepted until you withdraw this.",
    ConsentRule.MAJORITY: "It is accepted all the same if most of those who take a side agree.",
    ConsentRule.AUTHOR: "Who proposed it decides whether it is accepted all the same.",
}


def objection(
    record: DecisionRecord, terms: ConsentTerms, reason: str, draft: Draft | None
) -> Modal:
    """The form, with the reason that was given before, or what was typed and not sent."""
    blocks = [
        lines([words(f"{record.ref} · {cut(record.title, _TITLE_SHOWN)}", bold=True)]),
        text_input(
            FIELD_REASON,
            "What stands in the way?",
            initial=reason,
            multiline=True,
            limit=REASON_LIMIT,
            placeholder="What would have to change for you to agree?",
            keep_draft=True,
        ),
        context(f"Everybody can read this. {_WHAT_IT_DOES[terms.rule]}"),
    ]
    hidden = {"number": record.number, "version": record.version}
    built = modal(
        CALLBACK_OBJECTION, f"Object to {record.ref}", blocks, submit="Object", hidden=hidden
    )
    return with_values(built, draft.values) if draft else built


def about(state: FormState) -> tuple[int, int]:
    """The number and the version of the decision that the form is about."""
    return int(state.hidden["number"]), int(state.hidden["version"])


def read_objection(state: FormState) -> str:
    """The reason, cleaned; raises InvalidForm where there is none."""
    sentence = "Say why: the others can only act on what they know."
    typed = required(state, FIELD_REASON, sentence, REASON_LIMIT)
    reason = clean_lines(typed, REASON_LIMIT)
    if not reason:
        raise InvalidForm({FIELD_REASON: sentence})
    return reason


def kept(state: FormState) -> Mapping[str, Any]:
    """What of the form is kept as a draft."""
    return {name: value for name, value in state.values.items() if name == FIELD_REASON}
