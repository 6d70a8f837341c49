"""Values that the alert tests share."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.alerts.incidents import Incident
from bot.domain.alerts.rules import Condition, Operator, Regression, Rule, Severity, Threshold
from bot.domain.alerts.states import AlertState, Baseline, Sample
from bot.domain.metrics import Direction

T0 = datetime(2026, 11, 22, 9, tzinfo=UTC)
BELOW = Threshold(experiment="churn", experiment_id="1", operator=Operator.BELOW, bound=0.9)
WORSE = Regression(model="churn", direction=Direction.HIGHER, abs_delta=0.006)
CHAMPION = Baseline(version=13, run_id="champ", experiment_id="1", value=0.895)


def rule(condition: Condition = BELOW, *, times: int = 1, metric: str = "val_auc") -> Rule:
    """Rule A-1 of T1 in C1, made by U1."""
    return Rule(
        workspace="T1",
        channel="C1",
        author="U1",
        metric=metric,
        severity=Severity.CRITICAL,
        for_evaluations=times,
        condition=condition,
        number=1,
        created_at=T0,
    )


def sample(value: float, key: str = "r", *, minutes: int = 0, version: int | None = None) -> Sample:
    """A run that ended `minutes` after T0."""
    return Sample(
        key=key,
        experiment_id="1",
        name=f"run {key}",
        at=T0 + timedelta(minutes=minutes),
        value=value,
        version=version,
    )


def fresh() -> AlertState:
    """A state that has seen nothing."""
    return AlertState(since=T0, read_until=T0)


def incident(**changes: Any) -> Incident:
    """An open incident of A-1: version 14 of churn is worse than its champion."""
    text = "val_auc 0.871, 0.024 below its baseline 0.895 ± 0.006"
    values = {
        "id": "T1:A-1:1",
        "workspace": "T1",
        "rule_number": 1,
        "channel": "C1",
        "severity": Severity.CRITICAL,
        "title": f"churn v14 is worse than champion v13: {text}",
        "latest": text,
        "sample": sample(0.871, "run14", version=14),
        "baseline": CHAMPION,
        "opened_at": T0,
        "changed_at": T0,
    }
    return Incident(**{**values, **changes})
