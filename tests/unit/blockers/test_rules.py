"""Who may do what, when managers hear of it, and what people type to name a thing."""

from datetime import time

import pytest

from bot.domain import blocker as rules
from bot.domain import blocker_link as links
from bot.domain.activity import ReferenceKind
from bot.domain.blocker import Blocker, Notice
from bot.domain.working_time import WorkingTime
from tests.unit.blockers.conftest import NOON, STANDUP
from tests.unit.desk import at

OPEN = Blocker(
    workspace="T1", number=4, standup_id="S1", channel="C1", user_id="UANANYA", text="GPU quota",
    opened_at=NOON, asked=("ULENA", "UBEATRIZ"),
)  # fmt: skip
LINKED = OPEN.waiting_for(links.issue("CHURN-41"), "To do")
TAKEN = OPEN.taken("UYUKI", NOON)


@pytest.mark.parametrize(
    ("who", "take", "solve"),
    [
        ("UANANYA", True, True),  # its owner: the service refuses that they take their own
        ("ULENA", True, True),  # asked, in the stand-up
        ("UBEATRIZ", True, True),  # asked from outside
        ("UYUKI", True, False),  # in the stand-up
        ("UMARCUS", True, True),  # its manager
        ("USTRANGER", False, False),
    ],
)
def test_rights(who: str, take: bool, solve: bool) -> None:
    assert rules.may_take(OPEN, STANDUP, who) is take
    assert rules.may_solve(OPEN, STANDUP, who) is solve


def test_who_has_taken_it_may_solve_it() -> None:
    assert rules.may_solve(TAKEN, STANDUP, "UYUKI")


@pytest.mark.parametrize(
    ("blocker", "notice", "who", "told"),
    [
        (OPEN, Notice.ASK, "ULENA", True),
        (OPEN, Notice.ASK, "UYUKI", False),
        (TAKEN, Notice.ASK, "ULENA", False),
        (OPEN.solved("ULENA", NOON), Notice.ASK, "ULENA", False),
        (OPEN, Notice.TAKEN, "UANANYA", False),
        (TAKEN, Notice.TAKEN, "UANANYA", True),
        (TAKEN.solved("UYUKI", NOON), Notice.TAKEN, "UANANYA", False),
        (TAKEN.solved("UYUKI", NOON), Notice.SOLVED, "UANANYA", True),
        (TAKEN.solved("UANANYA", NOON), Notice.SOLVED, "UANANYA", False),
        (OPEN, Notice.SOLVED, "UANANYA", False),
        (OPEN, Notice.ESCALATION, "UMARCUS", True),
        (TAKEN, Notice.ESCALATION, "UMARCUS", False),
        (OPEN, Notice.PROPOSAL, "UANANYA", False),
        (LINKED.followed("Done", NOON), Notice.PROPOSAL, "UANANYA", True),
        (LINKED.followed("Done", NOON).declined(), Notice.PROPOSAL, "UANANYA", False),
    ],
)
def test_who_is_told_what(blocker: Blocker, notice: Notice, who: str, told: bool) -> None:
    assert blocker.calls_for(notice, who) is told


@pytest.mark.parametrize(
    ("opened", "due"),
    [
        ("2026-10-19T09:30", "2026-10-22T09:30"),  # Monday to Thursday
        ("2026-10-19T20:00", "2026-10-22T16:00"),  # in the evening: three whole days, 18:00 local
        ("2026-10-23T08:00", "2026-10-28T09:00"),  # over the weekend on which clocks go back
    ],
)
def test_managers_hear_of_it_after_the_owners_working_days(opened: str, due: str) -> None:
    found = rules.escalation_due(at(opened), WorkingTime(), "Europe/Berlin", 3)
    assert found == at(due)


def test_long_days_count_as_days_too() -> None:
    hours = WorkingTime(start=time(6), end=time(0))
    assert rules.escalation_due(NOON, hours, "UTC", 1) == at("2026-10-20T09:30")


