"""Form builders and the reader of what came back."""

from datetime import date, time
from typing import Any

import pytest
from hypothesis import given, settings

from bot.errors import InvalidForm
from bot.ports.chat import Modal
from bot.views import forms
from bot.views.forms import FormState
from tests.unit.views.hostile import HOSTILE, modal_problems


def state(**values: dict[str, Any]) -> FormState:
    return FormState({name: {name: value} for name, value in values.items()}, {})


def form(text: str) -> Modal:
    return forms.modal(
        "a.b",
        "A form",
        [
            forms.text_input("text", text, initial=text),
            forms.select("choice", text, [(text, "1"), ("two", "2")], initial="1"),
            forms.weekday_boxes("days", "Days", initial=()),
            forms.time_input("time", "Time", initial=time(9)),
            forms.people_input("people", "Who", initial=["U1"]),
            forms.date_input("date", "Day", initial=date(2026, 11, 22)),
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
    assert list(found.labels) == ["text", "choice", "days", "time", "people", "date"]


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
