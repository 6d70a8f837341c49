"""What people are told of an incident: a pure decision, and the book of what they were told.

After Alertmanager's `needsUpdate`: a word needs a reason. It is a new incident, a higher severity,
another incident on the same message, the end of a snooze or a hold while it is still bad, or a
reminder. Everything else is an edit of the one message. What ended while it was held back is never
told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum, auto

from bot.domain.alerts.grouping import Place
from bot.domain.alerts.incidents import Awaits, Call, Fold, Incident
from bot.domain.alerts.rules import Severity
from bot.domain.alerts.sharing import is_worse, worst

# Alertmanager's default `repeat_interval`
# (https://prometheus.io/docs/alerting/latest/configuration/#route); a critical one is ours.
FIRST_REMINDER: Mapping[Severity, timedelta] = {
    Severity.WARNING: timedelta(hours=4),
    Severity.CRITICAL: timedelta(hours=1),
}
NEXT_REMINDER = timedelta(hours=24)

# As the *unacknowledge timeout* of Grafana OnCall; a day leaves everybody their working hours.
ACKNOWLEDGED_FOR = timedelta(hours=24)


class Kind(Enum):
    """How a notice reaches people."""

    POST = auto()
    FOLD = auto()
    EDIT = auto()
    LINE = auto()
    CALL = auto()


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One thing to send: the message of `incident`, its line in the thread of its lead's message,
    an edit of the message that shows it, a line about it in its thread, or a call.

    `what` names a line, and `facts` are what it says besides the incident.
    """

    kind: Kind
    incident: Incident
    what: str = ""
    facts: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What a decision about one incident looks at besides itself.

    `held` says why nothing may be said now; `place` where a first word would go; `sharing` the
    other open incidents on the message that shows it, without those that are quiet by choice;
    `awaited` is whether what its snooze awaits has come; `speaks` whether it is the one of its
    message that reminds and calls; `assignee_left` whether whom it is assigned to can't take part
    any more.
    """

    held: str = ""
    place: Place = field(default_factory=Place)
    sharing: Sequence[Incident] = ()
    awaited: bool = False
    speaks: bool = True
    assignee_left: bool = False


@dataclass(frozen=True, kw_only=True)
class Decision:
    """The incident as it is to be stored, and what is to be sent with it."""

    incident: Incident
    notices: tuple[Notice, ...] = ()


def decide(incident: Incident, scene: Scene, now: datetime) -> Decision:
    """What is to be said of an incident now; deciding again for the result says nothing more."""
    if not incident.is_told:
        return _first_word(incident, scene, now)
    if not incident.is_open:
        return _ending(incident, scene, now)
    return _kept_up(*_news(incident, scene, now))


def wants_call(incident: Incident, scene: Scene, now: datetime, *, called_is_there: bool) -> bool:
    """Whether somebody should be written to who isn't yet: whom it is assigned to, also in times of
    quiet, or somebody else, as the person called has gone home, or there was a new word since. One
    of those on a message calls; one that comes back too soon only where it is critical, or has been
    reminded of."""
    if not (incident.is_open and incident.is_told and scene.speaks):
        return False
    if _awaits_assignee(incident, scene):
        return True
    if incident.acknowledged_by or is_quiet(incident, scene, now):
        return False
    return _may_call(incident) and (needs_new_call(incident) or not called_is_there)


def needs_new_call(incident: Incident) -> bool:
    """Whether there was a word since the last call that asks for somebody again."""
    said = incident.told.said_at
    return incident.call is None or (said is not None and incident.call.at < said)


def called(incident: Incident, call: Call) -> Decision:
    """The incident with the person who is written to now; a hand-over is said in the thread."""
    before = incident.call
    told = replace(incident.told, calls=incident.told.calls + 1)
    after = replace(incident, call=call, told=told)
    notices = [Notice(kind=Kind.CALL, incident=after), _edit(after)]
    is_known = call.person in (incident.assigned_to, before.person if before else call.person)
    if not (is_known or needs_new_call(incident)):
        notices.append(_line(after, "handed_over", person=call.person))
    return Decision(incident=after, notices=tuple(notices))


def is_quiet(incident: Incident, scene: Scene, now: datetime) -> bool:
    """Whether nobody is to hear of it now, but whom somebody gives it to."""
    return bool(scene.held) or is_snoozed(incident, scene, now)


def is_snoozed(incident: Incident, scene: Scene, now: datetime) -> bool:
    """Whether somebody asked for quiet, and it lasts."""
    snooze = incident.snooze
    if snooze is None or scene.awaited:
        return False
    return snooze.until is None or now < snooze.until


def _first_word(incident: Incident, scene: Scene, now: datetime) -> Decision:
    if not incident.is_open:
        return Decision(incident=_settled(incident))
    if scene.held:
        return Decision(incident=replace(incident, held=scene.held))
    told = replace(incident.told, posted_at=now, said_at=now, severity=incident.severity)
    after = replace(incident, held="", lead=scene.place.lead, fold=scene.place.fold, told=told)
    if not after.lead:
        return Decision(incident=after, notices=(Notice(kind=Kind.POST, incident=after),))
    first = worst(scene.sharing)
    if first is not None and not is_worse(after.severity, first.severity):
        by, at = first.acknowledged_by, first.acknowledged_at
        after = replace(after, acknowledged_by=by, acknowledged_at=at)
    return Decision(incident=after, notices=(_folded(after, scene.place), _edit(after)))


def _folded(incident: Incident, place: Place) -> Notice:
    what = "folded"
    facts: dict[str, str | int] = {"fold": place.fold.value}
    if place.fold is Fold.BUDGET:
        what, facts = "budget", {}
    elif place.openings:
        what, facts = "flapping", {"count": place.openings}
    return Notice(kind=Kind.FOLD, incident=incident, what=what, facts=facts)


def _ending(incident: Incident, scene: Scene, now: datetime) -> Decision:
    """A message that people see is brought up to date even while nothing may be said."""
    if incident.told.resolved:
        return _kept_up(incident, ())
    after = _settled(incident)
    notices = [_edit(after)]
    by_hand = bool(incident.resolved_by)
    if by_hand or not (scene.held or is_snoozed(incident, scene, now)):
        what = "recovered_member" if after.shares_card else "resolved"
        notices.append(_line(after, what, by=incident.resolved_by))
    return Decision(incident=after, notices=tuple(notices))


def _settled(incident: Incident) -> Incident:
    told = replace(incident.told, resolved=True)
    return replace(incident, held="", snooze=None, told=told)


def _news(incident: Incident, scene: Scene, now: datetime) -> tuple[Incident, tuple[Notice, ...]]:
    """At most one line: two reasons at once are one fact."""
    if scene.held:
        return incident, ()
    told = incident.told
    if is_worse(incident.severity, told.severity):
        after = _asks_again(replace(incident, snooze=None), now)
        return after, (_line(after, "escalated", severity=incident.severity.value),)
    incident = replace(incident, told=replace(told, severity=incident.severity))
    if is_snoozed(incident, scene, now):
        return incident, ()
    if incident.snooze is not None:
        return _woken(incident, now)
    if incident.assigned_to and scene.assignee_left:
        after = _asks_again(replace(incident, assigned_to=""), now)
        return after, _said_once(after, scene, "unassigned", person=incident.assigned_to)
    if _is_expired(incident, now):
        after = _asks_again(incident, now)
        return after, _said_once(after, scene, "unacknowledged", by="")
    if _overruled(incident, scene.sharing):
        return _asks_again(incident, now), ()
    if scene.speaks and _is_reminder_due(incident, now):
        after = replace(incident, told=replace(incident.told, reminded_at=now))
        return after, (_line(after, "reminder"),)
    return incident, ()


def _woken(incident: Incident, now: datetime) -> tuple[Incident, tuple[Notice, ...]]:
    """Somebody else's snooze takes nobody's acknowledgement away."""
    after = replace(incident, snooze=None)
    if not incident.acknowledged_by or _is_expired(incident, now):
        after = _asks_again(after, now)
    return after, (_line(after, "woke", why=_why(incident)),)


def _said_once(
    incident: Incident, scene: Scene, what: str, **facts: str | int
) -> tuple[Notice, ...]:
    """A line for all on a message that ask again at the same moment; an edit for the others."""
    said_at = incident.told.said_at
    if any(other.told.said_at == said_at for other in scene.sharing):
        return (_edit(incident),)
    return (_line(incident, what, **facts),)


def _is_expired(incident: Incident, now: datetime) -> bool:
    at = incident.acknowledged_at
    return at is not None and now - at >= ACKNOWLEDGED_FOR


def _kept_up(incident: Incident, notices: tuple[Notice, ...]) -> Decision:
    """With an edit, where the message doesn't show what is stored or what was just decided."""
    is_changed = any(notice.what != "reminder" for notice in notices)
    if is_changed or incident.told.shown < incident.version:
        notices = (*notices, _edit(incident))
    return Decision(incident=incident, notices=notices)


