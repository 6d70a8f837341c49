"""Days that didn't go by the book: vacations in the middle, outages, changes under way."""

from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest

from bot.domain.activity import Found, Reference, ReferenceKind
from bot.domain.blocker import NewBlocker
from bot.domain.calendar import WORKDAYS
from bot.domain.draft import Draft
from bot.domain.links import Links
from bot.domain.offer import Offer
from bot.domain.person import Person
from bot.domain.report import Answer, FilledReport
from bot.domain.standup import PostMode, Standup
from bot.errors import InvalidForm
from bot.services import (
    aways,
    blockers,
    memberships,
    offers,
    reports,
    standup_life,
    standups,
    turns,
)
from bot.views import report_form
from bot.views.forms import FormState
from bot.workflows.standup_cards import surroundings
from tests.unit.desk import at
from tests.unit.standups.conftest import PLAN, Desk

TUE = date(2026, 11, 3)
ANDREA = Person(workspace="T1", user_id="UANDREA", name="Andrea", zone="Europe/Berlin")
NINE, TEN_PAST = at("2026-11-03T08:00"), at("2026-11-03T08:10")


def away(desk: Desk, first: date, last: date, now: str) -> None:
    desk.do(aways.set_away, "T1", "ULENA", first, last, "", "ULENA", at(now))


def offer(desk: Desk, standup: Standup) -> Offer:
    return desk.do(offers.offer, "T1", "ULENA", standup.id, TUE, NINE)


def sent(form: dict[str, Any], **typed: str) -> FormState:
    """The form as Slack sends it: what was typed, and the boxes as they were ticked."""
    values: dict[str, Any] = {name: {name: {"value": text}} for name, text in typed.items()}
    for block in form["blocks"]:
        if block.get("element", {}).get("initial_options"):
            ticked = {"selected_options": block["element"]["initial_options"]}
            values[block["block_id"]] = {block["block_id"]: ticked}
    return FormState.of({**form, "state": {"values": values}})


def test_who_goes_on_vacation_before_their_day_closes_is_neither_reminded_nor_missing(
    desk: Desk,
) -> None:
    evening = replace(PLAN, wall_time=time(17), weekdays=WORKDAYS, participants=("ULENA", "UYUKI"))
    standup = desk.start(at("2026-11-03T00:00"), evening)
    away(desk, date(2026, 11, 6), date(2026, 11, 20), "2026-11-03T00:00")
    desk.live(at("2026-11-04T12:00"), at("2026-11-06T12:00"))
    thursday = date(2026, 11, 5)
    reminded = [name for name in desk.wished("ULENA", "standup.reminder") if "11-05" in name]
    day = desk.do(turns.day, standup, thursday)
    assert reminded == []
    assert "ULENA" not in [t.user_id for t in day.missing(at("2026-11-06T12:00"))]


def test_after_an_outage_there_is_one_reminder_not_two(desk: Desk) -> None:
    desk.start(at("2026-11-03T00:00"), replace(PLAN, reminders=2))
    desk.tick(NINE)
    desk.tick(at("2026-11-03T11:30"))
    assert len(desk.wished("ULENA", "standup.reminder")) == 1


def test_a_later_hour_neither_asks_again_nor_holds_the_card_up(desk: Desk) -> None:
    standup = desk.start(at("2026-11-03T00:00"))
    desk.tick(NINE)
    desk.report(standup, TUE, TEN_PAST)
    later = replace(PLAN, wall_time=time(16))
    desk.do(standups.change, "T1", standup.id, later, seen_version=1, author="ULENA", now=TEN_PAST)
    desk.live(TEN_PAST, at("2026-11-03T08:20"))
    assert len(desk.wished("C1", "standup.wrap_up")) == 1


def test_reports_of_before_appear_where_they_are_shown_at_once_from_now_on(desk: Desk) -> None:
    two = replace(PLAN, participants=("ULENA", "UBEATRIZ"))
    standup = desk.start(at("2026-11-03T00:00"), two)
    desk.tick(NINE)
    desk.report(standup, TUE, at("2026-11-03T08:05"))
    at_once = replace(two, post_mode=PostMode.AT_ONCE)
    desk.do(
        standups.change, "T1", standup.id, at_once, seen_version=1, author="ULENA", now=TEN_PAST
    )
    desk.live(TEN_PAST, at("2026-11-05T12:00"))
    assert desk.wished("C1", "standup.day") == [f"day:{standup.id}:{TUE}"]
    assert desk.wished("C1", "standup.report") == [f"report:{standup.id}:{TUE}:ULENA"]


def test_a_report_closes_only_blockers_that_were_listed_and_unticked(desk: Desk) -> None:
    standup = desk.start(at("2026-11-03T00:00"))
    desk.tick(NINE)
    for number in range(12):
        wish = NewBlocker(standup_id=standup.id, text=f"Thing {number}")
        desk.do(blockers.raise_blocker, "T1", "ULENA", wish, NINE)
    form = report_form.report(offer(desk, standup), Links())
    late = NewBlocker(standup_id=standup.id, text="Raised while the form stands open")
    desk.do(blockers.raise_blocker, "T1", "ULENA", late, NINE)
    state = sent(form, answer_0="x")
    still: Any = state.values["still_blocked"]["still_blocked"]
    still["selected_options"] = still["selected_options"][1:]
    filled = report_form.read_report(state)
    assert filled.solved == ("B-1",)
    desk.do(reports.submit, "T1", "ULENA", filled, TEN_PAST)
    left = desk.do(lambda uow: uow.blockers.open("T1"))
    assert sorted(b.number for b in left) == list(range(2, 14))


