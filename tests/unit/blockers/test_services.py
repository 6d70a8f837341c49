"""Blockers from a report or a command, taken and solved, and who hears of what when."""

from dataclasses import replace

import pytest

from bot.domain.absence import Away
from bot.domain.blocker import NewBlocker
from bot.errors import InvalidForm, NotFound, NotPermitted
from bot.services import blockers
from tests.unit.blockers.conftest import MON, NOON, PLAN, STANDUP, TUE, Desk
from tests.unit.desk import at

TUE_NOON = at("2026-10-20T09:30")


def texts(desk: Desk) -> list[str]:
    return [b.text for b in desk.open()]


def test_a_command_raises_one_with_a_number_and_a_card_in_the_channel(desk: Desk) -> None:
    first = desk.raised()
    second = desk.raised("No data", by="ULENA")
    assert (first.ref, second.ref) == ("B-1", "B-2")
    assert desk.told() == [("C1", "card"), ("C1", "card")]


def test_the_same_words_are_the_same_blocker_and_ask_more_people(desk: Desk) -> None:
    desk.raised("GPU quota", "ULENA")
    desk.outbox()
    again = desk.raised("gpu  QUOTA", "UYUKI", now=TUE_NOON)
    assert (again.number, again.asked, again.opened_at) == (1, ("ULENA", "UYUKI"), NOON)
    assert desk.told() == []
    desk.pass_time(at("2026-10-20T23:30"))
    assert ("UYUKI", "ask") in desk.told()


def test_only_people_of_the_stand_up_raise_one(desk: Desk) -> None:
    with pytest.raises(NotPermitted):
        desk.raised(by="UBEATRIZ")
    wish = NewBlocker(standup_id="S1", text="x")
    with pytest.raises(NotFound):
        desk.do(blockers.raise_blocker, "T2", "UANANYA", wish, NOON)
    with pytest.raises(InvalidForm, match="few words"):
        desk.raised("none")


def test_who_is_not_there_cannot_be_asked(desk: Desk) -> None:
    with pytest.raises(InvalidForm) as refused:
        desk.raised("GPU quota", "ULENA", "UGHOST")
    assert set(refused.value.fields) == {"asked"}
    assert desk.open() == []


def test_who_is_at_work_hears_at_once_and_others_at_their_next_moment(desk: Desk) -> None:
    desk.raised("GPU quota", "ULENA", "UYUKI")
    assert desk.told() == [("ULENA", "ask"), ("C1", "card")]
    desk.pass_time(at("2026-10-19T22:59"))
    assert desk.told() == []
    desk.pass_time(at("2026-10-19T23:00"))
    assert desk.told() == [("UYUKI", "ask")]


def test_the_nudge_comes_daily_at_the_start_of_their_day_until_somebody_takes_it(
    desk: Desk,
) -> None:
    blocker = desk.raised("GPU quota", "ULENA", now=at("2026-10-22T09:30"))
    desk.outbox()
    desk.pass_time(at("2026-10-26T23:00"))
    nudges = [d for d in desk.outbox() if d.channel == "ULENA"]
    assert [d.ready_at for d in nudges] == [at("2026-10-23T06:00"), at("2026-10-26T07:00")]
    desk.do(blockers.acknowledge, "T1", blocker.number, "UYUKI", at("2026-10-26T23:30"))
    desk.outbox()
    desk.pass_time(at("2026-11-10T00:00"))
    assert desk.told() == [("UANANYA", "taken")]


def test_nobody_is_written_to_while_away(desk: Desk) -> None:
    away = Away(
        id="a", workspace="T1", user_id="ULENA", first=MON, last=TUE, set_by="ULENA"
    )  # fmt: skip
    desk.do(lambda uow: uow.absences.add(away))
    blocker = desk.raised("GPU quota", "ULENA", "UYUKI")
    assert desk.told() == [("C1", "card")]
    assert [p.name for p in desk.do(blockers.asked_in_vain, blocker, NOON)] == ["Lena"]
    desk.pass_time(at("2026-10-20T22:00"))
    assert {who for who, _ in desk.told()} == {"UYUKI"}
    desk.pass_time(at("2026-10-21T06:00"))
    assert ("ULENA", "ask") in desk.told()


