"""Models' data cards and retraining plans: who may write them, and who is late."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.experiments.datasets import dataset_of, first_seen
from bot.domain.experiments.plan import ModelPlan
from bot.domain.experiments.records import ModelVersion, RegisteredModel
from bot.domain.experiments.retraining import Facts, PlanState, state_of
from bot.domain.person import Person
from bot.errors import Conflict, InvalidForm, NotFound, NotPermitted
from bot.ports.repositories import UnitOfWork
from bot.services.experiments.pages import CHAMPION_ALIAS

# How many runs a digest looks at for newer data than a model stands on.
_RECENT = 100


@dataclass(frozen=True, kw_only=True)
class PlanPage:
    """A plan's state and the people in it by id; `state` is None where nobody wrote one."""

    model: str
    state: PlanState | None
    people: dict[str, Person]


def of(uow: UnitOfWork, workspace: str, model: str, now: datetime) -> PlanPage:
    """The plan of a registered model in any case of its name; raises NotFound."""
    found = _model(uow, workspace, model)
    plan = uow.plans.get(workspace, found.name)
    return PlanPage(
        model=found.name,
        state=_state(uow, plan, now, {}) if plan else None,
        people=_people(uow, workspace, [plan] if plan else []),
    )


def listed(
    uow: UnitOfWork, workspace: str, now: datetime
) -> tuple[list[PlanPage], dict[str, Person]]:
    """Every registered model, the most overdue first, those without a plan last."""
    plans = {plan.model: plan for plan in uow.plans.all(workspace)}
    people = _people(uow, workspace, list(plans.values()))
    names = {*plans, *(model.name for model in uow.experiments.models(workspace))}
    pages, first = [], dict[str, dict[str, datetime]]()
    for name in sorted(names):
        plan = plans.get(name)
        state = _state(uow, plan, now, first) if plan else None
        pages.append(PlanPage(model=name, state=state, people=people))
    pages.sort(key=lambda page: -page.state.days_overdue if page.state else 1)
    return pages, people


def overdue(
    uow: UnitOfWork, workspace: str, now: datetime, *, channel: str = ""
) -> list[PlanState]:
    """Models that were to be retrained before today, the most overdue first; of one channel's
    plans, or of all. Newer data is looked for in the latest runs only."""
    plans = [p for p in uow.plans.all(workspace) if p.cadence_days]
    wanted = [plan for plan in plans if not channel or plan.channel == channel]
    first: dict[str, dict[str, datetime]] = {}
    states = [_state(uow, plan, now, first, _RECENT) for plan in wanted]
    late = [state for state in states if state.days_overdue]
    return sorted(late, key=lambda state: -state.days_overdue)


def editable(uow: UnitOfWork, workspace: str, model: str, user_id: str) -> ModelPlan | None:
    """The plan that this person may change, None where they may write the first.

    Raises NotFound for a model that isn't registered, and NotPermitted.
    """
    found = _model(uow, workspace, model)
    plan = uow.plans.get(workspace, found.name)
    _require_right(uow, workspace, plan, user_id)
    return plan


def save(uow: UnitOfWork, plan: ModelPlan, *, seen: datetime | None) -> ModelPlan:
    """Keep what `plan.changed_by` filled in; `seen` is the `changed_at` of what they saw.

    Raises NotPermitted, InvalidForm for people who can't own a model, and Conflict where somebody
    changed it since.
    """
    found = _model(uow, plan.workspace, plan.model)
    kept = uow.plans.locked(plan.workspace, found.name)
    _require_right(uow, plan.workspace, kept, plan.changed_by)
    _require_able(uow, plan, kept)
    wanted = replace(plan, model=found.name)
    if (kept.changed_at if kept else None) != seen:
        raise Conflict(_changed_by(uow, kept))
    if kept is None:
        if not uow.plans.add(wanted):
            raise Conflict(_changed_by(uow, uow.plans.get(plan.workspace, found.name)))
    else:
        uow.plans.save(wanted)
    return wanted


def _state(
    uow: UnitOfWork,
    plan: ModelPlan,
    now: datetime,
    first: dict[str, dict[str, datetime]],
    recent: int = 0,
) -> PlanState:
    """`first` remembers when data was seen first in each experiment: its runs are many, so that
    `recent` may say how many to look at."""
    owner = uow.people.get(plan.workspace, plan.owner)
    facts = _facts(uow, plan, now, first, recent)
    return state_of(plan, facts, owner.zone if owner else "UTC", now)


