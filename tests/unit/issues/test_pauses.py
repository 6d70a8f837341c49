"""Each reason for slowing down stops what it is about, for as long as Jira said."""

from dataclasses import dataclass

import pytest

from bot.clients.jira.failures import SlowDown, refused
from bot.clients.jira.pauses import Pauses
from bot.errors import JiraError

DATE = "Sun, 22 Nov 2026 09:30:00 GMT"


@dataclass
class Seconds:
    """A clock of seconds."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def pauses(seconds: Seconds) -> Pauses:
    return Pauses(clock=seconds)


def _refusal(reason: str, **headers: str) -> JiraError:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return refused(429, {"RateLimit-Reason": reason, "Date": DATE, **named}, "", "T")


def _free(pauses: Pauses, method: str, path: str) -> bool:
    try:
        pauses.check(method, path)
    except SlowDown:
        return False
    return True


def test_a_burst_stops_its_endpoint_alone(pauses: Pauses, seconds: Seconds) -> None:
    pauses.note("GET", "issue/CHURN-1/transitions", _refusal("jira-burst-based", Retry_After="60"))
    assert not _free(pauses, "GET", "issue/10007/transitions")
    assert _free(pauses, "POST", "issue/CHURN-1/transitions")
    assert _free(pauses, "GET", "issue/CHURN-1")
    assert _free(pauses, "GET", "search/jql")
    seconds.now = 60.0
    assert _free(pauses, "GET", "issue/10007/transitions")


def test_a_quota_stops_everything_until_jira_said(pauses: Pauses, seconds: Seconds) -> None:
    refusal = _refusal("jira-quota-tenant-based", X_RateLimit_Reset="2026-11-22T10:00:00Z")
    assert str(refusal) == (
        "Jira asks Meridian to slow down (jira-quota-tenant-based);"
        " Meridian asks again after 10:00 UTC."
    )
    pauses.note("GET", "search/jql", refusal)
    seconds.now = 1799.0
    with pytest.raises(SlowDown) as caught:
        pauses.check("POST", "issue/CHURN-1/comment")
    assert str(caught.value) == str(refusal)
    assert (caught.value.code, caught.value.retryable) == ("429", True)
    assert caught.value.retry_after == pytest.approx(1.0)
    seconds.now = 1800.0
    assert _free(pauses, "POST", "issue/CHURN-1/comment")


def test_writes_to_one_issue_stop_those_to_it(pauses: Pauses) -> None:
    pauses.note("POST", "issue/CHURN-1/comment", _refusal("jira-per-issue-on-write"))
    assert not _free(pauses, "PUT", "issue/CHURN-1/assignee")
    assert not _free(pauses, "POST", "issue/CHURN-1/comment")
    assert _free(pauses, "POST", "issue/CHURN-12/comment")
    assert _free(pauses, "GET", "issue/CHURN-1/comment")


@pytest.mark.parametrize(("reason", "wait"), [("jira-burst-based", 30), ("jira-quota-x", 600)])
def test_without_a_wait_there_is_a_usual_one(
    pauses: Pauses, seconds: Seconds, reason: str, wait: float
) -> None:
    pauses.note("GET", "search/jql", _refusal(reason))
    seconds.now = wait - 1
    assert not _free(pauses, "GET", "search/jql")
    seconds.now = wait
    assert _free(pauses, "GET", "search/jql")


def test_other_failures_stop_nothing(pauses: Pauses) -> None:
    pauses.note("GET", "search/jql", refused(503, {"Retry-After": "60"}, "", "T"))
    assert _free(pauses, "GET", "search/jql")
