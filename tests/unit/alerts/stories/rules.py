"""Rules and times as stories write them."""

import re
from datetime import UTC, datetime, timedelta

from bot.domain.alerts.rules import (
    Condition,
    ModelThreshold,
    Operator,
    Rule,
    RunRegression,
    Severity,
    SliceFloor,
    Staleness,
    Threshold,
)
from bot.domain.metrics import Direction

W, CHANNEL = "T1", "C1"
# A Monday morning.
START = datetime(2026, 11, 23, 9, tzinfo=UTC)

_TIME = re.compile(r"(\d+)([dhm])")
_UNITS = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}


def span(typed: str) -> timedelta:
    """`1h30m`."""
    parts = _TIME.findall(typed)
    assert "".join(f"{count}{unit}" for count, unit in parts) == typed, typed
    return sum((int(count) * _UNITS[unit] for count, unit in parts), timedelta(0))


def a_rule(number: int, spec: str) -> Rule:
    """`threshold churn critical for=2 cooldown=2h owner=ULENA wakes in=C2`."""
    kind, about, *options = spec.split()
    given = dict(option.partition("=")[::2] for option in options)
    condition: Condition
    metric = f"m{number}"
    match kind:
        case "threshold":
            recovery = float(given["recovery"]) if "recovery" in given else None
            condition = Threshold(
                experiment=about,
                experiment_id=about,
                operator=Operator.BELOW,
                bound=0.9,
                recovery=recovery,
            )
        case "model":
            condition = ModelThreshold(model=about, alias="", operator=Operator.BELOW, bound=0.9)
        case "slices":
            metric = f"m{number}/segment/*"
            condition = SliceFloor(model=about, operator=Operator.BELOW, bound=0.9)
        case "stale":
            metric = ""
            condition = Staleness(model=about, after=span(given["after"]))
        case "decline":
            condition = RunRegression(
                experiment=about,
                experiment_id=about,
                direction=Direction.HIGHER,
                abs_delta=0.1,
            )
        case _:
            raise AssertionError(kind)
    return Rule(
        workspace=W,
        channel=given.get("in", CHANNEL),
        author="UAUTHOR",
        metric=metric,
        severity=Severity.CRITICAL if "critical" in given else Severity.WARNING,
        for_evaluations=int(given.get("for", "1")),
        condition=condition,
        owner=given.get("owner", ""),
        deputies=tuple(filter(None, given.get("deputies", "").split(","))),
        may_wake="wakes" in given,
        tags=(("kind", given["tag"]),) if "tag" in given else (),
        cooldown=span(given.get("cooldown", "0m")),
        number=number,
        created_at=START,
    )
