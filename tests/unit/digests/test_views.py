"""The digest as a message: outside text as typed, within Slack's limits, sources named."""

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from bot.domain.alerts.rules import Severity
from bot.domain.blocker import Blocker
from bot.domain.decisions.record import DecisionBody, DecisionRecord, DecisionStatus
from bot.domain.decisions.waiting import Awaited, OpenDecision
from bot.domain.digests.content import Digest, OpenAlert, OpenBlocker, SourceNote, StandupNews
from bot.domain.digests.settings import Marks
from bot.domain.digests.windows import window_until
from bot.domain.experiments.records import BestRun, Experiment, Run, RunsSummary, RunStatus
from bot.domain.issues.summary import IssueGroup, IssueLine, IssueSummary
from bot.domain.links import Links
from bot.ports.chat import Message
from bot.views.digests.card import as_preview, digest, nothing
from bot.views.digests.places import STAKEHOLDERS, read_place
from tests.standins.slack import text_of
from tests.standins.slack.blockkit.report import Rules
from tests.standins.slack.blockkit.surfaces import check_message
from tests.unit.digests.builders import HOUR, T0, an_alert, issue
from tests.unit.experiments.goal_builders import standing as goal_standing
from tests.unit.issues.test_sprint_view import state as sprint_state

EVIL = "<!channel> <https://evil|Jira> *x*"
LINKS = Links(jira_url="https://jira.example", mlflow_url="https://mlflow.example")
RULES = Rules(surface="message", native_charts=False, file_ready=lambda _: True)
EMPTY = Digest(day=date(2026, 10, 28), window=window_until(T0, Marks(), None, None))


def _issues(group: IssueGroup, *numbers: int, summary: str = "Tune it") -> IssueSummary:
    before = "" if group is IssueGroup.NEW else "To do"
    told = (issue(n, "In review", summary=summary) for n in numbers)
    return IssueSummary(
        groups={group: tuple(IssueLine(issue=i, group=group, before=before) for i in told)}
    )


def _both(*summaries: IssueSummary) -> IssueSummary:
    return IssueSummary(groups={k: v for each in summaries for k, v in each.groups.items()})


def _blocker(text: str) -> OpenBlocker:
    blocker = Blocker(
        workspace="T1",
        number=4,
        standup_id="S1",
        channel="C1",
        user_id="U1",
        text=text,
        opened_at=T0 - 48 * HOUR,
    )
    return OpenBlocker(blocker=blocker, person=text[:50])


def _alert(title: str, severity: Severity = Severity.WARNING) -> OpenAlert:
    return an_alert(title, severity, by=title[:40])


def _decision(title: str) -> DecisionRecord:
    return DecisionRecord(
        workspace="T1",
        number=12,
        body=DecisionBody(title=title, outcome="yes"),
        status=DecisionStatus.ACCEPTED,
        channel="C1",
        author="U1",
        created_at=T0,
    )


def _open(number: int, title: str, *names: str) -> OpenDecision:
    proposed = replace(_decision(title), number=number, status=DecisionStatus.PROPOSED)
    awaited = [Awaited(name=name) for name in names or [title[:80]] * 9]
    return OpenDecision(record=proposed, awaited=awaited)


def _run(name: str) -> Run:
    return Run(
        run_id="0123456789abcdef",
        experiment_id="1",
        name=name,
        status=RunStatus.FAILED,
        started_at=None,
        ended_at=None,
    )


def _runs(name: str, experiments: int = 1) -> RunsSummary:
    experiment = Experiment(experiment_id="1", name=name)
    best = BestRun(
        experiment=experiment,
        run=_run(name),
        metric="val_auc",
        value=0.91234,
        higher_is_better=True,
        previous=0.9,
    )
    return RunsSummary(
        finished=14,
        failed=9,
        killed=1,
        broken=(_run(name),) * 5,
        best=(best,) * experiments,
        experiments={"1": experiment},
    )


def _full(text: str, many: int) -> Digest:
    return replace(
        EMPTY,
        blockers=(_blocker(text),) * many,
        alerts=(_alert(text, Severity.CRITICAL), *(_alert(text),) * (many - 1)),
        standup=StandupNews(reported=(text[:50],) * many, awaited=(text[:50],) * many),
        decisions=(_decision(text),) * many,
        awaited=tuple(_open(n, text) for n in range(100, 100 + many)),
        issues=_both(
            *(_issues(g, *range(many), summary=text) for g in (IssueGroup.DONE, IssueGroup.NEW))
        ),
        before=date(2026, 10, 27),
        runs=_runs(text[:200], many),
        sources=(
            SourceNote(name="Jira", as_of=T0),
            SourceNote(name="MLflow", as_of=T0, down_since=T0),
        ),
    )


