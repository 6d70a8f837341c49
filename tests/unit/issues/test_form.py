"""The form of a new issue: what it asks, what it keeps, what it refuses."""

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.issues.drafts import FieldValue, NewIssue, Origin, Source, origin_of, unpacked
from bot.domain.issues.screens import CreateField, CreateScreen, FieldKind, create_page
from bot.errors import InvalidForm
from bot.ports.chat import Modal
from bot.views.forms import FormState
from bot.views.issues import form
from bot.views.issues.form import Sheet
from tests.standins.slack.blockkit import Rules, check_view

RULES = Rules(surface="modal", native_charts=False, file_ready=lambda _file: True)
ORIGIN = Origin(source=Source.ALERT, ref="T1:A-1:1", channel="C1")
DRAFT = NewIssue(project="CHURN", issue_type="", summary="Worse", description="than v7")
TEAM = CreateField(
    field_id="customfield_1",
    name="Team",
    kind=FieldKind.CHOICE,
    options=(("11", "Data"), ("12", "Models")),
)
POINTS = CreateField(field_id="customfield_2", name="Points", kind=FieldKind.NUMBER)
TESTER = CreateField(field_id="customfield_4", name="Tester", kind=FieldKind.PERSON)
DAY = CreateField(field_id="customfield_3", name="Seen on", kind=FieldKind.DATE)
WHERE = CreateField(field_id="customfield_5", name="Where", kind=FieldKind.TEXT, required=False)
SPRINT = CreateField(field_id="customfield_9", name="Sprint *now*", kind=FieldKind.OTHER)
LABELS = CreateField(field_id="labels", name="Labels", kind=FieldKind.LABELS, required=False)


def screen(*fields: CreateField) -> CreateScreen:
    assignee = CreateField(
        field_id="assignee", name="Assignee", kind=FieldKind.PERSON, required=False
    )
    usual = (assignee, LABELS)
    return CreateScreen(project_id="10000", type_id="10002", fields=(*usual, *fields))


def sheet(**changes: Any) -> Sheet:
    found = Sheet(origin=ORIGIN, draft=DRAFT, projects=("CHURN", "DATA"))
    return replace(found.with_types(["Story", "Task", "Bug"]), **changes)


def ids(modal: Modal) -> list[str]:
    return [b["block_id"] for b in modal["blocks"] if b["type"] == "input"]


def filled(modal: Modal, **typed: Any) -> FormState:
    """The state of an untouched form, with what was typed in blocks whose id begins so."""
    values: dict[str, dict[str, Any]] = {}
    for block in (b for b in modal["blocks"] if b["type"] == "input"):
        element, name = block["element"], block["block_id"]
        state: dict[str, Any] = {"type": element["type"]}
        state["value"] = element.get("initial_value")
        state["selected_option"] = element.get("initial_option")
        state["selected_user"] = element.get("initial_user")
        state["selected_date"] = element.get("initial_date")
        parts = name.split(":")
        key = parts[1] if parts[0] == "ask" else parts[0]
        state |= typed.get(key, {})
        values[name] = {element["action_id"]: state}
    raw = {**modal, "state": {"values": values}}
    return FormState.of(raw)


def test_slack_takes_the_fullest_form() -> None:
    modal = form.form(
        sheet(
            screen=screen(TEAM, POINTS, TESTER, DAY, SPRINT),
            page="https://jira.example/secure/CreateIssueDetails!init.jspa?pid=1",
            problem="Team <is> required",
        )
    )
    assert check_view(RULES, modal) == []
    assert "Sprint *now*" in repr(modal["blocks"])
    assert "CreateIssueDetails" in repr(modal["blocks"])
    assert check_view(RULES, form.form(sheet(projects=(), types=()))) == []


def test_the_type_fits_what_it_is_created_from() -> None:
    assert sheet().draft.issue_type == "Bug"
    of_message = replace(ORIGIN, source=Source.MESSAGE)
    told = Sheet(origin=of_message, draft=DRAFT).with_types(["Bug", "task"])
    assert told.draft.issue_type == "task"
    chosen = Sheet(origin=ORIGIN, draft=replace(DRAFT, issue_type="Story"))
    assert chosen.with_types(["Bug", "Story"]).draft.issue_type == "Story"
    assert chosen.with_types(["Epos"]).draft.issue_type == "Epos"