def test_who_left_the_channel_and_comes_back_from_vacation_is_not_asked(desk: Desk) -> None:
    desk.start(at("2026-11-02T00:00"), replace(PLAN, participants=("ULENA", "UYUKI")))
    away(desk, TUE, TUE, "2026-11-02T20:00")
    desk.tick(NINE)
    desk.do(memberships.left, "T1", "C1", "ULENA", TEN_PAST)
    desk.do(aways.back, "T1", "ULENA", "ULENA", at("2026-11-03T08:20"))
    assert desk.wished("ULENA", "standup.prompt") == []


def test_a_paused_standup_asks_nobody_who_comes_back(desk: Desk) -> None:
    standup = desk.start(at("2026-11-02T00:00"))
    away(desk, TUE, TUE, "2026-11-02T20:00")
    desk.tick(NINE)
    desk.do(standup_life.pause, "T1", standup.id, "ULENA", TEN_PAST)
    desk.do(aways.back, "T1", "ULENA", "ULENA", at("2026-11-03T08:20"))
    turn = desk.do(lambda uow: uow.turns.get(standup.id, TUE, "ULENA"))
    assert turn is not None
    assert turn.asked_at is None


def test_late_lines_that_are_too_long_with_the_answer_are_refused_not_cut(desk: Desk) -> None:
    standup = desk.start(at("2026-11-03T00:00"))
    desk.tick(NINE)
    moved = Reference(kind=ReferenceKind.ISSUE, key="CHURN-1", anchor="CHURN-1")
    found = Found(text="CHURN-1 moved to Done", reference=moved)
    form = report_form.report(replace(offer(desk, standup), late=[found]), Links())
    fits = report_form.read_report(sent(form, answer_0="x" * 2900, late="y" * 99))
    assert len(fits.answers[0].text) == 3000
    too_long = sent(form, answer_0="x" * 2900, late="y" * 100)
    with pytest.raises(InvalidForm) as refused:
        report_form.read_report(too_long)
    assert set(refused.value.fields) == {"late"}


def test_typing_that_is_heard_of_after_the_report_is_no_draft(desk: Desk) -> None:
    standup = desk.start(at("2026-11-03T00:00"))
    desk.report(standup, TUE, TEN_PAST)
    typed = Draft(
        workspace="T1", user_id="ULENA", place=reports.draft_place(standup.id, TUE),
        values={"answer_0": {"answer_0": {"value": "Half a sen"}}}, saved_at=NINE,
    )  # fmt: skip
    desk.do(lambda uow: uow.drafts.save(typed))
    assert offer(desk, standup).draft is None


def test_a_solved_blocker_leaves_the_card_of_a_later_day_too(desk: Desk) -> None:
    two = replace(PLAN, participants=("ULENA", "UANDREA"))
    desk.do(lambda uow: uow.people.save([ANDREA]))
    standup = desk.start(at("2026-11-02T00:00"), two)
    desk.tick(at("2026-11-02T08:00"))
    desk.report(standup, date(2026, 11, 2), at("2026-11-02T08:05"), blocker="No GPU")
    desk.live(at("2026-11-02T08:06"), NINE)
    desk.report(standup, TUE, at("2026-11-03T08:05"), user="UANDREA")
    desk.live(at("2026-11-03T08:06"), at("2026-11-03T13:00"))
    desk.do(blockers.resolve, "T1", 1, "ULENA", at("2026-11-03T14:00"))
    card = f"day:{standup.id}:{TUE}"
    assert desk.do(lambda uow: uow.deliveries.pending_edit(card))


def test_who_rests_reads_no_more(desk: Desk) -> None:
    standup = desk.start(at("2026-11-02T00:00"), replace(PLAN, participants=("ULENA", "UMARCUS")))
    desk.do(memberships.left, "T1", "C1", "UMARCUS", at("2026-11-02T01:00"))
    now = desk.do(standups.get, "T1", standup.id)
    assert (now.resting, "UMARCUS" in now.insiders) == (("UMARCUS",), False)


def test_the_form_of_an_edit_keeps_whom_a_blocker_asks_and_what_it_waits_for(desk: Desk) -> None:
    standup = desk.start(at("2026-11-03T00:00"))
    filled = replace(_blocked(standup), asked=("UYUKI",), blocker_link="CHURN-3")
    desk.do(reports.submit, "T1", "ULENA", filled, TEN_PAST)
    form = report_form.report(offer(desk, standup), Links())
    fields = {block["block_id"]: block["element"] for block in form["blocks"] if "element" in block}
    assert fields["asked"]["initial_users"] == ["UYUKI"]
    assert fields["blocker_link"]["initial_value"] == "CHURN-3"


def test_a_helper_without_a_blocker_is_asked_back(desk: Desk) -> None:
    standup = desk.start(at("2026-11-03T00:00"))
    form = report_form.report(offer(desk, standup), Links())
    with pytest.raises(InvalidForm) as refused:
        report_form.read_report(sent(form, answer_0="x", blocker_link="CHURN-3"))
    assert set(refused.value.fields) == {"blocker"}


def test_a_past_day_shows_no_blocker_of_today(desk: Desk) -> None:
    standup = desk.start(at("2026-10-26T00:00"))
    monday = date(2026, 10, 26)
    desk.report(standup, monday, at("2026-10-26T08:05"))
    desk.do(reports.submit, "T1", "ULENA", _blocked(standup), TEN_PAST)
    assert desk.do(lambda uow: surroundings(uow, turns.day(uow, standup, monday))).blockers == []
    assert desk.do(lambda uow: surroundings(uow, turns.day(uow, standup, TUE))).blockers != []


def _blocked(standup: Standup) -> FilledReport:
    return FilledReport(
        standup_id=standup.id,
        local_date=TUE,
        answers=(Answer(question="What moved?", text="Trained"),),
        blocker="No GPU",
    )
