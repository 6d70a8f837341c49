"""Blockers (impediments): what stops somebody, whom they ask, who takes it, what it waits for."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from bot.domain import calendar
from bot.domain.activity import Reference
from bot.domain.standup import Standup
from bot.domain.working_time import WorkingTime

# What people write where nothing blocks them.
_NOTHING = frozenset({"-", "–", "—", "no", "none", "nope", "nothing", "n/a", "na", "nil"})


class Notice(StrEnum):
    """What one person is told of a blocker: who is asked, its owner, or a manager."""

    ASK = "ask"
    TAKEN = "taken"
    SOLVED = "solved"
    PROPOSAL = "proposal"
    ESCALATION = "escalation"


@dataclass(frozen=True, kw_only=True)
class Blocker:
    """What blocks one person in one stand-up, numbered per workspace; times are aware UTC.

    Open while `closed_at` is None; acknowledged once somebody takes it. `report_date` is the local
    date of the report that raised it, None where a command did. `waits_state` is how what it waits
    for stood when it was linked, empty as long as nothing is known of that. `moved_to` is the
    state for which closing is proposed, since `proposed_at`. `version` grows with every change.
    """

    workspace: str
    number: int
    standup_id: str
    channel: str
    user_id: str
    text: str
    opened_at: datetime
    report_date: date | None = None
    asked: tuple[str, ...] = ()
    acknowledged_by: str = ""
    acknowledged_at: datetime | None = None
    closed_by: str = ""
    closed_at: datetime | None = None
    escalated_at: datetime | None = None
    waits_for: Reference | None = None
    waits_state: str = ""
    moved_to: str = ""
    proposed_at: datetime | None = None
    version: int = 1

    @property
    def ref(self) -> str:
        """`B-4`."""
        return reference(self.number)

    @property
    def open(self) -> bool:
        """Whether it still blocks."""
        return self.closed_at is None

    @property
    def needs_someone(self) -> bool:
        """Whether it is open and nobody has taken it."""
        return self.open and self.acknowledged_at is None

    @property
    def people(self) -> frozenset[str]:
        """The ids of everybody it names."""
        named = {self.user_id, *self.asked, self.acknowledged_by, self.closed_by}
        return frozenset(named - {""})

    def concerns(self, user_id: str) -> bool:
        """Whether this person is asked or has taken it."""
        return user_id in self.asked or user_id == self.acknowledged_by

    def extended(self, text: str, asked: Iterable[str]) -> "Blocker":
        """In these words, and asking these people beside those that it asked before."""
        both = dict.fromkeys([*self.asked, *(p for p in asked if p != self.user_id)])
        return replace(self, text=text, asked=tuple(both))

    def waiting_for(self, what: Reference, state: str) -> "Blocker":
        """Linked with what it waits for, which is in `state` (empty: unknown)."""
        return replace(self, waits_for=what, waits_state=state, moved_to="", proposed_at=None)

    def taken(self, by: str, now: datetime) -> "Blocker":
        """Acknowledged."""
        return replace(self, acknowledged_by=by, acknowledged_at=now)

    def solved(self, by: str, now: datetime) -> "Blocker":
        """Closed."""
        return replace(self, closed_by=by, closed_at=now)

    def escalated(self, now: datetime) -> "Blocker":
        """Known to the managers."""
        return replace(self, escalated_at=now)

    def declined(self) -> "Blocker":
        """Still blocked although what it waits for moved: only its next move is asked about."""
        return replace(self, waits_state=self.moved_to, moved_to="", proposed_at=None)

    def followed(self, state: str, now: datetime) -> "Blocker":
        """As what it waits for is found in `state`: each move proposes closing once, and moving
        back takes that back. Where nothing was known of it before, it is followed from now on."""
        if self.waits_for is None or not state or state == self.moved_to:
            return self
        if not self.waits_state or state == self.waits_state:
            return self.waiting_for(self.waits_for, state)
        return replace(self, moved_to=state, proposed_at=now)

    def calls_for(self, notice: "Notice", user_id: str) -> bool:
        """Whether this person is (still) to be told this."""
        match notice:
            case Notice.ASK:
                return self.needs_someone and user_id in self.asked
            case Notice.ESCALATION:
                return self.needs_someone
            case Notice.TAKEN:
                return self.open and self.acknowledged_by not in ("", user_id)
            case Notice.SOLVED:
                return self.closed_by not in ("", user_id)
            case Notice.PROPOSAL:
                return self.open and bool(self.moved_to)


@dataclass(frozen=True, kw_only=True)
class NewBlocker:
    """A wish to raise one; `link` is what it waits for, as typed."""

    standup_id: str
    text: str
    asked: tuple[str, ...] = ()
    link: str = ""


def reference(number: int) -> str:
    """How a blocker is called: `B-4`."""
    return f"B-{number}"


def same_blocker(text: str, other: str) -> bool:
    """Whether two answers name the same blocker: its age then goes on counting."""
    return text.casefold().split() == other.casefold().split()


def says_nothing(text: str) -> bool:
    """Whether an answer to what blocks somebody says that nothing does."""
    return text.casefold().strip(" .!\n") in _NOTHING | {""}


def may_take(blocker: Blocker, standup: Standup, user_id: str) -> bool:
    """Whether this person may acknowledge it: anybody in the stand-up, or asked."""
    return user_id in standup.insiders or user_id in blocker.asked


def may_solve(blocker: Blocker, standup: Standup, user_id: str) -> bool:
    """Whether this person may close it: its owner, who is asked or has taken it, a manager."""
    return user_id == blocker.user_id or blocker.concerns(user_id) or user_id in standup.managers


def escalation_due(opened_at: datetime, hours: WorkingTime, zone: str, days: int) -> datetime:
    """When `days` working days of its owner have passed since it was opened (aware UTC)."""
    opens, closes = next(hours.windows(opened_at, zone))
    return hours.after(opened_at, days * (closes - opens), zone)


def tomorrow(now: datetime, zone: str) -> datetime:
    """The start of the next local date in `zone` (aware UTC): nobody is nudged twice a date."""
    info = calendar.zone_or_utc(zone)
    day = calendar.local_date(now, info)
    while True:
        day += timedelta(days=1)
        if (start := calendar.resolve(day, time(0), info)) is not None and start > now:
            return start
