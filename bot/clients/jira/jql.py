"""JQL that Meridian sends; every value is checked, none is pasted in raw."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.errors import JiraError

_PROJECT_KEY = re.compile(r"[A-Z][A-Z0-9_]+")
_OPEN_TO_ALL = "level IS EMPTY ORDER BY key ASC"


def is_project_key(text: str) -> bool:
    """Whether `text` has the form of a project key: capitals, digits, underscore, 2 or more."""
    return _PROJECT_KEY.fullmatch(text) is not None


def updated_since(projects: Sequence[str], since: datetime) -> str:
    """The search for open-to-all issues of `projects` updated at or after `since` (aware).

    The instant is unquoted epoch milliseconds: quoted ones are read in the time zone of the
    account's profile, to the minute. Ordered by key, because that order stands still while issues
    are updated between two pages; by `updated`, a page read by offset would skip some.
    Raises `JiraError` for a text that is no project key.
    """
    return f"{_of(projects)} AND updated >= {epoch_ms(since)} AND {_OPEN_TO_ALL}"


def secured_since(projects: Sequence[str], since: datetime) -> str:
    """The search for issues with a security level, as `updated_since` has those without."""
    level = _OPEN_TO_ALL.replace("IS EMPTY", "IS NOT EMPTY")
    return f"{_of(projects)} AND updated >= {epoch_ms(since)} AND {level}"


def not_done(project: str, before: datetime) -> str:
    """The search for open-to-all issues of a project that are not done, updated before then."""
    return (
        f"{_of([project])} AND statusCategory != Done AND updated < {epoch_ms(before)}"
        f" AND {_OPEN_TO_ALL}"
    )


def with_ids(ids: Sequence[str]) -> str:
    """The search for issues by Jira's numbers; raises `JiraError` for a text that is none."""
    for each in ids:
        if not (each.isascii() and each.isdigit()):
            raise JiraError(f"{each!r} is not the number of a Jira issue.", code="issue-id")
    return f"id in ({', '.join(ids)}) ORDER BY key ASC"


def marked(project: str, mark: str) -> str:
    """The search for the issue of a project that carries the label `mark` (no quotes in it)."""
    return f'project = {_quoted_key(project)} AND labels = "{mark}"'


def updated_in_the_future(server_time: datetime) -> str:
    """A search that finds nothing where `updated >= <epoch ms>` is understood as an instant."""
    return f"updated >= {epoch_ms(server_time + timedelta(hours=1))}"


def epoch_ms(instant: datetime) -> int:
    """Whole milliseconds since 1970 UTC, rounded down; raises ValueError without a zone."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return int(instant.timestamp() * 1000)


def _of(projects: Sequence[str]) -> str:
    return f"project in ({', '.join(_quoted_key(key) for key in projects)})"


def _quoted_key(key: str) -> str:
    if not is_project_key(key):
        raise JiraError(f"{key!r} is not a Jira project key such as CHURN.", code="project-key")
    # Quoted because a key may be a reserved word of JQL, such as AND.
    return f'"{key}"'
