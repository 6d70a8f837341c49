"""Every message and form of a stand-up, with hostile words in every place."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from hypothesis import given, settings

from bot.domain.person import Person
from bot.domain.standup import Answer, Day, Report, Standup, StandupPlan, preview
from bot.errors import InvalidForm
from bot.ports.chat import Message, Modal
from bot.views import standup_forms as forms
from bot.views import standups as views
from bot.views.forms import FormState
from tests.unit.views.hostile import (
    EVIL,
    HOSTILE,
    elements,
    injected,
    message_problems,
    modal_problems,
    shown,
)

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
DAY = date(2026, 11, 22)
FEW = settings(max_examples=40, deadline=None)


def standup(text: str, questions: int = 2, people: int = 2) -> Standup:
    return Standup(
        id="s1",
        workspace="T1",
        channel="C1",
        created_by="U0",
        plan=StandupPlan(
            name=text,
            questions=tuple(f"{n} {text}"[:300] for n in range(questions)),
            blocker_question=text[:300] or "Blocked?",
            wall_time=time(9),
            weekdays=frozenset({1, 3}),
            participants=tuple(f"U{n}" for n in range(people)),
        ),
    )


def report(text: str, user_id: str = "U0", answers: int = 2) -> Report:
    return Report(
        workspace="T1",
        standup_id="s1",
        local_date=DAY,
        user_id=user_id,
        answers=tuple(Answer(question=f"{n} {text}"[:300], text=text) for n in range(answers)),
        blocker=text,
        submitted_at=NOW,
        edited_at=NOW,
    )


def people(text: str, number: int = 2) -> dict[str, Person]:
    return {
        f"U{n}": Person(workspace="T1", user_id=f"U{n}", name=text, zone="Asia/Tokyo")
        for n in range(number)
    }


def every_message(text: str) -> list[Message]:
    it, entry, known = standup(text), report(text), people(text)
    day = Day(standup=it, local_date=DAY, reports=(entry,), skipped=("U1",), waiting=("U9",))
    return [
        views.started(it),
        views.prompt(it, DAY, entry, None, skipped=False),
        views.prompt(it, DAY, None, entry, skipped=False),
        views.prompt(it, DAY, None, None, skipped=True),
        views.day_card(day, known),
        views.report(it, entry, known["U0"]),
        views.report(it, entry, None),
        views.choose([it, replace(it, id="s2")], views.ACTION_SKIP, "Which?"),
        views.listing([it, replace(it, id="s2")]),
        views.listing([]),
    ]


def every_modal(text: str) -> list[Modal]:
    it, known = standup(text), people(text)
    previews = preview(it.plan, known, NOW)
    return [
        forms.setup(it.plan, previews, {"channel": "C1"}),
        forms.setup(it.plan, [], {"standup": "s1", "version": 1}, notice=text),
        forms.saved(it, previews),
        forms.report(it, DAY, None),
        forms.report(it, DAY, report(text)),
    ]


@FEW
@given(HOSTILE)
def test_no_message_pings_links_or_is_refused(raw: str) -> None:
    for built in every_message(raw):
        assert message_problems(built) == []


@FEW
@given(HOSTILE)
def test_no_form_pings_links_or_is_refused(raw: str) -> None:
    for built in every_modal(raw):
        # What people typed is put back into their own fields as it was.
        for element in elements(built["blocks"]):
            element.pop("initial_value", None)
        assert modal_problems(built) == []


def test_no_outside_text_stands_where_slack_formats_it() -> None:
    mark = "Zq*x*qZ"
    found = [
        element["text"]
        for built in [m.blocks for m in every_message(mark)]
        + [m["blocks"] for m in every_modal(mark)]
        for element in elements(built)
        if element.get("type") == "mrkdwn" and "*x*" in str(element.get("text"))
    ]
    # The notice of a form is our own sentence; the test put its text there.
    assert found == [f"🟡 {mark}"]


def test_a_title_is_shown_as_typed() -> None:
    for built in every_message(EVIL)[:8]:
        assert injected(built.blocks) == []
    assert EVIL in shown(views.started(standup(EVIL)).blocks)
    assert EVIL in shown(views.listing([standup(EVIL)]).blocks)


@pytest.mark.parametrize("text", ["word " * 600, "line\n" * 600, "\"'\\" * 1000, "語" * 3000])
def test_the_longest_report_is_shown_with_its_edit_button(text: str) -> None:
    built = views.report(standup("Daily", 9), report(text, answers=9), None)
    assert message_problems(built) == []
    assert [e["text"]["text"] for e in elements(built.blocks) if e.get("type") == "button"] == [
        "Edit"
    ]
    assert shown(built.blocks).count(text[:20]) >= 10
    assert len(str(built.blocks)) < 13_200


def test_a_day_of_hundreds_of_people_is_shown() -> None:
    known = people("A rather long name of a person", 300)
    reports = tuple(report("blocked " * 100, f"U{n}") for n in range(100))
    day = Day(
        standup=standup("Daily", people=300),
        local_date=DAY,
        reports=reports,
        skipped=tuple(f"U{n}" for n in range(100, 200)),
        waiting=tuple(f"U{n}" for n in range(200, 300)),
    )
    built = views.day_card(day, known)
    assert message_problems(built) == []
    words = shown(built.blocks)
    for expected in ("Reported", "Not today", "Expected later", "is blocked", "100 of 300", "more"):
        assert expected in words
    assert len(str(built.blocks)) < 13_200


def test_the_day_shows_blockers_before_names() -> None:
    entry = replace(report("x"), blocker="GPU quota")
    day = Day(standup=standup("Daily"), local_date=DAY, reports=(entry,), skipped=(), waiting=())
    words = shown(views.day_card(day, people("Ana")).blocks)
    assert words.index("GPU quota") < words.index("Reported")


def submitted(modal: Modal, **typed: str) -> FormState:
    """The form as Slack sends it back: prefilled values as they are, or what was typed."""
    values: dict[str, dict[str, Any]] = {}
    for block in modal["blocks"]:
        if block["type"] == "input" and block["element"]["type"] == "plain_text_input":
            name = block["block_id"]
            value = typed.get(name, block["element"].get("initial_value"))
            values[name] = {name: {"value": value}}
    return FormState.of({**modal, "state": {"values": values}})


def test_editing_without_a_change_keeps_a_report_as_it_was() -> None:
    for questions in (("Same?", "Same?"), ("What moved?", "R&D <new>?"), ("One", "Two")):
        it = standup("Daily")
        it = replace(it, plan=replace(it.plan, questions=questions))
        first = submitted(forms.report(it, DAY, None), answer_0="a", answer_1="b", blocker="c")
        filled = forms.read_report(first)
        assert [a.text for a in filled.answers] == ["a", "b"]
        stored = replace(report("x"), answers=filled.answers, blocker=filled.blocker)
        again = forms.read_report(submitted(forms.report(it, DAY, stored)))
        assert again == filled


def test_editing_loses_no_answer_when_the_questions_changed_since() -> None:
    it = standup("Daily")
    stored = replace(
        report("x"),
        answers=(Answer(question="Old?", text="kept"), Answer(question="Other?", text="too")),
        blocker="GPU quota",
    )
    now = replace(it, plan=replace(it.plan, questions=("New?",), blocker_question=""))
    again = forms.read_report(submitted(forms.report(now, DAY, stored)))
    assert (again.answers, again.blocker) == (stored.answers, "GPU quota")


def plan_state(**fields: Any) -> FormState:
    texts = {"name": "Daily", "questions": "What?", "blocker_question": "", **fields}
    values: dict[str, dict[str, Any]] = {k: {k: {"value": v}} for k, v in texts.items()}
    values["weekdays"] = {"weekdays": {"selected_options": [{"value": "1"}]}}
    values["wall_time"] = {"wall_time": {"selected_time": "09:30"}}
    values["participants"] = {"participants": {"selected_users": fields.get("people", ["U1"])}}
    return FormState(values, {})


def test_a_filled_plan_is_read() -> None:
    plan = forms.read_setup(plan_state(questions=" One? \n\n Two? "))
    assert (plan.questions, plan.wall_time, plan.weekdays) == (
        ("One?", "Two?"), time(9, 30), frozenset({1}),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"questions": "\n"}, "questions"),
        ({"questions": "\n".join("abcdefghij")}, "questions"),
        ({"questions": "q" * 301}, "questions"),
        ({"blocker_question": "q" * 301}, "blocker_question"),
        ({"people": []}, "participants"),
    ],
)
def test_plans_beyond_the_limits_are_refused_at_their_field(
    fields: dict[str, Any], wrong: str
) -> None:
    with pytest.raises(InvalidForm) as refused:
        forms.read_setup(plan_state(**fields))
    assert set(refused.value.fields) == {wrong}


def test_nine_questions_and_one_about_blockers_are_allowed() -> None:
    plan = forms.read_setup(plan_state(questions="\n".join("abcdefghi"), blocker_question="b"))
    assert len(plan.questions) == 9
