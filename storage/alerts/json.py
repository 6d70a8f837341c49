"""Alert values as JSON columns and back; an absent value is an empty object."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from bot.domain.alerts.records import (
    AlertState,
    Baseline,
    Condition,
    ModelThreshold,
    Operator,
    Phase,
    Regression,
    Sample,
    Threshold,
)
from bot.domain.metrics import Direction

Stored = Mapping[str, Any]

_KINDS = {
    Threshold: "threshold",
    Regression: "regression",
    ModelThreshold: "model_threshold",
}


def pack_condition(condition: Condition) -> dict[str, Any]:
    """A condition with its kind."""
    return {"kind": _KINDS[type(condition)], **asdict(condition)}


def condition_from(stored: Stored) -> Condition:
    """What `pack_condition` stored."""
    values = {name: value for name, value in stored.items() if name != "kind"}
    if "operator" in values:
        values["operator"] = Operator(values["operator"])
    if stored["kind"] == _KINDS[Threshold]:
        return Threshold(**values)
    if stored["kind"] == _KINDS[ModelThreshold]:
        return ModelThreshold(**values)
    return Regression(**{**values, "direction": Direction(values["direction"])})


def pack_state(state: AlertState) -> dict[str, Any]:
    """A state; its times are ISO 8601 with their offset."""
    return {
        **asdict(state),
        "since": state.since.isoformat(),
        "read_until": state.read_until.isoformat(),
        "baseline": pack_baseline(state.baseline),
    }


def state_from(stored: Stored) -> AlertState:
    """What `pack_state` stored."""
    return AlertState(
        **{
            **stored,
            "since": datetime.fromisoformat(stored["since"]),
            "read_until": datetime.fromisoformat(stored["read_until"]),
            "phase": Phase(stored["phase"]),
            "window": tuple(stored["window"]),
            "champions": tuple(stored["champions"]),
            "baseline": baseline_from(stored["baseline"]),
        }
    )


def pack_baseline(baseline: Baseline | None) -> dict[str, Any]:
    """A baseline."""
    return asdict(baseline) if baseline else {}


def baseline_from(stored: Stored) -> Baseline | None:
    """What `pack_baseline` stored."""
    return Baseline(**stored) if stored else None


def pack_sample(sample: Sample | None) -> dict[str, Any]:
    """A sample; its value is text, because JSON has no NaN."""
    if sample is None:
        return {}
    return {**asdict(sample), "at": sample.at.isoformat(), "value": repr(sample.value)}


def sample_from(stored: Stored) -> Sample | None:
    """What `pack_sample` stored."""
    if not stored:
        return None
    at, value = datetime.fromisoformat(stored["at"]), float(stored["value"])
    return Sample(**{**stored, "at": at, "value": value})
