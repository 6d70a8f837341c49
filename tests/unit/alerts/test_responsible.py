"""Who is called, what is suspected and what the message tells, read from the storage."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.domain.absence import Away
from bot.domain.alerts.incidents import Call, Told
from bot.domain.alerts.responsible import Responsible
from bot.domain.alerts.rules import Rule, Severity
from bot.domain.alerts.states import AlertState, Baseline, Point
from bot.domain.decisions.promotion import Promotion, PromotionState, PromotionStatus
from bot.domain.decisions.record import DecisionBody, DecisionRecord, DecisionStatus
from bot.domain.experiments.plan import ModelPlan
from bot.domain.experiments.records import ModelVersion, RegisteredModel, Run, RunStatus
from bot.domain.person import Person
from bot.errors import InvalidForm
from bot.services.alerts import suspects
from bot.services.alerts.facts import gather
from bot.services.alerts.responsible import require_readers, responsible
from bot.services.alerts.routing import route
from storage.base import Base
from storage.engine import open_engines
from storage.unit_of_work import SqlUnitOfWork
from tests.unit.alerts.values import T0, WORSE, fresh, incident, rule, sample
from tests.unit.desk import TEAM, Office, at

MONDAY = at("2026-10-26T09:00")
"""09:00 in London, 10:00 in Berlin, 05:00 in New York."""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A database with five colleagues."""
    engines = open_engines(f"sqlite:///{tmp_path / 'office.db'}")
    Base.metadata.create_all(engines.writer)
    opened = Office(engines=engines)
    people = [
        Person(workspace="T1", user_id=user, name=name, zone=zone)
        for user, (name, zone) in TEAM.items()
    ]
    opened.do(lambda uow: uow.people.save(people))
    yield opened
    engines.dispose()


OWNED = replace(rule(WORSE), author="UYUKI", owner="UMARCUS", deputies=("ULENA", "UANANYA"))


def test_a_private_channels_rule_calls_only_who_is_there(office: Office) -> None:
    def check(*members: str) -> None:
        office.do(lambda uow: require_readers(uow, OWNED, members))

    check("UMARCUS", "ULENA", "UANANYA")
    with pytest.raises(InvalidForm) as refused:
        check("UMARCUS", "UANANYA")
    assert "Not in this private channel: Lena" in refused.value.fields["called"]


def asked(office: Office, of: Rule = OWNED, **changes: object) -> Call | None:
    return office.do(lambda uow: route(uow, of, incident(**changes), MONDAY))


def test_the_rule_names_them_else_the_models_plan_else_its_author(office: Office) -> None:
    plan = ModelPlan(
        workspace="T1",
        model="churn",
        owner="UANANYA",
        deputies=("UMARCUS", "UANANYA"),
        runbook="https://wiki.example/churn",
        changed_at=T0,
    )
    bare = replace(OWNED, owner="", deputies=(), runbook="")
    assert office.do(responsible, bare) == Responsible(owner="UYUKI")
    office.do(lambda uow: uow.plans.save(plan))
    assert office.do(responsible, bare) == Responsible(
        owner="UANANYA", deputies=("UMARCUS",), runbook="https://wiki.example/churn"
    )
    own = replace(OWNED, runbook="https://wiki.example/a-1")
    assert office.do(responsible, own) == Responsible(
        owner="UMARCUS", deputies=("ULENA", "UANANYA"), runbook="https://wiki.example/a-1"
    )


def test_who_has_left_answers_for_nothing(office: Office) -> None:
    gone = Person(workspace="T1", user_id="UMARCUS", name="Marcus", deleted=True)
    guest = Person(workspace="T1", user_id="ULENA", name="Lena", is_guest=True)
    office.do(lambda uow: uow.people.save([gone, guest]))
    assert office.do(responsible, OWNED) == Responsible(owner="UYUKI", deputies=("UANANYA",))
    call = asked(office)
    assert call is not None
    assert call.person == "UANANYA"


