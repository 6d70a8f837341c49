"""The fields that say how a decision is decided: what is chosen comes back."""

from itertools import product
from typing import Any

import pytest

from bot.domain.decisions.consent import HOURS, ConsentRule, ConsentTerms
from bot.domain.decisions.record import DecisionStatus
from bot.errors import InvalidForm
from bot.ports.chat import Block
from bot.views.decisions.consent_inputs import read_status, read_terms, terms_inputs
from bot.views.forms import FormState, modal
from tests.unit.decisions.samples import modal_problems

P, A = DecisionStatus.PROPOSED, DecisionStatus.ACCEPTED


def _submitted(blocks: list[Block], **typed: Any) -> FormState:
    values: dict[str, Any] = {}
    for block in blocks:
        element = block["element"]
        values[block["block_id"]] = {
            element["action_id"]: {
                "selected_option": element.get("initial_option"),
                "selected_options": element.get("initial_options", []),
            }
        }
    for name, value in typed.items():
        values[name] = {name: {"selected_option": {"value": value}}}
    return FormState(values, {})


@pytest.mark.parametrize(
    ("rule", "hours", "silence"), [*product(ConsentRule, HOURS, (True, False))]
)
def test_terms_come_back_as_they_were_shown(rule: ConsentRule, hours: int, silence: bool) -> None:
    terms = ConsentTerms(rule=rule, hours=hours, silence_consents=silence)
    state = _submitted(terms_inputs(terms, P, editing=True))
    assert (read_terms(state), read_status(state)) == (terms, P)


@pytest.mark.parametrize("status", [P, A])
def test_without_terms_nobody_is_asked(status: DecisionStatus) -> None:
    blocks = terms_inputs(None, status)
    assert modal_problems(modal("x", "X", blocks, submit="Log")) == []
    state = _submitted(blocks)
    assert (read_terms(state), read_status(state)) == (None, status)


def test_six_hours_are_offered_first_and_silence_is_no_consent() -> None:
    state = _submitted(terms_inputs(None, A), consent_rule="majority")
    assert read_terms(state) == ConsentTerms(rule=ConsentRule.MAJORITY, hours=6)
    assert read_status(state) is P


def test_an_edit_does_not_offer_that_it_is_decided() -> None:
    def offered(blocks: list[Block]) -> list[str]:
        return [option["value"] for option in blocks[0]["element"]["options"]]

    assert "decided" in offered(terms_inputs(None, A))
    assert "decided" not in offered(terms_inputs(None, P, editing=True))


def test_what_was_not_offered_is_refused() -> None:
    with pytest.raises(InvalidForm, match="how it is decided"):
        read_terms(_submitted(terms_inputs(None, A), consent_rule="dictator"))
    with pytest.raises(InvalidForm, match="how long"):
        read_terms(_submitted(terms_inputs(None, A), consent_rule="author", consent_hours="5"))
