"""Goals and their numbers as they are kept and read from the mirror, on both databases."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, Protocol, TypeVar

import pytest

from bot.domain.decisions.measure import Measure
from bot.domain.decisions.promotion import Promotion, PromotionState, PromotionStatus
from bot.domain.decisions.sight import Sight, Viewer
from bot.domain.experiments.goal_numbers import NumberForm, Wording
from bot.domain.experiments.goals import (
    BestOf,
    Goal,
    GoalDraft,
    GoalEnd,
    GoalSample,
    GoalState,
    GoalWatch,
    Progress,
)
from bot.domain.experiments.records import (
    Experiment,
    ModelVersion,
    RegisteredModel,
    Run,
    RunStatus,
)
from bot.domain.metrics import Direction
from bot.domain.person import Person
from bot.errors import Conflict, InvalidForm, NotFound, NotPermitted
from bot.services.experiments import goal_sources, goal_values, goals
from storage.unit_of_work import SqlUnitOfWork

T = TypeVar("T")
NOW = datetime(2026, 10, 28, 8, tzinfo=UTC)
DAY = timedelta(days=1)
RECALL = Measure(model="churn", alias="champion", metric="recall")
GOAL = Goal(
    workspace="T1",
    number=1,
    channel="C1",
    author="U1",
    owner="U2",
    objective="Cut churn by 15 %",
    measured=RECALL,
    direction=Direction.HIGHER,
    target=0.9,
    wording=Wording(
        phrase="The model finds {value} of 100 leavers", form=NumberForm.OF_100, scale=100
    ),
    opened_at=NOW,
    due_on=date(2027, 1, 31),
    start=GoalSample(value=0.8, at=NOW),
)


class InTransaction(Protocol):
    """Runs a function of a unit of work in one committed transaction."""

    def __call__(self, work: Callable[[SqlUnitOfWork], T]) -> T: ...


def test_a_goal_comes_back_whole_and_only_the_first_change_of_a_version_counts(
    run: InTransaction,
) -> None:
    best = replace(
        GOAL,
        number=2,
        channel="C2",
        measured=BestOf(experiment_id="7", experiment="ẞ🦉", metric="r"),
        due_on=None,
        start=None,
    )
    _added(run, GOAL, best)
    assert run(lambda uow: [uow.goals.get("T1", n) for n in (1, 2, 3)]) == [GOAL, best, None]
    changed = replace(GOAL, target=0.95, version=2)
    assert run(lambda uow: [uow.goals.replace(changed) for _ in range(2)]) == [True, False]
    assert run(lambda uow: uow.goals.locked("T1", 1)) == changed
    assert run(lambda uow: uow.goals.get("T2", 1)) is None


def test_open_goals_of_a_channel_and_a_list_with_the_ended_ones_last(run: InTransaction) -> None:
    ended = replace(GOAL, number=2, ended=GoalEnd(by="U2", at=NOW, value=0.9))
    elsewhere = replace(GOAL, number=3, channel="C9", author="U9", owner="U9")
    last = replace(GOAL, number=4)
    _added(run, GOAL, ended, elsewhere, last)
    assert run(lambda uow: uow.goals.open("T1", "C1")) == [GOAL, last]
    assert run(lambda uow: uow.goals.open("T1")) == [GOAL, elsewhere, last]
    assert run(lambda uow: uow.goals.channels("T1")) == ["C1", "C9"]
    sight = Sight(channels=frozenset({"C1"}), user_id="U5")
    assert run(lambda uow: uow.goals.listed("T1", sight, 9)) == [last, GOAL, ended]
    mine = Sight(channels=frozenset(), user_id="U9")
    assert run(lambda uow: uow.goals.listed("T1", mine, 9)) == [elsewhere]


def test_of_each_day_the_latest_number_stays(run: InTransaction) -> None:
    early = GoalSample(value=0.8, at=NOW)
    late = GoalSample(value=0.9, at=NOW + timedelta(hours=5))
    old = GoalSample(value=0.7, at=NOW - 40 * DAY)
    run(lambda uow: uow.goals.keep("T1", 1, [late, old, early]))
    run(lambda uow: uow.goals.keep("T1", 1, [early]))
    run(lambda uow: uow.goals.keep("T1", 2, [early]))
    assert run(lambda uow: uow.goals.samples("T1", 1)) == [old, late]
    assert run(lambda uow: uow.goals.latest("T1", 1, NOW + DAY)) == late
    assert run(lambda uow: uow.goals.latest("T1", 1, NOW - DAY)) == old
    assert run(lambda uow: uow.goals.latest("T1", 1, NOW - 41 * DAY)) is None
    run(lambda uow: uow.goals.forget("T1", 1))
    assert run(lambda uow: uow.goals.samples("T1", 1)) == []
    assert run(lambda uow: uow.goals.samples("T1", 2)) == [early]


def test_what_the_decisions_and_evaluations_say_of_september(run: InTransaction) -> None:
    goal, state = run(_set)
    assert goal.start == GoalSample(value=0.87, at=NOW)
    assert goal.wording.scale == 100
    assert goal.direction is Direction.HIGHER
    kept = run(lambda uow: uow.goals.samples("T1", 1))
    assert [one.value for one in kept] == [0.82, 0.84, 0.86, 0.87]
    assert state.now
    assert state.now.value == 0.87
    assert state.month_ago
    assert (state.month_ago.value, state.month_ago.at.month) == (0.84, 9)
    assert state.two_months_ago
    assert state.two_months_ago.value == 0.82
    assert state.progress is Progress.ON_TRACK


def test_new_evaluations_and_another_version_are_kept_once(run: InTransaction) -> None:
    run(_set)
    later = NOW + 2 * DAY

    def evaluated(uow: SqlUnitOfWork) -> list[bool]:
        uow.experiments.save_runs("T1", [_evaluation("e9", 14, 0.91, later)], later)
        [goal] = uow.goals.open("T1", "C1")
        news = goal_values.has_news(uow, goal, later)
        return [news, *(goals.sampled(uow, "T1", 1, later) for _ in range(2))]

    assert run(evaluated) == [True, True, False]
    [state] = run(lambda uow: goals.standing(uow, "T1", "C1", later))
    assert state.progress is Progress.REACHED

    def rolled_back(uow: SqlUnitOfWork) -> list[bool]:
        uow.experiments.point_alias("T1", "churn", "champion", 13)
        return [goals.sampled(uow, "T1", 1, later + DAY) for _ in range(2)]

    assert run(rolled_back) == [True, False]
    [state] = run(lambda uow: goals.standing(uow, "T1", "C1", later + DAY))
    assert state.now == GoalSample(value=0.84, at=later + DAY)
    assert state.progress is Progress.AT_RISK
    idle = later + DAY + timedelta(minutes=5)
    assert not run(lambda uow: goal_values.has_news(uow, uow.goals.open("T1")[0], idle))


def test_the_best_of_an_experiment_only_gets_better(run: InTransaction) -> None:
    run(_mirror)
    key = goal_sources.key_of(BestOf(experiment_id="1", experiment="", metric=""))
    draft = replace(_draft(), source=key, metric="RECALL")
    goal = run(lambda uow: goals.write(uow, draft, NOW))
    assert goal.measured == BestOf(experiment_id="1", experiment="churn-lgbm", metric="recall")
    assert goal.start
    assert goal.start.value == 0.87
    worse, better = _run("w", 0.5, NOW + DAY), _run("b", 0.88, NOW + DAY)

    def ended(uow: SqlUnitOfWork, one: Run) -> bool:
        uow.experiments.save_runs("T1", [one], NOW + DAY)
        return goals.sampled(uow, "T1", goal.number, NOW + DAY)

    assert [run(partial(ended, one=one)) for one in (worse, better)] == [False, True]


def test_who_may_change_a_goal_and_what_a_form_may_not_say(run: InTransaction) -> None:
    goal, _ = run(_set)

    def changed(by: str, version: int, **values: Any) -> Goal:
        draft = replace(_draft(), author=by, **values)
        return run(lambda uow: goals.edit(uow, draft, 1, version, _viewer(by)))

    with pytest.raises(NotPermitted):
        changed("U9", 1, target=0.95)
    assert changed("U1", 1, target=0.95).start == goal.start
    with pytest.raises(Conflict):
        changed("U1", 1, target=0.97)
    with pytest.raises(InvalidForm) as refused:
        changed("U1", 2, metric="recal")
    assert refused.value.fields["metric"] == "Nothing there has logged recal. Did you mean recall?"
    with pytest.raises(InvalidForm) as refused:
        changed("U1", 2, due_on=NOW.date())
    assert "due_on" in refused.value.fields
    other = changed("U1", 2, metric="precision")
    assert other.start is not None
    assert other.start.value == 0.6
    ended = run(lambda uow: goals.end(uow, _viewer("U1", 2), 1))
    assert ended.ended == GoalEnd(by="U1", at=NOW + 2 * DAY, value=0.6)
    assert run(lambda uow: goals.standing(uow, "T1", "C1", NOW + 2 * DAY)) == ()
    with pytest.raises(Conflict):
        changed("U1", 4)


def test_a_corrected_direction_reads_the_number_anew(run: InTransaction) -> None:
    """Of a cost of 0.4, then 0.9 and 0.7, the best is 0.4: 0.9 was the worst."""
    run(
        lambda uow: uow.experiments.save_experiments(
            "T1", [Experiment(experiment_id="1", name="e")]
        )
    )
    costs = [_run(f"r{n}", value, NOW - (9 - n) * DAY) for n, value in enumerate((0.4, 0.9, 0.7))]
    run(lambda uow: uow.experiments.save_runs("T1", costs, NOW))
    key = goal_sources.key_of(BestOf(experiment_id="1", experiment="", metric=""))
    draft = replace(_draft(), source=key, direction=Direction.HIGHER, target=0.35)
    assert run(lambda uow: goals.write(uow, draft, NOW)).start == GoalSample(value=0.9, at=NOW)
    mended = replace(draft, direction=Direction.LOWER)
    after = run(lambda uow: goals.edit(uow, mended, 1, 1, _viewer("U1")))
    assert after.start == GoalSample(value=0.4, at=NOW + DAY)
    [state] = run(lambda uow: goals.standing(uow, "T1", "C1", NOW + DAY))
    assert state.now
    assert state.now.value == 0.4


def test_a_private_channels_goal_is_changed_by_who_sees_it_only(run: InTransaction) -> None:
    """Its owner and author have left: who is in the channel may, nobody else."""
    people = [Person(workspace="T1", user_id=u, name=u) for u in ("U8", "U9")]
    left = replace(people[0], user_id="U1", deleted=True)
    run(lambda uow: uow.people.save([*people, left]))
    _added(run, replace(GOAL, owner="U1"))
    elsewhere = replace(_viewer("U9"), channel="C2")
    with pytest.raises(NotFound, match="private channel"):
        run(lambda uow: goals.editable(uow, elsewhere, 1))
    with pytest.raises(NotFound, match="private channel"):
        run(lambda uow: goals.end(uow, elsewhere, 1))
    assert run(lambda uow: goals.end(uow, _viewer("U8"), 1)).ended


@pytest.mark.parametrize(
    ("logged", "typed", "is_percent", "target"),
    [
        (87.2, 90, True, 90),
        (0.872, 90, True, 0.9),
        (87.2, 90, False, 90),
        (0.872, 90, False, "The number is 0.872 now, so 90 isn't in its unit. Type 0.9, or have"),
        (87.2, 0.9, False, "The number is 87.2 now, so 0.9 isn't in its unit. Type 90, or have"),
        (1.3, 0.9, True, 0.9),
        (12, 0, False, 0),
    ],
)
def test_a_target_is_in_the_unit_of_its_metric(
    run: InTransaction, logged: float, typed: float, is_percent: bool, target: float | str
) -> None:
    run(
        lambda uow: uow.experiments.save_experiments(
            "T1", [Experiment(experiment_id="1", name="e")]
        )
    )
    run(lambda uow: uow.experiments.save_runs("T1", [_run("r", logged, NOW - DAY)], NOW))
    key = goal_sources.key_of(BestOf(experiment_id="1", experiment="", metric=""))
    draft = replace(_draft(), source=key, target=typed, is_percent=is_percent)
    if isinstance(target, str):
        with pytest.raises(InvalidForm) as refused:
            run(lambda uow: goals.write(uow, draft, NOW))
        assert refused.value.fields["target"].startswith(target)
        draft = replace(draft, form=NumberForm.PLAIN)
        target = typed
    goal = run(lambda uow: goals.write(uow, draft, NOW))
    assert goal.target == target
    due = replace(draft, target=goal.target, is_percent=False, due_on=None)
    assert run(lambda uow: goals.edit(uow, due, goal.number, 1, _viewer("U1"))).due_on is None


def test_the_card_follows_the_passing_of_time(run: InTransaction) -> None:
    run(_set)

    def is_edited(uow: SqlUnitOfWork, after: timedelta) -> bool:
        assert not goals.sampled(uow, "T1", 1, NOW + after)
        return uow.deliveries.pending_edit("goal:T1:1")

    spans = [timedelta(hours=2), timedelta(days=2), timedelta(days=100)]
    assert [run(partial(is_edited, after=span)) for span in spans] == [False, False, True]
    shown = [run(lambda uow: uow.goals.note_shown("T1", 1, "another")) for _ in range(2)]
    assert shown == [True, False]


def _added(run: InTransaction, *goals: Goal) -> None:
    for goal in goals:
        run(partial(_add, goal=goal))


def _add(uow: SqlUnitOfWork, goal: Goal) -> None:
    uow.goals.add(goal)


def _set(uow: SqlUnitOfWork) -> tuple[Goal, GoalState]:
    _mirror(uow)
    goal = goals.write(uow, _draft(), NOW)
    [state] = goals.standing(uow, "T1", "C1", NOW)
    return goal, state


def _viewer(user_id: str, days: int = 1) -> Viewer:
    """Somebody in the goal's channel, some days later."""
    return Viewer(workspace="T1", user_id=user_id, now=NOW + days * DAY, channel="C1")


