"""The largest plan of a model."""

from dataclasses import replace

from bot.domain.experiments.plan import ModelPlan
from bot.domain.experiments.retraining import Facts, PlanState, state_of
from bot.views.experiments import plan_form
from tests.unit.views.largest import LONG_AGO, MOST, NOW, long, user


def plan_of(alphabet: str) -> ModelPlan:
    """A plan with everything filled in to its limit."""
    return ModelPlan(
        workspace="T0TEAM00000",
        model=long(alphabet, 256),
        owner=user(0),
        deputies=tuple(user(n) for n in range(1, 100)),
        cadence_days=plan_form.LONGEST,
        data=long(alphabet, 300),
        description=long(alphabet, 3000),
        runbook=f"https://wiki.example.com/{'r' * 2900}",
        channel="C0000000000",
        changed_by=user(1),
        changed_at=LONG_AGO,
    )


def state(alphabet: str) -> PlanState:
    """Overdue since long ago, on data that is neither the plan's nor the newest."""
    used, newer = long(alphabet, 250), f"{long(alphabet, 250)}2"
    facts = Facts(
        trained_at=LONG_AGO,
        newest=MOST,
        champion=MOST,
        used=used,
        seen={used: LONG_AGO, newer: NOW},
    )
    return state_of(replace(plan_of(alphabet), cadence_days=1), facts, "Asia/Tokyo", NOW)
