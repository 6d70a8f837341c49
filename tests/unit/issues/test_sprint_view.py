"""A sprint in words and as a picture."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clients.pictures import draw
from bot.domain.digests.windows import Span
from bot.domain.issues.burndown import Band
from bot.domain.issues.burning import burndown
from bot.domain.issues.sprint_states import IssueState
from bot.domain.issues.sprints import Missing, Sprint, SprintState
from bot.domain.links import Links
from bot.views.issues import sprint as views
from bot.views.text import plain
from tests.standins.slack import links_of, text_of

START = datetime(2026, 10, 19, 6, tzinfo=UTC)
END = datetime(2026, 10, 30, 17, tzinfo=UTC)
SPRINT = Sprint(
    sprint_id=12,
    board_id=3,
    board="Churn board",
    project="CHURN",
    name="Sprint 12",
    goal="A better model",
    starts_at=START,
    ends_at=END,
)
EVENING = timedelta(hours=11)


def state(
    day: int,
    total: int,
    done: int,
    *,
    added: int = 0,
    removed: int = 0,
    points: float | None = None,
) -> SprintState:
    """As of the evening of that date of October; what is done was done a day before."""
    as_of = datetime(2026, 10, day, tzinfo=UTC) + timedelta(hours=17)
    histories = {}
    for number in range(total):
        first = IssueState(issue_id=str(number), at=START, inside=True, done=False, points=points)
        story = [first]
        if number < done:
            story.append(replace(first, at=as_of - timedelta(hours=6), done=True))
        elif number >= total - removed:
            story.append(replace(first, at=as_of - timedelta(hours=6), inside=False))
        histories[str(number)] = story
    for number in range(added):
        histories[f"n{number}"] = [
            IssueState(
                issue_id=f"n{number}", at=START + EVENING, inside=True, done=False, points=points
            )
        ]
    found = burndown(
        histories,
        starts_at=START,
        ends_at=END,
        known=[Span(since=START, until=as_of)],
        as_of=as_of,
        zone_name="Europe/Berlin",
    )
    return SprintState(sprint=SPRINT, burndown=found, as_of=as_of, zone="Europe/Berlin")


@pytest.mark.parametrize(
    ("stands", "told"),
    [
        (
            state(28, 14, 10, added=3),
            "🔴 Sprint 12: 3 days behind the line; scope grew by 3 issues; at this pace 5 of 17 "
            "issues stay open on Friday",
        ),
        (
            state(28, 10, 8),
            "🟢 Sprint 12: on the line; at this pace all is done by Friday",
        ),
        (
            state(26, 10, 8),
            "🟢 Sprint 12: 2 days ahead of the line; at this pace all is done by Friday",
        ),
        (
            state(26, 10, 0),
            "🔴 Sprint 12: 6 days behind the line; nothing of 10 issues is done yet",
        ),
        (state(26, 4, 4), "🟢 Sprint 12: all 4 issues done"),
        (state(26, 1, 1), "🟢 Sprint 12: its only issue is done"),
        (
            state(31, 4, 3),
            "🔴 Sprint 12: it was to end on Fri 30 Oct, 1 of 4 issues is open",
        ),
        (
            state(26, 10, 5, added=2, removed=1),
            "🔴 Sprint 12: 2 days behind the line; scope changed: 2 in, 1 out; at this pace 3 of "
            "11 issues stay open on Friday",
        ),
        (
            state(28, 10, 6, points=2.5),
            "🔴 Sprint 12: 2 days behind the line; at this pace 7 of 25 points stay open on Friday",
        ),
    ],
)
def test_one_line_says_how_it_stands(stands: SprintState, told: str) -> None:
    assert plain(views.line(stands)) == told


def test_issues_without_an_estimate_are_told_and_never_all_done() -> None:
    stands = state(28, 10, 8, points=2.5)
    unknown = replace(stands.burndown, unestimated=3, unestimated_open=2)
    assert plain(views.line(replace(stands, burndown=unknown))) == (
        "⚪ Sprint 12: on the line; at this pace all with an estimate is done by Friday; 2 open "
        "issues have no estimate"
    )


def test_a_risk_for_those_who_asked_for_the_model() -> None:
    assert views.risk(state(28, 10, 8)) == ""
    assert views.risk(state(28, 14, 10, added=3)) == (
        "the current work will probably not all be done by Friday: at this pace 5 of 17 pieces of "
        "work stay open, and more came in since it began"
    )
    assert views.risk(state(31, 4, 3)) == (
        "what was planned to be done on Fri 30 Oct isn't: 1 piece of work is still open"
    )
    grown = state(26, 10, 8, added=3)
    assert (grown.burndown.band, plain(views.line(grown)).split("; ")[-1]) == (
        Band.AT_RISK,
        "at this pace all is done by Friday",
    )
    assert views.risk(grown) == "", "it will be done after all"


def test_the_picture_fits_and_marks_growth() -> None:
    chart = views.chart(state(28, 14, 10, added=3))
    assert chart.categories[:3] == ("start", "19 Oct", "20 Oct")
    assert len(chart.categories) == len(set(chart.categories)) == 11
    assert chart.marks == (1,)
    assert chart.categories[8:] == ("now", "29 Oct", "30 Oct")
    remaining, ideal = chart.series
    assert remaining.values[-2:] == (None, None)
    assert (ideal.values[0], ideal.values[-1]) == (14, 0)
    assert draw(chart).startswith(b"\x89PNG")


def test_a_long_sprint_is_thinned_to_what_slack_draws() -> None:
    stands = state(28, 3, 1)
    later = tuple(p for p in stands.burndown.points if p.amount is None)
    known = tuple(replace(p, grew=False) for p in stands.burndown.points if p.amount)
    grown = (*known[:3], replace(known[3], grew=True), *known[4:])
    points = (*known[:-1] * 3, *grown, *later * 9)
    long = replace(stands, burndown=replace(stands.burndown, points=points))
    chart = views.chart(long)
    assert len(chart.categories) == 20
    assert chart.categories.count("now") == 1
    assert len(chart.marks) == 1


def test_the_answer_tells_its_age_and_what_went_wrong() -> None:
    stands = replace(state(28, 10, 6), failure="Jira did not answer.", others=("Ops 3",))
    shown = views.sprint(stands, Links(jira_url="https://jira.example"))
    said = text_of({"blocks": shown.blocks})
    assert "Jira couldn't be read lately (Jira did not answer); this is from " in said
    assert "Also running: Ops 3" in said
    assert "Done: 6 of 10 issues; the line asks for 8 by now" in said
    assert links_of({"blocks": shown.blocks}) == [
        "https://jira.example/secure/RapidBoard.jspa?rapidView=3&sprint=12"
    ]


@pytest.mark.parametrize("why", Missing)
def test_every_reason_for_no_sprint_has_its_sentence(why: Missing) -> None:
    said = text_of({"blocks": views.missing(why, "down <!here>").blocks})
    assert "Jira said: down <!here>" in said
    assert len(said) > 40


@given(st.text(max_size=300))
def test_names_from_outside_stay_words(text: str) -> None:
    named = replace(SPRINT, name=text, goal=text, board=text)
    shown = views.sprint(replace(state(28, 3, 1), sprint=named), Links())
    kinds = {e["type"] for block in shown.blocks for e in _elements(block)}
    assert kinds <= {"text", "plain_text", "mrkdwn", "rich_text_section", "rich_text_list"}
    assert links_of({"blocks": shown.blocks}) == []


def _elements(block: object) -> list[dict[str, object]]:
    if isinstance(block, list):
        return [each for one in block for each in _elements(one)]
    if not isinstance(block, dict) or "type" not in block:
        return []
    inner = [each for name in ("elements", "text") for each in _elements(block.get(name))]
    found = [block] if "elements" not in block or block["type"] != "rich_text" else []
    known = {"rich_text", "context", "section", "header", "chart_slot"}
    return [each for each in [*found, *inner] if each["type"] not in known]