def test_everything_comes_back_as_it_was_filled_in() -> None:
    modal = form.form(sheet(screen=screen(TEAM, POINTS, TESTER, DAY)))
    state = filled(
        modal,
        customfield_1={"selected_option": {"value": "12"}},
        customfield_2={"value": "3"},
        customfield_3={"selected_date": "2026-11-20"},
        customfield_4={"selected_user": "UYUKI"},
        assignee={"selected_user": "ULENA"},
    )
    draft = form.read(state)
    assert (draft.project, draft.issue_type, draft.summary) == ("CHURN", "Bug", "Worse")
    assert {each.field_id: each.value or each.person for each in draft.fields} == {
        "assignee": "ULENA",
        "customfield_1": "12",
        "customfield_2": "3.0",
        "customfield_3": "2026-11-20",
        "customfield_4": "UYUKI",
    }
    assert form.origin(state) == ORIGIN
    assert unpacked(draft.packed()) == draft
    assert origin_of(ORIGIN.packed()) == ORIGIN
    again = form.form(sheet(draft=draft, screen=screen(TEAM, POINTS, TESTER, DAY)))
    assert form.read(filled(again)) == draft


def test_another_type_keeps_what_still_fits() -> None:
    before = form.form(sheet(screen=screen(TEAM, POINTS)))
    other = replace(TEAM, options=(("21", "Ops"),))
    after = form.form(sheet(screen=screen(other, POINTS)))
    kept = set(ids(before)) & set(ids(after))
    assert {"summary", "description"} <= kept
    assert any(each.startswith("ask:customfield_2:") for each in kept)
    assert not any(each.startswith("ask:customfield_1:") for each in kept)


@pytest.mark.parametrize(
    ("typed", "block", "sentence"),
    [
        ({"customfield_2": {"value": "many"}}, "ask:customfield_2", "Type a number"),
        ({"summary": {"value": "  "}}, "summary", "Say in a line"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    typed: dict[str, Any], block: str, sentence: str
) -> None:
    state = filled(form.form(sheet(screen=screen(POINTS))), **typed)
    with pytest.raises(InvalidForm, match=sentence) as refused:
        form.read(state)
    [name] = refused.value.fields
    assert name.startswith(block)
    assert name in state.values


def test_a_typed_project_must_look_like_one() -> None:
    state = filled(form.form(sheet(projects=(), types=())), project={"value": "my project"})
    with pytest.raises(InvalidForm) as refused:
        form.read(state)
    assert refused.value.fields.keys() == {"project"}
    good = filled(form.form(sheet(projects=(), types=())), project={"value": "churn"})
    assert form.read(good).project == "CHURN"


def test_a_field_that_jira_named_when_it_refused_is_asked_for() -> None:
    told = sheet(screen=screen(WHERE))
    assert not any("customfield_5" in each for each in ids(form.form(told)))
    again = form.form(replace(told, also=frozenset({"customfield_5"})))
    assert any("customfield_5" in each for each in ids(again))
    followed = form.sheet_of(filled(again), ("CHURN",))
    assert followed.also == {"customfield_5"}


def test_without_labels_on_its_screen_an_issue_could_not_be_found_again() -> None:
    bare = CreateScreen(project_id="1", type_id="2", fields=(POINTS,))
    assert "no labels" in repr(form.form(sheet(screen=bare))["blocks"])
    assert "no labels" not in repr(form.form(sheet(screen=screen()))["blocks"])


def test_the_way_to_jiras_own_form_is_filled_in() -> None:
    page = create_page("https://jira.example", screen(), "a & b", "x" * 5000)
    assert "pid=10000&issuetype=10002&summary=a+%26+b" in page
    assert len(page) < 1000


def test_a_value_without_a_block_is_left_out() -> None:
    modal = form.form(sheet(screen=screen(TEAM)))
    draft = form.read(filled(modal))
    assert draft.fields == ()
    assert draft.value_of("customfield_1") is None
    named = replace(draft, fields=(FieldValue(field_id="x", kind=FieldKind.TEXT, value="y"),))
    assert named.value_of("x") is not None