def _elements(message: Message) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            found.append(node)
            node = list(node.values())
        if isinstance(node, list):
            for child in node:
                walk(child)

    walk(list(message.blocks))
    return found


def _text(message: Message) -> str:
    kinds = ("text", "link", "date")
    return "".join(
        str(e.get("text") or e.get("fallback") or "")
        for e in _elements(message)
        if e.get("type") in kinds
    )


def test_titles_are_shown_exactly_as_typed_and_nobody_is_pinged() -> None:
    shown = digest(_full(EVIL, 1), LINKS)
    kinds = {e.get("type") for e in _elements(shown)}
    assert not kinds & {"user", "usergroup", "channel", "broadcast"}
    urls = [str(e["url"]) for e in _elements(shown) if "url" in e]
    assert urls
    assert all(u.startswith(("https://jira.example/", "https://mlflow.example/")) for u in urls)
    assert _text(shown).count(EVIL) >= 6
    mrkdwn = [e["text"] for e in _elements(shown) if e.get("type") == "mrkdwn"]
    assert not any("<!channel" in text or "evil" in text for text in [*mrkdwn, shown.text])


def test_the_fullest_digest_fits_and_keeps_its_footer() -> None:
    shown = digest(_full("W" * 400, 60), LINKS)
    assert check_message(RULES, json.loads(json.dumps(list(shown.blocks)))) == []
    assert "MLflow couldn't be read since" in str(shown.blocks[-1])
    assert "and 59 more" in _text(shown), "of those who need someone"
    assert "more parts under *Details*" in str(shown.blocks)
    assert "There is more" not in str(shown.blocks)


def test_an_ordinary_day_shows_six_lines_a_list() -> None:
    text = _text(digest(replace(EMPTY, issues=_issues(IssueGroup.MOVED, *range(8))), LINKS))
    assert "CHURN-5 " in text
    assert "CHURN-6 " not in text
    assert "and 2 more" in text


def test_a_busy_day_fits_on_one_screen() -> None:
    busy = replace(_full("Calibrate the scores of October", 5), runs=_runs("churn", 5))
    shown = digest(busy, LINKS)
    told = [block for block in shown.blocks if block["type"] == "rich_text"]
    rows = sum(
        len(e.get("elements", ())) if e["type"] == "rich_text_list" else 1
        for block in told
        for e in block["elements"]
    )
    assert rows <= 12
    assert "Calibrate the scores" in _text(shown), "what needs someone is named all the same"


def test_what_does_not_fit_at_its_shortest_is_left_to_the_details() -> None:
    """Parts from the end go, the burndown with the sprint's line."""
    full = replace(
        _full("Calibrate the scores of October", 5),
        runs=_runs("churn", 5),
        sprint=sprint_state(21, 17, 2, added=3),
        goals=tuple(goal_standing(0.87, 0.84) for _ in range(3)),
    )
    shown = digest(full, LINKS)
    rich = [block for block in shown.blocks if block["type"] == "rich_text"]
    said = text_of({"blocks": rich})
    assert said.count("\n") < 12
    assert len(said) <= 900
    assert "Jira: 5 done, 5 new" in said
    [note] = [b for b in shown.blocks if "under *Details*" in str(b)]
    assert note["type"] == "context"
    assert shown.chart is None
    assert "chart_slot" not in str(shown.blocks)


def test_critical_alerts_stand_first_by_name_however_full_the_day() -> None:
    urgent = tuple(_alert(f"churn v{n} is worse", Severity.CRITICAL) for n in range(1, 4))
    nobody = replace(urgent[2], acknowledged_by="")
    full = _full("Calibrate the scores of October", 9)
    shown = digest(replace(full, alerts=(*full.alerts[1:], *urgent[:2], nobody)), LINKS)
    text = _text(shown)
    assert text.startswith("Needs someoneA-31 churn v1 is worse · critical, since ")
    assert "A-31 churn v2 is worse · critical" in text
    assert "acknowledged by churn v2 is worse" in text
    assert "A-31 churn v3 is worse · critical" in text
    assert "nobody has acknowledged it" in text
    assert "Alerts: 8 more open" in text, "warnings may be folded"
    assert shown.text.startswith("Digest Wed 28 Oct: 3 critical alerts, 9 need someone, 8 open")
    assert "Alerts" not in _text(digest(replace(EMPTY, alerts=urgent), LINKS))