@pytest.mark.parametrize(
    ("now", "zone", "start"),
    [
        ("2026-10-19T15:10", "Asia/Tokyo", "2026-10-20T15:00"),
        ("2026-10-24T22:30", "Europe/Berlin", "2026-10-25T23:00"),  # a day of 25 hours
        ("2011-12-29T20:00", "Pacific/Apia", "2011-12-30T10:00"),  # the zone skips 30 December
    ],
)
def test_tomorrow_begins_at_the_next_local_midnight(now: str, zone: str, start: str) -> None:
    assert rules.tomorrow(at(now), zone) == at(start)


@pytest.mark.parametrize("text", ["", " - ", "None.", "nothing!", "N/A", "no"])
def test_nothing_said_is_no_blocker(text: str) -> None:
    assert rules.says_nothing(text)


@pytest.mark.parametrize("text", ["No GPU", "nobody reviews", "Na and K channels"])
def test_something_said_is_one(text: str) -> None:
    assert not rules.says_nothing(text)


def test_who_is_asked_again_stays_asked_once_and_nobody_asks_themselves() -> None:
    assert OPEN.extended("x", ["ULENA", "UYUKI", "UANANYA"]).asked == ("ULENA", "UBEATRIZ", "UYUKI")


def test_each_move_proposes_once_and_moving_back_takes_it_back() -> None:
    linked = OPEN.waiting_for(links.issue("CHURN-41"), "To do")
    assert linked.followed("To do", NOON) == linked.followed("", NOON) == linked
    moved = linked.followed("In review", NOON)
    assert (moved.moved_to, moved.proposed_at, moved.waits_state) == ("In review", NOON, "To do")
    assert moved.followed("In review", NOON) == moved
    assert moved.followed("Done", NOON).moved_to == "Done"
    assert moved.followed("To do", NOON) == linked
    declined = moved.declined()
    assert declined.followed("In review", NOON) == declined
    assert (declined.moved_to, declined.followed("To do", NOON).moved_to) == ("", "To do")


def test_what_nothing_was_known_of_proposes_nothing_when_it_is_found() -> None:
    unknown = OPEN.waiting_for(links.issue("CHURN-41"), "")
    assert unknown.followed("Done", NOON) == unknown.waiting_for(links.issue("CHURN-41"), "Done")
    assert OPEN.followed("Done", NOON) == OPEN


@pytest.mark.parametrize(
    ("typed", "kind", "key"),
    [
        ("CHURN-41", ReferenceKind.ISSUE, "CHURN-41"),
        (" churn-41 ", ReferenceKind.ISSUE, "CHURN-41"),
        ("https://jira.example/browse/CHURN-41?x=1", ReferenceKind.ISSUE, "CHURN-41"),
        (
            "<https://jira.example/jira/software/projects/C/boards/1?selectedIssue=CHURN-41>",
            ReferenceKind.ISSUE,
            "CHURN-41",
        ),
        ("D-12", ReferenceKind.DECISION, "12"),
        ("d-012", ReferenceKind.DECISION, "12"),
        (
            "https://mlflow.example/#/experiments/7/runs/3f2a9c/artifacts",
            ReferenceKind.RUN,
            "7/3f2a9c",
        ),
    ],
)
def test_what_people_type_as_a_link(typed: str, kind: ReferenceKind, key: str) -> None:
    found = links.read(typed)
    assert found is not None
    assert (found.kind, found.key) == (kind, key)


@pytest.mark.parametrize(
    "typed", ["gentle-owl-12", "the quota", "", "CHURN-0", "https://x.example"]
)
def test_what_only_the_mirror_may_know(typed: str) -> None:
    assert links.read(typed) is None


def test_a_text_names_keys_and_decisions_but_no_parts_of_words() -> None:
    text = "CHURN-41 waits for D-3; see UTF-8, pre-CHURN-1, CHURN-2b and https://j/browse/DATA-9"
    assert [r.anchor for r in links.mentioned(text)] == ["DATA-9", "CHURN-41", "D-3", "UTF-8"]
