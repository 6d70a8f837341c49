"""What `JiraTracker` reads, on Cloud and on Data Center."""

import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.clients.jira import JiraTracker, reads
from bot.domain.issues.records import IssueChange, IssuePage
from bot.errors import ConfigError, JiraError
from bot.ports.trackers import IssueTracker
from tests.standins.jira import API_TOKEN, EMAIL, JiraStandIn

T0 = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
OVERLAP = timedelta(minutes=10)


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = T0

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **step: float) -> datetime:
        self.now += timedelta(**step)
        return self.now


@asynccontextmanager
async def running(
    *, cloud: bool = True, profile_zone: str = "UTC"
) -> AsyncIterator[tuple[JiraStandIn, JiraTracker, Clock]]:
    """A stand-in with project CHURN and a team, and a tracker that reads it."""
    clock = Clock()
    async with JiraStandIn(cloud=cloud, profile_zone=profile_zone, clock=clock) as jira:
        jira.add_project("CHURN", "Churn model")
        jira.add_user("aiko", "Aiko Tanaka", "Asia/Tokyo")
        jira.add_user("lena", "Lena Vogel", "Europe/Berlin")
        tracker = JiraTracker(jira.url, **jira.credentials)
        try:
            yield jira, tracker, clock
        finally:
            await tracker.close()


def keys(page: IssuePage) -> list[str]:
    return [issue.key for issue in page.issues]


def moves(page: IssuePage) -> list[tuple[str, str, str]]:
    return [(change.field, change.before, change.after) for change in page.changes]


def queries(jira: JiraStandIn, path: str) -> list[dict[str, list[str]]]:
    return [each.query for each in jira.received if each.path.endswith(path)]