def test_an_issue_that_stands_still_needs_someone() -> None:
    stuck = _issues(IssueGroup.STUCK, 38)
    text = _text(digest(replace(EMPTY, issues=stuck), LINKS))
    assert text.startswith("Needs someone: CHURN-38 Tune it · stuck ")
    assert "Jira:" not in text


def test_the_sprint_is_a_line_with_its_picture_and_a_goal_a_line() -> None:
    content = replace(_full("x", 1), sprint=sprint_state(21, 10, 2), goals=(goal_standing(0.87),))
    shown = digest(content, LINKS)
    assert shown.chart is not None
    assert [b["type"] for b in shown.blocks].count("chart_slot") == 1
    assert "Sprint: " in _text(shown)
    assert "Goals: " in _text(shown)
    assert not replace(EMPTY, sprint=content.sprint, goals=content.goals).something_to_say


def test_a_sprint_that_is_older_than_what_stands_beside_it_says_its_age() -> None:
    fresh = sprint_state(21, 10, 2)
    until = fresh.as_of + timedelta(minutes=2)
    content = replace(EMPTY, sprint=fresh, window=window_until(until, Marks(), until, until))
    assert "as of" not in _text(digest(content, LINKS))
    later = fresh.as_of + timedelta(minutes=28)
    older = replace(content, window=window_until(later, Marks(), later, later))
    assert " · as of " in _text(digest(older, LINKS))


def test_the_buttons_open_readings_and_the_digest_before() -> None:
    shown = digest(_full("x", 1), LINKS)
    [row] = [block for block in shown.blocks if block["type"] == "actions"]
    labels = [each["text"]["text"] for each in row["elements"]]
    assert labels == ["Details", "For stakeholders", "Yesterday"]
    places = [read_place(each["value"]) for each in row["elements"]]
    assert [p.window for p in places] == [EMPTY.window, EMPTY.window, None]
    assert places[1].reading == STAKEHOLDERS
    assert places[2].day == date(2026, 10, 27)
    monday = replace(_full("x", 1), before=date(2026, 10, 23))
    assert "Fri 23 Oct" in str(digest(monday, LINKS).blocks)


def test_an_issue_is_one_line_with_its_way_and_its_link() -> None:
    issues = _both(_issues(IssueGroup.DONE, 41), _issues(IssueGroup.NEW, 50))
    shown = digest(replace(EMPTY, issues=issues), LINKS)
    assert "Jira: 1 done, 1 new" in _text(shown)
    assert "CHURN-41 Tune it · To do → In review" in _text(shown)
    assert "CHURN-50 Tune it · new, In review" in _text(shown)
    assert any(e.get("url") == "https://jira.example/browse/CHURN-41" for e in _elements(shown))


def test_runs_are_counted_with_the_best_and_the_broken() -> None:
    text = _text(digest(replace(EMPTY, runs=_runs("churn")), LINKS))
    assert "Runs: 14 finished, 9 failed, 1 stopped" in text
    assert "best val_auc 0.9123 (higher is better, 0.9 before)" in text
    assert text.count("Failed: ") == 5
    assert "and 1 more" in text, "a line on the four others"


def test_what_needs_someone_comes_first() -> None:
    shown = digest(_full("x", 1), LINKS)
    assert "Needs someone" in str(shown.blocks[1])
    assert shown.text.startswith("Digest Wed 28 Oct: 1 critical alert, 1 needs someone, 1 reported")


@pytest.mark.parametrize(
    ("asked", "taken_by", "said"),
    [
        ((), "", "asks nobody yet"),
        (("Lena", "Yuki"), "", "asks Lena, Yuki"),
        (("A", "B", "C", "D", "E"), "", "asks A, B, C and 2 more"),
        (("Lena",), "Yuki", "Yuki takes it"),
    ],
)
def test_a_blocker_says_its_age_and_whom_it_asks(
    asked: tuple[str, ...], taken_by: str, said: str
) -> None:
    blocker = replace(_blocker("GPU quota"), person="Ana", asked=asked, taken_by=taken_by)
    shown = _text(digest(replace(EMPTY, blockers=(blocker,)), LINKS))
    assert f"Ana: GPU quota · B-4, 2 days · {said}" in shown


