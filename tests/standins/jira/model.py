"""The things a Jira site holds."""

import copy
from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True, kw_only=True)
class User:
    """A person; `handle` is how tests name them, `zone` their profile's IANA zone.

    `shy` ones hide their address from others, `active` ones may log in.
    """

    handle: str
    name: str
    zone: str = "UTC"
    shy: bool = False
    active: bool = True

    @property
    def account_id(self) -> str:
        """The id Jira Cloud knows them by."""
        return f"5b10a2844c20165700{self.handle}"

    @property
    def email(self) -> str:
        """Their address."""
        return f"{self.handle}@example.com"


@dataclass(frozen=True, kw_only=True)
class Status:
    """A status of the workflow and Jira's category of it: new, indeterminate or done."""

    status_id: str
    name: str
    category: str

    @property
    def transition_id(self) -> str:
        """Id of the one transition that leads here, from everywhere."""
        return f"{self.status_id}1"


WORKFLOW = (
    Status(status_id="1", name="To do", category="new"),
    Status(status_id="2", name="In progress", category="indeterminate"),
    Status(status_id="3", name="In review", category="indeterminate"),
    Status(status_id="4", name="Done", category="done"),
)


@dataclass(frozen=True, kw_only=True)
class Change:
    """One item of a history: what Jira calls from/to (ids) and fromString/toString (names)."""

    field: str
    before_id: str | None
    before: str | None
    after_id: str | None
    after: str | None


@dataclass(frozen=True, kw_only=True)
class History:
    """One changelog entry; `at` is aware UTC."""

    history_id: str
    author: User
    at: datetime
    changes: tuple[Change, ...]


@dataclass(frozen=True, kw_only=True)
class Comment:
    """A comment; `body` is text, or an ADF document where it was sent by v3."""

    comment_id: str
    author: User
    at: datetime
    body: object


@dataclass(kw_only=True)
class Ticket:
    """An issue as the database holds it; `level` is the name of its security level.

    `parent` and `blockers` are keys: of the issue above, and of those that its links wait for.
    """

    issue_id: str
    key: str
    project: str
    summary: str
    created: datetime
    updated: datetime
    reporter: User
    status: Status = WORKFLOW[0]
    assignee: User | None = None
    labels: list[str] = field(default_factory=list)
    level: str | None = None
    description: object = None
    issue_type: str = "Task"
    priority: str = "Medium"
    due: date | None = None
    parent: str = ""
    flagged: bool = False
    blockers: list[str] = field(default_factory=list)
    histories: list[History] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)

    def snapshot(self) -> "Ticket":
        """This state, kept: what the search index holds of it."""
        kept = copy.copy(self)
        kept.labels = list(self.labels)
        kept.blockers = list(self.blockers)
        return kept
