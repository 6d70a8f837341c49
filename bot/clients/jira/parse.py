"""Jira's JSON to domain values; pure.

An answer that lacks what Jira's API promises shows as KeyError, TypeError, ValueError or
AttributeError; the tracker, which calls these, turns each into one `JiraError`.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from bot.domain.issues.records import DONE, STATUS, Issue, IssueChange
from bot.domain.issues.sprint_states import SPRINT
from bot.domain.issues.standing import FLAGGED, LINK
from bot.domain.issues.telling import ASSIGNEE, DUE, PRIORITY

FIELDS = (
    "summary",
    "status",
    "assignee",
    "creator",
    "project",
    "created",
    "updated",
    "security",
    "issuetype",
    "priority",
    "duedate",
    "labels",
    "parent",
    "issuelinks",
)
"""The fields that `issues` reads; asked for by name, since the default is too little or all.

The mark that an issue is impeded is beside them: its field has another id on each site.
"""

# Cloud and Data Center both call it so; it comes with Jira's boards.
_FLAGGED = "flagged"
_BLOCKED = "blocked by"

# What Meridian tells of; beside it the estimate, whose field each board chooses: it is a number.
_TOLD = frozenset({STATUS, ASSIGNEE, DUE, PRIORITY, SPRINT, LINK, FLAGGED})
_NUMBER = re.compile(r"[-+0-9.,]{0,30}")

# Seconds pass this number in the year 5138, milliseconds passed it in 1973.
_SMALLEST_MS = 100_000_000_000


def issues(
    raw_issues: Iterable[Mapping[str, Any]], flag_fields: Collection[str] = ()
) -> tuple[Issue, ...]:
    """Each issue once, in the newest state seen, oldest update first; secured ones left out.

    `flag_fields` are the ids of the fields in which somebody marks an issue as impeded.
    """
    newest: dict[str, Issue] = {}
    for raw in raw_issues:
        if raw["fields"].get("security"):
            continue
        found = _issue(raw, flag_fields)
        known = newest.get(found.issue_id)
        if known is None or known.updated_at <= found.updated_at:
            newest[found.issue_id] = found
    return tuple(sorted(newest.values(), key=lambda found: found.updated_at))


def changes(
    histories: Sequence[tuple[str, Mapping[str, Any]]], since: datetime
) -> tuple[IssueChange, ...]:
    """Changes at or after `since` out of (issue id, changelog entry) pairs, each once, oldest
    first."""
    found: dict[str, IssueChange] = {}
    for issue_id, history in histories:
        found.update({each.change_id: each for each in _changes_of(issue_id, history, since)})
    return tuple(sorted(found.values(), key=lambda change: change.at))


def slim(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """A changelog entry without the changes that nobody is told: descriptions would fill the
    memory and the mirror."""
    return {**entry, "items": [item for item in entry.get("items") or () if _is_told(item)]}


def with_status_since(
    found: Iterable[Issue],
    histories: Sequence[tuple[str, Mapping[str, Any]]],
    unread: Collection[str] = (),
) -> tuple[Issue, ...]:
    """The issues with the instant at which they came into their status, by whole changelogs; not
    those whose changelog is `unread`."""
    moved: dict[str, datetime] = {}
    for issue_id, history in histories:
        if any(item["field"] == STATUS for item in history.get("items") or ()):
            at = instant(history["created"])
            moved[issue_id] = max(at, moved.get(issue_id, at))
    return tuple(
        each
        if each.issue_id in unread
        else replace(each, status_since=moved.get(each.issue_id, each.created_at))
        for each in found
    )


def secured_ids(raw_issues: Iterable[Mapping[str, Any]]) -> set[str]:
    """The ids of issues that have a security level."""
    return {str(raw["id"]) for raw in raw_issues if raw["fields"].get("security")}


def flag_fields(fields: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """The ids of the fields that mark an issue as impeded, of all fields of a site.

    A translated site tells their first name apart.
    """
    return tuple(
        str(each["id"])
        for each in fields
        if each.get("custom")
        and _FLAGGED in (str(each.get(n, "")).casefold() for n in ("untranslatedName", "name"))
    )


def account(found: Sequence[Mapping[str, Any]], email: str) -> tuple[str, str] | None:
    """The one living person among `found` with this address: account id and display name.

    Profiles may hide their address; one that does counts only where the search found nobody else.
    """
    people = [each for each in found if each.get("active") and each.get("accountType") != "app"]
    same = [each for each in people if _address(each) == email.casefold()]
    fitting = same or [each for each in people if not _address(each) and len(people) == 1]
    user_id = _user_id(fitting[0]) if len(fitting) == 1 else None
    return (user_id, fitting[0].get("displayName") or user_id) if user_id else None


def instant(value: str | int) -> datetime:
    """Aware UTC from Jira's ISO text, or from a number: bulk changelogs send epoch ms or s."""
    if isinstance(value, int):
        return datetime.fromtimestamp(value / 1000 if value >= _SMALLEST_MS else value, UTC)
    parsed = datetime.fromisoformat(value)
    if parsed.tzinfo is None:
        raise ValueError("Jira's times have a zone")
    return parsed.astimezone(UTC)


