"""All that the message of an incident tells."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.alerts.incidents import Incident
from bot.domain.alerts.rules import Rule
from bot.domain.alerts.states import Point
from bot.domain.decisions.promotion import PromotedBy


@dataclass(frozen=True, kw_only=True)
class Undone:
    """The decision that ended an incident: it put another `version` of the model under its alias,
    `is_back` one from before the version that the incident was about."""

    by: PromotedBy
    version: int
    is_back: bool


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Nobody is there to be called at `at`: `owner` (a user id) is at work again at `back_at`; both
    aware UTC."""

    owner: str
    at: datetime
    back_at: datetime


@dataclass(frozen=True, kw_only=True)
class Facts:
    """An incident with what is known around it.

    `points` are its rule's last evaluations, oldest first; `promoted` is the decision that made the
    champion what it is; `members` are the other incidents of the same message, oldest first;
    `useful` and `noise` count what people thought of it. Its message stands in `posted_channel` at
    `posted_ts`, both empty where it isn't posted (yet).
    """

    incident: Incident
    rule: Rule
    points: tuple[Point, ...] = ()
    runbook: str = ""
    promoted: PromotedBy | None = None
    undone: Undone | None = None
    waiting: Waiting | None = None
    members: tuple[Incident, ...] = ()
    useful: int = 0
    noise: int = 0
    posted_channel: str = ""
    posted_ts: str = ""

    @property
    def is_open(self) -> bool:
        """Whether anything on this message hasn't ended."""
        return any(each.is_open for each in self.all)

    @property
    def is_acknowledged(self) -> bool:
        """Whether somebody looks at everything on it that is open."""
        return all(each.acknowledged_at is not None for each in self.all if each.is_open)

    @property
    def all(self) -> tuple[Incident, ...]:
        """The incident and those that share its message."""
        return (self.incident, *self.members)

    def people(self) -> set[str]:
        """Everybody whom the message may name, by user id."""
        one, call, snooze = self.incident, self.incident.call, self.incident.snooze
        named = {self.rule.author, one.acknowledged_by, one.assigned_to, one.resolved_by}
        named |= {call.person, call.owner} if call else set()
        named |= {snooze.by} if snooze else set()
        named |= {self.promoted.author} if self.promoted else set()
        named |= {self.waiting.owner} if self.waiting else set()
        return named - {""}