def _asks_again(incident: Incident, now: datetime) -> Incident:
    told = replace(incident.told, said_at=now, severity=incident.severity, reminded_at=None)
    return replace(incident, acknowledged_by="", acknowledged_at=None, told=told)


def _overruled(incident: Incident, sharing: Sequence[Incident]) -> bool:
    """What was acknowledged has become worse by another incident on its message."""
    return bool(incident.acknowledged_by) and any(
        is_worse(other.severity, incident.severity) and not other.acknowledged_by
        for other in sharing
    )


def _is_reminder_due(incident: Incident, now: datetime) -> bool:
    told = incident.told
    if incident.acknowledged_by or told.said_at is None:
        return False
    if told.reminded_at is not None:
        return now - told.reminded_at >= NEXT_REMINDER
    return now - told.said_at >= FIRST_REMINDER[incident.severity]


def _awaits_assignee(incident: Incident, scene: Scene) -> bool:
    """Whether whom it is assigned to has still to hear of it."""
    call, assignee = incident.call, incident.assigned_to
    if not assignee or scene.assignee_left or incident.acknowledged_by == assignee:
        return False
    return call is None or call.person != assignee


def _may_call(incident: Incident) -> bool:
    """What flaps or comes back within its cooldown is no news, unless it is critical."""
    if incident.fold not in (Fold.FLAPPING, Fold.COOLDOWN):
        return True
    return incident.severity is Severity.CRITICAL or incident.told.reminded_at is not None


def _why(incident: Incident) -> str:
    snooze = incident.snooze
    assert snooze is not None
    return "time" if snooze.awaits is Awaits.NOTHING else snooze.awaits.value


def _edit(incident: Incident) -> Notice:
    return Notice(kind=Kind.EDIT, incident=incident)


def _line(incident: Incident, what: str, **facts: str | int) -> Notice:
    return Notice(kind=Kind.LINE, incident=incident, what=what, facts=facts)