def _draft() -> GoalDraft:
    return GoalDraft(
        workspace="T1",
        channel="C1",
        author="U1",
        owner="U1",
        objective="Cut churn by 15 %",
        source=goal_sources.key_of(RECALL),
        metric="recall",
        direction=Direction.UNKNOWN,
        target=0.9,
        phrase="The model finds {value} of 100 leavers",
        form=NumberForm.OF_100,
        due_on=date(2027, 1, 31),
    )


def _mirror(uow: SqlUnitOfWork) -> None:
    """v12 until 10 September, then v13, and v14 since 5 October, evaluated twice."""
    uow.experiments.save_experiments("T1", [Experiment(experiment_id="1", name="churn-lgbm")])
    numbers = {12: 0.5, 13: 0.84, 14: 0.86}
    made = [_run(f"r{v}", value, NOW - 90 * DAY) for v, value in numbers.items()]
    evaluations = [
        _evaluation("e12", 12, 0.82, NOW - 70 * DAY),
        _evaluation("e14", 14, 0.87, NOW - 3 * DAY),
        _evaluation("nan", 14, float("nan"), NOW - DAY),
    ]
    uow.experiments.save_runs("T1", [*made, *evaluations], NOW, backfill=True)
    versions = [
        ModelVersion(model="churn", version=v, run_id=f"r{v}", created_at=NOW - 80 * DAY)
        for v in (12, 13, 14)
    ]
    model = RegisteredModel(name="churn", aliases={"champion": 14})
    uow.experiments.save_model("T1", model, versions)
    for number, (before, after, day) in enumerate(((12, 13, 48), (13, 14, 23)), start=1):
        uow.promotions.save(
            "T1",
            PromotionStatus(
                number=number,
                promotion=Promotion(model="churn", version=after, alias="champion"),
                state=PromotionState.DONE,
                changed_at=NOW - day * DAY,
                previous=before,
            ),
        )


def _run(run_id: str, value: float, ended: datetime, tags: dict[str, str] | None = None) -> Run:
    return Run(
        run_id=run_id,
        experiment_id="1",
        name=run_id,
        status=RunStatus.FINISHED,
        started_at=ended - timedelta(hours=1),
        ended_at=ended,
        metrics={"recall": value, "precision": 0.6},
        tags=tags or {},
    )


def _evaluation(run_id: str, version: int, value: float, ended: datetime) -> Run:
    tags = {"registered_model": "churn", "model_version": str(version)}
    return _run(run_id, value, ended, tags)


def test_how_far_the_mirror_was_read_stays_with_the_goal(run: InTransaction) -> None:
    run(lambda uow: uow.goals.add(GOAL))
    assert run(lambda uow: uow.goals.watch("T1", 1)) == GoalWatch()
    seen = GoalWatch(version=14, read_until=NOW)
    run(lambda uow: uow.goals.watched("T1", 1, seen))
    run(lambda uow: uow.goals.replace(replace(GOAL, version=2)))
    assert run(lambda uow: uow.goals.watch("T1", 1)) == seen
