"""Whether a model is due for retraining, and whether it stands on the newest data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.domain import calendar
from bot.domain.experiments.datasets import newest_after
from bot.domain.experiments.plan import ModelPlan

_WEEK = 7


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the mirror knows of a model.

    `trained_at` (aware UTC) is None where there is no version; `champion` is None without that
    alias. `used` is the data of the champion's run, empty where it doesn't say; `seen` is when the
    first run on each data set started, in the same experiment.
    """

    trained_at: datetime | None = None
    newest: int | None = None
    champion: int | None = None
    used: str = ""
    seen: Mapping[str, datetime]


@dataclass(frozen=True, kw_only=True)
class PlanState:
    """A plan and how the model stands to it.

    `due_on` is a date in `zone`, the owner's, None where nothing was agreed; `days_overdue` is 0
    where it isn't overdue. `newer` is data that the champion doesn't know, empty for none.
    """

    plan: ModelPlan
    facts: Facts
    due_on: date | None
    days_overdue: int
    newer: str
    zone: str

    @property
    def newer_since(self) -> datetime | None:
        """When the newer data was seen first (aware UTC)."""
        return self.facts.seen.get(self.newer)

    @property
    def data_differs(self) -> bool:
        """Whether the champion says that it was trained on other data than the plan names."""
        plan, used = self.plan.data.strip(), self.facts.used
        return bool(plan and used) and used.casefold() not in plan.casefold()


def state_of(plan: ModelPlan, facts: Facts, zone: str, now: datetime) -> PlanState:
    """The state at `now`; the dates are those of `zone`, the owner's.

    A model without a version is due as if it had been trained when the plan was written.
    """
    due = None
    if plan.cadence_days:
        trained = calendar.local_date(facts.trained_at or plan.changed_at, zone)
        due = trained + timedelta(days=plan.cadence_days)
    return PlanState(
        plan=plan,
        facts=facts,
        due_on=due,
        days_overdue=_overdue(due, zone, now),
        newer=newest_after(facts.used, facts.seen),
        zone=zone,
    )


def is_news(state: PlanState, since: datetime) -> bool:
    """Whether since then it became overdue, or another week of that began."""
    before = _overdue(state.due_on, state.zone, since)
    return _weeks(state.days_overdue) > _weeks(before)


def _overdue(due: date | None, zone: str, at: datetime) -> int:
    return max((calendar.local_date(at, zone) - due).days, 0) if due else 0


def _weeks(days_overdue: int) -> int:
    return (days_overdue + _WEEK - 1) // _WEEK
