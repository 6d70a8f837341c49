"""The mirror of Jira: saved once however often it is read, shown only where it is allowed."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import event
from sqlalchemy.orm import Session

from bot.domain.issues.changes import IssueNews
from bot.domain.issues.polling import ProjectProgress, Reading, Sighting
from bot.domain.issues.records import Issue, IssueChange, IssuePage
from bot.domain.issues.token import Token, TokenFacts
from storage.engine import Engines
from storage.unit_of_work import SqlUnitOfWork

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
READING = Reading(projects=("CHURN",), since=NOW - 2 * HOUR, news_since=NOW - 2 * HOUR)

ISSUE = Issue(
    issue_id="1",
    key="CHURN-1",
    project="CHURN",
    summary="<!channel> <https://evil|Jira> *x*",
    status="In progress",
    status_category="indeterminate",
    assignee_id=None,
    assignee_name=None,
    updated_at=NOW - HOUR,
    created_at=NOW - 1000 * HOUR,
)
CHANGE = IssueChange(
    change_id="10:status:1",
    issue_id="1",
    field="status",
    before="To do",
    after="In progress",
    author_id="a",
    author_name="Ana",
    at=NOW - HOUR,
)
PAGE = IssuePage(issues=(ISSUE,), changes=(CHANGE,))


def _save(
    engines: Engines,
    page: IssuePage = PAGE,
    now: datetime = NOW,
    *,
    reading: Reading = READING,
    workspace: str = "T1",
) -> int:
    with Session(engines.writer) as session, session.begin():
        return SqlUnitOfWork(session).issues.save(workspace, reading, page, now)


def _news(
    engines: Engines, since: datetime, until: datetime, *projects: str, workspace: str = "T1"
) -> IssueNews:
    with Session(engines.writer) as session, session.begin():
        uow = SqlUnitOfWork(session)
        return uow.issues.news(workspace, projects or ("CHURN",), since, until)


def _progress(engines: Engines, workspace: str = "T1") -> list[ProjectProgress]:
    with Session(engines.writer) as session, session.begin():
        return SqlUnitOfWork(session).issues.progress(workspace)


def test_a_page_is_saved_once_and_is_news_once(engines: Engines) -> None:
    assert _save(engines) == 1
    assert _save(engines, now=NOW + HOUR) == 0
    news = _news(engines, NOW - HOUR, NOW)
    assert news.issues == (ISSUE,)
    assert news.changes == (CHANGE,)
    assert not news.new_ids
    assert _news(engines, NOW, NOW + 2 * HOUR) == IssueNews(
        issues=(), new_ids=frozenset(), changes=()
    )


def test_an_older_state_never_replaces_a_newer_one(engines: Engines) -> None:
    newer = replace(ISSUE, status="Done", status_category="done", updated_at=NOW)
    _save(engines, IssuePage(issues=(newer,), changes=()))
    _save(engines)
    assert _news(engines, NOW - HOUR, NOW).issues == (newer,)


def test_a_change_that_came_late_is_news_when_it_came(engines: Engines) -> None:
    late = replace(CHANGE, change_id="11:status:1", at=NOW - HOUR)
    _save(engines)
    _save(engines, IssuePage(issues=(ISSUE,), changes=(late,)), NOW + HOUR)
    assert _news(engines, NOW, NOW + HOUR).changes == (late,)


def test_history_of_a_new_project_is_no_news(engines: Engines) -> None:
    backfill = replace(READING, since=NOW - 300 * HOUR, news_since=NOW - 24 * HOUR)
    old = replace(CHANGE, change_id="9:status:1", at=NOW - 100 * HOUR)
    _save(engines, IssuePage(issues=(ISSUE,), changes=(old, CHANGE)), reading=backfill)
    assert _news(engines, NOW - 24 * HOUR, NOW).changes == (CHANGE,)


def test_an_issue_is_new_by_its_creation_not_by_our_first_sight(engines: Engines) -> None:
    created = replace(ISSUE, issue_id="2", key="CHURN-2", created_at=NOW - HOUR)
    _save(engines, IssuePage(issues=(ISSUE, created), changes=()))
    news = _news(engines, NOW - HOUR, NOW)
    assert news.new_ids == {"2"}
    assert news.issues == (created,)


def test_only_allowed_projects_of_the_own_workspace_are_shown(engines: Engines) -> None:
    _save(engines)
    assert not _news(engines, NOW - HOUR, NOW, "DATA").changes
    assert not _news(engines, NOW - HOUR, NOW, workspace="T2").changes
    assert _news(engines, NOW - HOUR, NOW, "DATA", "CHURN").changes == (CHANGE,)


def test_an_issue_that_moved_to_another_project_leaves_the_channel(engines: Engines) -> None:
    _save(engines)
    gone = replace(ISSUE, key="SECRET-7", project="SECRET", updated_at=NOW)
    _save(engines, IssuePage(issues=(gone,), changes=()))
    assert not _news(engines, NOW - HOUR, NOW).issues


def test_two_workspaces_keep_the_same_change_apart(engines: Engines) -> None:
    assert _save(engines) == 1
    assert _save(engines, workspace="T2") == 1


def test_other_fields_are_news_but_no_moves_of_a_person(engines: Engines) -> None:
    other = replace(CHANGE, change_id="10:priority:1", field="priority")
    assert _save(engines, IssuePage(issues=(ISSUE,), changes=(other,))) == 1
    assert _news(engines, NOW - HOUR, NOW).changes == (other,)
    assert not _by_person(engines, "a", since=NOW - HOUR).changes


def test_progress_goes_forward_and_never_back(engines: Engines) -> None:
    first = ProjectProgress(project="CHURN", watermark=NOW - HOUR, read_at=NOW)
    _save(engines)
    assert _progress(engines) == [first]
    _save(engines, IssuePage(issues=(), changes=()), NOW + HOUR)
    assert _progress(engines) == [replace(first, read_at=NOW + HOUR)]
    earlier = replace(ISSUE, updated_at=NOW - 2 * HOUR)
    _save(engines, IssuePage(issues=(earlier,), changes=()), NOW)
    assert _progress(engines) == [replace(first, read_at=NOW + HOUR)]
    assert _progress(engines, "T2") == []


def test_an_empty_project_is_known_after_its_first_reading(engines: Engines) -> None:
    _save(engines, IssuePage(issues=(), changes=()))
    assert [p.watermark for p in _progress(engines)] == [READING.since]


def _by_person(engines: Engines, account: str, *projects: str, since: datetime) -> IssueNews:
    with Session(engines.writer) as session, session.begin():
        uow = SqlUnitOfWork(session)
        return uow.issues.by_person("T1", account, projects or ("CHURN",), since)


def test_what_one_person_moved_and_created(engines: Engines) -> None:
    created = replace(ISSUE, issue_id="2", key="CHURN-2", creator_id="a", created_at=NOW - HOUR)
    old = replace(ISSUE, issue_id="3", key="CHURN-3", creator_id="a")
    theirs = replace(CHANGE, change_id="11:status:1", issue_id="3", author_id="b")
    other = replace(CHANGE, change_id="12:priority:1", field="priority")
    _save(engines, IssuePage(issues=(ISSUE, created, old), changes=(CHANGE, theirs, other)))

    news = _by_person(engines, "a", since=NOW - HOUR)
    assert news.issues == (ISSUE, created)
    assert news.new_ids == {"2"}
    assert news.changes == (CHANGE,)
    assert _by_person(engines, "b", since=NOW - HOUR).changes == (theirs,)
    assert _by_person(engines, "a", "DATA", since=NOW - HOUR).issues == ()
    assert _by_person(engines, "a", since=NOW).issues == ()


def test_people_are_known_by_the_name_that_was_seen_last(engines: Engines) -> None:
    assigned = replace(ISSUE, assignee_id="b", assignee_name="bo")
    renamed = replace(CHANGE, change_id="11:status:1", author_name="Zoe", at=NOW)
    nobody = replace(CHANGE, change_id="12:status:1", author_id=None, author_name=None)
    nameless = replace(CHANGE, change_id="13:status:1", author_id="c", author_name=None)
    _save(engines, IssuePage(issues=(assigned,), changes=(CHANGE, renamed, nobody, nameless)))
    with Session(engines.writer) as session, session.begin():
        uow = SqlUnitOfWork(session)
        assert uow.issues.people("T1", ["CHURN"]) == [("b", "bo"), ("c", "c"), ("a", "Zoe")]
        assert uow.issues.people("T1", []) == uow.issues.people("T2", ["CHURN"]) == []


def test_people_are_those_of_the_projects_and_an_older_page_renames_nobody(
    engines: Engines,
) -> None:
    secret = replace(
        ISSUE, issue_id="7", key="HR-7", project="HR", assignee_id="boss", assignee_name="Bo"
    )
    old = replace(ISSUE, assignee_id="boss", assignee_name="Young Bo", updated_at=NOW - 9 * HOUR)
    _save(engines, IssuePage(issues=(secret,)))
    _save(engines, IssuePage(issues=(old,)))
    _save(
        engines, IssuePage(issues=(replace(secret, assignee_name="B.", updated_at=NOW - 9 * HOUR),))
    )
    with Session(engines.writer) as session:
        people = SqlUnitOfWork(session).issues.people
        assert people("T1", ["CHURN"]) == [("boss", "Young Bo")]
        assert people("T1", ["HR"]) == people("T1", ["CHURN", "HR"]) == [("boss", "Bo")]


def test_the_names_of_people_cost_no_reading_of_the_history(engines: Engines) -> None:
    said: list[str] = []
    with Session(engines.writer) as session:
        event.listen(
            session.connection(), "before_cursor_execute", lambda *args: said.append(args[2])
        )
        SqlUnitOfWork(session).issues.people("T1", ["CHURN"])
    assert len(said) == 1
    assert "FROM issue_person" in said[0]


def test_characters_that_no_database_takes_do_no_harm(engines: Engines) -> None:
    odd = replace(ISSUE, summary="a\x00b\ud800c", created_at=NOW)
    _save(engines, IssuePage(issues=(odd,), changes=()))
    assert _news(engines, NOW - HOUR, NOW).issues[0].summary == "a?b?c"


RICH = replace(
    ISSUE,
    issue_type="Bug",
    priority="High",
    due_on=date(2026, 12, 1),
    labels=("a", "b"),
    parent_key="CHURN-9",
    blocked_by=("DATA-2",),
    flagged=True,
    status_since=NOW - 3 * HOUR,
    assignee_id="b",
)


def _open(engines: Engines, *projects: str, own: str = "") -> list[Issue]:
    with Session(engines.writer) as session, session.begin():
        return SqlUnitOfWork(session).issues.open_of("T1", projects, own=own)


def test_every_field_comes_back_and_a_state_without_changelog_keeps_the_day_of_its_status(
    engines: Engines,
) -> None:
    _save(engines, IssuePage(issues=(RICH,)))
    assert _open(engines, "CHURN") == [RICH]
    _save(engines, IssuePage(issues=(replace(RICH, priority="Low", status_since=None),)))
    assert _open(engines, "CHURN") == [replace(RICH, priority="Low")]
    moved = replace(RICH, status="In review", status_since=None)
    _save(engines, IssuePage(issues=(moved,)))
    assert _open(engines, "CHURN") == [moved]


def test_what_is_hidden_is_in_no_read_until_a_page_brings_it_back(engines: Engines) -> None:
    _save(engines, IssuePage(issues=(RICH,), changes=(CHANGE,)))
    _save(engines, IssuePage(hidden=("1", "unknown")), NOW + HOUR)
    with Session(engines.writer) as session, session.begin():
        issues = SqlUnitOfWork(session).issues
        assert issues.open_of("T1", ["CHURN"], own="b") == []
        assert issues.by_keys("T1", ["CHURN-1"]) == issues.by_ids("T1", ["1"]) == []
        assert issues.changes("T1", ["1"], NOW - HOUR, NOW) == []
        assert not issues.news("T1", ["CHURN"], NOW - HOUR, NOW, own="b").issues
        assert not issues.by_person("T1", "a", ["CHURN"], NOW - HOUR).changes
        assert issues.gone("T1", NOW, NOW + HOUR) == {"1"}
        assert issues.sightings("T1", ["1", "2"]) == {
            "1": Sighting(updated_at=ISSUE.updated_at, is_gone=True)
        }
    _save(engines, IssuePage(issues=(RICH,)), NOW + 2 * HOUR)
    assert _open(engines, "CHURN") == [RICH]
    with Session(engines.writer) as session, session.begin():
        issues = SqlUnitOfWork(session).issues
        assert issues.changes("T1", ["1"], NOW - HOUR, NOW) == [CHANGE]
        assert issues.gone("T1", NOW, NOW + HOUR) == frozenset()


def test_done_is_not_open_and_open_again_is(engines: Engines) -> None:
    _save(engines, IssuePage(issues=(replace(ISSUE, status="Done", status_category="done"),)))
    assert _open(engines, "CHURN") == []
    _save(engines, IssuePage(issues=(ISSUE,)))
    assert _open(engines, "CHURN") == [ISSUE]
    assert _open(engines, "DATA") == []


def test_what_a_status_means_is_asked_of_the_own_project_first(engines: Engines) -> None:
    stage = replace(ISSUE, status="Delivered")
    ended = replace(ISSUE, issue_id="9", project="OPS", status="Delivered", status_category="done")
    _save(engines, IssuePage(issues=(stage, ended)))
    with Session(engines.writer) as session:
        done = SqlUnitOfWork(session).issues.done_statuses
        assert done("T1", "CHURN", ["Delivered", "x"]) == frozenset()
        assert done("T1", "OPS", ["Delivered", "x"]) == {"Delivered"}
        # It has none of that status, so others say what it means.
        assert done("T1", "DATA", ["Delivered", "x"]) == {"Delivered"}
        assert done("T2", "OPS", ["Delivered"]) == frozenset()


def test_what_is_noticed_comes_after_all_that_was_told(engines: Engines) -> None:
    _save(engines)
    with Session(engines.writer) as session, session.begin():
        issues = SqlUnitOfWork(session).issues
        assert issues.turn("T1", NOW - HOUR) == NOW + timedelta(microseconds=1)
        assert issues.turn("T1", NOW + HOUR) == NOW + HOUR
        assert issues.turn("T2", NOW - HOUR) == NOW - HOUR


def test_each_issue_is_due_once_a_day_and_for_ever_only_while_it_is_there(
    engines: Engines,
) -> None:
    _save(engines, IssuePage(issues=(ISSUE, replace(ISSUE, issue_id="2", key="CHURN-2"))))
    with Session(engines.writer) as session, session.begin():
        issues = SqlUnitOfWork(session).issues
        assert issues.to_check("T1", NOW + 23 * HOUR, 10) == []
        assert issues.to_check("T1", NOW + 24 * HOUR, 1) == ["1"]
        issues.hide("T1", ["2"], NOW)
        issues.checked("T1", ["1", "2"], NOW + 24 * HOUR)
        assert issues.to_check("T1", NOW + 48 * HOUR, 10) == ["1", "2"]
        issues.checked("T1", ["1", "2"], NOW + 24 * 91 * HOUR)
        assert issues.to_check("T1", NOW + 24 * 99 * HOUR, 10) == ["1"]
        assert issues.to_check("T2", NOW + 24 * 99 * HOUR, 10) == []


def test_progress_keeps_sweeps_and_the_backlog(engines: Engines) -> None:
    _save(engines, reading=replace(READING, sweep=True))
    with Session(engines.writer) as session, session.begin():
        SqlUnitOfWork(session).issues.backlog_read("T1", ["CHURN"], NOW)
    _save(engines, now=NOW + HOUR)
    [progress] = _progress(engines)
    assert (progress.swept_at, progress.backlog_at) == (NOW, NOW)


def test_the_token_in_use_is_the_one_that_worked_last(engines: Engines) -> None:
    old = TokenFacts(fingerprint="old", setting="JIRA_API_TOKEN", is_mortal=True)
    new = replace(old, fingerprint="new")
    told = replace(new, expires_on=date(2027, 1, 2))
    with Session(engines.writer) as session, session.begin():
        issues = SqlUnitOfWork(session).issues
        assert issues.token() is None
        for hours, facts in enumerate((old, old, new, told)):
            issues.token_worked(facts, NOW + hours * HOUR)
        assert issues.token() == Token(facts=told, first_worked_at=NOW + 2 * HOUR)
        issues.token_worked(old, NOW + 9 * HOUR)
        assert issues.token() == Token(facts=old, first_worked_at=NOW)
