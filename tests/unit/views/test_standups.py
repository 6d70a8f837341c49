"""Every message and form of a stand-up's days, with hostile words in every place."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from bot.domain.absence import Absence, AbsenceKind
from bot.domain.activity import Activity, Found, Reference, ReferenceKind
from bot.domain.blocker import Blocker
from bot.domain.day import Day
from bot.domain.links import Links
from bot.domain.offer import Offer
from bot.domain.person import Person
from bot.domain.report import ITEM_LENGTH, Answer, FollowUp, PlanItem, Report
from bot.domain.roster import Idle, Reason
from bot.domain.standup import Standup, StandupPlan
from bot.domain.turn import Cohort, Entry, Turn
from bot.ports.chat import Message, Modal
from bot.views import prompts, report_form, report_posts, wrap_ups
from bot.views.blocks import MESSAGE_SIZE, size
from bot.views.forms import FormState
from tests.unit.views.hostile import (
    EVIL,
    HOSTILE,
    elements,
    form_problems,
    injected,
    message_problems,
    shown,
    texts_that_slack_formats,
)

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
DAY = date(2026, 11, 22)
FEW = settings(max_examples=40, deadline=None)
NOWHERE = Links()


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
        reviewed=tuple(PlanItem(text=text, carried=2, became=became) for became in FollowUp),
        references=(reference(text),),
    )


def reference(text: str) -> Reference:
    return Reference(kind=ReferenceKind.ISSUE, key="CHURN-41", anchor=text)


def turn(user_id: str = "U0", absence: Absence | None = None) -> Turn:
    return Turn(
        workspace="T1",
        standup_id="s1",
        local_date=DAY,
        user_id=user_id,
        cohort=Cohort.ASIA,
        due_at=NOW + timedelta(hours=4),
        asked_at=NOW,
        absence=absence,
    )


def blocker(text: str) -> Blocker:
    return Blocker(
        workspace="T1",
        number=4,
        standup_id="s1",
        channel="C1",
        user_id="U0",
        text=text,
        opened_at=NOW,
        asked=("U1",),
    )


def whole_day(it: Standup, *reports: Report, absent: int = 0, waiting: int = 0) -> Day:
    """Those who reported, then those who are away, then those who haven't answered."""
    away = Absence(kind=AbsenceKind.AWAY, until=DAY)
    entries = [Entry(turn=turn(each.user_id), report=each) for each in reports]
    first = len(entries)
    entries += [Entry(turn=turn(f"U{first + n}", away)) for n in range(absent)]
    entries += [Entry(turn=turn(f"U{first + absent + n}")) for n in range(waiting)]
    return Day(standup=it, local_date=DAY, entries=tuple(entries))


def asked(text: str) -> prompts.Asked:
    found = Found(text=text, reference=reference(text))
    return prompts.Asked(
        planned=[PlanItem(text=text)],
        activity=Activity(since=NOW, found=[found] * 7),
        reported=1,
        expected=2,
        no_news=text,
    )


def offer(text: str, existing: Report | None = None) -> Offer:
    found = Found(text=text, reference=reference(text))
    return Offer(
        standup=standup(text),
        day=DAY,
        planned=(PlanItem(text=text[:ITEM_LENGTH], carried=1),),
        activity=Activity(since=NOW, found=[found] if existing is None else []),
        blockers=[blocker(text)],
        existing=existing,
        late=[found] if existing is None else [],
        asks_mood=True,
    )


def card_of(day: Day, text: str, *blockers: Blocker) -> Message:
    around = wrap_ups.Surroundings(
        people=people(text), blockers=blockers, closing=[(Cohort.EUROPE, NOW)], call=text
    )
    return wrap_ups.card(day, Cohort.ASIA, around, NOWHERE)


def people(text: str, number: int = 2) -> dict[str, Person]:
    return {
        f"U{n}": Person(workspace="T1", user_id=f"U{n}", name=text, zone="Asia/Tokyo")
        for n in range(number)
    }


def every_message(text: str) -> list[Message]:
    it, entry, known = standup(text), report(text), people(text)
    day = whole_day(it, entry, absent=1, waiting=1)
    holiday = Absence(kind=AbsenceKind.HOLIDAY, label=text)
    idle = [Idle(user_id="U5", name=text, reason=Reason.GUEST)]
    return [
        prompts.prompt(it, turn(), asked(text), NOWHERE),
        prompts.reminder(it, turn()),
        prompts.receipt(it, turn(), entry),
        prompts.excused(it, turn(), holiday),
        card_of(day, text, blocker(text)),
        wrap_ups.status([day], known, idle),
        report_posts.post(it, Entry(turn=turn(), report=entry), known["U0"], NOWHERE),
        report_posts.post(it, Entry(turn=turn(), report=entry), None, NOWHERE),
    ]