def _issue(raw: Mapping[str, Any], flag_fields: Collection[str]) -> Issue:
    fields = raw["fields"]
    assignee = fields.get("assignee") or {}
    return Issue(
        issue_id=str(raw["id"]),
        key=raw["key"],
        project=fields["project"]["key"],
        summary=fields.get("summary") or "",
        status=fields["status"]["name"],
        status_category=fields["status"]["statusCategory"]["key"],
        assignee_id=_user_id(assignee),
        assignee_name=assignee.get("displayName"),
        updated_at=instant(fields["updated"]),
        created_at=instant(fields["created"]),
        creator_id=_user_id(fields.get("creator") or {}),
        issue_type=(fields.get("issuetype") or {}).get("name") or "",
        priority=(fields.get("priority") or {}).get("name") or "",
        due_on=date.fromisoformat(fields["duedate"]) if fields.get("duedate") else None,
        labels=tuple(fields.get("labels") or ()),
        parent_key=(fields.get("parent") or {}).get("key") or "",
        blocked_by=tuple(_blockers(fields.get("issuelinks") or ())),
        flagged=any(fields.get(each) for each in flag_fields),
    )


def _blockers(links: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The keys of what an issue waits for; what is done by now holds up nobody."""
    for link in links:
        other = link.get("inwardIssue")
        if other and _BLOCKED in str((link.get("type") or {}).get("inward", "")).casefold():
            status = (other.get("fields") or {}).get("status") or {}
            if (status.get("statusCategory") or {}).get("key") != DONE:
                yield str(other["key"])


def _changes_of(
    issue_id: str, history: Mapping[str, Any], since: datetime
) -> Iterator[IssueChange]:
    at = instant(history["created"])
    if at < since:
        return
    author = history.get("author") or {}
    seen: Counter[str] = Counter()
    for item in history.get("items") or ():
        field = item["field"]
        seen[field] += 1
        # One entry may name a field twice (two links at once), so the count is part of the id.
        yield IssueChange(
            change_id=f"{history['id']}:{field}:{seen[field]}",
            issue_id=issue_id,
            field=field,
            before=item.get("fromString") or "",
            after=item.get("toString") or "",
            author_id=_user_id(author),
            author_name=author.get("displayName"),
            at=at,
        )


def _is_told(item: Mapping[str, Any]) -> bool:
    values = (str(item.get(side) or "") for side in ("fromString", "toString"))
    return item["field"] in _TOLD or all(_NUMBER.fullmatch(value) for value in values)


def _user_id(user: Mapping[str, Any]) -> str | None:
    """Cloud knows people by `accountId`, Data Center by `key`, older answers only by `name`."""
    return user.get("accountId") or user.get("key") or user.get("name")


def _address(user: Mapping[str, Any]) -> str:
    return (user.get("emailAddress") or "").casefold()
