"""From a rule that there is to what stands in its form."""

from datetime import timedelta

from bot.domain.alerts.rules import Condition, Rule, Staleness
from bot.views.alerts.form_fields import ANY_VERSION, EXPERIMENT, MODEL
from bot.views.alerts.kinds import MORE, Kind, kind_of

_DEFAULTS = {
    "cooldown": "0",
    "for_duration": "0",
    "stale_after": "0",
    "no_data": "keep",
    "drift": "yes",
    "may_wake": "no",
    "at_least": "1",
    "alias": ANY_VERSION,
}


def filled(rule: Rule) -> dict[str, str]:
    """What stands in each field of the form of that rule."""
    kind = kind_of(rule.condition)
    slices = kind in (Kind.SLICES, Kind.GAP)
    called = [rule.owner, *rule.deputies] if rule.owner else list(rule.deputies)
    typed = {
        "kind": kind.value,
        "pattern" if slices else "metric": rule.metric,
        "for_evaluations": str(rule.for_evaluations),
        "severity": rule.severity.value,
        "called": ",".join(called),
        "may_wake": "yes" if rule.may_wake else "no",
        "runbook": rule.runbook,
        "cooldown": _hours(rule.cooldown),
        "tags": ", ".join(f"{name}={value}" for name, value in rule.tags),
        "for_duration": _hours(rule.for_duration),
        "stale_after": _hours(rule.stale_after or timedelta(0)),
        "no_data": rule.no_data.value,
        **of_condition(rule.condition),
    }
    return {name: text for name, text in typed.items() if text}


def has_more(rule: Rule) -> bool:
    """Whether something stands behind *More settings* that isn't as it is by itself."""
    typed = filled(rule)
    names = MORE[kind_of(rule.condition)]
    return any(typed.get(name, "") not in ("", _DEFAULTS.get(name, "")) for name in names)


def of_condition(condition: Condition) -> dict[str, str]:
    """What stands in the fields of a condition; empty where it hasn't got one."""
    values = vars(condition)
    found = {
        "model": values.get("model", ""),
        "experiment": values.get("experiment", ""),
        "direction": str(values.get("direction", "")),
        "abs_delta": _number(values.get("abs_delta")),
        "rel_delta": _percent(values.get("rel_delta")),
        "drift": "no" if values.get("drift") is False else "yes",
        "operator": str(values.get("operator", "")),
        "threshold": _number(values.get("bound")),
        "recovery": _number(values.get("recovery")),
        "alias": values.get("alias") or ANY_VERSION,
        "unit": values.get("unit", ""),
        "at_least": str(values.get("at_least", "1")),
    }
    if isinstance(condition, Staleness):
        about = MODEL if condition.model else EXPERIMENT
        found |= {"about": about, "after": _hours(condition.after)}
    return found


def _number(value: float | None) -> str:
    """As typed: the shortest text that reads back as the same number."""
    if value is None:
        return ""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share * 100:.10g}"


def _hours(length: timedelta) -> str:
    return f"{length.total_seconds() / 3600:.10g}"
