"""Windows, typed keys and names, when there is something to say."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from bot.domain.digests.content import Digest, SourceNote, StandupNews
from bot.domain.digests.settings import (
    DigestChoice,
    DigestSettings,
    Marks,
    all_projects,
    schedule_of,
    split_names,
    split_projects,
)
from bot.domain.digests.windows import Span, Window, window_until
from bot.domain.experiments.records import RunsSummary
from bot.domain.issues.summary import IssueGroup, IssueLine, IssueSummary
from tests.unit.digests.builders import HOUR, MINUTE, T0, issue


def _settings(choice: DigestChoice, channel: str = "C1") -> DigestSettings:
    return DigestSettings(workspace="T1", channel=channel, choice=choice, owner="U1")


def test_the_first_window_is_a_day() -> None:
    window = window_until(T0, Marks(), T0 - MINUTE, T0 - 2 * MINUTE)
    assert window.whole == Span(since=T0 - 24 * HOUR, until=T0)
    assert window.issues == Span(since=T0 - 24 * HOUR, until=T0 - MINUTE)
    assert window.runs == Span(since=T0 - 24 * HOUR, until=T0 - 2 * MINUTE)


def test_the_next_window_begins_where_each_mirror_was_left() -> None:
    marks = Marks(until=T0, issues=T0 - MINUTE, runs=T0 - 9 * HOUR)
    window = window_until(T0 + 24 * HOUR, marks, T0 + 23 * HOUR, T0 - 9 * HOUR)
    assert window.whole == Span(since=T0, until=T0 + 24 * HOUR)
    assert window.issues == Span(since=T0 - MINUTE, until=T0 + 23 * HOUR)
    assert window.runs == Span(since=T0 - 9 * HOUR, until=T0 - 9 * HOUR)


def test_a_mirror_that_was_never_read_has_an_empty_part() -> None:
    window = window_until(T0, Marks(), None, None)
    assert window.issues.since == window.issues.until
    assert window.runs.since == window.runs.until


def test_a_window_survives_json() -> None:
    window = window_until(T0, Marks(until=T0 - 3 * HOUR), T0 - MINUTE, None)
    stored = json.loads(json.dumps(window.to_json()))
    assert Window.of(stored) == window
    assert stored["until"] == T0.isoformat()


@pytest.mark.parametrize(
    ("typed", "keys", "bad"),
    [
        ("CHURN, data;  ML_2", ("CHURN", "DATA", "ML_2"), ()),
        ("", (), ()),
        ("CHURN CHURN", ("CHURN",), ()),
        ("CHURN, 1A, A, X-1", ("CHURN",), ("1A", "A", "X-1")),
        ('CHURN") OR 1=1', ("OR",), ('CHURN")', "1=1")),
    ],
)
def test_typed_project_keys(typed: str, keys: tuple[str, ...], bad: tuple[str, ...]) -> None:
    assert split_projects(typed) == (keys, bad)


def test_typed_names_keep_their_blanks() -> None:
    assert split_names(" churn v2\nuplift , churn v2;\n\n") == ("churn v2", "uplift")


def test_only_switched_on_digests_want_projects() -> None:
    on = _settings(DigestChoice(zone="UTC", projects=("DATA", "CHURN")))
    both = _settings(DigestChoice(zone="UTC", projects=("CHURN",)), "C2")
    off = _settings(DigestChoice(zone="UTC", projects=("SECRET",), active=False), "C3")
    assert all_projects([on, both, off]) == ["CHURN", "DATA"]


def test_the_schedule_is_in_the_channels_zone() -> None:
    choice = DigestChoice(zone="Asia/Tokyo", wall_time=time(9, 30), weekdays=frozenset({5}))
    schedule = schedule_of(_settings(choice), T0)
    assert schedule.id == "digest:T1:C1"
    assert schedule.subject == "C1"
    assert schedule.next_run_at == datetime(2026, 10, 30, 0, 30, tzinfo=UTC)
    assert schedule.next_date == date(2026, 10, 30)


_WINDOW = window_until(T0, Marks(), None, None)
_EMPTY = Digest(day=date(2026, 10, 28), window=_WINDOW)
_NEW = IssueLine(issue=issue(1), group=IssueGroup.NEW)
_STUCK = IssueLine(issue=issue(2), group=IssueGroup.STUCK, is_news=False)


def _issues(line: IssueLine) -> IssueSummary:
    return IssueSummary(groups={line.group: (line,)})


@pytest.mark.parametrize(
    ("digest", "says"),
    [
        (_EMPTY, False),
        (replace(_EMPTY, sources=(SourceNote(name="Jira", as_of=None, down_since=T0),)), False),
        (replace(_EMPTY, standup=StandupNews(awaited=("Ana",))), True),
        (replace(_EMPTY, issues=_issues(_NEW)), True),
        (replace(_EMPTY, issues=_issues(_STUCK)), False),
        (replace(_EMPTY, runs=RunsSummary(killed=1)), True),
    ],
)
def test_a_source_that_is_down_is_nothing_to_say(digest: Digest, says: bool) -> None:
    assert digest.something_to_say is says
