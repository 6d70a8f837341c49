"""Why just this person was asked, in plain words with the owner's own time."""

from datetime import datetime, timedelta

from bot.domain import calendar
from bot.domain.alerts.facts import Facts, Waiting
from bot.domain.alerts.incidents import Call, Incident
from bot.views.alerts.pieces import People, name

_NIGHT_BEGINS, _NIGHT_ENDS = 22, 7
_ONE_NIGHT = timedelta(hours=16)
_WEEK = timedelta(days=6)


def told_of(facts: Facts, people: People) -> str:
    """Whom an open incident was sent to and why, or who waits for it; "" where nobody does."""
    call = facts.incident.call
    if call is not None and facts.is_open:
        return _sent(call, facts.incident, people)
    if facts.waiting is not None:
        return _nobody(facts.waiting, people)
    return ""


def why_you(call: Call, incident: Incident, people: People) -> str:
    """A sentence for the person who is called."""
    if call.person == incident.assigned_to:
        return "It is assigned to you."
    if call.woken:
        return "It is critical and nobody else who answers for it is at work, so it wakes you."
    if call.person == call.owner:
        return "You own it."
    return f"You are asked because {_owner_is(call, people)}."


def handed_over(incident: Incident, to: str, people: People) -> str:
    """Why the call went on to `to`, after their name; "." where that isn't known (any more)."""
    call = incident.call
    if call is None or call.person != to:
        return "."
    if call.woken:
        return ": nobody else who answers for it is at work."
    if to in (call.owner, incident.assigned_to):
        return ", who owns it and is at work now."
    return f": {_owner_is(call, people)}."


def _sent(call: Call, incident: Incident, people: People) -> str:
    who = name(people, call.person)
    if call.person == incident.assigned_to:
        return f"Sent to {who}, to whom it is assigned"
    if call.woken:
        return f"Sent to its owner {who} out of hours: nobody else who answers for it is at work"
    if call.person == call.owner:
        return f"Sent to its owner {who}"
    return f"Sent to {who}: {_owner_is(call, people)}"


def _owner_is(call: Call, people: People) -> str:
    owner = f"owner {name(people, call.owner)}"
    if not call.owner:
        return "its owner has left"
    if call.owner_back_at is None:
        return f"{owner} was asked before"
    return f"{owner} is {_off(call.at, call.owner_back_at, _zone(people, call.owner))}"


def _nobody(waiting: Waiting, people: People) -> str:
    back = _until(waiting.at, waiting.back_at, _zone(people, waiting.owner))
    who = name(people, waiting.owner)
    return f"Nobody who answers for it is at work: {who} hears of it {back} their time"


def _off(at: datetime, back_at: datetime, zone: str) -> str:
    """`asleep until 08:00 their time`; longer than a night says the day too."""
    hour = at.astimezone(calendar.zone_or_utc(zone)).hour
    is_night = hour >= _NIGHT_BEGINS or hour < _NIGHT_ENDS
    state = "asleep" if is_night else "off work"
    if back_at - at > _ONE_NIGHT:
        state = "away"
    return f"{state} until {_until(at, back_at, zone)} their time"


def _until(at: datetime, back_at: datetime, zone: str) -> str:
    local = back_at.astimezone(calendar.zone_or_utc(zone))
    if back_at - at <= _ONE_NIGHT:
        return f"{local:%H:%M}"
    day = f"{local:%a}" if back_at - at <= _WEEK else f"{local.day} {local:%b}"
    return f"{day} {local:%H:%M}"


def _zone(people: People, user_id: str) -> str:
    return people[user_id].zone if user_id in people else "UTC"
