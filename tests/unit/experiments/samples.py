"""Hypotheses and runs for tests: what somebody claims of churn, and what came of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.experiments.found import Closeness, RunHit
from bot.domain.experiments.hypotheses import Against, Baseline, Hypothesis, Prediction
from bot.domain.experiments.hypothesis_detail import HypothesisDetail
from bot.domain.experiments.hypothesis_standing import judge
from bot.domain.experiments.records import Run, RunStatus
from bot.domain.metrics import Direction

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
DAY = timedelta(days=1)
CHAMPION = Baseline(label="champion v13", value=0.906, run_id="champion", dataset="v7")


def run(n: int = 1, value: float | None = None, **changes: Any) -> Run:
    """A finished run on v7 that ended an hour ago."""
    values: dict[str, Any] = {
        "run_id": f"r{n}",
        "experiment_id": "1",
        "name": f"calm-owl-{n}",
        "status": RunStatus.FINISHED,
        "started_at": NOW - timedelta(hours=2),
        "ended_at": NOW - timedelta(hours=1),
        "params": {"growth": "leaf", "seed": str(n)},
        "metrics": {} if value is None else {"val_auc": value},
        "tags": {"dataset": "v7"},
        "user": "ananya",
    }
    return Run(**{**values, **changes})


def hypothesis(**changes: Any) -> Hypothesis:
    """H-9: val_auc rises by 0.005 against the champion; open for a week."""
    wish: dict[str, Any] = {
        "metric": "val_auc",
        "direction": Direction.HIGHER,
        "against": Against.CHAMPION,
        "by": 0.005,
    }
    wish |= {key: changes.pop(key) for key in (*wish, "target") if key in changes}
    values: dict[str, Any] = {
        "workspace": "T1",
        "number": 9,
        "channel": "C1",
        "author": "ULENA",
        "owner": "ULENA",
        "claim": "Leaf-wise beats depth-wise",
        "experiment_id": "1",
        "experiment": "churn",
        "prediction": Prediction(**wish),
        "opened_at": NOW - DAY,
        "deadline": NOW + 7 * DAY,
        "baseline": CHAMPION,
    }
    return Hypothesis(**{**values, **changes})


def detail(it: Hypothesis, *runs: Run, **changes: Any) -> HypothesisDetail:
    """It with these runs."""
    standing = judge(it, runs, it.baseline)
    return HypothesisDetail(hypothesis=it, standing=standing, runs=runs, **changes)


def hit(it: Run, **changes: Any) -> RunHit:
    """That run, found by words that stand together in it."""
    return RunHit(**{"run": it, "closeness": Closeness.TOGETHER, **changes})
