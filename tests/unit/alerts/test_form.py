"""The form of a rule: valid for Slack, keeps what was typed, says what is wrong per field."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from bot.domain.alerts.rules import Operator, Regression, Severity, Threshold
from bot.domain.metrics import Direction
from bot.errors import InvalidForm
from bot.ports.chat import Modal
from bot.views.alerts import form
from bot.views.forms import FormState
from tests.standins.slack.blockkit import Rules, check_view

SURFACE = Rules(surface="modal", native_charts=True, file_ready=lambda _: True)
HIDDEN = {"channel": "C1"}


def _filled(modal: Modal, answers: Mapping[str, str]) -> FormState:
    """The state of this modal with prefilled values, and `answers` by field name on top."""
    values: dict[str, Any] = {}
    for block in modal["blocks"]:
        if block["type"] != "input":
            continue
        element = block["element"]
        field = block["block_id"].split(":")[0]
        if element["type"] == "static_select":
            option = element.get("initial_option")
            if field in answers:
                chosen = [o for o in element["options"] if o["value"] == answers[field]]
                option = chosen[0]
            state = {"selected_option": option}
        else:
            state = {"value": answers.get(field, element.get("initial_value"))}
        values[block["block_id"]] = {element["action_id"]: state}
    return FormState.of(
        {"state": {"values": values}, "private_metadata": modal["private_metadata"]}
    )


def _open(metrics: Sequence[str] = (), **typed: str) -> Modal:
    modal = form.new_rule(["churn", "price"], ["churn-model"], metrics, typed, HIDDEN)
    assert check_view(SURFACE, json.loads(json.dumps(modal))) == []
    return modal


def _draft(modal: Modal, **answers: str) -> Any:
    return form.read_draft(_filled(modal, answers), "T1", "U1")


def test_a_threshold_rule_is_read_back() -> None:
    draft = _draft(_open(), experiment="churn", metric="val_auc", threshold="0,9", recovery="0.92")
    assert draft.condition == Threshold(
        experiment="churn", experiment_id="", operator=Operator.BELOW, bound=0.9, recovery=0.92
    )
    assert (draft.channel, draft.author, draft.metric) == ("C1", "U1", "val_auc")
    assert (draft.for_evaluations, draft.severity) == (1, Severity.WARNING)


def test_a_regression_rule_is_read_back() -> None:
    modal = _open(["val_auc"], kind=form.REGRESSION, model="churn-model")
    draft = _draft(
        modal,
        metric="val_auc",
        direction="higher",
        abs_delta="0.01",
        rel_delta="2",
        for_evaluations="3",
        severity="critical",
    )
    assert draft.condition == Regression(
        model="churn-model", direction=Direction.HIGHER, abs_delta=0.01, rel_delta=0.02
    )
    assert (draft.for_evaluations, draft.severity) == (3, Severity.CRITICAL)


def test_changing_the_kind_and_back_keeps_what_was_typed() -> None:
    first = _filled(_open(), {"threshold": "0.77", "metric": "f1", "kind": form.REGRESSION})
    typed = form.read_typed(first)
    second = form.new_rule(["churn"], ["churn-model"], (), typed, HIDDEN)
    assert "abs_delta" in json.dumps(second)
    back = form.read_typed(_filled(second, {"abs_delta": "0.02", "kind": form.THRESHOLD}))
    assert back["threshold"] == "0.77"
    assert back["metric"] == "f1"
    assert back["abs_delta"] == "0.02"


def test_picking_a_known_metric_proposes_its_direction_and_another_one_another() -> None:
    chosen = {"kind": form.REGRESSION, "model": "churn-model"}
    modal = _open(["val_auc", "val_loss", "score"], **chosen)
    typed = form.read_typed(_filled(modal, {"metric": "val_loss"}))
    assert typed["direction"] == "lower"
    again = form.new_rule([], ["churn-model"], ["val_auc", "val_loss", "score"], typed, HIDDEN)
    assert form.read_typed(_filled(again, {"metric": "val_auc"}))["direction"] == "higher"


def test_an_unknown_metric_leaves_the_direction_to_the_person() -> None:
    chosen = {"kind": form.REGRESSION, "model": "churn-model", "metric": "score"}
    modal = _open(["score"], **chosen)
    with pytest.raises(InvalidForm) as caught:
        _draft(modal, abs_delta="0.01")
    [(block, sentence)] = caught.value.fields.items()
    assert block.startswith("direction:")
    assert "better" in sentence


def test_a_persons_own_direction_stays_when_another_field_changes() -> None:
    modal = _open(["val_auc"], kind=form.REGRESSION, model="churn-model", metric="val_auc")
    typed = form.read_typed(_filled(modal, {"direction": "lower"}))
    assert typed["direction"] == "lower"


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"threshold": "high"}, "threshold"),
        ({"threshold": "nan"}, "threshold"),
        ({"threshold": "0.9", "recovery": "0.8"}, "recovery"),
        ({"threshold": "0.9", "metric": " "}, "metric"),
    ],
)
def test_a_wrong_threshold_form_says_where(answers: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidForm) as caught:
        _draft(_open(), **{"experiment": "churn", "metric": "val_auc", **answers})
    assert list(caught.value.fields) == [field]


@pytest.mark.parametrize(
    ("answers", "field"),
    [({"abs_delta": "0"}, "abs_delta"), ({"abs_delta": "1", "rel_delta": "200"}, "rel_delta")],
)
def test_a_wrong_regression_form_says_where(answers: dict[str, str], field: str) -> None:
    modal = _open(kind=form.REGRESSION, model="churn-model")
    with pytest.raises(InvalidForm) as caught:
        _draft(modal, **{"metric": "val_auc", "direction": "higher", **answers})
    assert list(caught.value.fields) == [field]


def test_sentences_about_names_stand_at_the_block_that_is_shown() -> None:
    state = _filled(_open(["f1"], experiment="churn"), {})
    moved = form.by_block(state, InvalidForm({"metric": "never logged"}))
    [block] = moved.fields
    assert block in state.values
    assert block.startswith("metric:")


def test_too_many_or_too_long_names_are_typed_instead() -> None:
    many = [f"experiment {n}" for n in range(101)]
    for names in (many, ["x" * 76]):
        modal = form.new_rule(names, [], (), {}, HIDDEN)
        assert check_view(SURFACE, modal) == []
        assert _draft(
            modal, experiment="typed", metric="m", threshold="1"
        ).condition.experiment == ("typed")


def test_long_foreign_names_fit_into_what_a_modal_may_carry() -> None:
    typed = dict.fromkeys(("experiment", "model", "metric", "threshold"), "測" * 75)
    modal = form.new_rule(["a"], ["b"], (), typed, HIDDEN)
    assert check_view(SURFACE, json.loads(json.dumps(modal))) == []


def test_only_models_known_begins_with_the_regression() -> None:
    modal = form.new_rule([], ["churn-model"], (), {}, HIDDEN)
    assert "abs_delta" in json.dumps(modal)
