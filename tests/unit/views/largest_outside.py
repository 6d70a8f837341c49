"""The largest of what outside systems give: alerts, digests, experiments, and what shows them."""

from typing import Any

from bot.domain.alerts.incidents import Incident
from bot.domain.alerts.rules import Operator, Regression, Rule, Severity, Threshold
from bot.domain.alerts.states import (
    Baseline,
    Point,
    Sample,
)
from bot.domain.experiments.records import (
    Experiment,
    Run,
    RunStatus,
)
from bot.domain.metrics import Direction
from tests.unit.views.largest import (
    LONG_AGO,
    MOST,
    NOW,
    long,
    user,
)


def rule(alphabet: str, *, regression: bool, number: int = MOST) -> Rule:
    threshold = Threshold(
        experiment=long(alphabet, 500),
        experiment_id="9" * 18,
        operator=Operator.BELOW,
        bound=-1.23456e-300,
        recovery=1.23456e300,
    )
    worse = Regression(
        model=long(alphabet, 256), direction=Direction.HIGHER, abs_delta=1.2345e-300, rel_delta=0.33
    )
    return Rule(
        workspace="T0TEAM00000",
        channel="C0000000000",
        author=user(0),
        metric=long(alphabet, 250),
        severity=Severity.CRITICAL,
        for_evaluations=10,
        condition=worse if regression else threshold,
        number=number,
        created_at=LONG_AGO,
    )


def incident(alphabet: str, **changes: Any) -> Incident:
    title = f"{long(alphabet, 256)} v9 is worse than champion v8: {long(alphabet, 600)}"
    sample = Sample(
        key="f" * 32,
        experiment_id="9" * 18,
        name=long(alphabet, 250),
        at=NOW,
        value=-1.23456e300,
        version=MOST,
    )
    values: dict[str, Any] = {
        "id": f"T0TEAM00000:A-{MOST}:{MOST}",
        "workspace": "T0TEAM00000",
        "rule_number": MOST,
        "channel": "C0000000000",
        "severity": Severity.CRITICAL,
        "title": title,
        "latest": long(alphabet, 900),
        "sample": sample,
        "baseline": Baseline(version=MOST, run_id="f" * 32, experiment_id="9" * 18, value=-1e-300),
        "opened_at": LONG_AGO,
        "changed_at": NOW,
        "acknowledged_by": user(0),
        "acknowledged_at": NOW,
    }
    return Incident(**{**values, **changes})


def points(alphabet: str) -> list[Point]:
    return [
        Point(
            key=f"{n:032x}",
            name=long(alphabet, 250),
            at=NOW,
            value=-1.23456e300,
            is_bad=True,
            expected=1e-300,
            margin=1e300,
        )
        for n in range(20)
    ]


def experiment(alphabet: str, n: int = 0) -> Experiment:
    return Experiment(experiment_id=f"{n:018}", name=long(alphabet, 500))


def run_of(alphabet: str, n: int = 0) -> Run:
    return Run(
        run_id=f"{n:032x}",
        experiment_id="9" * 18,
        name=long(alphabet, 250),
        status=RunStatus.FINISHED,
        started_at=LONG_AGO,
        ended_at=NOW,
        params={f"{i}{long(alphabet, 249)}": long(alphabet, 6000) for i in range(10)},
        metrics={long(alphabet, 250): -1.23456e-300},
        tags={"registered_model": long(alphabet, 256)},
        user=long(alphabet, 80),
    )
