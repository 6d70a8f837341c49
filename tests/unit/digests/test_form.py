"""The settings form: prefilled, read back as shown, a sentence per field that is wrong."""

from dataclasses import replace
from datetime import time
from typing import Any

import pytest

from bot.domain.digests.settings import Audience, DigestChoice, DigestSettings, schedule_of
from bot.domain.issues.sharing import IssueField
from bot.errors import InvalidForm
from bot.ports.chat import Modal
from bot.views.digests import settings_form as forms
from bot.views.forms import FormState
from tests.standins.slack.blockkit.report import Rules
from tests.standins.slack.blockkit.surfaces import check_view
from tests.standins.slack.forms import fill, keep_typed
from tests.unit.digests.builders import T0

RULES = Rules(surface="modal", native_charts=False, file_ready=lambda _: True)
CHOICE = DigestChoice(
    zone="America/Sao_Paulo",
    wall_time=time(8, 30),
    weekdays=frozenset({1, 2, 7}),
    projects=("CHURN", "DATA"),
    experiments=("churn v2", "uplift"),
)
SETTINGS = DigestSettings(workspace="T1", channel="C1", choice=CHOICE, owner="U1", version=3)


def submitted(modal: Modal, **typed: Any) -> FormState:
    """The state of a form after a person typed into some fields and pressed the button."""
    values = keep_typed(modal["blocks"], {})
    for block in modal["blocks"]:
        name = block.get("block_id")
        if name in typed:
            values[name] = {name: fill(block["element"], typed[name])}
    return FormState.of({**modal, "state": {"values": values}})


def test_an_untouched_form_is_read_as_shown() -> None:
    modal = forms.form(SETTINGS)
    assert check_view(RULES, modal) == []
    state = submitted(modal)
    assert forms.read(state) == CHOICE
    assert forms.channel_of(state) == "C1"
    assert forms.version_of(state) == 3


def test_a_notice_with_a_name_in_it_is_only_text() -> None:
    modal = forms.form(SETTINGS, notice="<!channel> changed this.")
    assert modal["blocks"][0]["text"]["text"] == "&lt;!channel&gt; changed this."


def test_off_is_read_as_off() -> None:
    off = replace(SETTINGS, choice=replace(CHOICE, active=False))
    assert not forms.read(submitted(forms.form(off))).active
    assert not forms.read(submitted(forms.form(SETTINGS), active="off")).active


def test_typed_in_any_case() -> None:
    state = submitted(forms.form(SETTINGS), zone="europe/berlin", projects="data churn")
    assert forms.read(state).zone == "Europe/Berlin"
    assert forms.read(state).projects == ("CHURN", "DATA")


@pytest.mark.parametrize(
    ("typed", "field", "named"),
    [
        ({"projects": "CHURN, 1X, B-2"}, "projects", "1X, B-2"),
        ({"projects": " ".join(f"P{n}" for n in range(21))}, "projects", "at most 20"),
        ({"zone": "Berlin time"}, "zone", "'Berlin time'"),
        ({"zone": ""}, "zone", "IANA"),
        ({"weekdays": []}, "weekdays", "at least one weekday"),
    ],
)
def test_a_wrong_field_gets_its_sentence(typed: dict[str, Any], field: str, named: str) -> None:
    with pytest.raises(InvalidForm) as caught:
        forms.read(submitted(forms.form(SETTINGS), **typed))
    assert named in caught.value.fields[field]


def test_the_receipt_names_the_next_time_and_what_was_not_checked() -> None:
    schedule = schedule_of(SETTINGS, T0)
    modal = forms.saved(schedule, CHOICE, checked=False)
    assert check_view(RULES, modal) == []
    assert "Mon, Tue, Sun at 08:30 America/Sao_Paulo" in str(modal)
    assert "haven't checked" in str(modal)
    assert "haven't checked" not in str(forms.saved(schedule, CHOICE, checked=True))


def test_the_receipt_confirms_readers_fields_and_the_week() -> None:
    schedule = schedule_of(SETTINGS, T0)
    fields = frozenset({IssueField.SUMMARY, IssueField.DUE})
    choice = replace(CHOICE, audience=Audience.STAKEHOLDER, fields=fields)
    said = str(forms.saved(schedule, choice, checked=True))
    assert "your time" in said
    assert "It is written for stakeholders, in plain words." in said
    assert ", with titles, due date." in said
    assert "No weekly digest comes here." in said or "The weekly digest comes" in said
    assert "only keys and states" in str(
        forms.saved(schedule, replace(choice, fields=frozenset()), checked=True)
    )


def test_the_receipt_of_switching_off() -> None:
    schedule = replace(schedule_of(SETTINGS, T0), active=False)
    assert "is off" in str(forms.saved(schedule, replace(CHOICE, active=False), checked=True))


def test_fields_readers_and_the_week_are_chosen() -> None:
    state = submitted(forms.form(SETTINGS), fields=["summary"], audience="stakeholder", weekly="5")
    read = forms.read(state)
    assert read.fields == frozenset({IssueField.SUMMARY})
    assert read.audience is Audience.STAKEHOLDER
    assert read.weekly.weekday == 5
    nothing = submitted(forms.form(SETTINGS), fields=[], weekly="off")
    assert forms.read(nothing).fields == frozenset()
    assert forms.read(nothing).weekly.weekday is None


def test_only_where_another_company_reads_along_it_is_asked_about() -> None:
    alone = forms.form(replace(SETTINGS, choice=replace(CHOICE, shared_ok=True)))
    assert "another company" not in str(alone)
    assert not forms.read(submitted(alone)).shared_ok, "a consent holds for who was asked"
    shared = forms.form(SETTINGS, shared=True)
    assert check_view(RULES, shared) == []
    assert not forms.read(submitted(shared)).shared_ok
    assert forms.read(submitted(shared, shared_ok=["yes"])).shared_ok
