"""Setting a stand-up up: who can take part, the preview, and two people who change it at once."""

from dataclasses import replace
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.domain.person import Person
from bot.domain.standup import StandupPlan, clock_changes, preview
from bot.errors import Conflict, InvalidForm, NotFound, NotPermitted
from bot.services import standups
from tests.unit.standups.conftest import PLAN, TEAM, Desk, at

NOW = at("2026-10-22T12:00")


@pytest.mark.parametrize("trait", ["is_bot", "is_guest", "is_external", "deleted"])
def test_who_cannot_take_part_is_named_and_nothing_is_stored(desk: Desk, trait: str) -> None:
    changes: dict[str, Any] = {trait: True}
    person = replace(Person(workspace="T1", user_id="UX", name="Robin"), **changes)
    desk.do(lambda uow: uow.people.save([person]))
    with pytest.raises(InvalidForm) as refused:
        desk.start(NOW, replace(PLAN, participants=("ULENA", "UX", "UNKNOWN")))
    sentence = refused.value.fields["participants"]
    assert "Robin" in sentence
    assert "UNKNOWN" in sentence
    assert "Lena" not in sentence
    assert desk.do(lambda uow: (uow.standups.all("T1"), uow.schedules.active())) == ([], [])
    assert desk.do(lambda uow: uow.deliveries.counts()) == {}


def test_people_of_another_workspace_are_unknown_here(desk: Desk) -> None:
    stranger = Person(workspace="T2", user_id="UTWO", name="Tove")
    desk.do(lambda uow: uow.people.save([stranger]))
    with pytest.raises(InvalidForm):
        desk.start(NOW, replace(PLAN, participants=("UTWO",)))


def test_the_preview_is_the_next_five_in_each_persons_own_time(desk: Desk) -> None:
    plan = replace(PLAN, participants=tuple(TEAM), wall_time=time(9, 30))
    found = desk.do(standups.preview, "T1", plan, NOW)
    assert {len(p.prompts) for p in found} == {5}
    for entry in found:
        local = [p.run_at.astimezone(ZoneInfo(entry.person.zone)) for p in entry.prompts]
        assert {at.time() for at in local} == {time(9, 30)}
        assert [at.date() for at in local] == [p.local_date for p in entry.prompts]
    firsts = [p.prompts[0].run_at for p in found]
    assert firsts == sorted(firsts)
    changing = {p.person.name for p in found if clock_changes(p.prompts, p.person.zone)}
    assert changing == {"Lena"}


def test_the_preview_leaves_out_who_is_not_known() -> None:
    plan = replace(PLAN, participants=("UA", "UB"))
    known = {"UB": Person(workspace="T1", user_id="UB", name="Bo")}
    assert [p.person.user_id for p in preview(plan, known, NOW)] == ["UB"]


def test_the_second_of_two_changes_is_told_and_overwrites_nothing(desk: Desk) -> None:
    standup = desk.start(NOW)

    def change(plan: StandupPlan) -> None:
        desk.do(standups.change, "T1", standup.id, plan, seen_version=1, author="ULENA", now=NOW)

    change(replace(PLAN, name="First"))
    with pytest.raises(Conflict):
        change(replace(PLAN, name="Second", wall_time=time(15)))
    kept = desk.do(standups.get, "T1", standup.id)
    assert (kept.plan.name, kept.version) == ("First", 2)
    (schedule,) = desk.do(lambda uow: uow.schedules.active())
    assert schedule.wall_time == time(9)


def test_only_its_people_change_a_stand_up(desk: Desk) -> None:
    standup = desk.start(NOW)
    with pytest.raises(NotPermitted):
        desk.do(standups.change, "T1", standup.id, PLAN, seen_version=1, author="UYUKI", now=NOW)
    with pytest.raises(NotFound):
        desk.do(standups.change, "T2", standup.id, PLAN, seen_version=1, author="ULENA", now=NOW)


def test_who_is_taken_out_rests_and_who_is_added_is_asked(desk: Desk) -> None:
    standup = desk.start(NOW, replace(PLAN, participants=("ULENA", "UYUKI")))
    plan = replace(PLAN, participants=("ULENA", "UMARCUS"))
    desk.do(standups.change, "T1", standup.id, plan, seen_version=1, author="UYUKI", now=NOW)
    active = desk.do(lambda uow: [s.user_id for s in uow.schedules.active()])
    assert sorted(active) == ["ULENA", "UMARCUS"]
    assert [s.id for s in desk.do(standups.mine, "T1", "UMARCUS")] == [standup.id]
    assert desk.do(standups.mine, "T1", "UYUKI") == []


def test_every_repeat_of_a_plan_has_its_own_stand_up_and_one_announcement(desk: Desk) -> None:
    first, second = desk.start(NOW), desk.start(NOW)
    assert first.id != second.id
    for standup in (first, second):
        desk.do(standups.change, "T1", standup.id, PLAN, seen_version=1, author="ULENA", now=NOW)
    counts = desk.do(lambda uow: uow.deliveries.counts())
    assert counts == {"pending": 4}