def test_a_timer_that_goes_off_late_waits_for_their_hours_again(desk: Desk) -> None:
    desk.raised("GPU quota", "UMARCUS")
    desk.outbox()
    nudge = "blocker:T1:1:ask:UMARCUS"
    desk.fire(nudge, at("2026-10-20T03:00"))
    assert desk.told() == []
    timer = desk.do(lambda uow: uow.timers.get(nudge))
    assert timer is not None
    assert timer.due_at == at("2026-10-20T12:00")


def test_the_first_click_takes_it_and_the_second_sees_who_was_faster(desk: Desk) -> None:
    blocker = desk.raised("GPU quota", "ULENA")
    desk.outbox()
    first = desk.do(blockers.acknowledge, "T1", 1, "ULENA", NOON)
    second = desk.do(blockers.acknowledge, "T1", 1, "UYUKI", NOON)
    assert (first.done, second.done) == (True, False)
    assert second.blocker.acknowledged_by == "ULENA"
    edits = {d.edit_of for d in desk.outbox() if d.edit_of}
    assert edits == {"blocker:T1:1", f"blocker:T1:1:ask:ULENA:{MON}"}
    assert desk.get(blocker).version == 2


def test_the_owner_hears_who_takes_it_and_who_solved_it(desk: Desk) -> None:
    desk.raised("GPU quota", "ULENA")
    desk.outbox()
    desk.do(blockers.acknowledge, "T1", 1, "ULENA", NOON)
    assert desk.told() == [("UANANYA", "taken")]
    desk.do(blockers.resolve, "T1", 1, "ULENA", at("2026-10-19T14:00"))
    assert desk.told() == []
    desk.pass_time(at("2026-10-20T02:30"))
    assert desk.told() == [("UANANYA", "solved")]
    assert desk.open() == []


def test_whoever_solves_their_own_is_told_nothing(desk: Desk) -> None:
    desk.raised("GPU quota", "ULENA")
    desk.outbox()
    assert desk.do(blockers.resolve, "T1", 1, "UANANYA", NOON).done
    assert not desk.do(blockers.resolve, "T1", 1, "ULENA", NOON).done
    desk.pass_time(at("2026-11-10T00:00"))
    assert desk.told() == []


def test_rights_are_looked_at_when_it_is_clicked(desk: Desk) -> None:
    desk.raised("GPU quota")
    for service, who in (
        (blockers.acknowledge, "UANANYA"),
        (blockers.acknowledge, "UBEATRIZ"),
        (blockers.resolve, "UYUKI"),
        (blockers.still_blocked, "UYUKI"),
    ):
        with pytest.raises(NotPermitted):
            desk.do(service, "T1", 1, who, NOON)
    with pytest.raises(NotFound):
        desk.do(blockers.resolve, "T2", 1, "UANANYA", NOON)


def test_managers_hear_once_where_nobody_takes_it(desk: Desk) -> None:
    desk.raised("GPU quota")
    desk.outbox()
    desk.pass_time(at("2026-10-22T11:59"))
    assert desk.told() == []
    [kept] = desk.open()
    assert kept.escalated_at == at("2026-10-22T09:30")
    desk.pass_time(at("2026-11-30T00:00"))
    assert desk.told() == [("UMARCUS", "escalation")]


def test_what_is_taken_does_not_go_to_the_managers(desk: Desk) -> None:
    desk.raised("GPU quota")
    desk.do(blockers.acknowledge, "T1", 1, "ULENA", NOON)
    desk.outbox()
    desk.pass_time(at("2026-11-30T00:00"))
    assert desk.told() == []


def test_a_stand_up_can_go_without_escalation(desk: Desk) -> None:
    calm = replace(STANDUP, plan=replace(PLAN, escalate_after=0))
    desk.report(MON, "GPU quota", standup=calm)
    assert desk.do(lambda uow: uow.timers.next_due()) is None


def test_a_pause_keeps_nudges_back_and_the_end_of_a_stand_up_ends_them(desk: Desk) -> None:
    desk.raised("GPU quota", "ULENA")
    desk.outbox()
    desk.change_standup(paused=True)
    desk.pass_time(at("2026-10-22T20:00"))
    assert desk.told() == []
    assert desk.do(lambda uow: uow.timers.next_due()) is not None
    desk.do(blockers.close_all, STANDUP, "UMARCUS", at("2026-10-22T20:00"))
    assert desk.open() == []
    assert {d.channel for d in desk.outbox() if d.edit_of} == {"C1", "ULENA"}
    desk.pass_time(at("2026-11-30T00:00"))
    assert desk.told() == []


