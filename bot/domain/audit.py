"""The audit log: one line for each change that a person made, and for each that was refused.

Lines are only ever added. Each carries the hash of itself and of the one before, so a line that
was changed, dropped or slipped in later is found by reading the chain again. People stand in it
under a token that is theirs alone: forgetting whose token it was deletes them from the log and
leaves the chain whole.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

START = "0" * 64
"""What stands before the first line."""


class AuditOutcome(StrEnum):
    """It was done, or the person was refused it."""

    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class AuditLine:
    """What to write down; `at` is aware UTC.

    `actor` is a user id, or empty for Meridian itself and the operator's command line; `person` is
    whom it is about, where it is about somebody. `action` is a dotted word or a typed command,
    `subject` our own label ("D-12") or id, `detail` our own short words: no names, no secrets.
    `team` is the actor's own workspace where that is another one.
    """

    workspace: str
    at: datetime
    actor: str
    action: str
    subject: str = ""
    person: str = ""
    detail: str = ""
    outcome: AuditOutcome = AuditOutcome.DONE
    team: str = ""


@dataclass(frozen=True, kw_only=True)
class AuditEntry:
    """A line as it stands in the log; numbers of a workspace begin at 1 and leave no gap.

    `actor` and `person` are tokens; `before` is the hash of the line before.
    """

    seq: int
    line: AuditLine
    before: str
    hash: str


@dataclass(frozen=True, kw_only=True)
class AuditHead:
    """Where a workspace's chain stands: its last number and hash, and up to where old lines were
    dropped after their time."""

    seq: int = 0
    hash: str = START
    dropped_seq: int = 0
    dropped_hash: str = START


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What reading the chain again found: how many lines, and the first that is wrong (0: none)."""

    lines: int
    broken_at: int = 0
    reason: str = ""

    @property
    def whole(self) -> bool:
        """Whether every line is as it was written."""
        return not self.broken_at


def hash_of(seq: int, before: str, line: AuditLine) -> str:
    """SHA-256 of a line, its number and the hash before it, as 64 hexadecimal digits."""
    told = [seq, before, line.workspace, line.at.astimezone(UTC).isoformat()]
    told += [line.actor, line.action, line.subject]
    told += [line.person, line.detail, line.outcome.value, line.team]
    return hashlib.sha256(json.dumps(told, ensure_ascii=True).encode()).hexdigest()


class Chain:
    """Reads a chain again, page by page, from the oldest kept line on."""

    def __init__(self, head: AuditHead) -> None:
        self._head = head
        self._seq = head.dropped_seq
        self._hash = head.dropped_hash
        self._lines = 0
        self._wrong: tuple[int, str] | None = None

    def add(self, entries: Iterable[AuditEntry]) -> None:
        """The next lines in order."""
        for entry in entries:
            self._lines += 1
            self._wrong = self._wrong or self._look(entry)
            self._seq, self._hash = entry.seq, entry.hash

    def verdict(self) -> Verdict:
        """What was found, once every line was added."""
        wrong = self._wrong
        if wrong is None and (self._seq, self._hash) != (self._head.seq, self._head.hash):
            wrong = (self._seq + 1, "the newest lines are missing")
        if wrong is None:
            return Verdict(lines=self._lines)
        return Verdict(lines=self._lines, broken_at=wrong[0], reason=wrong[1])

    def _look(self, entry: AuditEntry) -> tuple[int, str] | None:
        if entry.seq != self._seq + 1:
            return self._seq + 1, "a line is missing"
        if entry.before != self._hash:
            return entry.seq, "it doesn't follow the line before it"
        if hash_of(entry.seq, entry.before, entry.line) != entry.hash:
            return entry.seq, "it was changed"
        return None
