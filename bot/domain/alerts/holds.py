"""What keeps a due word back: inhibition, mute times, silences, in this order (as Alertmanager:
https://prometheus.io/docs/alerting/latest/alertmanager/). None of it changes what the engine sees.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain import calendar
from bot.domain.alerts.incidents import Incident
from bot.domain.alerts.rules import (
    FairnessGap,
    ModelThreshold,
    Regression,
    Rule,
    RuleDraft,
    Severity,
    SliceFloor,
    Staleness,
)
from bot.domain.alerts.silences import MuteTime, Silence
from bot.domain.alerts.states import Phase

_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Overlays:
    """What may keep words back in a channel at a moment.

    `speaking` are the open incidents of the channel that people hear of, with their rules,
    `source_down` the name of the
    outside system that feeds the rule in question and doesn't answer, else empty.
    """

    speaking: Sequence[tuple[Incident, Rule]] = ()
    source_down: str = ""
    mutes: Sequence[MuteTime] = ()
    silences: Sequence[Silence] = ()


def held(incident: Incident, rule: Rule, overlays: Overlays, now: datetime) -> str:
    """Why nothing is to be said of an incident now, in plain words; empty: nothing keeps it back.

    A critical incident speaks in mute times too.
    """
    if overlays.source_down:
        return f"{overlays.source_down} doesn't answer"
    for other, its_rule in overlays.speaking:
        if inhibits(other, its_rule, incident, rule):
            return f"{its_rule.label} speaks for it"
    return quieted(incident, rule, overlays, now)


def quieted(incident: Incident, rule: Rule, overlays: Overlays, now: datetime) -> str:
    """Which mute time or silence keeps an incident back now, in plain words; empty: none does."""
    if incident.severity is not Severity.CRITICAL and is_muted(overlays.mutes, now):
        return "mute time of this channel"
    for silence in overlays.silences:
        if matches(silence, rule, incident.severity, now):
            return f"silenced by S-{silence.number}"
    return ""


def inhibits(source: Incident, source_rule: Rule, target: Incident, target_rule: Rule) -> bool:
    """Whether an open incident speaks for another one of its channel.

    A stale model or experiment speaks for its metrics, a model that is worse as a whole for its
    slices; nothing speaks for what is more severe than itself.
    """
    if source.id == target.id or source.channel != target.channel or not source.is_open:
        return False
    if target.severity is Severity.CRITICAL and source.severity is not Severity.CRITICAL:
        return False
    if not _same_subject(source_rule, target_rule):
        return False
    if isinstance(source_rule.condition, Staleness):
        return not isinstance(target_rule.condition, Staleness)
    return (
        isinstance(source_rule.condition, Regression | ModelThreshold)
        and source.phase in (Phase.FIRING, Phase.RECOVERING)
        and isinstance(target_rule.condition, SliceFloor | FairnessGap)
    )


def matches(silence: Silence, rule: RuleDraft, severity: Severity, now: datetime) -> bool:
    """Whether a silence that hasn't expired covers a rule's alerts of this severity."""
    if silence.channel != rule.channel or not silence.created_at <= now < silence.until:
        return False
    wanted = (
        (silence.rule_number, getattr(rule, "number", 0)),
        (silence.model, rule.model),
        (silence.experiment, rule.experiment),
        (silence.severity, severity),
    )
    return all(not matcher or matcher == value for matcher, value in wanted)


def covers_all(silence: Silence, now: datetime) -> bool:
    """Whether a silence that hasn't expired has no matcher: it covers everything in its channel."""
    narrow = silence.rule_number or silence.model or silence.experiment or silence.severity
    return not narrow and silence.created_at <= now < silence.until


def is_muted(mutes: Collection[MuteTime], now: datetime) -> bool:
    """Whether a moment (aware) lies in one of these mute times."""
    return any(_contains(mute, now) for mute in mutes)


def _contains(mute: MuteTime, now: datetime) -> bool:
    """One that began yesterday may last until today."""
    zone = calendar.zone_or_utc(mute.zone)
    today = calendar.local_date(now, zone)
    for day in (today - _DAY, today):
        if day.isoweekday() not in mute.weekdays:
            continue
        last = day if mute.end > mute.start else day + _DAY
        start = calendar.resolve(day, mute.start, zone)
        end = calendar.resolve(last, mute.end, zone)
        if start is not None and end is not None and start <= now < end:
            return True
    return False


def _same_subject(one: RuleDraft, other: RuleDraft) -> bool:
    if one.model or other.model:
        return one.model == other.model
    return bool(one.experiment) and one.experiment == other.experiment
