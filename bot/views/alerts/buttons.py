"""What can be done about an alert from its message, and what a click on it means."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any

from bot.domain import calendar
from bot.domain.alerts.facts import Facts
from bot.domain.alerts.incidents import Awaits, Incident, Snooze
from bot.domain.alerts.rules import Regression
from bot.domain.links import Links
from bot.errors import InvalidInput
from bot.ports.chat import Block
from bot.views.blocks import actions, button, plain_text
from bot.views.forms import OPTION_LIMIT, Option
from bot.views.issues.seeds import ACTION_CREATE

ACTION_ACKNOWLEDGE = "alert.acknowledge"
ACTION_UNACKNOWLEDGE = "alert.unacknowledge"
ACTION_SNOOZE = "alert.snooze"
ACTION_MORE = "alert.more"
ACTION_USEFUL = "alert.useful"
ACTION_NOISE = "alert.noise"
ACTION_ROLLBACK = "alert.rollback"

_HOURS = {"1h": 1, "4h": 4}
_TOMORROW, _MORNING = "tomorrow", time(9)
_AWAITED = {"evaluation": Awaits.EVALUATION, "version": Awaits.VERSION}
_WAKE = "wake"

# https://docs.slack.dev/reference/block-kit/block-elements/overflow-menu-element
_OVERFLOW_LIMIT = 5


class More(StrEnum):
    """What the menu behind the buttons offers."""

    ASSIGN = "assign"
    RESOLVE = "resolve"
    USEFUL = "useful"
    NOISE = "noise"
    SILENCE = "silence"


def row(facts: Facts, links: Links) -> Block | None:
    """The buttons of an incident's message in its channel; None where there is nothing to do."""
    incident = facts.incident
    if not facts.is_open:
        return _row(incident, feedback_buttons(incident))
    found = [_answer(facts, incident), snooze_menu(facts)]
    if isinstance(facts.rule.condition, Regression) and incident.is_open:
        found.append(button("Propose rollback", ACTION_ROLLBACK, incident.id))
    if links.jira_url and not incident.issue_key:
        found.append(button("Create issue", ACTION_CREATE, f"alert:{incident.id}"))
    found.append(_more(incident))
    return _row(incident, found)


def call_row(facts: Facts, person: str) -> Block | None:
    """The buttons in the direct message of who was called."""
    incident = facts.incident
    mine = incident.acknowledged_by in ("", person)
    if not facts.is_open or not mine:
        return None
    return _row(incident, [_answer(facts, incident), snooze_menu(facts)])


def feedback_buttons(incident: Incident) -> list[dict[str, Any]]:
    """*Useful* and *Noise*, for an incident that is over."""
    return [
        button("Useful", ACTION_USEFUL, incident.id),
        button("Noise", ACTION_NOISE, incident.id),
    ]


def snooze_menu(facts: Facts) -> dict[str, Any]:
    """For how long nobody wants to hear of it."""
    options: list[Option] = [
        ("1 hour", "1h"),
        ("4 hours", "4h"),
        ("Until tomorrow 09:00", _TOMORROW),
        ("Until the next evaluation", "evaluation"),
    ]
    if facts.rule.model:
        options.append(("Until the next version", "version"))
    if facts.incident.snooze is not None:
        options.insert(0, ("End the snooze", _WAKE))
    return {
        "type": "static_select",
        "action_id": ACTION_SNOOZE,
        "placeholder": plain_text("Snooze", OPTION_LIMIT),
        "options": _options(options, facts.incident),
    }


def chosen(value: str) -> tuple[str, str]:
    """What was chosen in a menu, and the incident's id."""
    word, _, incident_id = value.partition(":")
    return word, incident_id


def snooze(word: str, by: str, zone: str, now: datetime) -> Snooze:
    """What an entry of the snooze menu means to somebody in that zone; a snooze that ends `now`
    ends one. Raises InvalidInput for a word that the menu doesn't have."""
    if word in _AWAITED:
        return Snooze(by=by, at=now, awaits=_AWAITED[word])
    if word in _HOURS:
        return Snooze(by=by, at=now, until=now + timedelta(hours=_HOURS[word]))
    if word == _TOMORROW:
        return Snooze(by=by, at=now, until=_tomorrow(zone, now))
    if word == _WAKE:
        return Snooze(by=by, at=now, until=now)
    raise InvalidInput("I don't know for how long that is; pick one from the list.")


def _tomorrow(zone: str, now: datetime) -> datetime:
    """Where a zone skips that date or hour, the next one that there is."""
    days = calendar.EVERY_DAY
    today = calendar.local_date(now, calendar.zone_or_utc(zone))
    info = calendar.zone_or_utc(zone)
    for coming in calendar.occurrences(now, wall_time=_MORNING, weekdays=days, zone=info):
        if coming.local_date > today:
            return coming.run_at
    raise AssertionError("there is always another morning")


def _answer(facts: Facts, incident: Incident) -> dict[str, Any]:
    if facts.is_acknowledged:
        return button("Hand back", ACTION_UNACKNOWLEDGE, incident.id)
    return button("Acknowledge", ACTION_ACKNOWLEDGE, incident.id)


def _more(incident: Incident) -> dict[str, Any]:
    options: list[Option] = [
        ("Assign…", More.ASSIGN),
        ("Resolve", More.RESOLVE),
        ("It was useful", More.USEFUL),
        ("It is noise", More.NOISE),
        ("Silence…", More.SILENCE),
    ]
    return {
        "type": "overflow",
        "action_id": ACTION_MORE,
        "options": _options(options, incident)[:_OVERFLOW_LIMIT],
    }


def _options(options: Sequence[Option], incident: Incident) -> list[dict[str, Any]]:
    return [
        {"text": plain_text(text, OPTION_LIMIT), "value": f"{value}:{incident.id}"}
        for text, value in options
    ]


def _row(incident: Incident, elements: Sequence[dict[str, Any]]) -> Block:
    """Slack keeps what was picked in a menu as long as its block has the same id."""
    return actions(f"alert:{incident.version}", *elements)
