"""Setting a stand-up up: who can take part, the preview, and two people who change it at once."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.domain.digests.settings import DigestChoice, DigestSettings
from bot.domain.person import Choices, Person
from bot.domain.roster import Reason
from bot.domain.standup import Standup, StandupPlan, clock_changes, preview
from bot.errors import Conflict, InvalidForm, NotFound, NotPermitted
from bot.services import standups
from tests.unit.desk import TEAM, at
from tests.unit.standups.conftest import PLAN, Desk

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
    draft = standups.draw_up("T1", "C1", plan, "ULENA")
    found = desk.do(standups.outlook, draft, NOW).previews
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


def test_the_second_of_two_changes_is_told_by_whom_and_when_and_overwrites_nothing(
    desk: Desk,
) -> None:
    standup = desk.start(NOW, replace(PLAN, managers=("ULENA", "UYUKI")))

    def change(author: str, now: datetime, plan: StandupPlan) -> None:
        desk.do(standups.change, "T1", standup.id, plan, seen_version=1, author=author, now=now)

    change("UYUKI", NOW, replace(standup.plan, name="First"))
    later = NOW + timedelta(minutes=7)
    with pytest.raises(Conflict, match="Yuki changed this stand-up 7 minutes ago"):
        change("ULENA", later, replace(standup.plan, name="Second", wall_time=time(15)))
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
    desk.do(standups.change, "T1", standup.id, plan, seen_version=1, author="ULENA", now=NOW)
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


def save(desk: Desk, standup: Standup, author: str = "ULENA", **changes: Any) -> Standup:
    """Change the plan as it is now."""
    now = desk.do(standups.get, "T1", standup.id)
    return desk.do(
        standups.change, "T1", standup.id, replace(now.plan, **changes),
        seen_version=now.version, author=author, now=NOW,
    )  # fmt: skip


def become(desk: Desk, user_id: str, **traits: Any) -> None:
    """Slack says something else of a colleague from now on."""
    person = desk.do(lambda uow: uow.people.several("T1", [user_id]))[user_id]
    desk.do(lambda uow: uow.people.save([replace(person, **traits)]))


def test_guests_start_nothing_and_get_no_role(desk: Desk) -> None:
    become(desk, "UMARCUS", is_guest=True)
    with pytest.raises(NotPermitted, match="Guests"):
        desk.do(standups.create, "T1", "C1", PLAN, "UMARCUS", NOW)
    for role, plan in (
        ("managers", replace(PLAN, managers=("UMARCUS",))),
        ("observers", replace(PLAN, observers=("UMARCUS",))),
    ):
        with pytest.raises(InvalidForm) as refused:
            desk.start(NOW, plan)
        assert set(refused.value.fields) == {role}
    assert desk.do(lambda uow: uow.standups.all("T1")) == []


def test_managers_change_it_and_need_not_take_part(desk: Desk) -> None:
    standup = desk.start(NOW, replace(PLAN, managers=("UYUKI",)))
    save(desk, standup, "UYUKI", name="Renamed")
    with pytest.raises(NotPermitted, match="managers can change this stand-up: Yuki"):
        save(desk, standup, "ULENA", name="Mine")
    assert desk.do(standups.get, "T1", standup.id).plan.name == "Renamed"


def test_where_no_manager_is_here_any_more_its_participants_change_it(desk: Desk) -> None:
    plan = replace(PLAN, managers=("UYUKI",), participants=("ULENA", "UYUKI"))
    standup = desk.start(NOW, plan)
    become(desk, "UYUKI", deleted=True)
    with pytest.raises(NotPermitted):
        save(desk, standup, "UMARCUS", name="Mine")
    save(desk, standup, "ULENA", name="Ours")
    save(desk, standup, "ULENA", managers=("ULENA",))
    assert desk.do(standups.get, "T1", standup.id).managers == ("ULENA",)


def test_a_manager_may_go_while_others_stay_but_the_last_may_not(desk: Desk) -> None:
    standup = desk.start(NOW, replace(PLAN, managers=("ULENA", "UYUKI", "UMARCUS")))
    save(desk, standup, "ULENA", managers=("UYUKI", "UMARCUS"))
    become(desk, "UMARCUS", is_guest=True)
    with pytest.raises(InvalidForm, match="name somebody else first") as refused:
        save(desk, standup, "UYUKI", managers=("UMARCUS",))
    assert set(refused.value.fields) == {"managers"}
    assert desk.do(standups.get, "T1", standup.id).managers == ("UYUKI", "UMARCUS")


def test_a_colleague_who_left_the_company_stops_no_other_change(desk: Desk) -> None:
    standup = desk.start(NOW, replace(PLAN, participants=("ULENA", "UYUKI")))
    become(desk, "UYUKI", deleted=True)
    changed = save(desk, standup, name="Renamed")
    assert (changed.plan.participants, changed.resting) == (("ULENA",), ("UYUKI",))
    [idle] = desk.do(standups.idle, changed)
    assert (idle.name, idle.reason) == ("Yuki", Reason.DEACTIVATED)


def test_optional_people_are_picked_too_and_observers_are_not(desk: Desk) -> None:
    for role, plan in (
        ("optional", replace(PLAN, optional=("UYUKI",))),
        ("observers", replace(PLAN, observers=("ULENA",))),
    ):
        with pytest.raises(InvalidForm) as refused:
            desk.start(NOW, plan)
        assert set(refused.value.fields) == {role}


def test_everyone_are_the_channels_people_without_guests_outsiders_and_observers(
    desk: Desk,
) -> None:
    become(desk, "UMARCUS", is_guest=True)
    become(desk, "UBEATRIZ", is_external=True)
    app = Person(workspace="T1", user_id="UBOT", name="Robot", is_bot=True)
    desk.do(lambda uow: uow.people.save([app]))
    plan = replace(PLAN, everyone=True, participants=(), observers=("UANANYA",))
    standup = desk.do(standups.create, "T1", "C1", plan, "ULENA", NOW, [*TEAM, "UBOT"])
    assert standup.plan.participants == ("UYUKI", "ULENA")
    reasons = {idle.name: idle.reason for idle in desk.do(standups.idle, standup)}
    assert reasons == {"Marcus": Reason.GUEST, "Beatriz": Reason.OUTSIDER}
    assert {s.user_id for s in desk.do(lambda uow: uow.schedules.active())} == {"UYUKI", "ULENA"}


def test_who_was_picked_and_is_not_in_the_channel_is_listed_and_not_asked(desk: Desk) -> None:
    plan = replace(PLAN, participants=("ULENA", "UYUKI"))
    standup = desk.do(standups.create, "T1", "C1", plan, "ULENA", NOW, ["ULENA", "UMARCUS"])
    assert (standup.plan.participants, standup.resting) == (("ULENA",), ("UYUKI",))
    [idle] = desk.do(standups.idle, standup)
    assert idle.reason is Reason.NOT_IN_CHANNEL
    # Where the members can't be read, nobody comes or goes.
    again = desk.do(
        standups.change, "T1", standup.id, plan, seen_version=1, author="ULENA", now=NOW
    )
    assert (again.plan.participants, again.resting) == (("ULENA",), ("UYUKI",))


def test_who_works_on_other_days_is_listed_and_not_asked(desk: Desk) -> None:
    weekend = Choices(weekdays=frozenset({6, 7}))
    desk.do(lambda uow: uow.people.choose("T1", "ULENA", weekend))
    standup = desk.start(NOW, replace(PLAN, weekdays=frozenset({1, 2})))
    [idle] = desk.do(standups.idle, standup)
    assert idle.reason is Reason.NO_COMMON_DAY
    assert desk.do(lambda uow: uow.schedules.active()) == []


def test_somebody_has_to_be_asked(desk: Desk) -> None:
    with pytest.raises(InvalidForm, match="Nobody would be asked"):
        desk.do(
            standups.create, "T1", "C1", replace(PLAN, everyone=True, participants=()),
            "ULENA", NOW, [],
        )  # fmt: skip


def test_a_stand_up_that_moves_to_another_channel_is_announced_there(desk: Desk) -> None:
    standup = desk.start(NOW)
    moved = desk.do(
        standups.change, "T1", standup.id, PLAN,
        seen_version=1, author="ULENA", now=NOW, channel="C2", members=list(TEAM),
    )  # fmt: skip
    assert moved.channel == "C2"
    assert desk.wished("C2", "standup.started") == [f"standup:{standup.id}:started:C2"]


def test_a_proposal_asks_everyone_and_takes_the_projects_of_the_channels_digest(
    desk: Desk,
) -> None:
    choice = DigestChoice(zone="UTC", projects=("CHURN", "DATA"))
    settings = DigestSettings(workspace="T1", channel="C1", choice=choice, owner="ULENA")
    desk.do(lambda uow: uow.digests.add(settings))
    proposed = desk.do(standups.proposal, "T1", "C1", "ULENA", list(TEAM)).plan
    assert (proposed.everyone, proposed.projects) == (True, ("CHURN", "DATA"))
    assert (proposed.participants, proposed.managers) == (tuple(TEAM), ("ULENA",))


def test_five_hundred_people_are_set_up_well_below_a_forms_three_seconds(desk: Desk) -> None:
    zones = [zone for _, zone in TEAM.values()]
    crowd = [
        Person(workspace="T1", user_id=f"U{n:04d}", name=f"Person {n}", zone=zones[n % 5])
        for n in range(500)
    ]
    desk.do(lambda uow: uow.people.save(crowd))
    members = [person.user_id for person in crowd]
    plan = replace(PLAN, everyone=True, participants=())
    started = perf_counter()
    standup = desk.do(standups.create, "T1", "C1", plan, "ULENA", NOW, members)
    outlook = desk.do(standups.outlook, standup, NOW)
    changed = save(desk, standup, wall_time=time(10))
    print(f"500 people set up, shown and changed in {perf_counter() - started:.2f} s")
    assert len(outlook.previews) == len(changed.plan.participants) == 500
    active = desk.do(lambda uow: uow.schedules.active())
    assert (len(active), {s.wall_time for s in active}) == (500, {time(10)})