def every_modal(text: str) -> list[Modal]:
    it, known = standup(text), people(text)
    return [
        report_form.report(offer(text), NOWHERE),
        report_form.report(offer(text, report(text)), NOWHERE),
        wrap_ups.all_reports(whole_day(it, report(text)), None, known, NOWHERE, 0),
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
    assert found == []


def test_a_title_is_shown_as_typed() -> None:
    for built in every_message(EVIL):
        assert injected(built.blocks) == []


@pytest.mark.parametrize("text", ["word " * 600, "line\n" * 600, "\"'\\" * 1000, "語" * 3000])
def test_the_longest_report_is_shown_with_its_edit_button(text: str) -> None:
    entry = Entry(turn=turn(), report=report(text, answers=9))
    built = report_posts.post(standup("Daily", 9), entry, None, NOWHERE)
    assert message_problems(built) == []
    assert [e["text"]["text"] for e in elements(built.blocks) if e.get("type") == "button"] == [
        "Edit"
    ]
    assert shown(built.blocks).count(text[:20]) >= 10
    assert size(built.blocks) <= MESSAGE_SIZE


def test_a_day_of_hundreds_of_people_is_shown_and_says_what_is_folded() -> None:
    reports = [report("moved " * 100, f"U{n}") for n in range(100)]
    day = whole_day(standup("Daily", people=300), *reports, absent=100, waiting=100)
    built = card_of(day, "A rather long name of a person", *[blocker("No GPU")] * 30)
    assert message_problems(built) == []
    words = shown(built.blocks)
    for expected in (
        "(100 of 200)",
        "is blocked: No GPU",
        "and 22 blockers more: All reports",
        "Carried over 3 times",
        "and 95 items more: All reports",
        "and 92 reports more: All reports",
        "Not there: ",
        "Not heard from yet: ",
        "and 92 more",
    ):
        assert expected in words, words
    assert size(built.blocks) <= MESSAGE_SIZE


def test_the_pages_of_all_reports_hold_each_once_in_the_order_in_which_they_came() -> None:
    reports = [
        replace(report(f"Report {n:02}", f"U{n}"), submitted_at=NOW + timedelta(minutes=n))
        for n in range(20)
    ]
    day = whole_day(standup("Daily"), *reports)
    pages = [wrap_ups.all_reports(day, None, people("Ana", 20), NOWHERE, n) for n in range(3)]
    words = "".join(shown(page["blocks"]) for page in pages)
    places = [words.index(f"Report {n:02}") for n in range(20)]
    assert places == sorted(places)
    assert [len(_buttons(page)) for page in pages] == [1, 2, 1]
    for page, said in zip(pages, ("1 to 8 of 20", "9 to 16 of 20", "17 to 20 of 20"), strict=True):
        assert said in shown(page["blocks"])


def _buttons(built: Modal) -> list[str]:
    return [e["value"] for e in elements(built["blocks"]) if e.get("type") == "button"]


def test_the_day_shows_blockers_and_what_is_carried_over_before_names() -> None:
    entry = replace(
        report("Tuned"),
        reviewed=(PlanItem(text="Write docs", carried=1, became=FollowUp.CARRIED),),
    )
    words = shown(card_of(whole_day(standup("Daily"), entry), "Ana", blocker("GPU quota")).blocks)
    assert words.index("GPU quota") < words.index("Carried over twice: Write docs (Ana)")
    assert words.index("Write docs") < words.index("Ana · Tuned")


def submitted(modal: Modal, **typed: str) -> FormState:
    """The form as Slack sends it back: prefilled values as they are, or what was typed."""
    values: dict[str, dict[str, Any]] = {}
    for block in modal["blocks"]:
        if block["type"] == "input" and block["element"]["type"] == "plain_text_input":
            name = block["block_id"]
            value = typed.get(name, block["element"].get("initial_value"))
            values[name] = {name: {"value": value}}
    return FormState.of({**modal, "state": {"values": values}})


def blank(it: Standup, existing: Report | None = None) -> Modal:
    """The form without anything that was found or planned."""
    bare = Offer(standup=it, day=DAY, activity=Activity(since=NOW), existing=existing)
    return report_form.report(bare, NOWHERE)


def test_editing_without_a_change_keeps_a_report_as_it_was() -> None:
    for questions in (("Same?", "Same?"), ("What moved?", "R&D <new>?"), ("One", "Two")):
        it = standup("Daily")
        it = replace(it, plan=replace(it.plan, questions=questions))
        first = submitted(blank(it), answer_0="a", answer_1="b", blocker="c")
        filled = report_form.read_report(first)
        assert [a.text for a in filled.answers] == ["a", "b"]
        stored = replace(
            report("x"),
            answers=filled.answers,
            blocker=filled.blocker,
            references=(),
        )
        again = report_form.read_report(submitted(blank(it, stored)))
        assert again == filled


def test_editing_loses_no_answer_when_the_questions_changed_since() -> None:
    it = standup("Daily")
    stored = replace(
        report("x"),
        answers=(Answer(question="Old?", text="kept"), Answer(question="Other?", text="too")),
        blocker="GPU quota",
    )
    now = replace(it, plan=replace(it.plan, questions=("New?",), blocker_question=""))
    again = report_form.read_report(submitted(blank(now, stored)))
    assert (again.answers, again.blocker) == (stored.answers, "GPU quota")


def test_what_was_planned_and_found_comes_back_with_the_form() -> None:
    built = report_form.report(offer("Tune rate"), NOWHERE)
    state = submitted(built)
    carried = {"plan_0": {"plan_0": {"selected_option": {"value": "carried"}}}}
    filled = report_form.read_report(replace(state, values={**state.values, **carried}))
    assert filled.reviewed == (PlanItem(text="Tune rate", carried=1, became=FollowUp.CARRIED),)
    assert filled.references == (reference("Tune rate"),)
    assert filled.answers[0].text == "Tune rate\nTune rate"
