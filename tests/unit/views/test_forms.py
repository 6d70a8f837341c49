"""Form builders and the reader of what came back."""

from datetime import date, time
from typing import Any

import pytest
from hypothesis import given, settings

from bot.errors import InvalidForm
from bot.ports.chat import Modal
from bot.views import forms
from bot.views.blocks import chart_slot, lines, message, note
from bot.views.forms import FormState
from bot.views.text import clean, words
from tests.standins.slack.blockkit import Rules, check_view
from tests.standins.slack.forms import keep_typed
from tests.unit.views.hostile import HOSTILE, modal_problems


def state(**values: dict[str, Any]) -> FormState:
    return FormState({name: {name: value} for name, value in values.items()}, {})


def form(text: str) -> Modal:
    return forms.modal(
        "a.b",
        "A form",
        [
            forms.text_input("text", text, initial=text, keep_draft=True),
            forms.select("choice", text, [(text, "1"), ("two", "2")], initial="1"),
            forms.weekday_boxes("days", "Days", initial=()),
            forms.time_input("time", "Time", initial=time(9)),
            forms.people_input("people", "Who", initial=["U1"]),
            forms.date_input("date", "Day", initial=date(2026, 11, 22)),
            forms.radio("radio", text, [(text, "1"), ("two", "2")], initial="2", dispatch=True),
            forms.checkboxes("boxes", text, [(text, "1"), ("two", "2")], initial=["1"]),
            forms.grouped_select("group", text, [(text, [(text, "1")]), ("none", [])], initial="1"),
        ],
        submit="Save",
        hidden={"id": 7},
    )


@settings(max_examples=60, deadline=None)
@given(HOSTILE)
def test_whatever_a_question_or_an_option_says_slack_takes_it(raw: str) -> None:
    assert modal_problems(form(raw)) == []


def test_a_form_without_chosen_weekdays_is_valid() -> None:
    assert modal_problems(form("Plain")) == []


def test_the_hidden_part_comes_back() -> None:
    view = form("Plain")
    found = FormState.of({**view, "state": {"values": {}}})
    assert found.hidden == {"id": 7}
    named = ["text", "choice", "days", "time", "people", "date", "radio", "boxes", "group"]
    assert list(found.labels) == named


def test_fields_left_empty_are_empty() -> None:
    empty = state(
        text={"value": None}, choice={"selected_option": None}, boxes={"selected_options": []},
        people={"selected_users": []}, date={"selected_date": None},
    )  # fmt: skip
    for reader in (empty, state()):
        assert reader.text("text") == reader.choice("choice") == ""
        assert (reader.checked("boxes"), reader.people("people")) == ([], ())
        assert reader.date("date") is None
        for read, name in ((reader.weekdays, "boxes"), (reader.time, "time")):
            with pytest.raises(InvalidForm) as refused:
                read(name)
            assert set(refused.value.fields) == {name}


@pytest.mark.parametrize(
    ("typed", "value"), [("0.9", 0.9), ("0,9", 0.9), (" -3 ", -3), ("1e3", 1000)]
)
def test_numbers_as_people_type_them(typed: str, value: float) -> None:
    assert state(n={"value": typed}).number("n") == value


@pytest.mark.parametrize("typed", ["", "x", "nan", "inf", "-Infinity", "1,000", "1,000.5", "1_000"])
def test_what_is_no_number_or_could_be_two_is_refused(typed: str) -> None:
    with pytest.raises(InvalidForm) as refused:
        state(n={"value": typed}).number("n")
    assert set(refused.value.fields) == {"n"}


def test_required_fields_say_what_is_missing_and_how_much_is_too_much() -> None:
    with pytest.raises(InvalidForm, match="Write it"):
        forms.required(state(t={"value": "  "}), "t", "Write it.")
    with pytest.raises(InvalidForm, match="5"):
        forms.required(state(t={"value": "12345678"}), "t", "Write it.", 5)


TYPED: dict[str, dict[str, Any]] = {
    "text": {"type": "plain_text_input", "value": "typed"},
    "choice": {"type": "static_select", "selected_option": {"value": "2"}},
    "days": {"type": "checkboxes", "selected_options": [{"value": "1"}, {"value": "7"}]},
    "time": {"type": "timepicker", "selected_time": "10:30"},
    "people": {"type": "multi_users_select", "selected_users": ["U2", "U3"]},
    "date": {"type": "datepicker", "selected_date": "2026-12-01"},
    "radio": {"type": "radio_buttons", "selected_option": {"value": "1"}},
    "boxes": {"type": "checkboxes", "selected_options": [{"value": "2"}]},
    "group": {"type": "static_select", "selected_option": {"value": "1"}},
}


def as_shown(view: Modal) -> FormState:
    """What Slack would send if nobody touched the form."""
    return FormState.of({**view, "state": {"values": keep_typed(view["blocks"], {})}})


def values_of(**typed: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {name: {name: value} for name, value in typed.items()}


def test_what_was_typed_is_put_into_the_form_whatever_its_kind() -> None:
    filled = forms.with_values(form("Plain"), values_of(**TYPED))
    assert modal_problems(filled) == []
    shown = as_shown(filled)
    for name, value in TYPED.items():
        key = next(key for key in value if key != "type")
        assert plainly(shown.values[name][name][key]) == plainly(value[key])


def plainly(value: Any) -> Any:
    """Options by their values."""
    if isinstance(value, list):
        return [plainly(part) for part in value]
    return value["value"] if isinstance(value, dict) else value


def test_what_was_cleared_is_empty_and_the_rest_is_as_the_form_has_it() -> None:
    emptied = {
        name: {"type": value["type"], next(k for k in value if k != "type"): None}
        for name, value in TYPED.items()
    }
    cleared = forms.with_values(form("Plain"), values_of(**emptied))
    assert modal_problems(cleared) == []
    assert "initial" not in str(cleared["blocks"])
    assert forms.with_values(form("Plain"), {}) == form("Plain")


def test_fields_choices_and_kinds_that_are_gone_are_passed_over() -> None:
    gone = values_of(
        unknown={"type": "plain_text_input", "value": "x"},
        choice={"type": "static_select", "selected_option": {"value": "99"}},
        boxes={"type": "checkboxes", "selected_options": [{"value": "99"}]},
        time={"type": "plain_text_input", "value": "soon"},
    )
    other_action = {"text": {"other": TYPED["text"]}}
    assert forms.with_values(form("Plain"), {**gone, **other_action}) == form("Plain")


def test_a_draft_that_is_longer_than_the_field_by_now_is_cut() -> None:
    short = forms.modal("a", "A", [forms.text_input("t", "T", limit=5)], submit="Save")
    long = values_of(t={"type": "plain_text_input", "value": "x" * 90})
    filled = forms.with_values(short, long)
    assert filled["blocks"][0]["element"]["initial_value"] == "xxxx…"


@settings(max_examples=60, deadline=None)
@given(HOSTILE)
def test_slack_takes_any_draft(raw: str) -> None:
    draft = values_of(text={"type": "plain_text_input", "value": raw})
    rules = Rules(surface="modal", native_charts=False, file_ready=lambda _file: True)
    assert check_view(rules, forms.with_values(form("Plain"), draft)) == []


@settings(max_examples=60, deadline=None)
@given(HOSTILE)
def test_a_notice_says_what_the_message_says(raw: str) -> None:
    shown = forms.notice(message([raw], [lines([words(clean(raw))]), chart_slot()]))
    assert modal_problems(shown) == []
    assert modal_problems(forms.notice(note("Done."))) == []