def test_more_people_can_be_asked_until_somebody_takes_it(desk: Desk) -> None:
    desk.raised("GPU quota", "ULENA")
    desk.outbox()
    asked = desk.do(blockers.ask, "T1", 1, ["UMARCUS", "ULENA"], "UYUKI", at("2026-10-19T13:00"))
    assert (asked.done, asked.blocker.asked) == (True, ("ULENA", "UMARCUS"))
    assert desk.told() == [("UMARCUS", "ask")]
    desk.do(blockers.acknowledge, "T1", 1, "ULENA", NOON)
    assert not desk.do(blockers.ask, "T1", 1, ["UBEATRIZ"], "UYUKI", NOON).done


def test_lists_tell_mine_from_those_that_ask_me(desk: Desk) -> None:
    desk.raised("GPU quota", "ULENA")
    desk.raised("No data", by="ULENA")
    found = desk.do(blockers.open_for, "T1", "ULENA")
    assert [b.text for b in found.mine] == ["No data"]
    assert [b.text for b in found.asks_me] == ["GPU quota"]
    assert [b.ref for b in desk.do(blockers.open_in, "T1", {"S1"})] == ["B-1", "B-2"]
    assert desk.do(blockers.open_in, "T1", {"S2"}) == []
    assert [b.ref for b in desk.do(blockers.open_of_person, "S1", "ULENA")] == ["B-2"]


def test_a_report_raises_one_that_ages_until_a_report_leaves_it_out(desk: Desk) -> None:
    desk.report(MON, "GPU quota", asked=("ULENA",))
    assert desk.told() == [("ULENA", "ask")]
    desk.report(TUE, " gpu  QUOTA ", now=TUE_NOON)
    [aged] = desk.open()
    assert (aged.opened_at, aged.text) == (NOON, "GPU quota")
    desk.report(TUE, "None", now=TUE_NOON)
    assert desk.open() == []


def test_another_text_replaces_it_where_the_form_lists_none(desk: Desk) -> None:
    desk.report(MON, "GPU quota")
    desk.report(TUE, "Data access", now=TUE_NOON)
    [now] = desk.open()
    assert (now.ref, now.text, now.opened_at) == ("B-2", "Data access", TUE_NOON)


def test_a_report_closes_those_that_it_says_are_solved(desk: Desk) -> None:
    desk.raised("GPU quota")
    desk.raised("No data")
    desk.report(MON, "No reviewer", solved=("B-1",))
    assert texts(desk) == ["No data", "No reviewer"]
    closed = desk.do(lambda uow: uow.blockers.get("T1", 1))
    assert closed is not None
    assert closed.closed_by == "UANANYA"


def test_changing_a_report_words_its_own_blocker_anew(desk: Desk) -> None:
    desk.report(MON, "GPU qouta", asked=("ULENA",))
    later = at("2026-10-19T09:40")
    desk.report(MON, "GPU quota", solved=(), now=later)
    [own] = desk.open()
    assert (own.ref, own.text, own.opened_at, own.asked) == ("B-1", "GPU quota", NOON, ("ULENA",))


def test_changing_an_old_report_leaves_todays_blocker_alone(desk: Desk) -> None:
    desk.report(TUE, "Data access", now=TUE_NOON)
    desk.report(MON, "GPU quota", now=TUE_NOON)
    desk.report(MON, "", solved=("B-1",), now=TUE_NOON)
    assert texts(desk) == ["Data access"]


def test_blockers_of_two_people_do_not_mix(desk: Desk) -> None:
    desk.report(MON, "GPU quota")
    desk.report(MON, "GPU quota", user="ULENA")
    desk.report(TUE, user="ULENA", now=TUE_NOON)
    assert [b.user_id for b in desk.open()] == ["UANANYA"]


def test_a_report_that_was_not_asked_what_blocks_closes_nothing(desk: Desk) -> None:
    desk.raised("GPU quota")
    silent = replace(STANDUP, plan=replace(PLAN, blocker_question=""))
    desk.report(MON, standup=silent)
    assert texts(desk) == ["GPU quota"]


def test_a_broken_link_refuses_the_report(desk: Desk) -> None:
    with pytest.raises(InvalidForm) as refused:
        desk.report(MON, "GPU quota", link="that thing")
    assert set(refused.value.fields) == {"blocker_link"}
    assert desk.open() == []
