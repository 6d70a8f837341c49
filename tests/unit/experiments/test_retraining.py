"""When a model is overdue, and which data is newer than what it knows."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.domain.experiments.datasets import newest_after
from bot.domain.experiments.plan import ModelPlan
from bot.domain.experiments.records import ModelVersion, RegisteredModel
from bot.domain.experiments.retraining import Facts, PlanState, is_news, state_of
from bot.ports.repositories import UnitOfWork
from bot.services.experiments import mirror, plans
from storage.transactions import SqlTransactions
from tests.unit.experiments.builders import a_run

T0 = datetime(2026, 11, 22, 23, tzinfo=UTC)
DAY = timedelta(days=1)


def state(cadence: int = 30, days_ago: int = 42, now: datetime = T0, **changes: Any) -> PlanState:
    plan = ModelPlan(
        workspace="T1", model="churn", owner="U1", cadence_days=cadence, changed_at=T0, data="v7"
    )
    values = {"trained_at": T0 - days_ago * DAY, "seen": {}, **changes}
    return state_of(plan, Facts(**values), "UTC", now)


@pytest.mark.parametrize(
    ("cadence", "days_ago", "overdue"), [(30, 42, 12), (30, 31, 1), (30, 30, 0), (30, 1, 0)]
)
def test_days_overdue(cadence: int, days_ago: int, overdue: int) -> None:
    assert state(cadence, days_ago).days_overdue == overdue


def test_without_a_cadence_nothing_gets_overdue() -> None:
    assert (state(0).due_on, state(0).days_overdue) == (None, 0)


def test_without_a_version_it_is_due_since_the_plan_was_written() -> None:
    assert state(trained_at=None).due_on == date(2026, 12, 22)


def test_the_day_is_the_owners() -> None:
    plan = state(1, 1).plan
    facts = Facts(trained_at=T0 - DAY, seen={})
    # 23:00 UTC is the next morning in Tokyo, on both days.
    assert state_of(plan, facts, "Asia/Tokyo", T0).due_on == date(2026, 11, 23)
    assert state_of(plan, facts, "Asia/Tokyo", T0 + timedelta(hours=16)).days_overdue == 1
    assert state_of(plan, facts, "UTC", T0 + timedelta(hours=16)).days_overdue == 1
    assert state_of(plan, facts, "America/New_York", T0 + timedelta(hours=5)).days_overdue == 0


def test_it_is_news_when_it_gets_overdue_and_once_a_week() -> None:
    days = {n: is_news(state(30, 30 + n), T0 - DAY) for n in range(17)}
    assert [n for n, told in days.items() if told] == [1, 8, 15]
    assert is_news(state(30, 33), T0 - 4 * DAY), "a weekend lay between"


@pytest.mark.parametrize(
    ("plan_says", "used", "differs"),
    [("v7", "v7", False), ("v7", "v6", True), ("v7", "", False), ("v7", "V7", False)],
)
def test_the_plan_against_the_champion(plan_says: str, used: str, differs: bool) -> None:
    found = state(used=used)
    assert found.plan.data == plan_says
    assert found.data_differs is differs


@pytest.mark.parametrize(
    ("used", "seen", "newer"),
    [
        ("churn-v7", {"churn-v7": 1, "churn-v8": 5}, "churn-v8"),
        ("churn-v7", {"churn-v7": 1, "churn-v6": 5}, ""),
        ("churn-v9", {"churn-v9": 1, "churn-v10": 5, "churn-v8": 6}, "churn-v10"),
        ("spring", {"spring": 1, "autumn": 5, "winter": 0}, "autumn"),
        ("", {"churn-v8": 5}, ""),
        ("churn-v7", {}, ""),
    ],
)
def test_newer_data(used: str, seen: dict[str, int], newer: str) -> None:
    assert newest_after(used, {name: T0 + n * DAY for name, n in seen.items()}) == newer


@pytest.mark.parametrize(("ended_days_later", "overdue"), [(365 * 70, 70), (0, 70), (-10, 80)])
async def test_a_runs_clock_makes_no_model_younger_than_its_version(
    transactions: SqlTransactions, ended_days_later: int, overdue: int
) -> None:
    run = a_run("r", 0.9, ended_at=T0 + ended_days_later * DAY)
    plan = ModelPlan(
        workspace="T1", model="churn", owner="U1", cadence_days=30, changed_at=T0, changed_by="U1"
    )

    def late(uow: UnitOfWork) -> list[int]:
        mirror.keep_runs(uow, "T1", [run], T0)
        version = ModelVersion(model="churn", version=1, run_id="r", created_at=T0)
        uow.experiments.save_models("T1", [RegisteredModel(name="churn", aliases={})], [version])
        plans.save(uow, plan, seen=None)
        return [state.days_overdue for state in plans.overdue(uow, "T1", T0 + 100 * DAY)]

    assert await transactions.write(late) == [overdue]