def test_a_deputy_who_is_away_is_passed_over(office: Office) -> None:
    assert asked(office) == Call(
        person="ULENA", at=MONDAY, owner="UMARCUS", owner_back_at=at("2026-10-26T12:00")
    )
    day = date(2026, 10, 26)
    away = Away(id="a1", workspace="T1", user_id="ULENA", first=day, last=day, set_by="ULENA")
    office.do(lambda uow: uow.absences.add(away))
    call = asked(office)
    assert call is not None
    assert call.person == "UANANYA"


def test_only_a_critical_one_wakes(office: Office) -> None:
    alone = replace(OWNED, deputies=(), may_wake=True)
    woken = asked(office, alone)
    assert woken is not None
    assert (woken.person, woken.woken) == ("UMARCUS", True)
    assert asked(office, alone, severity=Severity.WARNING) is None


def test_only_the_owner_is_woken_whoever_it_is_assigned_to(office: Office) -> None:
    wakes = replace(OWNED, may_wake=True)
    assert asked(office, wakes, assigned_to="UBEATRIZ") is None
    woken = asked(office, wakes, assigned_to="UMARCUS")
    assert woken is not None
    assert (woken.person, woken.woken) == ("UMARCUS", True)


def test_what_is_assigned_asks_only_that_person(office: Office) -> None:
    assert asked(office, assigned_to="UBEATRIZ") is None
    call = asked(office, assigned_to="UANANYA")
    assert call is not None
    assert call.person == "UANANYA"
    before = Call(person="ULENA", at=MONDAY - timedelta(hours=1), owner="UMARCUS")
    moved = asked(office, assigned_to="UANANYA", call=before)
    assert moved is not None
    assert moved.person == "UANANYA"


def test_the_same_call_comes_back_until_there_is_news(office: Office) -> None:
    before = Call(person="ULENA", at=MONDAY - timedelta(hours=1), owner="UMARCUS")
    assert asked(office, call=before) == before
    news = Told(said_at=MONDAY - timedelta(minutes=1))
    again = asked(office, call=before, told=news)
    assert again is not None
    assert (again.person, again.at) == ("ULENA", MONDAY)


def run(run_id: str, tags: dict[str, str] | None = None, **params: str) -> Run:
    recipe = {"lr": "0.1", "depth": "3", "seed": run_id}
    return Run(
        run_id=run_id,
        experiment_id="1",
        name=run_id,
        status=RunStatus.FINISHED,
        started_at=T0,
        ended_at=T0,
        params={**recipe, **params},
        metrics={"val_auc": 0.9},
        tags=tags or {},
    )


def processed(run_id: str, minutes: int, *, is_bad: bool = False) -> Point:
    return Point(
        key=run_id, name=run_id, at=T0 + timedelta(minutes=minutes), value=0.9, is_bad=is_bad
    )


def history(office: Office, runs: Sequence[Run], points: Sequence[Point]) -> AlertState:
    """Rule A-1 with what it has processed; its state an hour later."""
    state = replace(fresh(), read_until=T0 + timedelta(hours=1))

    def store(uow: SqlUnitOfWork) -> None:
        uow.alerts.add(rule(WORSE), state)
        uow.experiments.save_runs("T1", runs, T0)
        for point in points:
            uow.alerts.add_point("T1", 1, point)

    office.do(store)
    return state


def suspected(office: Office, state: AlertState, run_id: str = "bad") -> list[str]:
    found = office.do(suspects.find, rule(WORSE), sample(0.8, run_id), state)
    return [f"{each.name} {each.before}→{each.after}" for each in found]


def test_a_failing_run_is_compared_with_the_last_good_evaluation(office: Office) -> None:
    runs = [run("1"), run("2", depth="4"), run("worse", lr="9"), run("bad", lr="2", depth="4")]
    points = [
        processed("1", 1),
        processed("2", 2),
        processed("worse", 3, is_bad=True),
        processed("bad", 4, is_bad=True),
    ]
    assert suspected(office, history(office, runs, points)) == ["lr 0.1→2"]


def test_before_any_good_evaluation_it_is_the_champion(office: Office) -> None:
    state = history(office, [run("champ"), run("bad", lr="2")], [processed("bad", 1, is_bad=True)])
    assert suspected(office, state) == []
    champion = Baseline(version=13, run_id="champ", experiment_id="1", value=0.895)
    assert suspected(office, replace(state, baseline=champion)) == ["lr 0.1→2"]
    assert suspected(office, replace(state, baseline=champion), "champ") == []