def _facts(
    uow: UnitOfWork,
    plan: ModelPlan,
    now: datetime,
    first: dict[str, dict[str, datetime]],
    recent: int,
) -> Facts:
    workspace = plan.workspace
    versions = uow.experiments.versions(workspace, plan.model)
    models = {model.name: model for model in uow.experiments.models(workspace)}
    known = models.get(plan.model)
    number = known.aliases.get(CHAMPION_ALIAS) if known else None
    champion = next((each for each in versions if each.version == number), None)
    run = uow.experiments.run(workspace, champion.run_id) if champion else None
    if run and run.experiment_id not in first:
        found = (
            [run, *uow.experiments.latest_ended(workspace, run.experiment_id, now, recent)]
            if recent
            else uow.experiments.runs(workspace, [run.experiment_id])
        )
        first[run.experiment_id] = first_seen(found)
    return Facts(
        trained_at=_trained_at(uow, workspace, versions),
        newest=versions[0].version if versions else None,
        champion=number,
        used=dataset_of(run) if run else "",
        seen=first[run.experiment_id] if run else {},
    )


def _trained_at(
    uow: UnitOfWork, workspace: str, versions: Sequence[ModelVersion]
) -> datetime | None:
    """When the newest version's run ended; at the latest when the version was made, for a run's
    clock is its client's."""
    if not versions:
        return None
    run = uow.experiments.run(workspace, versions[0].run_id)
    made = versions[0].created_at
    return min(run.ended_at, made) if run and run.ended_at else made


def _model(uow: UnitOfWork, workspace: str, typed: str) -> RegisteredModel:
    models = uow.experiments.models(workspace)
    wanted = typed.strip().strip("\"'`“”‘’").strip()
    exact = next((model for model in models if model.name == wanted), None)
    alike = [model for model in models if model.name.casefold() == wanted.casefold()]
    if exact or alike:
        return exact or alike[0]
    names = ", ".join(model.name for model in models[:8])
    there = f"There are: {names}." if names else "MLflow has shown me none yet."
    raise NotFound(f"I don't know a registered model {wanted}. {there}")


def _require_right(uow: UnitOfWork, workspace: str, plan: ModelPlan | None, user_id: str) -> None:
    """Owner and deputies may; where none of them is here any more, any colleague."""
    responsible = [plan.owner, *plan.deputies] if plan else []
    people = uow.people.several(workspace, {*responsible, user_id})
    person = people.get(user_id)
    if person is not None and not person.can_take_part:
        raise NotPermitted("Guests and people of other companies can't write a model's plan.")
    living = [u for u in responsible if u not in people or people[u].can_take_part]
    if plan and living and user_id not in living:
        names = ", ".join(people[u].name if u in people else u for u in living)
        raise NotPermitted(f"Only its owner and deputies can change this plan: {names}.")


def _require_able(uow: UnitOfWork, plan: ModelPlan, kept: ModelPlan | None) -> None:
    """Who was named before may stay named after they have left."""
    before = {kept.owner, *kept.deputies} if kept else set()
    people = uow.people.several(plan.workspace, {plan.owner, *plan.deputies} - before)
    unable = {user_id for user_id, person in people.items() if not person.can_take_part}
    wrong = {}
    if plan.owner in unable:
        wrong["owner"] = f"{people[plan.owner].name} can't own a model here; name a colleague."
    if late := [people[u].name for u in plan.deputies if u in unable]:
        wrong["deputies"] = f"{', '.join(late)} can't stand in here; name colleagues."
    if wrong:
        raise InvalidForm(wrong)


def _changed_by(uow: UnitOfWork, theirs: ModelPlan | None) -> str:
    person = uow.people.get(theirs.workspace, theirs.changed_by) if theirs else None
    who = person.name if person else "Somebody"
    return (
        f"{who} changed this plan while you were typing. Your values are kept below: "
        "Save keeps yours, Cancel keeps theirs."
    )


def _people(uow: UnitOfWork, workspace: str, plans: Sequence[ModelPlan]) -> dict[str, Person]:
    named = {u for plan in plans for u in (plan.owner, *plan.deputies, plan.changed_by) if u}
    return uow.people.several(workspace, named)