def test_a_blocker_that_is_taken_needs_nobody() -> None:
    open_one = _blocker("GPU quota")
    taken = replace(open_one, blocker=open_one.blocker.taken("U2", T0), taken_by="Yuki")
    text = _text(digest(replace(EMPTY, blockers=(taken,)), LINKS))
    assert "Somebody is on it" in text
    assert "Needs someone" not in text


def test_a_section_with_nothing_is_left_out() -> None:
    shown = digest(replace(EMPTY, standup=StandupNews(reported=("Ana", "Ben"))), LINKS)
    assert [b["type"] for b in shown.blocks] == ["header", "rich_text", "actions"]
    assert "Reported Ana, Ben" in _text(shown)
    assert "Not yet" not in _text(shown)


def test_who_has_not_reported_on_a_past_day_will_not_any_more() -> None:
    today = replace(EMPTY, standup=StandupNews(reported=("Ana",), awaited=("Marcus",)))
    assert "Not yet Marcus" in _text(digest(today, LINKS))
    assert "Didn't report Marcus" in _text(digest(replace(today, past=True), LINKS))


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (SourceNote(name="Jira", as_of=T0), ["Jira as of <!date^"]),
        (SourceNote(name="Jira", as_of=None), ["Jira not read yet"]),
        (
            SourceNote(name="Jira", as_of=T0 - HOUR, down_since=T0),
            ["Jira couldn't be read since <!date^", "08:00 UTC>; this is from", "07:00 UTC>"],
        ),
        (
            SourceNote(name="Jira", as_of=None, down_since=T0, reason="Set <JIRA_API_TOKEN>."),
            ["Jira couldn't be read since <!date^", "UTC> (Set &lt;JIRA_API_TOKEN&gt;)"],
        ),
        (SourceNote(name="Jira", as_of=T0, behind=("OLD",)), ["Jira as of", "(not read: OLD)"]),
        (SourceNote(name="Jira", as_of=None, hidden=True), ["Jira isn't shown here"]),
        (SourceNote(name="Jira", as_of=T0, warning="It ends <soon>."), ["It ends &lt;soon&gt;."]),
    ],
)
def test_the_footer_says_how_old_things_are(source: SourceNote, words: list[str]) -> None:
    shown = digest(replace(EMPTY, sources=(source,)), LINKS)
    assert shown.blocks[-1]["type"] == "context"
    assert all(word in str(shown.blocks[-1]["elements"][0]["text"]) for word in words)
    quiet = nothing(replace(EMPTY, sources=(source,)))
    assert all(word in quiet.text for word in words)
    assert quiet.text.startswith("Nothing to report since <!date^")


def test_a_preview_says_that_it_is_one() -> None:
    full = _full("x", 1)
    shown = as_preview(digest(full, LINKS), full)
    assert "only you see" in str(shown.blocks[0])
    assert check_message(RULES, list(shown.blocks)) == []


def test_without_links_keys_and_names_are_plain() -> None:
    shown = digest(_full("x", 1), Links())
    assert not [e for e in _elements(shown) if e.get("type") == "link"]
    assert "CHURN-0" in _text(shown)


def test_what_still_holds_stands_before_what_was_replaced() -> None:
    old = [
        replace(_decision(f"Old {n}"), number=n, status=DecisionStatus.SUPERSEDED)
        for n in range(1, 10)
    ]
    rollback = replace(_decision("Back to v3"), number=10)
    said = text_of({"blocks": digest(replace(EMPTY, decisions=(*old, rollback)), LINKS).blocks})
    assert "D-10 Back to v3" in said
    assert "D-9" not in said, "there is room for few"


def test_open_decisions_say_whom_they_wait_for_and_only_that() -> None:
    fresh = _open(14, "Use data v8", "São Paulo")
    silent = OpenDecision(record=_open(15, "Drop Kafka").record, objecting=["Tokyo"])
    content = replace(
        EMPTY, decisions=(_decision("Promote v14"), fresh.record), awaited=(fresh, silent)
    )
    text = _text(digest(content, LINKS))
    assert "D-12 Promote v14 · accepted" in text
    assert "Waiting: D-14 Use data v8 (São Paulo) · D-15 Drop Kafka (Tokyo)" in text
    assert "proposed" not in text
    assert not replace(EMPTY, awaited=(fresh,)).something_to_say, "that is no news"
