"""Jira's JSON to domain values; pure.

An answer that lacks what Jira's API promises shows as KeyError, TypeError, ValueError or
AttributeError; the tracker, which calls these, turns each into one `JiraError`.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bot.domain.issues.records import Issue, IssueChange

FIELDS = (
    "summary",
    "status",
    "assignee",
    "creator",
    "project",
    "created",
    "updated",
    "security",
)
"""The fields that `issue` reads; asked for by name, since the default is too little or all."""

# Seconds pass this number in the year 5138, milliseconds passed it in 1973.
_SMALLEST_MS = 100_000_000_000


def issues(raw_issues: Sequence[Mapping[str, Any]]) -> tuple[Issue, ...]:
    """Each issue once, in the newest state seen, oldest update first; secured ones left out."""
    newest: dict[str, Issue] = {}
    for raw in raw_issues:
        if raw["fields"].get("security"):
            continue
        found = _issue(raw)
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


def _issue(raw: Mapping[str, Any]) -> Issue:
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
    )


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


def _user_id(user: Mapping[str, Any]) -> str | None:
    """Cloud knows people by `accountId`, Data Center by `key`, older answers only by `name`."""
    return user.get("accountId") or user.get("key") or user.get("name")


def _address(user: Mapping[str, Any]) -> str:
    return (user.get("emailAddress") or "").casefold()
