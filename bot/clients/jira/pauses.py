"""How long Jira wants to be left alone, and with what.

What each reason stops: https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.clients.jira.failures import SlowDown, is_quota
from bot.errors import JiraError

# Where Jira names no wait. A quota comes back at the full hour, which is seldom far.
_QUOTA_PAUSE = 600.0
_BURST_PAUSE = 30.0
_WRITE_PAUSE = 30.0

# `issue/10001/comment`, `issue/CHURN-1`: the same endpoint for every issue.
_ISSUE = re.compile(r"^issue/([A-Z][A-Z0-9_]*-\d+|\d+)(?=/|$)")
_EVERYTHING = "*"


@dataclass(kw_only=True)
class Pauses:
    """Which calls may not be made yet; kept between polls, not between two starts.

    A quota stops everything, a burst its endpoint, too many writes to one issue those to it.
    """

    clock: Callable[[], float] = time.monotonic
    _until: dict[str, tuple[float, SlowDown]] = field(default_factory=dict)

    def check(self, method: str, path: str) -> None:
        """Raises the refusal that forbids this call still, with what is left of its wait."""
        now = self.clock()
        self._until = {name: each for name, each in self._until.items() if each[0] > now}
        for name in (_EVERYTHING, _endpoint(method, path), _writes_to(method, path)):
            if name in self._until:
                until, refusal = self._until[name]
                raise refusal.again(until - now)

    def note(self, method: str, path: str, error: JiraError) -> None:
        """Remember a refusal; other errors stop nothing."""
        if not isinstance(error, SlowDown):
            return
        name, usual = _EVERYTHING, _QUOTA_PAUSE
        if error.reason == "jira-per-issue-on-write":
            name, usual = _writes_to(method, path) or _endpoint(method, path), _WRITE_PAUSE
        elif not is_quota(error):
            name, usual = _endpoint(method, path), _BURST_PAUSE
        wait = usual if error.retry_after is None else error.retry_after
        self._until[name] = (self.clock() + wait, error)


def _endpoint(method: str, path: str) -> str:
    return f"{method} {_ISSUE.sub('issue/*', path)}"


def _writes_to(method: str, path: str) -> str:
    """The issue that a call writes to; empty where it writes to none."""
    found = _ISSUE.match(path)
    return f"write {found[1]}" if found and method != "GET" else ""
