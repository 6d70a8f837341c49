"""A Jira site in memory: people move tickets, an index follows with a lag."""

import itertools
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta

from tests.standins.jira.agile import Agile
from tests.standins.jira.forms import Forms
from tests.standins.jira.model import WORKFLOW, Change, Comment, History, Status, Ticket, User

BOT = User(handle="bot", name="Meridian Bot")


def utc_now() -> datetime:
    """The real time; the default clock."""
    return datetime.now(UTC)


class Site:
    """Projects, people and tickets, with the hands that change them.

    `clock` gives aware UTC; `index_lag` is how long a write stays unseen by searches, taken at
    the moment of the write. `unreadable_ids` are those that bulk reads fail to read for a while.
    `LookupError` for a key, handle or status that does not exist.
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
        self.agile = Agile(self)
        self.forms = Forms()
        self.hidden_projects: set[str] = set()
        self.hidden_ids: set[str] = set()
        self.unreadable_ids: set[str] = set()
        self._by_id: dict[str, Ticket] = {}
        self._old_keys: dict[str, str] = {}
        self._index: dict[str, list[tuple[datetime, Ticket]]] = {}
        self._ids = itertools.count(10001)
        self._numbers: dict[str, itertools.count[int]] = {}

    def add_project(self, key: str, name: str = "", *, first: int = 1) -> None:
        """A new, empty project, whose first ticket gets that number."""
        self.projects[key] = name or key.title()
        self._numbers[key] = itertools.count(first)

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
        priority: str = "Medium",
        due: date | None = None,
        parent: str = "",
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
            priority=priority,
            due=due,
            parent=parent,
        )
        self.tickets[ticket.key] = self._by_id[ticket.issue_id] = ticket
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

    def prioritize(self, key: str, priority: str, *, by: str = BOT.handle) -> None:
        """Gives a ticket another priority."""
        ticket = self.ticket(key)
        was, ticket.priority = ticket.priority, priority
        self._changed(ticket, by, _change("priority", None, was, None, priority))

    def replan(self, key: str, due: date | None, *, by: str = BOT.handle) -> None:
        """Gives a ticket another due date, or none."""
        ticket = self.ticket(key)
        was, ticket.due = ticket.due, due
        self._changed(ticket, by, _change("duedate", None, _day(was), None, _day(due)))

    def flag(self, key: str, flagged: bool, *, by: str = BOT.handle) -> None:
        """Marks a ticket as impeded, or takes the mark away."""
        ticket = self.ticket(key)
        ticket.flagged = flagged
        before, after = ("", "Impediment") if flagged else ("Impediment", "")
        self._changed(ticket, by, _change("Flagged", None, before, None, after))

    def block(self, key: str, waits_for: str, *, by: str = BOT.handle) -> None:
        """Links a ticket as blocked by another."""
        ticket = self.ticket(key)
        ticket.blockers.append(waits_for)
        text = f"This issue is blocked by {waits_for}"
        self._changed(ticket, by, _change("Link", None, None, waits_for, text))

    def secure(self, key: str, level: str | None, *, by: str = BOT.handle) -> None:
        """Gives a ticket a security level, or takes it away."""
        ticket = self.ticket(key)
        was, ticket.level = ticket.level, level
        self._changed(ticket, by, _change("security", None, was, None, level))

    def relocate(self, key: str, project: str, *, by: str = BOT.handle) -> str:
        """Moves a ticket to another project: its id stays, its old key still leads to it."""
        ticket = self.tickets.pop(key)
        ticket.project, ticket.key = project, f"{project}-{next(self._numbers[project])}"
        self.tickets[ticket.key] = ticket
        self._old_keys[key] = ticket.issue_id
        self._changed(ticket, by, _change("Key", None, key, None, ticket.key))
        return ticket.key

    def changed(self, key: str, field: str, before: str, after: str, *, by: str) -> None:
        """Writes a change of a field that this site doesn't hold itself into a changelog."""
        self._changed(self.ticket(key), by, _change(field, None, before, None, after))

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
        issue_id = self.tickets.pop(key).issue_id
        del self._index[issue_id], self._by_id[issue_id]

    def ticket(self, id_or_key: str) -> Ticket:
        """The ticket with this key, old key or id, as the database holds it."""
        found = self.tickets.get(id_or_key)
        found = found or self._by_id.get(self._old_keys.get(id_or_key, id_or_key))
        if found is None:
            raise LookupError(id_or_key)
        return found

    def seen(self, id_or_key: str) -> Ticket:
        """The same, as far as the account may see it: `hidden_projects` and `hidden_ids` it may
        not."""
        ticket = self.ticket(id_or_key)
        if not self.may_see(ticket):
            raise LookupError(id_or_key)
        return ticket

    def may_see(self, ticket: Ticket) -> bool:
        """Whether the account has the permission to browse this ticket."""
        return ticket.project not in self.hidden_projects and ticket.issue_id not in self.hidden_ids

    @property
    def seen_projects(self) -> list[str]:
        """The keys of the projects that the account may browse."""
        return [key for key in self.projects if key not in self.hidden_projects]

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
        """Tickets as searches of the account see them now: each in the last state written whose lag
        has passed."""
        now = self.clock()
        found = []
        for issue_id, states in self._index.items():
            if len(states) > 1:
                passed = [n for n, (at, _) in enumerate(states) if at <= now]
                del states[: passed[-1] if passed else 0]  # overtaken: clocks go forward
            if states[0][0] > now:
                continue
            if self.may_see(self._by_id[issue_id]):
                found.append(states[0][1])
        return found

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


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _named(user: User | None) -> tuple[str | None, str | None]:
    return (user.account_id, user.name) if user else (None, None)