def test_the_runs_that_made_the_versions_are_compared(office: Office) -> None:
    """What evaluates a version may have no params of its own."""
    tags = {"registered_model": "churn", "model_version": "v13"}
    good = replace(run("e1", tags), params={})
    bad = replace(run("bad", {**tags, "model_version": "14"}), params={})
    sources = [run("s13", {"dataset": "v7"}), run("s14", {"dataset": "v8"}, lr="2")]
    state = history(office, [good, bad, *sources], [processed("e1", 1), processed("bad", 2)])
    versions = [
        ModelVersion(model="churn", version=number, run_id=f"s{number}", created_at=T0)
        for number in (14, 13)
    ]
    office.do(
        lambda uow: uow.experiments.save_models("T1", [RegisteredModel(name="churn")], versions)
    )
    assert suspected(office, state) == ["dataset v7→v8", "lr 0.1→2"]


def test_a_newer_version_that_nobody_promoted_says_less_than_the_same_one(office: Office) -> None:
    """The run that made it is the newest good one."""
    tags = {"registered_model": "churn", "model_version": "13"}
    runs = [run("e1", tags), run("s13"), run("s14", lr="0.2"), run("bad", tags, lr="2")]
    points = [processed("e1", 1), processed("s14", 2), processed("bad", 3, is_bad=True)]
    state = history(office, runs, points)
    versions = [
        ModelVersion(model="churn", version=number, run_id=f"s{number}", created_at=T0)
        for number in (14, 13)
    ]
    office.do(
        lambda uow: uow.experiments.save_models("T1", [RegisteredModel(name="churn")], versions)
    )
    assert suspected(office, state) == ["lr 0.1→2"]


def test_silence_and_what_is_not_mirrored_have_no_suspects(office: Office) -> None:
    state = history(office, [run("1")], [processed("1", 1)])
    assert office.do(suspects.find, rule(WORSE), None, state) == ()
    assert suspected(office, state, "unknown") == []


def test_the_message_says_when_the_owner_hears_of_it(office: Office) -> None:
    alone = replace(OWNED, deputies=())
    facts = office.do(gather, incident(), alone, MONDAY)
    assert facts.waiting is not None
    assert (facts.waiting.owner, facts.waiting.back_at) == ("UMARCUS", at("2026-10-26T12:00"))
    noon = MONDAY + timedelta(hours=4)
    assert office.do(gather, incident(), alone, noon).waiting is None
    called = Call(person="ULENA", at=MONDAY, owner="UMARCUS")
    assert office.do(gather, incident(call=called), alone, MONDAY).waiting is None
    assert office.do(gather, incident(resolved_at=MONDAY), alone, MONDAY).waiting is None


@pytest.mark.parametrize(
    ("version", "minutes", "undone"),
    [(12, 30, (12, True)), (15, 30, (15, False)), (12, -30, None), (13, 30, None)],
)
def test_a_promotion_while_it_was_open_ended_it(
    office: Office, version: int, minutes: int, undone: tuple[int, bool] | None
) -> None:
    status = PromotionStatus(
        number=15,
        promotion=Promotion(model="churn", version=version, alias="champion"),
        state=PromotionState.DONE,
        changed_at=T0 + timedelta(minutes=minutes),
    )
    by = DecisionRecord(
        workspace="T1",
        number=15,
        channel="C1",
        author="ULENA",
        status=DecisionStatus.ACCEPTED,
        body=DecisionBody(title="Roll back", outcome="v12"),
        created_at=T0,
    )

    def store(uow: SqlUnitOfWork) -> None:
        uow.decisions.add(by)
        uow.promotions.save("T1", status)

    office.do(store)
    ended = incident(resolved_at=T0 + timedelta(hours=1), latest="the champion changed")
    found = office.do(gather, ended, OWNED, MONDAY).undone
    assert (found and (found.version, found.is_back)) == undone
    recovered = replace(ended, recovered=True)
    assert office.do(gather, recovered, OWNED, MONDAY).undone is None
