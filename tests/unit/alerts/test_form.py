"""The form of a rule: valid for Slack, keeps what was typed, reads back what a rule says."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.alerts.rules import (
    BaselineKind,
    Condition,
    FairnessGap,
    ModelThreshold,
    NoData,
    Operator,
    Regression,
    Rule,
    RuleDraft,
    RunRegression,
    Severity,
    SliceFloor,
    Staleness,
    Threshold,
)
from bot.domain.alerts.watchable import Watchable
from bot.domain.metrics import Direction
from bot.errors import InvalidForm
from bot.ports.chat import Modal
from bot.views.alerts import form, form_state
from bot.views.alerts.form import Sheet
from bot.views.alerts.kinds import Kind
from bot.views.forms import FormState
from tests.standins.slack.blockkit import Rules, check_view
from tests.unit.alerts.values import T0

SURFACE = Rules(surface="modal", native_charts=True, file_ready=lambda _: True)
KNOWN = Watchable(
    experiments=("churn", "price"),
    models=("churn-model",),
    metrics=("f1/slice=eu", "f1/slice=us", "val_auc"),
    aliases=("champion", "shadow"),
)
MODEL = "churn-model"
CONDITIONS: Mapping[str, tuple[str, Condition]] = {
    "champion": (
        "val_auc",
        Regression(model=MODEL, direction=Direction.HIGHER, abs_delta=0.01, rel_delta=0.02),
    ),
    "rolling": (
        "val_auc",
        Regression(
            model=MODEL,
            direction=Direction.LOWER,
            abs_delta=1e-07,
            baseline=BaselineKind.ROLLING,
            drift=False,
        ),
    ),
    "runs": (
        "val_auc",
        RunRegression(
            experiment="churn", experiment_id="", direction=Direction.HIGHER, abs_delta=0.3
        ),
    ),
    "threshold": (
        "val_auc",
        Threshold(
            experiment="churn", experiment_id="", operator=Operator.BELOW, bound=0.9, recovery=0.92
        ),
    ),
    "model": (
        "val_auc",
        ModelThreshold(model=MODEL, alias="shadow", operator=Operator.ABOVE, bound=-3.5),
    ),
    "any version": (
        "val_auc",
        ModelThreshold(model=MODEL, alias="", operator=Operator.BELOW, bound=0.5),
    ),
    "budget": (
        "val_auc",
        ModelThreshold(
            model=MODEL,
            alias="champion",
            operator=Operator.ABOVE,
            bound=250,
            recovery=200,
            unit="USD per 1,000",
        ),
    ),
    "slices": (
        "f1/slice=*",
        SliceFloor(model=MODEL, operator=Operator.BELOW, bound=0.7, at_least=3),
    ),
    "gap": ("f1/slice=*", FairnessGap(model=MODEL, bound=0.1)),
    "stale model": ("", Staleness(after=timedelta(days=3), model=MODEL)),
    "stale runs": ("val_auc", Staleness(after=timedelta(hours=30), experiment="churn")),
}


def _rule(condition: Condition, metric: str, **more: Any) -> Rule:
    stale = isinstance(condition, Staleness)
    values = {
        "workspace": "T1",
        "channel": "C1",
        "author": "U1",
        "metric": metric,
        "severity": Severity.CRITICAL,
        "for_evaluations": 1 if stale else 3,
        "condition": condition,
        "number": 7,
        "revision": 4,
        "created_at": T0,
    }
    return Rule(**{**values, **more})


def _filled(modal: Modal, answers: Mapping[str, str] | None = None) -> FormState:
    """The state of this modal with prefilled values, and `answers` by field name on top."""
    answers = answers or {}
    values: dict[str, Any] = {}
    for block in modal["blocks"]:
        if block["type"] == "input":
            name = form_state.field_of(block["block_id"])
            state = _state(block["element"], answers.get(name))
            values[block["block_id"]] = {block["element"]["action_id"]: state}
    return FormState.of({**modal, "state": {"values": values}})


def _state(element: Mapping[str, Any], answer: str | None) -> dict[str, Any]:
    match element["type"]:
        case "static_select":
            chosen = [o for o in element["options"] if o["value"] == answer]
            assert answer is None or chosen, f"{answer} is no choice"
            return {"selected_option": chosen[0] if chosen else element.get("initial_option")}
        case "multi_users_select":
            picked = answer.split(",") if answer else element.get("initial_users", [])
            return {"selected_users": picked}
        case "checkboxes":
            ticked = element.get("initial_options", [])
            if answer is not None:
                ticked = [o for o in element["options"] if o["value"] == answer]
            return {"selected_options": ticked}
        case _:
            typed = element.get("initial_value") if answer is None else answer
            return {"type": "plain_text_input", "value": typed}


def _draw(sheet: Sheet, known: Watchable = KNOWN) -> Modal:
    modal = form.draw(sheet, known)
    assert check_view(SURFACE, json.loads(json.dumps(modal))) == []
    return modal


def _new(known: Watchable = KNOWN, **typed: str) -> Modal:
    return _draw(Sheet(channel="C1", typed=typed), known)


def _read(modal: Modal, **answers: str) -> RuleDraft:
    return form.submitted(_filled(modal, answers), "T1", "U1")


@pytest.mark.parametrize("kind", CONDITIONS)
def test_a_rule_of_every_kind_is_read_back_as_it_was(kind: str) -> None:
    metric, condition = CONDITIONS[kind]
    before = _rule(condition, metric)
    draft = _read(_draw(form.editing(before)))
    assert draft == RuleDraft(**{name: getattr(before, name) for name in vars(draft)})


@pytest.mark.parametrize("kind", CONDITIONS)
def test_everything_behind_more_settings_is_read_back_too(kind: str) -> None:
    metric, condition = CONDITIONS[kind]
    over_time = {
        "for_duration": timedelta(hours=5),
        "stale_after": timedelta(days=2),
        "no_data": NoData.ALERT,
    }
    before = _rule(
        condition,
        metric,
        owner="U2",
        deputies=("U3", "U4"),
        may_wake=True,
        runbook="https://wiki.example/run?x=1&y=2",
        cooldown=timedelta(hours=12),
        tags=(("split", "test"), ("country", "DE")),
        **({} if isinstance(condition, Staleness) else over_time),
    )
    modal = _draw(form.editing(before))
    assert form.ACTION_MORE not in json.dumps(modal)
    draft = _read(modal)
    assert draft == RuleDraft(**{name: getattr(before, name) for name in vars(draft)})


def test_a_new_rule_begins_with_a_model_and_two_evaluations_in_a_row() -> None:
    modal = _new()
    assert form.ACTION_MORE in json.dumps(modal)
    answers = {"model": MODEL, "metric": "val_auc", "direction": "higher", "abs_delta": "0,01"}
    draft = _read(modal, **answers)
    assert draft.condition == Regression(model=MODEL, direction=Direction.HIGHER, abs_delta=0.01)
    assert (draft.for_evaluations, draft.severity) == (2, Severity.WARNING)
    assert (draft.owner, draft.cooldown, draft.stale_after) == ("", timedelta(0), None)


def test_without_a_model_it_begins_with_a_runs_metric() -> None:
    modal = _new(Watchable(experiments=("churn",)))
    draft = _read(modal, experiment="churn", metric="val_auc", threshold="0.9")
    assert isinstance(draft.condition, Threshold)
    assert draft.for_evaluations == 1


def test_changing_the_kind_and_back_keeps_what_was_typed() -> None:
    first = _new(kind=Kind.THRESHOLD, experiment="churn", metric="val_auc", threshold="0.77")
    second = form.again(_filled(first, {"kind": Kind.REGRESSION}))
    drawn = _draw(second)
    assert "abs_delta" in json.dumps(drawn)
    back = form.again(_filled(drawn, {"abs_delta": "0.02", "kind": Kind.THRESHOLD}))
    assert (back.typed["threshold"], back.typed["metric"]) == ("0.77", "val_auc")
    once_more = form.again(_filled(_draw(back), {"kind": Kind.REGRESSION})).typed
    assert once_more["abs_delta"] == "0.02"


def test_a_number_of_one_kind_is_none_of_another() -> None:
    first = _new(kind=Kind.MODEL_THRESHOLD, model=MODEL, metric="val_auc", threshold="0.75")
    gap = form.again(_filled(first, {"kind": Kind.GAP}))
    assert "threshold" not in gap.typed
    assert "0.75" not in json.dumps(_draw(gap)["blocks"])


def test_the_only_model_is_chosen_already() -> None:
    one = Watchable(models=("churn",))
    assert form.begun("C1", one).typed == {"model": "churn"}
    assert form.begun("C1", Watchable(models=("churn", "fraud"))).typed == {}


def test_what_was_sent_before_the_new_kind_was_drawn_is_of_the_kind_on_screen() -> None:
    modal = _new(kind=Kind.THRESHOLD, experiment="churn", metric="val_auc", threshold="0.77")
    draft = _read(modal, kind=Kind.GAP)
    assert isinstance(draft.condition, Threshold)


def test_a_known_metric_proposes_its_direction_and_another_one_another() -> None:
    known = Watchable(models=(MODEL,), metrics=("val_auc", "val_loss", "score"))
    typed = form.again(_filled(_new(known, model=MODEL), {"metric": "val_loss"})).typed
    assert typed["direction"] == "lower"
    again = _new(known, **typed)
    assert form.again(_filled(again, {"metric": "val_auc"})).typed["direction"] == "higher"


def test_the_direction_of_an_unknown_metric_is_asked_never_guessed() -> None:
    known = Watchable(models=(MODEL,), metrics=("val_loss", "score"))
    before = _new(known, model=MODEL, metric="val_loss", direction="lower")
    typed = form.again(_filled(before, {"metric": "score"})).typed
    assert "direction" not in typed
    with pytest.raises(InvalidForm) as caught:
        _read(_new(known, **typed), abs_delta="0.01")
    [(block, sentence)] = caught.value.fields.items()
    assert block.startswith("direction:")
    assert "better" in sentence


def test_a_direction_that_was_chosen_stays_when_the_metric_was_typed_letter_by_letter() -> None:
    known = Watchable(models=(MODEL,))
    modal = _new(known, model=MODEL)
    typed = form.again(_filled(modal, {"metric": "val_loss", "direction": "higher"})).typed
    assert typed["direction"] == "higher"


def test_a_delta_in_the_unit_of_another_metric_is_forgotten() -> None:
    modal = _new(model=MODEL, metric="val_auc", direction="higher", abs_delta="0.01")
    kept = form.again(_filled(modal, {"abs_delta": "0.02", "severity": "critical"})).typed
    assert kept["abs_delta"] == "0.02"
    other = form.again(_filled(modal, {"metric": "f1/slice=eu"})).typed
    assert "abs_delta" not in other


def test_patterns_of_slices_are_proposed_from_the_metrics() -> None:
    modal = _new(kind=Kind.SLICES, model=MODEL)
    assert "f1/slice=*" in json.dumps(modal)


@pytest.mark.parametrize(
    ("kind", "answers", "field"),
    [
        (Kind.THRESHOLD, {"threshold": "high"}, "threshold"),
        (Kind.THRESHOLD, {"threshold": "nan"}, "threshold"),
        (Kind.THRESHOLD, {"recovery": "0.8"}, "recovery"),
        (Kind.REGRESSION, {"abs_delta": "0"}, "abs_delta"),
        (Kind.REGRESSION, {"rel_delta": "200"}, "rel_delta"),
        (Kind.BUDGET, {"unit": " "}, "unit"),
        (Kind.BUDGET, {"recovery": "1"}, "recovery"),
        (Kind.SLICES, {"pattern": "f1"}, "pattern"),
        (Kind.SLICES, {"pattern": "f1/**"}, "pattern"),
        (Kind.GAP, {"pattern": "*/*/*"}, "pattern"),
        (Kind.SLICES, {"at_least": "1.5"}, "at_least"),
        (Kind.GAP, {"threshold": "-1"}, "threshold"),
        (Kind.THRESHOLD, {"tags": "split"}, "tags"),
        (Kind.THRESHOLD, {"runbook": "see the wiki"}, "runbook"),
        (Kind.THRESHOLD, {"called": ",".join(f"U{n}" for n in range(12))}, "called"),
    ],
)
def test_a_wrong_field_says_so_at_its_block(
    kind: Kind, answers: dict[str, str], field: str
) -> None:
    typed = {
        "kind": kind.value,
        "experiment": "churn",
        "model": MODEL,
        "metric": "val_auc",
        "pattern": "f1/slice=*",
        "direction": "higher",
        "threshold": "0.9",
        "abs_delta": "0.01",
        "unit": "ms",
    }
    modal = _draw(Sheet(channel="C1", typed=typed, more=True))
    with pytest.raises(InvalidForm) as caught:
        _read(modal, **answers)
    assert [form_state.field_of(block) for block in caught.value.fields] == [field]
    assert set(caught.value.fields) <= {block.get("block_id") for block in modal["blocks"]}


def test_a_sentence_about_a_field_out_of_sight_stands_at_one_in_sight() -> None:
    state = _filled(_new(kind=Kind.SLICES, model=MODEL))
    metric = form.by_block(state, InvalidForm({"metric": "never logged"}))
    assert [form_state.field_of(block) for block in metric.fields] == ["pattern"]
    other = form.by_block(state, InvalidForm({"zone": "?"}))
    assert set(other.fields) <= set(state.labels)


def test_another_edition_has_other_blocks_for_every_field() -> None:
    metric, condition = CONDITIONS["champion"]
    before = _rule(condition, metric)
    first = {block["block_id"] for block in _draw(form.editing(before))["blocks"]}
    second = _draw(form.editing(before, edition=1, note="Marcus changed A-7."))
    fields = [block for block in second["blocks"] if block["type"] == "input"]
    assert fields
    assert first.isdisjoint(block["block_id"] for block in fields)
    assert _read(second).condition == before.condition


def test_a_hundred_experiments_are_chosen_and_more_or_longer_names_are_typed() -> None:
    hundred = Watchable(experiments=tuple(f"experiment {n}" for n in range(100)))
    assert '"value": "experiment 99"' in json.dumps(_new(hundred))
    for names in (tuple(f"experiment {n}" for n in range(101)), ("x" * 76,), ("a,b=c", "測" * 90)):
        modal = _new(Watchable(experiments=names))
        draft = _read(modal, experiment=names[-1], metric="m", threshold="1")
        assert draft.experiment == names[-1]


def test_long_names_that_are_not_carried_along_are_not_taken_for_changed() -> None:
    name = "m" * 200
    known = Watchable(models=(name,), metrics=("score",))
    typed = {"model": name, "metric": "score", "direction": "lower", "abs_delta": "3"}
    after = form.again(_filled(_new(known, **typed), {"severity": "critical"})).typed
    assert (after["direction"], after["abs_delta"]) == ("lower", "3")


@pytest.mark.parametrize("kind", Kind)
def test_the_longest_texts_fit_into_what_a_modal_may_carry(kind: Kind) -> None:
    typed = dict.fromkeys(form_state.ALL_FIELDS, "測" * 75)
    choices = ("about", "direction", "operator", "alias", "severity", "for_evaluations", "no_data")
    typed |= dict.fromkeys(choices, "") | {"kind": kind.value}
    typed |= dict.fromkeys(("after", "cooldown", "for_duration", "stale_after"), "30")
    typed["called"] = ",".join(f"U{n:010}" for n in range(11))
    modal = _draw(Sheet(channel="C" * 11, typed=typed, more=True, number=999999999, revision=99))
    assert len(modal["private_metadata"]) <= 3000