def test_neither_import_nor_construction_loads_the_library() -> None:
    program = (
        "import sys; from bot.clients.jira import JiraTracker;"
        "JiraTracker('http://x', email='a', api_token='b', personal_access_token=None);"
        "print(sorted({'jira', 'requests'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("cloud", [True, False])
async def test_an_issue_and_its_moves_arrive_whole(cloud: bool) -> None:
    async with running(cloud=cloud) as (jira, tracker, clock):
        port: IssueTracker = tracker
        key = jira.create("CHURN", "Tune rate", by="lena")
        clock.advance(minutes=1)
        jira.assign(key, "aiko", by="lena")
        moved_at = clock.advance(minutes=1)
        jira.move(key, "In review", by="aiko")

        page = await port.updated_issues(["CHURN"], T0)

        (issue,) = page.issues
        aiko = jira.users["aiko"].account_id if cloud else "JIRAUSER-aiko"
        assert (issue.key, issue.project, issue.summary) == (key, "CHURN", "Tune rate")
        assert (issue.status, issue.status_category) == ("In review", "indeterminate")
        assert (issue.assignee_id, issue.assignee_name) == (aiko, "Aiko Tanaka")
        assert (issue.created_at, issue.updated_at) == (T0, moved_at)
        lena = jira.users["lena"].account_id if cloud else "JIRAUSER-lena"
        assert issue.creator_id == lena
        assert moves(page) == [
            ("assignee", "", "Aiko Tanaka"),
            ("status", "To do", "In review"),
        ]
        last = page.changes[-1]
        assert (last.issue_id, last.author_id, last.at) == (issue.issue_id, aiko, moved_at)


async def test_cloud_is_asked_by_jql_with_named_fields_and_an_absolute_instant() -> None:
    async with running() as (jira, tracker, _):
        jira.add_project("AND")
        await tracker.updated_issues(["CHURN", "AND"], T0)

        query, secured = queries(jira, "/search/jql")
        assert query["jql"] == [
            f'project in ("CHURN", "AND") AND updated >= {int(T0.timestamp() * 1000)}'
            " AND level IS EMPTY ORDER BY key ASC"
        ]
        assert "level IS NOT EMPTY" in secured["jql"][0]
        assert secured["fields"] == ["id"]
        assert {"summary", "status", "updated", "security"} <= set(query["fields"])
        assert "*all" not in query["fields"]


@pytest.mark.parametrize("cloud", [True, False])
async def test_250_issues_arrive_over_pages_each_once(cloud: bool) -> None:
    async with running(cloud=cloud) as (jira, tracker, _):
        made = {jira.create("CHURN", f"Task {number}") for number in range(250)}

        page = await tracker.updated_issues(["CHURN"], T0)

        assert len(page.issues) == 250
        assert set(keys(page)) == made
        assert len(queries(jira, "/search/jql" if cloud else "/search")) >= 3


@pytest.mark.parametrize("cloud", [True, False])
async def test_an_update_between_two_pages_makes_no_other_issue_slip_through(cloud: bool) -> None:
    async with running(cloud=cloud) as (jira, tracker, clock):
        made = [jira.create("CHURN", f"Task {number}") for number in range(150)]
        clock.advance(seconds=1)
        touched = iter(made)
        jira.before_page = lambda: jira.move(next(touched), "Done")

        page = await tracker.updated_issues(["CHURN"], T0)

        assert set(keys(page)) == set(made)
        assert len(page.issues) == 150


@pytest.mark.parametrize("zone", ["America/Caracas", "Asia/Kolkata", "UTC"])
async def test_the_zone_of_the_accounts_profile_loses_nothing(zone: str) -> None:
    async with running(profile_zone=zone) as (jira, tracker, clock):
        jira.create("CHURN", "Before")
        since = clock.advance(minutes=5)
        key = jira.create("CHURN", "After")

        page = await tracker.updated_issues(["CHURN"], since)

        assert keys(page) == [key]
        assert page.issues[0].updated_at == since
        assert page.issues[0].updated_at.tzinfo is UTC


async def test_an_issue_that_the_index_shows_late_is_found_within_the_overlap() -> None:
    async with running() as (jira, tracker, clock):
        jira.index_lag = timedelta(minutes=3)
        late = jira.create("CHURN", "Indexed late")
        clock.advance(minutes=1)
        jira.index_lag = timedelta(0)
        prompt = jira.create("CHURN", "Indexed at once")

        first = await tracker.updated_issues(["CHURN"], T0)
        assert keys(first) == [prompt]
        watermark = first.issues[-1].updated_at
        clock.advance(minutes=4)

        assert keys(await tracker.updated_issues(["CHURN"], watermark)) == [prompt]
        assert keys(await tracker.updated_issues(["CHURN"], watermark - OVERLAP)) == [late, prompt]


@pytest.mark.parametrize("epoch", [True, False])
async def test_a_changelog_longer_than_a_search_shows_is_read_to_its_end(epoch: bool) -> None:
    async with running() as (jira, tracker, clock):
        jira.epoch_changelog = epoch
        key = jira.create("CHURN", "Ping-pong")
        for number in range(60):
            clock.advance(minutes=1)
            jira.move(key, ("In progress", "To do")[number % 2], by="lena")

        page = await tracker.updated_issues(["CHURN"], T0)

        assert len(page.changes) == 60
        assert len({change.change_id for change in page.changes}) == 60
        assert [change.at for change in page.changes] == [
            T0 + timedelta(minutes=number) for number in range(1, 61)
        ]


async def test_a_changelog_that_data_center_cuts_short_is_asked_for_alone() -> None:
    async with running(cloud=False) as (jira, tracker, clock):
        jira.search_histories = 5
        key = jira.create("CHURN", "Ping-pong")
        for number in range(8):
            clock.advance(minutes=1)
            jira.move(key, ("In progress", "To do")[number % 2])

        page = await tracker.updated_issues(["CHURN"], T0)

        assert len(page.changes) == 8


@pytest.mark.parametrize("cloud", [True, False])
async def test_only_changes_since_then_and_with_the_same_ids_each_time(cloud: bool) -> None:
    async with running(cloud=cloud) as (jira, tracker, clock):
        key = jira.create("CHURN", "Tune rate")
        jira.move(key, "In progress")
        since = clock.advance(minutes=30)
        jira.move(key, "Done")

        recent = await tracker.updated_issues(["CHURN"], since)
        whole = await tracker.updated_issues(["CHURN"], T0)

        assert moves(recent) == [("status", "In progress", "Done")]
        assert whole.changes[1:] == recent.changes
        assert all(isinstance(change, IssueChange) for change in whole.changes)


@pytest.mark.parametrize("cloud", [True, False])
async def test_issues_with_a_security_level_stay_out_with_all_their_changes(cloud: bool) -> None:
    async with running(cloud=cloud) as (jira, tracker, _):
        secret = jira.create("CHURN", "Salary data leak", level="Leads only")
        jira.move(secret, "Done")
        shown = jira.create("CHURN", "Tune rate")

        page = await tracker.updated_issues(["CHURN"], T0)

        assert keys(page) == [shown]
        assert page.changes == ()
        assert page.hidden == (jira.ticket(secret).issue_id,)


async def test_a_hostile_summary_passes_as_typed() -> None:
    hostile = '<!channel> <https://evil.example|Jira> *x* "quoted" \\ \u202e émoji 🧨'
    async with running() as (jira, tracker, _):
        key = jira.create("CHURN", "harmless")
        jira.rename(key, hostile)

        page = await tracker.updated_issues(["CHURN"], T0)

        assert page.issues[0].summary == hostile
        assert page.changes == ()


async def test_of_two_states_of_one_issue_the_newer_is_kept() -> None:
    async with running(cloud=False) as (jira, tracker, clock):
        made = [jira.create("CHURN", f"Task {number}") for number in range(60)]
        jira.add_project("ABC")
        last_of_first_page = made[49]

        def between_pages() -> None:
            if clock.now == T0 + timedelta(minutes=1):
                jira.create("ABC", "Sorts first and shifts all others")
                jira.move(last_of_first_page, "Done")
            clock.advance(minutes=1)

        jira.before_page = between_pages
        page = await tracker.updated_issues(["ABC", "CHURN"], T0)

        assert keys(page) == [key for key in made if key != last_of_first_page] + [
            last_of_first_page
        ]
        assert page.issues[-1].status == "Done"


@pytest.mark.parametrize("cloud", [True, False])
async def test_what_stands_on_an_issue_arrives(cloud: bool) -> None:
    async with running(cloud=cloud) as (jira, tracker, clock):
        jira.add_project("DATA")
        done, waited = jira.create("DATA", "Done before"), jira.create("DATA", "Awaited")
        jira.move(done, "Done")
        epic = jira.create("CHURN", "Epic")
        key = jira.create(
            "CHURN",
            "Tune",
            labels=["a", "b"],
            issue_type="Bug",
            priority="High",
            due=date(2026, 11, 30),
            parent=epic,
        )
        jira.block(key, done)
        jira.block(key, waited)
        jira.flag(key, True)
        moved_at = clock.advance(minutes=1)
        jira.move(key, "In review")
        clock.advance(minutes=1)
        jira.rename(key, "Tune it")

        found = {issue.key: issue for issue in (await tracker.updated_issues(["CHURN"], T0)).issues}
        issue = found[key]
        assert (issue.issue_type, issue.priority) == ("Bug", "High")
        assert (issue.due_on, issue.parent_key) == (date(2026, 11, 30), epic)
        assert (issue.labels, issue.flagged) == (("a", "b"), True)
        assert issue.blocked_by == (waited,)
        assert issue.status_since == moved_at
        assert (found[epic].status_since, found[epic].flagged) == (T0, False)
        assert (found[epic].due_on, found[epic].blocked_by, found[epic].parent_key) == (
            None,
            (),
            "",
        )


@pytest.mark.parametrize("cloud", [True, False])
async def test_old_open_issues_are_read_apart_with_the_day_of_their_status(cloud: bool) -> None:
    async with running(cloud=cloud) as (jira, tracker, clock):
        old, done, secret = (jira.create("CHURN", name) for name in ("old", "done", "secret"))
        moved_at = clock.advance(days=1)
        jira.move(old, "In progress")
        jira.rename(old, "old still")
        jira.move(done, "Done")
        jira.secure(secret, "Leads")
        before = clock.advance(days=30)
        jira.create("CHURN", "new")

        page = await tracker.open_issues("CHURN", before)

        assert keys(page) == [old]
        assert page.issues[0].status_since == moved_at
        assert page.changes == ()


@pytest.mark.parametrize("cloud", [True, False])
async def test_what_is_gone_is_told_from_what_jira_could_not_read(cloud: bool) -> None:
    """Cloud's bulk read names only what failed; what we may not see it leaves out in silence."""
    async with running(cloud=cloud) as (jira, tracker, clock):
        jira.add_project("SECRET")
        names = ("stays", "deleted", "moved", "secured", "unseen", "failing")
        made = {name: jira.create("CHURN", name) for name in names}
        ids = {name: jira.ticket(key).issue_id for name, key in made.items()}
        since = clock.advance(minutes=1)
        jira.delete(made["deleted"])
        jira.relocate(made["moved"], "SECRET")
        jira.secure(made["secured"], "Leads")
        jira.hidden_ids.add(ids["unseen"])
        jira.unreadable_ids.add(ids["failing"])

        page = await tracker.issues_by_id(sorted(ids.values()))

        surely = {"deleted", "secured", "unseen"}
        assert set(page.hidden) == {ids[name] for name in surely}
        expected = {"CHURN-1", "SECRET-1"} | (set() if cloud else {made["failing"]})
        assert set(keys(page)) == expected
        assert page.changes == ()
        again = await tracker.issues_by_id([ids["stays"], ids["moved"]], since)
        assert keys(again) == ["CHURN-1", "SECRET-1"]
        assert moves(again) == []
        assert await tracker.issues_by_id([]) == IssuePage()


async def test_thousands_of_ids_are_asked_for_a_hundred_at_a_time() -> None:
    async with running() as (jira, tracker, _):
        ids = [jira.ticket(jira.create("CHURN", f"Task {n}")).issue_id for n in range(205)]
        page = await tracker.issues_by_id([*ids, "99999"])
        assert (len(page.issues), page.hidden) == (205, ("99999",))
        sizes = [
            len(each.body["issueIdsOrKeys"])
            for each in jira.received
            if each.path.endswith("/issue/bulkfetch")
        ]
        assert sizes == [100, 100, 6]


async def test_a_text_that_is_no_number_never_reaches_jira() -> None:
    async with running(cloud=False) as (jira, tracker, _):
        with pytest.raises(JiraError, match="is not the number"):
            await tracker.issues_by_id(["1) OR project in (SECRET"])
        assert not queries(jira, "/search")


async def test_without_projects_nothing_is_asked() -> None:
    async with running() as (jira, tracker, _):
        assert await tracker.updated_issues([], T0) == IssuePage(issues=(), changes=())
        assert jira.received == []


@pytest.mark.parametrize("key", ["churn", "C", 'A") OR project in ("B', "ÄB", "A B", "", "1AB"])
async def test_a_text_that_is_no_project_key_never_reaches_jira(key: str) -> None:
    async with running() as (jira, tracker, _):
        with pytest.raises(JiraError, match="is not a Jira project key"):
            await tracker.updated_issues([key], T0)
        assert await tracker.unknown_projects([key]) == [key]
        assert jira.received == []


async def test_an_instant_without_a_zone_is_refused() -> None:
    async with running() as (_, tracker, _clock):
        with pytest.raises(ValueError, match="time zone"):
            await tracker.updated_issues(["CHURN"], T0.replace(tzinfo=None))


@pytest.mark.parametrize("cloud", [True, False])
async def test_check_names_account_site_and_zone(cloud: bool) -> None:
    async with running(cloud=cloud, profile_zone="America/Caracas") as (jira, tracker, _):
        line = await tracker.check()

        assert line.startswith(f"Meridian Bot (America/Caracas) on {jira.url} (Jira ")
        assert ("Cloud" in line) is cloud


async def test_check_refuses_a_jira_that_misreads_milliseconds() -> None:
    async with running() as (jira, tracker, _):
        jira.faults.answer("/search/jql", body=b'{"issues": [{"id": "1", "key": "A-1"}]}')
        with pytest.raises(JiraError, match="misreads times"):
            await tracker.check()


@pytest.mark.parametrize("cloud", [True, False])
async def test_projects_that_the_account_cannot_see_are_named_in_order(cloud: bool) -> None:
    async with running(cloud=cloud) as (jira, tracker, _):
        many = [f"P{number:02d}" for number in range(60)]
        for key in many:
            jira.add_project(key)

        unknown = await tracker.unknown_projects(["ZED", *many, "not a key", "CHURN", "ABE"])

        assert unknown == ["ZED", "not a key", "ABE"]


@pytest.mark.parametrize("cloud", [True, False])
async def test_an_account_is_found_by_its_address(cloud: bool) -> None:
    async with running(cloud=cloud) as (jira, tracker, _):
        jira.add_user("aiko.tan", "Aiko Tan")
        jira.add_user("lena2", "lena@example.com")
        aiko = jira.users["aiko"].account_id if cloud else "JIRAUSER-aiko"
        assert await tracker.account_of("Aiko@Example.com") == (aiko, "Aiko Tanaka")
        asked = queries(jira, "/user/search")[0]
        assert asked["query" if cloud else "username"] == ["Aiko@Example.com"]
        lena = await tracker.account_of("lena@example.com")
        assert lena is not None
        assert lena[1] == "Lena Vogel"


async def test_an_account_with_a_hidden_address_counts_only_alone() -> None:
    async with running() as (jira, tracker, _):
        bia = jira.add_user("bia", "Bia Souza", shy=True)
        assert await tracker.account_of(bia.email) == (bia.account_id, "Bia Souza")
        jira.add_user("other", "bia@example.com and others", shy=True)
        assert await tracker.account_of(bia.email) is None


async def test_nobody_is_no_account() -> None:
    async with running() as (jira, tracker, _):
        gone = jira.add_user("gone", "Gone", active=False)
        assert await tracker.account_of("nobody@example.com") is None
        assert await tracker.account_of("aiko@example.co") is None
        assert await tracker.account_of(gone.email) is None
        jira.received.clear()
        assert await tracker.account_of("") is None
        assert jira.received == []


async def test_an_app_is_no_person() -> None:
    async with running() as (jira, tracker, _):
        app = b'[{"accountId": "1", "accountType": "app", "active": true, "displayName": "Bot"}]'
        jira.faults.answer("/user/search", body=app)
        assert await tracker.account_of("aiko@example.com") is None
        jira.faults.answer("/user/search", body=b'[{"active": true, "displayName": "Odd"}]')
        assert await tracker.account_of("aiko@example.com") is None
        jira.faults.answer("/user/search", body=b'{"users": []}')
        with pytest.raises(JiraError, match="does not know"):
            await tracker.account_of("aiko@example.com")


async def test_an_address_with_a_password_is_stripped_of_it() -> None:
    tracker = JiraTracker(
        "https://me:secret@jira.example.com/jira/",
        email=EMAIL,
        api_token=API_TOKEN,
        personal_access_token=None,
    )
    assert tracker.base_url == "https://jira.example.com/jira"
    await tracker.close()


async def test_behind_atlassians_gateway_links_start_at_the_site_itself() -> None:
    """Scoped tokens answer only at the gateway, whose address opens no issue."""
    gateway = "https://api.atlassian.com/ex/jira/11-22"

    async def fetch(path: str, **_: object) -> dict[str, str]:
        assert path == "serverInfo"
        return {"deploymentType": "Cloud", "baseUrl": "https://team.atlassian.net/"}

    assert (await reads.site(fetch, gateway)).url == "https://team.atlassian.net"
    assert (await reads.site(fetch, "https://jira.internal")).url == "https://jira.internal"


@pytest.mark.parametrize(("email", "token"), [(None, None), (EMAIL, None), (None, API_TOKEN)])
def test_missing_credentials_name_the_settings(email: str | None, token: str | None) -> None:
    with pytest.raises(ConfigError, match="JIRA_EMAIL and JIRA_API_TOKEN"):
        JiraTracker("https://x", email=email, api_token=token, personal_access_token=None)


@pytest.mark.parametrize("url", ["not an address", "ftp://x", "http://", ""])
def test_a_wrong_address_names_the_setting(url: str) -> None:
    with pytest.raises(ConfigError, match="JIRA_URL is not a web address"):
        JiraTracker(url, email=EMAIL, api_token=API_TOKEN, personal_access_token=None)
