"""The form of a silence, and what people filled in."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.domain.alerts.rules import Rule, Severity
from bot.domain.alerts.silences import Silence
from bot.domain.calendar import resolve
from bot.errors import InvalidForm
from bot.ports.chat import Modal
from bot.views.alerts.form_fields import HOURS
from bot.views.alerts.wording import span, subject
from bot.views.forms import FormState, Option, date_input, modal, required, select, text_input
from bot.views.text import clean

CALLBACK_SILENCE = "alert.silence"
FIELD_REASON = "reason"
REASON_LIMIT = 300

_CHANNEL, _WARNINGS = "channel", "warnings"
_RULE, _MODEL, _EXPERIMENT = "rule:", "model_of:", "experiment_of:"
_MOST_OPTIONS = 100
_USUAL_HOURS = "4"


def form(
    rules: Sequence[Rule],
    channel: str,
    *,
    number: int = 0,
    hours: str = "",
    reason: str = "",
) -> Modal:
    """The form for the rules of a channel, on rule `number` and for so many `hours` (a decimal
    number) if they are named."""
    options = _options(rules, number)
    chosen = f"{_RULE}{number}" if number else _CHANNEL
    blocks = [
        select("what", "Say nothing about", options, initial=chosen),
        select(
            "hours",
            "For",
            _lengths(hours or _USUAL_HOURS),
            initial=hours or _USUAL_HOURS,
            hint="In one line: /alert silence A-3 4h we retrain, or 30m, 2 days, 1 week, tomorrow "
            "(until 09:00). It takes the place of a silence on the same.",
        ),
        date_input("until", "or until the end of this day", optional=True),
        text_input(
            FIELD_REASON,
            "Why",
            initial=reason,
            multiline=True,
            limit=REASON_LIMIT,
            placeholder="We retrain on new data until Thursday.",
            hint="The channel is told, with this reason. Alerts are evaluated meanwhile; a silence "
            "lasts 30 days at most.",
            keep_draft=True,
        ),
    ]
    return modal(
        CALLBACK_SILENCE, "Silence alerts", blocks, submit="Silence", hidden={"channel": channel}
    )


def channel_of(state: FormState) -> str:
    """The channel that the form is about: a hint."""
    return str(state.hidden["channel"])


def read(
    state: FormState,
    rules: Sequence[Rule],
    *,
    workspace: str,
    user_id: str,
    zone: str,
    now: datetime,
) -> Silence:
    """The silence that was filled in; raises InvalidForm by block id.

    `rules` are those of the channel now; days end in the IANA `zone`.
    """
    reason = required(state, FIELD_REASON, "Say why, for those who wonder later.", REASON_LIMIT)
    silence = Silence(
        workspace=workspace,
        channel=channel_of(state),
        by=user_id,
        reason=reason,
        created_at=now,
        until=_until(state, zone, now),
    )
    return _about(silence, state.choice("what"), rules)


def kept(state: FormState) -> dict[str, Any]:
    """What is worth a draft; nothing where nothing was written."""
    written = state.text(FIELD_REASON)
    return {FIELD_REASON: {FIELD_REASON: {"value": written}}} if written else {}


def reason_of(values: Mapping[str, Any]) -> str:
    """The reason in a draft."""
    return FormState(values, {}).text(FIELD_REASON)


def of_rule(rule: Rule, length: timedelta, reason: str, user_id: str, now: datetime) -> Silence:
    """The silence of one rule that somebody typed."""
    return Silence(
        workspace=rule.workspace,
        channel=rule.channel,
        by=user_id,
        reason=clean(reason, REASON_LIMIT),
        created_at=now,
        until=now + length,
        rule_number=rule.number,
    )


def _options(rules: Sequence[Rule], number: int) -> list[Option]:
    found: list[Option] = [
        ("Everything in this channel", _CHANNEL),
        ("Everything in this channel but critical alerts", _WARNINGS),
    ]
    first = sorted(rules, key=lambda rule: (rule.number != number, rule.number))
    found += [(f"{r.label} {clean(subject(r), 60)}", f"{_RULE}{r.number}") for r in first]
    models = {rule.model: rule.number for rule in reversed(first) if rule.model}
    found += [(f"Model {clean(name, 60)}", f"{_MODEL}{n}") for name, n in models.items()]
    runs = {rule.experiment: rule.number for rule in reversed(first) if rule.experiment}
    found += [(f"Experiment {clean(name, 60)}", f"{_EXPERIMENT}{n}") for name, n in runs.items()]
    return found[:_MOST_OPTIONS]


def _lengths(chosen: str) -> list[Option]:
    """The usual lengths, the shortest first, and the chosen one among them."""
    every = dict(HOURS)
    every.setdefault(chosen, span(timedelta(hours=float(chosen))))
    return [(every[value], value) for value in sorted(every, key=float)]


def _about(silence: Silence, what: str, rules: Sequence[Rule]) -> Silence:
    values = vars(silence)
    if what == _WARNINGS:
        return Silence(**{**values, "severity": Severity.WARNING})
    kind, _, number = what.partition(":")
    if not number:
        return silence
    rule = next((each for each in rules if str(each.number) == number), None)
    if rule is None:
        raise InvalidForm({"what": f"A-{number} has ended meanwhile. Choose another one."})
    match f"{kind}:":
        case "model_of:":
            return Silence(**{**values, "model": rule.model})
        case "experiment_of:":
            return Silence(**{**values, "experiment": rule.experiment})
        case _:
            return Silence(**{**values, "rule_number": rule.number})


def _until(state: FormState, zone: str, now: datetime) -> datetime:
    day = state.date("until")
    if day is None:
        return now + timedelta(hours=float(state.choice("hours") or _USUAL_HOURS))
    end = resolve(day + timedelta(days=1), datetime.min.time(), zone)
    until = end or datetime.combine(day + timedelta(days=1), datetime.min.time(), now.tzinfo)
    if until <= now:
        raise InvalidForm({"until": "Pick a day that isn't over."})
    return until
