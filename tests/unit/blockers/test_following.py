"""What blockers wait for: found, followed, and asked about when it moves."""

from datetime import datetime

import pytest

from bot.domain.activity import ReferenceKind
from bot.domain.decisions.record import DecisionBody, DecisionStatus, NewDecision
from bot.domain.experiments.records import Run, RunStatus
from bot.errors import InvalidForm
from bot.services import blockers
from bot.services.decisions import life
from tests.unit.blockers.conftest import NOON, Desk
from tests.unit.desk import at

LATER = at("2026-10-19T10:00")


def run(name: str, status: RunStatus, run_id: str = "3f2a9c") -> Run:
    return Run(
        run_id=run_id, experiment_id="7", name=name, status=status, started_at=NOON, ended_at=None
    )


def save_runs(desk: Desk, *runs: Run) -> None:
    desk.do(lambda uow: uow.experiments.save_runs("T1", runs, NOON))


def follow(desk: Desk, now: datetime = LATER) -> int:
    return desk.do(blockers.follow_links, "T1", now)


def test_a_key_in_the_text_links_itself_where_the_mirror_has_it(desk: Desk) -> None:
    desk.mirror("In progress", NOON)
    linked = desk.raised("UTF-8 bug, see CHURN-41")
    assert linked.waits_for is not None
    assert (linked.waits_for.key, linked.waits_state) == ("CHURN-41", "In progress")
    assert desk.raised("UTF-8 bug in DATA-9", by="ULENA").waits_for is None


def test_an_issue_that_is_not_mirrored_is_linked_and_not_followed(desk: Desk) -> None:
    linked = desk.raised("GPU quota", link="OPS-7")
    assert linked.waits_for is not None
    assert (linked.waits_for.key, linked.waits_state) == ("OPS-7", "")
    assert follow(desk) == 0


def test_it_is_followed_from_the_first_time_on_that_the_mirror_has_it(desk: Desk) -> None:
    blocker = desk.raised("GPU quota", link="CHURN-41")
    desk.outbox()
    desk.mirror("In progress", NOON)
    assert follow(desk) == 0
    assert desk.get(blocker).waits_state == "In progress"
    desk.mirror("Done", LATER)
    assert follow(desk) == 1


def test_a_move_is_proposed_once_and_again_only_for_the_next_move(desk: Desk) -> None:
    desk.mirror("In progress", NOON)
    blocker = desk.raised("GPU quota", link="https://jira.example/browse/CHURN-41")
    desk.outbox()
    assert follow(desk) == 0
    desk.mirror("In review", LATER)
    assert (follow(desk), follow(desk)) == (1, 0)
    assert desk.told() == [("UANANYA", "proposal")]
    assert desk.do(blockers.still_blocked, "T1", 1, "UANANYA", LATER).done
    assert follow(desk) == 0
    assert {d.channel for d in desk.outbox() if d.edit_of} == {"C1", "UANANYA"}
    desk.mirror("Done", at("2026-10-19T11:00"))
    assert follow(desk, at("2026-10-19T11:00")) == 1
    assert desk.told() == [("UANANYA", "proposal")]
    assert (desk.get(blocker).moved_to, desk.get(blocker).waits_state) == ("Done", "In review")


def test_moving_back_takes_the_question_back(desk: Desk) -> None:
    desk.mirror("In progress", NOON)
    blocker = desk.raised("GPU quota", link="CHURN-41")
    desk.mirror("Done", LATER)
    assert follow(desk) == 1
    desk.outbox()
    desk.mirror("In progress", LATER)
    assert follow(desk) == 0
    assert (desk.get(blocker).moved_to, desk.get(blocker).open) == ("", True)
    [edit] = [d for d in desk.outbox() if d.channel == "UANANYA"]
    shown = desk.shown(edit, LATER)
    assert shown is not None
    assert shown.text == "CHURN-41 moved to Done. B-1 stays open."


def test_the_owner_is_asked_in_their_hours_and_not_after_it_was_solved(desk: Desk) -> None:
    desk.mirror("In progress", NOON)
    desk.raised("GPU quota", link="CHURN-41")
    desk.raised("No data", link="CHURN-41", by="ULENA")
    desk.outbox()
    night = at("2026-10-19T20:00")
    desk.mirror("Done", night)
    assert follow(desk, night) == 2
    assert desk.told() == []
    desk.do(blockers.resolve, "T1", 2, "ULENA", night)
    desk.outbox()
    desk.pass_time(at("2026-10-20T20:00"))
    assert desk.told() == [("UANANYA", "proposal")]


def test_two_who_follow_at_once_ask_once(desk: Desk) -> None:
    desk.mirror("In progress", NOON)
    desk.raised("GPU quota", link="CHURN-41")
    desk.mirror("Done", LATER)
    assert [follow(desk) for _ in range(3)] == [1, 0, 0]


@pytest.mark.parametrize("typed", ["gentle", "Gentle-Owl", "3F2A9C", "3f2a"])
def test_a_run_is_found_by_the_beginning_of_its_name_or_id(desk: Desk, typed: str) -> None:
    save_runs(desk, run("gentle-owl-12", RunStatus.RUNNING))
    linked = desk.raised("waiting", link=typed)
    assert linked.waits_for is not None
    assert linked.waits_for.kind is ReferenceKind.RUN
    assert (linked.waits_for.key, linked.waits_for.anchor) == ("7/3f2a9c", "gentle-owl-12")
    assert linked.waits_state == "running"


def test_a_name_of_several_runs_is_refused_unless_it_is_one_whole_name(desk: Desk) -> None:
    save_runs(desk, run("owl", RunStatus.RUNNING), run("owl-2", RunStatus.RUNNING, "77aa"))
    with pytest.raises(InvalidForm, match="Several runs"):
        desk.raised("waiting", link="ow")
    linked = desk.raised("waiting", link="owl")
    assert linked.waits_for is not None
    assert linked.waits_for.key == "7/3f2a9c"


def test_a_run_is_asked_about_once_it_has_ended(desk: Desk) -> None:
    save_runs(desk, run("gentle-owl-12", RunStatus.SCHEDULED))
    blocker = desk.raised("see https://mlflow.example/#/experiments/7/runs/3f2a9c")
    assert blocker.waits_for is not None
    assert blocker.waits_for.anchor == "gentle-owl-12"
    save_runs(desk, run("gentle-owl-12", RunStatus.RUNNING))
    assert follow(desk) == 0
    save_runs(desk, run("gentle-owl-12", RunStatus.FAILED))
    assert follow(desk) == 1
    assert desk.get(blocker).moved_to == "failed"


def test_a_decision_is_followed_and_must_exist(desk: Desk) -> None:
    with pytest.raises(InvalidForm, match="no D-1"):
        desk.raised("GPU quota", link="D-1")
    body = DecisionBody(title="Buy GPUs", outcome="yes")
    wish = NewDecision(
        workspace="T1", channel="C1", author="ULENA", body=body, status=DecisionStatus.PROPOSED
    )
    desk.do(life.log, wish, NOON)
    blocker = desk.raised("waits for D-1")
    assert blocker.waits_state == "proposed"
    desk.do(life.move, "T1", 1, DecisionStatus.ACCEPTED, "ULENA", LATER)
    assert follow(desk) == 1
    assert desk.get(blocker).moved_to == "accepted"
