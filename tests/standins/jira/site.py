"""A Jira site in memory: people move tickets, an index follows with a lag."""

import itertools
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from tests.standins.jira.model import WORKFLOW, Change, Comment, History, Status, Ticket, User

BOT = User(handle="bot", name="Meridian Bot")


def utc_now() -> datetime:
    """The real time; the default clock."""
    return datetime.now(UTC)


class Site:
    """Projects, people and tickets, with the hands that change them.

    `clock` gives aware UTC; `index_lag` is how long a write stays unseen by searches, taken at
    the moment of the write. `LookupError` for a key, handle or status that does not exist.
    """

    def __init__(
        self, *, profile_zone: str = "UTC", clock: Callable[[], datetime] = utc_now
    ) -> None:
        self.clock = clock
        self.index_lag = timedelta(0)
        self.account = User(handle=BOT.handle, name=BOT.name, zone=profile_zone)
        self.users: dict[str, User] = {self.account.handle: self.account}
        self.projects: dict[str, str] = {}
        self.tickets: dict[str, Ticket] = {}
        self._index: dict[str, list[tuple[datetime, Ticket]]] = {}
        self._ids = itertools.count(10001)
        self._numbers: dict[str, itertools.count[int]] = {}

    def add_project(self, key: str, name: str = "") -> None:
        """A new, empty project."""
        self.projects[key] = name or key.title()
        self._numbers[key] = itertools.count(1)

    def add_user(
        self, handle: str, name: str, zone: str = "UTC", *, shy: bool = False, active: bool = True
    ) -> User:
        """A new person, called `handle` by the other methods."""
        self.users[handle] = User(handle=handle, name=name, zone=zone, shy=shy, active=active)
        return self.users[handle]

    def create(
        self,
        project: str,
        summary: str,
        *,
        by: str = BOT.handle,
        assignee: str | None = None,
        labels: Sequence[str] = (),
        level: str | None = None,
        description: object = None,
        issue_type: str = "Task",
    ) -> str:
        """Files a ticket in the first status and returns its key."""
        now = self.clock()
        ticket = Ticket(
            issue_id=self._next_id(),
            key=f"{project}-{next(self._numbers[project])}",
            project=project,
            summary=summary,
            created=now,
            updated=now,
            reporter=self.users[by],
            assignee=self.users[assignee] if assignee else None,
            labels=list(labels),
            level=level,
            description=description,
            issue_type=issue_type,
        )
        self.tickets[ticket.key] = ticket
        self._indexed(ticket)
        return ticket.key

    def move(self, key: str, status: str, *, by: str = BOT.handle) -> None:
        """Takes a ticket to another status of the workflow."""
        ticket, to = self.ticket(key), self.status(status)
        was, ticket.status = ticket.status, to
        self._changed(ticket, by, _change("status", was.status_id, was.name, to.status_id, to.name))

    def assign(self, key: str, to: str | None, *, by: str = BOT.handle) -> None:
        """Gives a ticket to a person, or to nobody."""
        ticket, person = self.ticket(key), self.users[to] if to else None
        was, ticket.assignee = ticket.assignee, person
        self._changed(ticket, by, _change("assignee", *_named(was), *_named(person)))

    def rename(self, key: str, summary: str, *, by: str = BOT.handle) -> None:
        """Gives a ticket another summary."""
        ticket = self.ticket(key)
        was, ticket.summary = ticket.summary, summary
        self._changed(ticket, by, _change("summary", None, was, None, summary))

    def label(self, key: str, labels: Sequence[str], *, by: str = BOT.handle) -> None:
        """Replaces a ticket's labels."""
        ticket = self.ticket(key)
        was, ticket.labels = ticket.labels, list(labels)
        self._changed(ticket, by, _change("labels", None, " ".join(was), None, " ".join(labels)))

    def comment(self, key: str, body: object, *, by: str = BOT.handle) -> Comment:
        """Says something on a ticket; moves its `updated`, leaves no changelog entry."""
        ticket = self.ticket(key)
        said = Comment(
            comment_id=self._next_id(), author=self.users[by], at=self.clock(), body=body
        )
        ticket.comments.append(said)
        ticket.updated = said.at
        self._indexed(ticket)
        return said

    def delete(self, key: str) -> None:
        """Removes a ticket; searches simply find it no more."""
        self._index.pop(self.tickets.pop(key).issue_id)

    def ticket(self, id_or_key: str) -> Ticket:
        """The ticket with this key or id, as the database holds it."""
        for ticket in self.tickets.values():
            if id_or_key in (ticket.key, ticket.issue_id):
                return ticket
        raise LookupError(id_or_key)

    def status(self, name_or_transition: str) -> Status:
        """The status with this name (in any case) or the one this transition id leads to."""
        for status in WORKFLOW:
            if name_or_transition.lower() in (status.name.lower(), status.transition_id):
                return status
        raise LookupError(name_or_transition)

    def person(self, account_id_or_name: str) -> User:
        """The person with this account id (Cloud) or user name (Data Center)."""
        for user in self.users.values():
            if account_id_or_name in (user.account_id, user.handle):
                return user
        raise LookupError(account_id_or_name)

    def people_like(self, text: str) -> list[User]:
        """People whose name or shown address begins with `text`; a hidden one must be all of it."""
        wanted = text.casefold()
        return [
            user
            for user in self.users.values()
            if user.name.casefold().startswith(wanted)
            or (user.email == wanted if user.shy else user.email.startswith(wanted))
        ]

    def indexed(self) -> list[Ticket]:
        """Tickets as searches see them now: each in the last state written whose lag has passed."""
        now = self.clock()
        seen = ([t for at, t in states if at <= now] for states in self._index.values())
        return [states[-1] for states in seen if states]

    def _changed(self, ticket: Ticket, by: str, change: Change) -> None:
        ticket.updated = self.clock()
        ticket.histories.append(
            History(
                history_id=self._next_id(),
                author=self.users[by],
                at=ticket.updated,
                changes=(change,),
            )
        )
        self._indexed(ticket)

    def _indexed(self, ticket: Ticket) -> None:
        states = self._index.setdefault(ticket.issue_id, [])
        states.append((self.clock() + self.index_lag, ticket.snapshot()))

    def _next_id(self) -> str:
        return str(next(self._ids))


def _change(
    field: str, before_id: str | None, before: str | None, after_id: str | None, after: str | None
) -> Change:
    return Change(field=field, before_id=before_id, before=before, after_id=after_id, after=after)


def _named(user: User | None) -> tuple[str | None, str | None]:
    return (user.account_id, user.name) if user else (None, None)
