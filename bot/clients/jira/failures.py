"""What Jira's refusals mean, in one plain sentence each.

Status codes and headers: https://developer.atlassian.com/cloud/jira/platform/rate-limiting/ and
https://developer.atlassian.com/cloud/jira/platform/rest/v3/intro/#status-codes
"""

import math
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from bot.errors import JiraError

_SENTENCES = {
    403: "Jira lets this account log in but not read this; ask a Jira admin for Browse Projects.",
    404: "Jira has nothing at this address; check JIRA_URL.",
    410: "This Jira has removed the call that Meridian made; update Meridian.",
}
_REASON = re.compile(r"[A-Za-z-]{1,60}")
_LONGEST_DETAIL = 200
_LONGEST_WAIT = 24 * 60 * 60.0


class SlowDown(JiraError):
    """Jira refuses more calls for now; `reason` is its own word for why, empty where it has none.

    `until` is the time of the day in UTC at which it takes them again, where it said so.
    """

    def __init__(self, reason: str, until: str, retry_after: float | None) -> None:
        named = f" ({reason})" if reason else ""
        when = f"; Meridian asks again after {until} UTC" if until else ""
        super().__init__(
            f"Jira asks Meridian to slow down{named}{when}.",
            code="429",
            retryable=True,
            retry_after=retry_after,
        )
        self.reason = reason
        self.until = until

    def again(self, left: float) -> "SlowDown":
        """The same refusal when `left` seconds of it remain."""
        return SlowDown(self.reason, self.until, left)


def is_quota(error: JiraError) -> bool:
    """Whether the site's quota is used up: then not one call more is made."""
    return isinstance(error, SlowDown) and error.reason.startswith("jira-quota")


def token_refused(token_setting: str) -> JiraError:
    """The token is wrong or has expired; `token_setting` is the setting to renew."""
    return JiraError(
        f"Jira refused the token: it is wrong or has expired. Make a new one and set"
        f" {token_setting}. A scoped token works only with"
        " https://api.atlassian.com/ex/jira/<cloud id> as JIRA_URL and the site's own address as"
        " JIRA_SITE_URL.",
        code="401",
    )


def refused(status: int, headers: Mapping[str, str], detail: str, token_setting: str) -> JiraError:
    """The error for an HTTP `status` that is not a success; `detail` is Jira's own message."""
    if status == 401:
        return token_refused(token_setting)
    if status == 429:
        return _slow_down(headers)
    if status >= 500:
        return JiraError(
            f"Jira has trouble of its own (HTTP {status}).",
            code=str(status),
            retryable=True,
            retry_after=_retry_after(headers),
        )
    if "captcha" in headers.get("X-Authentication-Denied-Reason", "").lower():
        return JiraError(
            "Jira wants a CAPTCHA from this account; log in once in a browser.", code="captcha"
        )
    return JiraError(_SENTENCES.get(status) or _not_understood(status, detail), code=str(status))


def _slow_down(headers: Mapping[str, str]) -> SlowDown:
    reason = headers.get("RateLimit-Reason", "")
    wait = _retry_after(headers)
    sent = _http_date(headers.get("Date", ""))
    until = f"{sent + timedelta(seconds=wait):%H:%M}" if sent and wait else ""
    return SlowDown(reason if _REASON.fullmatch(reason) else "", until, wait)


def _not_understood(status: int, detail: str) -> str:
    detail = " ".join(detail.split())[:_LONGEST_DETAIL]
    return f"Jira did not accept the request (HTTP {status}): {detail or 'no reason given'}"


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, a day at most: `Retry-After` in seconds or as a date, else until
    `X-RateLimit-Reset`.

    Dates are compared with the answer's own `Date`, so that a wrong clock here does no harm.
    """
    text = headers.get("Retry-After", "").strip()
    wait = _seconds(text)
    if wait is None:
        until = _http_date(text) or _iso_date(headers.get("X-RateLimit-Reset", ""))
        sent = _http_date(headers.get("Date", ""))
        wait = (until - sent).total_seconds() if until and sent else None
    return None if wait is None else min(max(wait, 0.0), _LONGEST_WAIT)


def _seconds(text: str) -> float | None:
    try:
        wait = float(text)
    except ValueError:
        return None
    return wait if math.isfinite(wait) else None


def _http_date(text: str) -> datetime | None:
    try:
        instant = parsedate_to_datetime(text)
    except ValueError:
        return None
    return instant if instant.tzinfo else None


def _iso_date(text: str) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant if instant.tzinfo else None
