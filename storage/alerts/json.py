"""Alert values as JSON columns and back; an absent value is an empty object."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any

from pydantic import TypeAdapter

from bot.domain.alerts.incidents import Call, Snooze, Suspect, Told
from bot.domain.alerts.rules import (
    Condition,
    FairnessGap,
    ModelThreshold,
    NoData,
    Regression,
    RuleDraft,
    RunRegression,
    SliceFloor,
    Staleness,
    Threshold,
)
from bot.domain.alerts.states import AlertState, Baseline, Sample

Stored = Mapping[str, Any]

_CONDITIONS: Mapping[str, TypeAdapter[Any]] = {
    "threshold": TypeAdapter(Threshold),
    "model_threshold": TypeAdapter(ModelThreshold),
    "regression": TypeAdapter(Regression),
    "run_regression": TypeAdapter(RunRegression),
    "slice_floor": TypeAdapter(SliceFloor),
    "fairness_gap": TypeAdapter(FairnessGap),
    "staleness": TypeAdapter(Staleness),
}
_KINDS: Mapping[type[Condition], str] = {
    Threshold: "threshold",
    ModelThreshold: "model_threshold",
    Regression: "regression",
    RunRegression: "run_regression",
    SliceFloor: "slice_floor",
    FairnessGap: "fairness_gap",
    Staleness: "staleness",
}


@dataclass(frozen=True, kw_only=True)
class _Options:
    """What a rule has beside its condition and the columns that queries ask for."""

    for_duration: timedelta
    tags: tuple[tuple[str, str], ...]
    stale_after: timedelta | None
    no_data: NoData
    owner: str
    deputies: tuple[str, ...]
    may_wake: bool
    runbook: str
    cooldown: timedelta


_OPTIONS = TypeAdapter(_Options)
_STATE = TypeAdapter(AlertState)
_BASELINE = TypeAdapter(Baseline)
_SAMPLE = TypeAdapter(Sample)
_CALL = TypeAdapter(Call)
_SNOOZE = TypeAdapter(Snooze)
_TOLD = TypeAdapter(Told)
_SUSPECTS = TypeAdapter(tuple[Suspect, ...])


def pack_condition(condition: Condition) -> dict[str, Any]:
    """A condition with its kind."""
    kind = _KINDS[type(condition)]
    return {"kind": kind, **_CONDITIONS[kind].dump_python(condition, mode="json")}


def condition_from(stored: Stored) -> Condition:
    """What `pack_condition` stored."""
    values = {name: value for name, value in stored.items() if name != "kind"}
    condition: Condition = _CONDITIONS[stored["kind"]].validate_python(values)
    return condition


def pack_options(rule: RuleDraft) -> dict[str, Any]:
    """What a rule has beside its condition and its columns."""
    given = {each.name: getattr(rule, each.name) for each in fields(_Options)}
    packed: dict[str, Any] = _OPTIONS.dump_python(_Options(**given), mode="json")
    return packed


def options_from(stored: Stored) -> dict[str, Any]:
    """What `pack_options` stored, by field name."""
    return vars(_OPTIONS.validate_python(stored))


def pack_state(state: AlertState) -> dict[str, Any]:
    """A state; its times are ISO 8601 with their offset."""
    packed: dict[str, Any] = _STATE.dump_python(state, mode="json")
    return packed


def state_from(stored: Stored) -> AlertState:
    """What `pack_state` stored."""
    return _STATE.validate_python(stored)


def pack_baseline(baseline: Baseline | None) -> dict[str, Any]:
    """A baseline."""
    return _BASELINE.dump_python(baseline, mode="json") if baseline else {}


def baseline_from(stored: Stored) -> Baseline | None:
    """What `pack_baseline` stored."""
    return _BASELINE.validate_python(stored) if stored else None


def pack_sample(sample: Sample | None) -> dict[str, Any]:
    """A sample; its values are text, because JSON has no NaN."""
    if sample is None:
        return {}
    slices = [(name, repr(value)) for name, value in sample.slices]
    packed: dict[str, Any] = _SAMPLE.dump_python(sample, mode="json")
    return {**packed, "value": repr(sample.value), "slices": slices}


def sample_from(stored: Stored) -> Sample | None:
    """What `pack_sample` stored."""
    return _SAMPLE.validate_python(stored) if stored else None


def pack_call(call: Call | None) -> dict[str, Any]:
    """Whom an incident called."""
    return _CALL.dump_python(call, mode="json") if call else {}


def call_from(stored: Stored) -> Call | None:
    """What `pack_call` stored."""
    return _CALL.validate_python(stored) if stored else None


def pack_snooze(snooze: Snooze | None) -> dict[str, Any]:
    """A snooze."""
    return _SNOOZE.dump_python(snooze, mode="json") if snooze else {}


def snooze_from(stored: Stored) -> Snooze | None:
    """What `pack_snooze` stored."""
    return _SNOOZE.validate_python(stored) if stored else None


def pack_told(told: Told) -> dict[str, Any]:
    """What people were told."""
    packed: dict[str, Any] = _TOLD.dump_python(told, mode="json")
    return packed


def told_from(stored: Stored) -> Told:
    """What `pack_told` stored."""
    return _TOLD.validate_python(stored)


def pack_suspects(suspects: tuple[Suspect, ...]) -> list[dict[str, Any]]:
    """The suspects, in order."""
    packed: list[dict[str, Any]] = _SUSPECTS.dump_python(suspects, mode="json")
    return packed


def suspects_from(stored: list[Any]) -> tuple[Suspect, ...]:
    """What `pack_suspects` stored."""
    return _SUSPECTS.validate_python(stored)
