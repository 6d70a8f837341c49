"""What App Home says, and that Slack takes it however much there is."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from bot.domain.absence import Absence, AbsenceKind
from bot.domain.activity import Reference, ReferenceKind
from bot.domain.home import HomePage
from bot.domain.links import Links
from bot.domain.person import Choices
from bot.domain.prompt import Prompt
from bot.domain.roster import Idle, Reason
from bot.domain.source import SourceHealth
from bot.domain.working_time import AROUND_THE_CLOCK
from bot.ports.chat import Home
from bot.views import availability, blockers, standups
from bot.views.home import home
from tests.standins.slack.blockkit import Rules, check_view
from tests.unit.home.pages import (
    LENA,
    MARCUS,
    NOW,
    TODAY,
    blocker,
    largest,
    mine,
    page,
    report,
    standup,
    turn,
)
from tests.unit.views.hostile import HOSTILE, elements, injected, shown

ISSUE = Reference(kind=ReferenceKind.ISSUE, key="CHURN-41", anchor="CHURN-41")
RULES = Rules(surface="home", native_charts=False, file_ready=lambda _file: True)


LONG = {kind: text * 3000 for kind, text in
        {"plain": "x", "emoji": "🦉", "quotes": '"', "markup": "<&>"}.items()}  # fmt: skip


def shown_home(found: HomePage) -> Home:
    return home(found, Links())


def words(found: HomePage) -> str:
    return shown(shown_home(found)["blocks"])


def buttons(found: HomePage) -> list[tuple[str, str]]:
    return [
        (e["text"]["text"], e.get("value", ""))
        for e in elements(shown_home(found)["blocks"])
        if is_button(e)
    ]


def is_button(element: dict[str, Any]) -> bool:
    return element.get("type") == "button"


def state(**changes: Any) -> str:
    """What the line of one stand-up says about today."""
    blocks = shown_home(page(standups=[mine(**changes)]))["blocks"]
    [line] = [b for b in blocks if b["type"] == "rich_text" and "Churn daily" in str(b)]
    return shown(line).removeprefix("Churn daily · ")


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_slack_takes_the_largest_home_and_it_says_that_there_is_more(text: str) -> None:
    view = shown_home(largest(text))
    assert check_view(RULES, view) == []
    assert len(json.dumps(view, ensure_ascii=False).encode()) < 250_000
    assert shown(view).count(" more.") == 7


@settings(max_examples=60, deadline=None)
@given(HOSTILE)
def test_no_outside_text_pings_links_or_breaks_it(raw: str) -> None:
    view = shown_home(largest(raw, 2))
    assert check_view(RULES, view) + injected(view["blocks"]) == []


def test_somebody_without_standups_learns_what_to_type() -> None:
    text = words(page())
    assert "Nothing right now." in text
    assert "`/standup new`" in text
    assert "My blockers" not in text
    assert check_view(RULES, shown_home(page())) == []


def test_an_open_prompt_can_be_answered_or_skipped() -> None:
    found = page(prompts=[Prompt(standup=standup(), turn=turn())])
    assert "Churn daily asks for your report of Tue 20 Oct · until 13:00" in words(found)
    assert buttons(found)[:2] == [("Report", "s1|2026-10-20"), ("Skip today", "s1|2026-10-20")]
    late = page(prompts=[Prompt(standup=standup(), turn=turn(due_at=NOW))])
    assert "a late report still counts" in words(late)


def test_what_asks_me_and_what_may_be_solved_waits_for_me() -> None:
    theirs = blocker(5, "No access", user_id="UMARCUS", asked=("ULENA",))
    moved = blocker(waits_for=ISSUE, waits_state="Open", moved_to="Done", proposed_at=NOW)
    found = page(asking=[theirs], closing=[moved], people={"UMARCUS": MARCUS})
    text = words(found)
    assert text.index("No access") < text.index("CHURN-41 moved to Done.") < text.index("GPU quota")
    assert "B-5 · 3 days" in text
    ids = [e["action_id"] for e in elements(shown_home(found)["blocks"]) if is_button(e)]
    take, solve, still = blockers.ACTION_TAKE, blockers.ACTION_SOLVE, blockers.ACTION_STILL
    assert ids[:4] == [take, solve, solve, still]


def test_my_blockers_have_an_age_and_can_be_solved() -> None:
    found = page(blockers=[blocker()])
    assert "B-4 · 3 days" in words(found)
    assert buttons(found)[0] == ("Solved", "4")


def test_todays_state_of_a_standup() -> None:
    skipped = turn(absence=Absence(kind=AbsenceKind.SKIPPED))
    away = turn(absence=Absence(kind=AbsenceKind.AWAY, until=TODAY))
    assert state(report=report(), turn=turn()) == "✅ reported 09:15"
    assert state(turn=skipped) == "skipped today"
    assert state(turn=away) == "away until Tue 20 Oct"
    assert state(turn=turn()) == "🟡 your report is awaited until 13:00"
    assert state(turn=turn(due_at=NOW)) == "no report today; a late one still counts"
    assert state() == "not asked yet today"
    assert state(it=standup(paused=True)) == "⏸ paused"
    resting = standup(resting=("ULENA",))
    nobody = replace(resting, plan=replace(resting.plan, participants=()))
    assert state(it=nobody) == "you aren't asked"
    assert state(it=replace(nobody, plan=replace(nobody.plan, observers=("ULENA",)))) == (
        "you follow it"
    )


def test_a_standup_says_when_i_am_asked_next_and_who_is_not() -> None:
    idle = [Idle(user_id="UMARCUS", name="<Marcus>", reason=Reason.NOT_IN_CHANNEL)]
    tomorrow = NOW.replace(hour=7) + timedelta(days=1)
    text = words(page(standups=[mine(next_prompt=tomorrow, idle=idle)]))
    assert "next for you Wed 21 Oct 09:00" in text
    assert "&lt;Marcus&gt; isn't asked: not in the channel" in text


def test_only_who_may_change_a_standup_is_offered_that() -> None:
    labels = [label for label, _ in buttons(page(standups=[mine()]))]
    assert labels == ["Report", "Leave", "Change", "I'm away…"]
    manager = buttons(page(standups=[mine(may_change=True, report=report())]))
    assert [label for label, _ in manager] == [
        "Edit report", "Change", "Pause", "Duplicate", "Leave", "Delete", "Change", "I'm away…",
    ]  # fmt: skip
    assert ("Pause", "s1") in manager
    paused = buttons(page(standups=[mine(standup(paused=True), may_change=True)]))
    assert ("Resume", "s1") in paused
    assert "Report" not in [label for label, _ in paused]
    ids = {e["action_id"] for e in elements(shown_home(page(standups=[mine(may_change=True)])))
           if is_button(e)}  # fmt: skip
    assert {standups.ACTION_PAUSE, standups.ACTION_DUPLICATE, standups.ACTION_DELETE} <= ids


def test_what_is_known_of_me() -> None:
    down = SourceHealth(source="mlflow", read_at=NOW, failed_at=NOW, reason="timed out")
    fine = SourceHealth(source="jira", read_at=NOW, failed_at=None, reason="")
    text = words(page(sources=[fine, down]))
    assert "Europe/Berlin (from Slack), where it is 10:00" in text
    assert "Working hours 08:00–18:00" in text
    assert "no country chosen" in text
    assert "Jira read 10:00 · I don't know who you are there: /meridian me tells me" in text
    assert "🔴 MLflow last read 10:00: timed out" in text
    chosen = Choices(zone="Asia/Tokyo", country="DE", region="BY", jira_name="Lena F.")
    elsewhere = replace(LENA, zone="Asia/Tokyo", choices=chosen)
    text = words(page(person=elsewhere, sources=[fine]))
    assert "Asia/Tokyo (your choice; Slack says Europe/Berlin), where it is 17:00" in text
    assert "Public holidays of DE, BY" in text
    assert "Jira read 17:00 · you are Lena F." in text
    assert "MLflow" not in text
    always = replace(LENA, choices=Choices(hours=AROUND_THE_CLOCK))
    text = words(page(person=always, sources=[down], mlflow_users=["lena", "lf"]))
    assert "Working hours around the clock, the days of each stand-up" in text
    assert "timed out · you are lena, lf" in text


def test_who_is_away_can_come_back() -> None:
    running = largest("x").away[:1]
    assert "Away today: x" in words(page(away=running))
    ids = [e["action_id"] for e in elements(shown_home(page(away=running))) if is_button(e)]
    assert ids == [availability.ACTION_ME, availability.ACTION_AWAY, availability.ACTION_BACK]
    coming = [replace(running[0], first=TODAY + timedelta(days=3), last=TODAY + timedelta(days=4))]
    assert "Away Fri 23 Oct to Sat 24 Oct: x" in words(page(away=coming))
    assert "I'm back" not in [label for label, _ in buttons(page(away=coming))]
