"""What `JiraTracker` does when Jira refuses, breaks, hangs or talks nonsense."""

import asyncio
import json
import re
import sys
import threading
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from bot.clients.jira import JiraTracker
from bot.clients.jira import tracker as tracker_module
from bot.errors import JiraError
from tests.standins.jira import API_TOKEN, PERSONAL_ACCESS_TOKEN, JiraStandIn

SINCE = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
DEADLINE = 0.6
PATIENCE = 30.0


@pytest.fixture(autouse=True)
def short_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets the one repetition come at once where Jira names no wait."""
    monkeypatch.setattr(tracker_module, "_RETRY_PAUSE", 0.01)


def a_minute_later() -> datetime:
    return SINCE + timedelta(minutes=1)


@asynccontextmanager
async def running(
    *, cloud: bool = True, read_timeout: float = 10.0, deadline: float = 20.0
) -> AsyncIterator[tuple[JiraStandIn, JiraTracker]]:
    """A stand-in with one issue, created after SINCE, and a tracker that reads it."""
    async with JiraStandIn(cloud=cloud, clock=a_minute_later) as jira:
        jira.add_project("CHURN")
        jira.move(jira.create("CHURN", "Tune rate"), "Done")
        tracker = JiraTracker(jira.url, **jira.credentials, timeout=read_timeout, deadline=deadline)
        try:
            yield jira, tracker
        finally:
            await tracker.close()


async def failure(tracker: JiraTracker) -> JiraError:
    with pytest.raises(JiraError) as caught:
        await tracker.updated_issues(["CHURN"], SINCE)
    return caught.value


async def found(tracker: JiraTracker) -> int:
    return len((await tracker.updated_issues(["CHURN"], SINCE)).issues)


def times_asked(jira: JiraStandIn, path: str) -> int:
    """How often; the search for those with a security level, which follows, is not counted."""
    asked = [each for each in jira.received if each.path.endswith(path)]
    return sum("level IS NOT EMPTY" not in each.query.get("jql", [""])[0] for each in asked)


async def beats(running_call: "asyncio.Task[JiraError]") -> int:
    """How often the event loop came round while the call ran."""
    counted = 0
    while not running_call.done():
        await asyncio.sleep(0.005)
        counted += 1
    return counted


@pytest.mark.parametrize("path", ["/serverInfo", "/search/jql", "/changelog/bulkfetch"])
async def test_a_hang_ends_within_the_deadline_and_blocks_nobody(path: str) -> None:
    async with running(deadline=DEADLINE) as (jira, tracker):
        jira.faults.hang(path)
        call = asyncio.create_task(failure(tracker))

        async with asyncio.timeout(PATIENCE):
            counted = await beats(call)

        error = await call
        assert (error.code, error.retryable) == ("timeout", True)
        assert str(error) == "Jira did not answer within 0.6 s."
        assert counted > 3


async def test_a_hang_does_not_hold_up_the_end_of_the_program() -> None:
    async with running() as (jira, _):
        jira.faults.hang("/serverInfo")
        program = (
            "import asyncio; from bot.clients.jira import JiraTracker\n"
            f"tracker = JiraTracker({jira.url!r}, email='a', api_token='b',"
            " personal_access_token=None, timeout=60, deadline=0.2)\n"
            "try: asyncio.run(tracker.check())\n"
            "except Exception as error: print(error)"
        )
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE
        )
        try:
            shown, _errors = await asyncio.wait_for(process.communicate(), 10)
        finally:
            if process.returncode is None:
                process.kill()
        assert shown == b"Jira did not answer within 0.2 s.\n"
        assert process.returncode == 0


async def test_a_read_timeout_is_not_repeated() -> None:
    async with running(read_timeout=0.3) as (jira, tracker):
        jira.faults.hang("/search/jql")
        error = await failure(tracker)
        assert (error.code, error.retryable) == ("timeout", True)
        assert times_asked(jira, "/search/jql") == 1


async def test_an_answer_that_drips_without_end_is_left_by_its_thread_too() -> None:
    async with running(read_timeout=5.0, deadline=DEADLINE) as (jira, tracker):
        jira.faults.drip("/search/jql")
        assert (await failure(tracker)).code == "timeout"
        reading = [thread for thread in threading.enumerate() if thread.name == "jira"]
        for thread in reading:
            await asyncio.to_thread(thread.join, PATIENCE)
        assert not any(thread.is_alive() for thread in reading)


async def test_a_ten_megabyte_answer_is_refused_unread() -> None:
    async with running() as (jira, tracker):
        jira.faults.answer("/search/jql", body=b" " * 10_000_000)
        error = await failure(tracker)
        assert (error.code, error.retryable) == ("size", False)


async def test_after_a_hang_the_next_call_works() -> None:
    async with running(read_timeout=0.3, deadline=DEADLINE) as (jira, tracker):
        jira.faults.hang("/serverInfo", times=1)
        await failure(tracker)
        assert await found(tracker) == 1


async def test_calls_at_once_ask_what_jira_it_is_only_once() -> None:
    async with running() as (jira, tracker):
        assert await asyncio.gather(*(found(tracker) for _ in range(6))) == [1] * 6
        assert times_asked(jira, "/serverInfo") == 1


async def test_a_token_that_repeats_ends_the_poll_with_an_error() -> None:
    async with running() as (jira, tracker):
        for number in range(350):
            jira.create("CHURN", f"Task {number}")
        jira.repeat_token = True
        error = await failure(tracker)
        assert (error.code, error.retryable) == ("repeated-page", True)
        assert times_asked(jira, "/search/jql") == 2


@pytest.mark.parametrize(
    ("cloud", "setting", "secret"),
    [
        (True, "JIRA_API_TOKEN", API_TOKEN),
        (False, "JIRA_PERSONAL_ACCESS_TOKEN", PERSONAL_ACCESS_TOKEN),
    ],
)
async def test_a_refused_token_names_the_setting_and_shows_no_secret(
    cloud: bool, setting: str, secret: str
) -> None:
    async with running(cloud=cloud) as (jira, tracker):
        jira.token_expired = True
        error = await failure(tracker)
        assert (error.code, error.retryable) == ("401", False)
        assert "wrong or has expired" in str(error)
        assert setting in str(error)
        assert error.__context__ is None
        shown = "".join(traceback.format_exception(error)) + repr(vars(error))
        assert secret not in shown
        assert "authorization" not in shown.lower()


async def test_a_bad_token_that_is_served_as_nobody_is_not_taken_for_silence() -> None:
    async with running() as (jira, tracker):
        assert await found(tracker) == 1
        jira.token_expired = jira.anonymous_when_expired = True
        assert (await failure(tracker)).code == "401"


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (400, "did not accept the request (HTTP 400): ordered by a test"),
        (403, "ask a Jira admin for Browse Projects"),
        (404, "check JIRA_URL"),
        (410, "removed the call"),
    ],
)
async def test_a_refusal_is_one_clear_sentence_and_not_repeated(status: int, sentence: str) -> None:
    async with running() as (jira, tracker):
        jira.faults.fail("/search/jql", status=status)
        error = await failure(tracker)
        assert (error.code, error.retryable) == (str(status), False)
        assert sentence in str(error)
        assert times_asked(jira, "/search/jql") == 1


async def test_a_captcha_is_told_apart_from_a_missing_permission() -> None:
    async with running() as (jira, tracker):
        denied = {"X-Authentication-Denied-Reason": "CAPTCHA_CHALLENGE; login-url=http://x"}
        jira.faults.fail("/search/jql", status=403, headers=denied)
        assert "CAPTCHA" in str(await failure(tracker))


async def test_the_search_that_cloud_removed_is_named() -> None:
    """A Cloud site whose answer hides what it is: the old search is tried and is gone."""
    async with running() as (jira, tracker):
        jira.faults.answer("/serverInfo", body=b'{"deploymentType": "Server"}')
        error = await failure(tracker)
        assert (error.code, error.retryable) == ("410", False)


async def test_a_project_that_does_not_exist_is_named_by_jira() -> None:
    async with running() as (_, tracker):
        with pytest.raises(JiraError, match="The value 'NOPE' does not exist"):
            await tracker.updated_issues(["CHURN", "NOPE"], SINCE)


async def test_slow_down_for_a_moment_is_waited_out() -> None:
    async with running() as (jira, tracker):
        jira.faults.fail("/search/jql", status=429, headers={"Retry-After": "0.1"})
        assert await found(tracker) == 1
        assert times_asked(jira, "/search/jql") == 2


def in_two_minutes() -> datetime:
    return datetime.now(UTC) + timedelta(minutes=2)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (lambda: {"Retry-After": "120"}, 120),
        (lambda: {"Retry-After": "1.5e2"}, 150),
        (lambda: {"Retry-After": "1e12"}, 86_400),
        (lambda: {"Retry-After": "inf", "X-RateLimit-Reset": in_two_minutes().isoformat()}, 120),
        (lambda: {"Retry-After": format_datetime(in_two_minutes(), usegmt=True)}, 120),
        (lambda: {"X-RateLimit-Reset": in_two_minutes().isoformat()}, 120),
    ],
    ids=["seconds", "with an exponent", "too long", "endless", "a date", "Atlassian's own"],
)
async def test_slow_down_for_long_is_handed_on_with_its_wait(
    headers: Callable[[], dict[str, str]], expected: float
) -> None:
    async with running() as (jira, tracker):
        reason = {"RateLimit-Reason": "jira-quota-tenant-based"}
        jira.faults.fail("/search/jql", status=429, headers={**headers(), **reason})
        error = await failure(tracker)
        assert (error.code, error.retryable) == ("429", True)
        assert error.retry_after == pytest.approx(expected, abs=20)
        assert "jira-quota-tenant-based" in str(error)
        assert times_asked(jira, "/search/jql") == 1


async def test_a_used_up_quota_stops_every_call_until_it_is_back_and_says_so() -> None:
    clock = [0.0]
    async with JiraStandIn(clock=a_minute_later) as jira:
        jira.add_project("CHURN")
        tracker = JiraTracker(jira.url, **jira.credentials, monotonic=lambda: clock[0])
        headers = {"Retry-After": "3", "RateLimit-Reason": "jira-quota-global-based"}
        jira.faults.fail("/search/jql", status=429, headers=headers)
        told = str(await failure(tracker))
        asked = len(jira.received)
        clock[0] = 2.9
        with pytest.raises(JiraError) as caught:
            await tracker.account_of("aiko@example.com")
        assert str(caught.value) == told
        assert re.search(
            r"jira-quota-global-based\); Meridian asks again after \d\d:\d\d UTC", told
        )
        assert len(jira.received) == asked
        clock[0] = 3.0
        assert await found(tracker) == 0
        await tracker.close()


async def test_a_burst_stops_the_search_and_nothing_else() -> None:
    async with running() as (jira, tracker):
        headers = {"Retry-After": "900", "RateLimit-Reason": "jira-burst-based"}
        jira.faults.fail("/search/jql", status=429, headers=headers)
        told = str(await failure(tracker))
        asked = times_asked(jira, "/search/jql")
        assert str(await failure(tracker)) == told
        assert times_asked(jira, "/search/jql") == asked
        assert await tracker.unknown_projects(["CHURN", "NOPE"]) == ["NOPE"]


@pytest.mark.parametrize("headers", [{}, {"Retry-After": "soon"}])
async def test_slow_down_without_a_usable_wait_is_tried_once_more(headers: dict[str, str]) -> None:
    async with running() as (jira, tracker):
        jira.faults.fail("/search/jql", status=429, headers=headers, times=2)
        error = await failure(tracker)
        assert (error.code, error.retryable, error.retry_after) == ("429", True, None)
        assert times_asked(jira, "/search/jql") == 2


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_passing_fault_of_jiras_own_is_tried_once_more(status: int) -> None:
    async with running() as (jira, tracker):
        jira.faults.fail("/search/jql", status=status)
        assert await found(tracker) == 1
        jira.faults.fail("/search/jql", status=status, times=2)
        error = await failure(tracker)
        assert (error.code, error.retryable) == (str(status), True)


@pytest.mark.parametrize("path", ["/serverInfo", "/search/jql", "/changelog/bulkfetch"])
async def test_a_dropped_connection_is_tried_once_more(path: str) -> None:
    async with running() as (jira, tracker):
        jira.faults.drop(path)
        assert await found(tracker) == 1
        assert times_asked(jira, path) == 2


async def test_a_connection_that_keeps_dropping_is_a_retryable_error() -> None:
    async with running() as (jira, tracker):
        jira.faults.drop(times=9)
        error = await failure(tracker)
        assert error.retryable
        assert str(error) == f"Jira could not be reached at {jira.url}."
        assert len(jira.received) == 2


async def test_a_redirect_is_not_followed() -> None:
    async with running() as (jira, tracker), JiraStandIn() as elsewhere:
        jira.faults.redirect("/search/jql", to=f"{elsewhere.url}/rest/api/2/search/jql")
        assert "redirects elsewhere" in str(await failure(tracker))
        assert elsewhere.received == []


@pytest.mark.parametrize(
    "body",
    [
        b"<html>Log in</html>",
        b"",
        b"[]",
        b"null",
        b'{"issues": null}',
        b'{"issues": [{"id": "1", "key": "CHURN-1", "fields": {"summary": "no status"}}]}',
        b'{"issues": [{"id": "1", "key": "CHURN-1", "fields": null}]}',
        b'{"issues": [null]}',
    ],
)
async def test_an_answer_of_another_shape_is_an_error_not_a_crash(body: bytes) -> None:
    async with running() as (jira, tracker):
        jira.faults.answer("/search/jql", body=body)
        assert (await failure(tracker)).code == "answer"


async def test_an_issue_that_jira_sends_although_it_is_secured_stays_out() -> None:
    async with running() as (jira, tracker):
        secured = {"id": "7", "key": "CHURN-7", "fields": {"security": {"name": "Leads"}}}
        jira.faults.answer("/search/jql", body=json.dumps({"issues": [secured]}).encode())
        page = await tracker.updated_issues(["CHURN"], SINCE)
        assert page.issues == ()
