"""The set-up form and what channels and managers see of a stand-up, with hostile words in it."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from hypothesis import given, settings

from bot.domain.person import Person
from bot.domain.roster import Idle, Outlook, Reason
from bot.domain.standup import PostMode, Standup, StandupPlan, preview
from bot.errors import InvalidForm
from bot.ports.chat import Message, Modal
from bot.views import standup_filled as filled
from bot.views import standup_setup as forms
from bot.views import standups as views
from bot.views.forms import PEOPLE_LIMIT, FormState
from bot.views.standup_setup import SetUp
from tests.unit.views.hostile import (
    EVIL,
    HOSTILE,
    form_problems,
    injected,
    message_problems,
    modal_problems,
    shown,
    texts_that_slack_formats,
)

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
FEW = settings(max_examples=40, deadline=None)
ZONES = ("Asia/Tokyo", "Europe/Berlin", "America/New_York")


def people(text: str, number: int = 2) -> dict[str, Person]:
    return {
        f"U{n}": Person(workspace="T1", user_id=f"U{n}", name=text, zone=ZONES[n % 3])
        for n in range(number)
    }


def standup(text: str, number: int = 2, **changes: Any) -> Standup:
    plan = StandupPlan(
        name=text,
        questions=(f"1 {text}"[:300], f"2 {text}"[:300]),
        blocker_question=text[:300] or "Blocked?",
        wall_time=time(9),
        weekdays=frozenset({1, 3}),
        participants=tuple(f"U{n}" for n in range(number)),
        projects=("CHURN",),
        days_off=(date(2026, 12, 24),),
    )
    return Standup(id="s1", workspace="T1", channel="C1", created_by="U0", plan=plan, **changes)


def idle(text: str, number: int = 1) -> list[Idle]:
    return [Idle(user_id=f"X{n}", name=text, reason=Reason.GUEST) for n in range(number)]


def outlook(it: Standup, text: str = "Ana", absent: Sequence[Idle] = ()) -> Outlook:
    known = people(text, len(it.plan.participants))
    return Outlook(previews=preview(it.plan, known, NOW), idle=absent)


def set_up(text: str, number: int = 2, **changes: Any) -> SetUp:
    it = standup(text, number)
    return SetUp(standup=it, outlook=outlook(it, text, idle(text)), **changes)


def every_message(text: str) -> list[Message]:
    it = standup(text)
    return [
        views.started(it, NOW),
        views.started(replace(it, paused=True), None),
        views.ended(it),
        views.moved(it),
        views.departed(it, idle(text)[0]),
        views.done(it, "is paused."),
        views.choose([it, replace(it, id="s2")], views.ACTION_SKIP, "Which?"),
        views.listing([it, replace(it, id="s2", paused=True, resting=("U9",))]),
        views.listing([]),
    ]


def every_modal(text: str) -> list[Modal]:
    it = set_up(text)
    return [
        forms.setup(it),
        forms.setup(replace(it, more=True, notice=text)),
        forms.setup(replace(it, copy="s2", outlook=Outlook(previews=[], idle=[]))),
        forms.saved(it.standup, it.outlook),
        views.confirm_delete(it.standup),
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
        assert form_problems(built) == []


def test_no_outside_text_stands_where_slack_formats_it() -> None:
    mark = "Zq*x*qZ"
    found = texts_that_slack_formats(every_message(mark), every_modal(mark), "*x*")
    # The notice of a form is our own sentence; the test put its text there.
    assert found == [f"🟡 {mark}"]


def test_a_name_is_shown_as_typed() -> None:
    for built in every_message(EVIL)[:6]:
        assert injected(built.blocks) == []
        assert EVIL in shown(built.blocks)
    assert EVIL in shown(views.listing([standup(EVIL)]).blocks)


@pytest.mark.parametrize("text", ["x", "語", "\"'\\", "🦉", "<&>"])
@pytest.mark.parametrize("number", [2, PEOPLE_LIMIT, 500])
def test_the_largest_stand_up_fits_into_its_forms(text: str, number: int) -> None:
    long = (text * 80)[:80]
    it = replace(
        set_up(long, number),
        everybody=[f"U{n}" for n in range(number)],
        outlook=outlook(standup(long, number), long, idle(long, 300)),
        more=True,
        notice=long,
    )
    many = tuple(f"U{n:010d}" for n in range(PEOPLE_LIMIT))
    plan = replace(it.standup.plan, optional=many, observers=many, managers=many)
    it = replace(it, standup=replace(it.standup, plan=plan))
    for built in (forms.setup(it), forms.saved(it.standup, it.outlook)):
        assert modal_problems(built) == []


@pytest.mark.parametrize("text", ["x", "語", "\"'\\", "🦉", "<&>"])
def test_sixty_stand_ups_fit_into_a_list_and_a_choice(text: str) -> None:
    many = [replace(standup((text * 80)[:80], 100), id=f"{n:032x}") for n in range(60)]
    listed = views.listing(many)
    assert message_problems(listed) == []
    assert "more; `/standup edit`" in shown(listed.blocks)
    assert message_problems(views.choose(many, views.ACTION_PAUSE, "Pause which?")) == []


def test_five_hundred_people_are_shown_by_zone_and_nobody_is_lost() -> None:
    it = standup("Daily", 500)
    words = shown(forms.saved(it, outlook(it, "Ana", idle("Gina", 30)))["blocks"])
    for zone, number in zip(ZONES, (167, 167, 166), strict=True):
        line = next(line for line in words.splitlines() if zone in line)
        assert f"and {number - 3} more" in line
        assert len(re.findall(r"\w{3} \d+ \w{3} 09:00", line)) == 5
    assert "Not asked: Gina (guest)" in words
    assert "and 20 more" in words


def test_the_preview_says_who_is_not_asked_and_why() -> None:
    absent = [
        Idle(user_id="U7", name="Gina", reason=Reason.GUEST),
        Idle(user_id="U8", name="Tove", reason=Reason.NOT_IN_CHANNEL),
    ]
    it = standup("Daily")
    built = forms.setup(SetUp(standup=it, outlook=outlook(it, absent=absent)))
    assert "Not asked: Gina (guest) · Tove (not in the channel)" in shown(built["blocks"])


def test_a_form_that_nobody_can_be_previewed_in_says_what_to_pick() -> None:
    it = standup("Daily", 0)
    assert "Pick people and days" in shown(forms.setup(set_up("Daily", 0))["blocks"])
    assert "asks nobody" in shown(views.started(it, None).blocks)


def fields(modal: Modal) -> list[str]:
    return [block["block_id"] for block in modal["blocks"] if block["type"] == "input"]


def test_where_everyone_is_asked_there_is_no_picker() -> None:
    it = set_up("Daily", everybody=["U0", "U1"])
    assert "participants" in fields(forms.setup(it))
    asking = replace(it, standup=replace(it.standup, plan=replace(it.standup.plan, everyone=True)))
    built = forms.setup(asking)
    assert "participants" not in fields(built)
    assert "Everyone in this channel except guests (2)" in shown(built["blocks"])


def test_who_rests_stays_picked_unless_they_left_the_company() -> None:
    it = standup("Daily", resting=("U7", "U8"))
    gone = Idle(user_id="U8", name="Tove", reason=Reason.DEACTIVATED)
    built = forms.setup(SetUp(standup=it, outlook=outlook(it, absent=[gone])))
    [picker] = [b for b in built["blocks"] if b.get("block_id") == "participants"]
    assert picker["element"]["initial_users"] == ["U0", "U1", "U7"]


def state_of(modal: Modal, **values: Any) -> FormState:
    """The form as Slack sends it back: prefilled values as they are, or these raw elements."""
    found: dict[str, dict[str, Any]] = {}
    for block in modal["blocks"]:
        if block["type"] == "input":
            element = block["element"]
            raw = {
                "value": element.get("initial_value"),
                "selected_option": element.get("initial_option"),
                "selected_options": element.get("initial_options", []),
                "selected_time": element.get("initial_time"),
                "selected_users": element.get("initial_users", []),
                "selected_conversation": element.get("initial_conversation"),
            }
            found[block["block_id"]] = {block["block_id"]: raw}
    for name, value in values.items():
        key = next(iter(value)) if isinstance(value, dict) else "value"
        raw = value[key] if isinstance(value, dict) else value
        found[name] = {name: {key: raw}}
    return FormState.of({**modal, "state": {"values": found}})


FULL = replace(
    standup("Daily").plan,
    optional=("U1",),
    observers=("U5",),
    managers=("U0", "U6"),
    close_after=6,
    reminders=2,
    post_mode=PostMode.AT_ONCE,
    escalate_after=5,
    projects=("CHURN", "DATA"),
    days_off=(date(2026, 12, 24), date(2026, 12, 25)),
    mood=True,
    call_weekday=3,
)


@pytest.mark.parametrize("more", [False, True])
def test_a_form_that_is_sent_back_as_it_was_changes_nothing(more: bool) -> None:
    it = replace(set_up("Daily"), standup=replace(standup("Daily"), plan=FULL), more=more)
    assert filled.read_setup(state_of(forms.setup(it)), FULL) == FULL


def test_roles_that_are_not_shown_follow_what_is_picked() -> None:
    it = replace(set_up("Daily"), standup=replace(standup("Daily"), plan=FULL))
    state = state_of(forms.setup(it), participants={"selected_users": ["U0", "U5"]})
    plan = filled.read_setup(state, FULL)
    assert (plan.participants, plan.optional, plan.observers) == (("U0", "U5"), (), ())


def test_everything_that_can_be_chosen_is_read() -> None:
    it = replace(set_up("Daily"), more=True)
    chosen = {
        "days_off": " 2026-12-24..2026-12-26,\n2027-01-01 ",
        "projects": "data; churn",
        "mood": {"selected_option": {"value": "on"}},
        "call_weekday": {"selected_option": {"value": "4"}},
        "post_mode": {"selected_option": {"value": "at_once"}},
        "reminders": {"selected_option": {"value": "0"}},
        "close_after": {"selected_option": {"value": "8"}},
        "escalate_after": {"selected_option": {"value": "10"}},
        "audience": {"selected_option": {"value": "everyone"}},
        "channel": {"selected_conversation": "C2"},
    }
    state = state_of(forms.setup(it), **chosen)
    plan = filled.read_setup(state, it.standup.plan)
    assert [d.isoformat() for d in plan.days_off] == [
        "2026-12-24", "2026-12-25", "2026-12-26", "2027-01-01",
    ]  # fmt: skip
    assert plan.projects == ("CHURN", "DATA")
    assert (plan.mood, plan.call_weekday, plan.everyone) == (True, 4, True)
    assert (plan.post_mode, plan.reminders) == (PostMode.AT_ONCE, 0)
    assert (plan.close_after, plan.escalate_after) == (8, 10)
    assert filled.channel_of(state) == "C2"


@pytest.mark.parametrize(
    ("typed", "wrong", "sentence"),
    [
        ({"name": " "}, "name", "Give it a name"),
        ({"name": "x" * 81}, "name", "at most 80"),
        ({"questions": "\n"}, "questions", "at least one question"),
        ({"questions": "\n".join("abcdefghij")}, "questions", "at most 9"),
        ({"questions": "q" * 301}, "questions", "300 characters"),
        ({"blocker_question": "q" * 301}, "blocker_question", "300"),
        ({"participants": {"selected_users": []}}, "participants", "at least one person"),
        (
            {"participants": {"selected_users": [f"U{n}" for n in range(101)]}},
            "participants",
            "at most 100",
        ),
        ({"weekdays": {"selected_options": []}}, "weekdays", "at least one weekday"),
        ({"wall_time": {"selected_time": None}}, "wall_time", "Pick a time"),
        ({"managers": {"selected_users": []}}, "managers", "name somebody else first"),
        ({"projects": "CHURN, 4x!"}, "projects", "4X!: a project key looks like"),
        ({"days_off": "24.12.2026"}, "days_off", "can't read 24.12.2026"),
        ({"days_off": "2026-12-24..2026-12-01"}, "days_off", "can't read"),
        ({"days_off": "2026-01-01..2026-02-28 2026-05-01..2026-06-29 2026-08-01..2026-09-20"},
         "days_off", "at most 150"),
    ],
)  # fmt: skip
def test_a_value_beyond_the_limits_is_refused_at_its_field(
    typed: dict[str, Any], wrong: str, sentence: str
) -> None:
    it = replace(set_up("Daily"), more=True)
    with pytest.raises(InvalidForm, match=sentence) as refused:
        filled.read_setup(state_of(forms.setup(it), **typed), it.standup.plan)
    assert set(refused.value.fields) == {wrong}


def test_nine_questions_and_one_about_blockers_are_allowed() -> None:
    it = set_up("Daily")
    state = state_of(forms.setup(it), questions="\n".join("abcdefghi"), blocker_question="b")
    assert len(filled.read_setup(state, it.standup.plan).questions) == 9


def test_half_filled_forms_are_read_as_far_as_they_go() -> None:
    it = replace(set_up("Daily"), more=True)
    state = state_of(forms.setup(it), name="", days_off="soon", weekdays={"selected_options": []})
    plan = filled.read_half_filled(state, it.standup.plan)
    assert (plan.weekdays, plan.days_off) == (frozenset(), ())
