"""Tickets, people and histories in the shapes of Jira's REST API."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.standins.jira.model import Comment, History, Status, Ticket, User

_CATEGORIES = {
    "new": (2, "To Do", "blue-gray"),
    "indeterminate": (4, "In Progress", "yellow"),
    "done": (3, "Done", "green"),
}
FLAG_FIELD = "customfield_10021"
SEARCH_HISTORIES = 40
"""Cloud's `expand=changelog` in a search ends after this many entries (JRACLOUD-96459)."""


@dataclass(frozen=True, kw_only=True)
class Renderer:
    """Writes what one account sees at one address; times are in the account's profile zone."""

    base: str
    zone: str
    cloud: bool
    project_names: dict[str, str]
    ticket: Callable[[str], Ticket]

    def time(self, at: datetime) -> str:
        """Jira's form: milliseconds, and an offset without a colon."""
        local = at.astimezone(ZoneInfo(self.zone))
        return f"{local:%Y-%m-%dT%H:%M:%S}.{local.microsecond // 1000:03d}{local:%z}"

    def user(self, user: User) -> dict[str, Any]:
        """A person: `accountId` on Cloud, `name` and `key` on Data Center; an address if shown."""
        ids = (
            {"accountId": user.account_id, "accountType": "atlassian"}
            if self.cloud
            else {"name": user.handle, "key": f"JIRAUSER-{user.handle}"}
        )
        address = {} if user.shy else {"emailAddress": user.email}
        shown = {"displayName": user.name, "active": user.active, "timeZone": user.zone}
        return {**ids, **address, **shown}

    def status(self, status: Status) -> dict[str, Any]:
        """A status with its category."""
        number, name, color = _CATEGORIES[status.category]
        category = {"id": number, "key": status.category, "name": name, "colorName": color}
        return {"id": status.status_id, "name": status.name, "statusCategory": category}

    def project(self, key: str) -> dict[str, Any]:
        """A project."""
        return {
            "id": str(10000 + list(self.project_names).index(key)),
            "key": key,
            "name": self.project_names[key],
            "projectTypeKey": "software",
        }

    def transition(self, status: Status) -> dict[str, Any]:
        """The transition that leads to `status`."""
        return {"id": status.transition_id, "name": status.name, "to": self.status(status)}

    def comment(self, comment: Comment) -> dict[str, Any]:
        """A comment."""
        return {
            "id": comment.comment_id,
            "author": self.user(comment.author),
            "body": comment.body,
            "created": self.time(comment.at),
            "updated": self.time(comment.at),
        }

    def history(self, history: History) -> dict[str, Any]:
        """One changelog entry."""
        return {
            "id": history.history_id,
            "author": self.user(history.author),
            "created": self.time(history.at),
            "items": [self._change(change) for change in history.changes],
        }

    def changelog(self, ticket: Ticket, limit: int | None) -> dict[str, Any]:
        """What `expand=changelog` adds: the newest `limit` entries, newest first on Cloud."""
        newest = sorted(ticket.histories, key=lambda h: h.at, reverse=True)[:limit]
        shown = newest if self.cloud else newest[::-1]
        return {
            "startAt": 0,
            "maxResults": len(shown),
            "total": len(ticket.histories),
            "histories": [self.history(history) for history in shown],
        }

    def issue(self, ticket: Ticket, fields: Iterable[str]) -> dict[str, Any]:
        """A ticket with the named fields; `*all` and `*navigable` name every one."""
        everything = self._fields(ticket)
        wanted = set(fields)
        if not wanted & {"*all", "*navigable"}:
            everything = {name: value for name, value in everything.items() if name in wanted}
        return {
            "id": ticket.issue_id,
            "key": ticket.key,
            "self": f"{self.base}/rest/api/2/issue/{ticket.issue_id}",
            "fields": everything,
        }

    def _fields(self, ticket: Ticket) -> dict[str, Any]:
        return {
            "summary": ticket.summary,
            "status": self.status(ticket.status),
            "assignee": self.user(ticket.assignee) if ticket.assignee else None,
            "creator": self.user(ticket.reporter),
            "reporter": self.user(ticket.reporter),
            "project": self.project(ticket.project),
            "issuetype": issue_type(ticket.issue_type),
            "labels": ticket.labels,
            "description": ticket.description,
            "created": self.time(ticket.created),
            "updated": self.time(ticket.updated),
            "priority": {"id": "3", "name": ticket.priority},
            "duedate": ticket.due.isoformat() if ticket.due else None,
            **({"parent": {"key": ticket.parent}} if ticket.parent else {}),
            "issuelinks": [self._blocker(key) for key in ticket.blockers],
            FLAG_FIELD: [{"id": "10019", "value": "Impediment"}] if ticket.flagged else None,
            **({"security": {"id": "10021", "name": ticket.level}} if ticket.level else {}),
        }

    def _blocker(self, key: str) -> dict[str, Any]:
        """A link as the waiting side of it shows: the other issue comes inward."""
        other = self.ticket(key)
        return {
            "id": f"9{other.issue_id}",
            "type": {"id": "1", "name": "Blocks", "inward": "is blocked by", "outward": "blocks"},
            "inwardIssue": {
                "id": other.issue_id,
                "key": other.key,
                "fields": {"summary": other.summary, "status": self.status(other.status)},
            },
        }

    def _change(self, change: Any) -> dict[str, Any]:
        item = {
            "field": change.field,
            "fieldtype": "jira",
            "from": change.before_id,
            "fromString": change.before,
            "to": change.after_id,
            "toString": change.after,
        }
        if not self.cloud:
            return item
        # Atlassian's description of Cloud has no null here; Data Center sends it.
        filled = {name: value for name, value in item.items() if value is not None}
        return {**filled, "fieldId": change.field}


ISSUE_TYPES = {"Task": "10001", "Bug": "10002", "Story": "10003", "Sub-task": "10004"}


def issue_type(name: str) -> dict[str, object]:
    """An issue type as Jira writes it."""
    return {"id": ISSUE_TYPES[name], "name": name, "subtask": name == "Sub-task"}
