"""Changing and ending rules, dry runs and the report, over a mirror in a database."""

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.alerts.feedback import Feedback
from bot.domain.alerts.rules import (
    NoData,
    Operator,
    Regression,
    Rule,
    RuleDraft,
    RunRegression,
    Severity,
    Threshold,
)
from bot.domain.alerts.states import AlertState, Phase
from bot.domain.decisions.sight import Viewer
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
from bot.services.alerts import attending, editing, evaluation, precision, rules, set_up, trials
from storage.base import Base
from storage.engine import open_engines
from storage.unit_of_work import SqlUnitOfWork
from tests.unit.alerts.values import T0
from tests.unit.desk import Office

DAY = timedelta(days=1)
LENA, MARCUS, YUKI, GUEST = "ULENA", "UMARCUS", "UYUKI", "UGUEST"
BELOW = Threshold(experiment="churn", experiment_id="1", operator=Operator.BELOW, bound=0.9)


class Lab(Office):
    """What people and MLflow do."""

    def finished(self, key: str, days: float, version: str = "", **metrics: float) -> None:
        """A run of churn that ended so many days after T0, noticed at that moment."""
        at = T0 + days * DAY
        run = Run(
            run_id=key,
            experiment_id="1",
            name=key,
            status=RunStatus.FINISHED,
            started_at=at,
            ended_at=at,
            metrics=metrics,
            tags={"registered_model": "churn-model", "model_version": version},
        )
        self.do(lambda uow: uow.experiments.save_runs("T1", [run], at))

    def made(self, **parts: Any) -> Rule:
        """A new rule of Lena's, critical, on val_auc below 0.9."""
        return self.do(set_up.watch, draft(**parts), T0).rule

    def evaluate(self, number: int, days: float) -> None:
        """What the job does for one rule."""
        self.do(evaluation.evaluate_rule, "T1", number, T0 + days * DAY)

    def state(self, number: int = 1) -> AlertState:
        """What a rule remembers."""
        stored = self.do(lambda uow: uow.alerts.state("T1", number))
        assert stored is not None
        return stored.state

    def phase(self, number: int = 1) -> Phase:
        """Where a rule stands."""
        return self.state(number).phase


def draft(**parts: Any) -> RuleDraft:
    values: dict[str, Any] = {
        "workspace": "T1",
        "channel": "C1",
        "author": LENA,
        "metric": "val_auc",
        "severity": Severity.CRITICAL,
        "for_evaluations": 1,
        "condition": BELOW,
        **parts,
    }
    return RuleDraft(**values)


def as_draft(rule: Rule, **parts: Any) -> RuleDraft:
    return RuleDraft(**{f.name: getattr(rule, f.name) for f in fields(RuleDraft)} | parts)


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    """Three colleagues and a guest; churn with a champion and one good run."""
    engines = open_engines(f"sqlite:///{tmp_path / 'lab.db'}")
    Base.metadata.create_all(engines.writer)
    lab = Lab(engines=engines)
    names = {LENA: "Lena", MARCUS: "Marcus", YUKI: "Yuki", GUEST: "Gus"}
    people = [
        Person(workspace="T1", user_id=user, name=name, is_guest=user == GUEST)
        for user, name in names.items()
    ]
    lab.do(lambda uow: uow.people.save(people))
    lab.do(lambda uow: uow.experiments.save_experiments("T1", [_CHURN]))
    lab.finished("champion", -60, val_auc=0.95)
    lab.do(lambda uow: uow.experiments.save_models("T1", [_MODEL], [_VERSION]))
    yield lab
    engines.dispose()


_CHURN = Experiment(experiment_id="1", name="churn")
_MODEL = RegisteredModel(name="churn-model", aliases={"champion": 1})
_VERSION = ModelVersion(model="churn-model", version=1, run_id="champion", created_at=T0)


def test_what_is_changed_is_what_was_filled_in_and_the_author_stays(lab: Lab) -> None:
    made = lab.made()
    wish = as_draft(made, author=YUKI, channel="C9", owner=MARCUS, severity=Severity.WARNING)
    changed = lab.do(editing.edit, 1, wish, made.revision, LENA, T0 + DAY)
    stored = lab.do(rules.living, "T1", 1)
    assert stored == changed
    assert (stored.author, stored.channel, stored.changed_by) == (LENA, "C1", LENA)
    assert (stored.owner, stored.severity, stored.revision) == (MARCUS, Severity.WARNING, 2)


def test_of_two_editors_the_second_hears_who_was_first_and_nothing_is_overwritten(
    lab: Lab,
) -> None:
    made = lab.made(owner=MARCUS)
    lab.do(editing.edit, 1, as_draft(made, for_evaluations=3), made.revision, MARCUS, T0)
    with pytest.raises(Conflict, match="Marcus changed A-1 after you began"):
        lab.do(editing.edit, 1, as_draft(made, for_evaluations=5), made.revision, LENA, T0)
    assert lab.do(rules.living, "T1", 1).for_evaluations == 3


def test_author_owner_and_deputies_may_change_a_rule_and_others_hear_who(lab: Lab) -> None:
    lab.made(owner=MARCUS, deputies=(YUKI,))
    for user in (LENA, MARCUS, YUKI):
        assert lab.do(editing.editable, "T1", 1, user).number == 1
    with pytest.raises(NotPermitted, match="Guests"):
        lab.do(editing.editable, "T1", 1, GUEST)
    lab.made()
    with pytest.raises(NotPermitted, match="Only those who answer for A-2 can change it: Lena"):
        lab.do(editing.delete, "T1", 2, MARCUS, T0)


def test_where_everybody_concerned_has_left_every_colleague_may(lab: Lab) -> None:
    lab.made()
    gone = Person(workspace="T1", user_id=LENA, name="Lena", deleted=True)
    lab.do(lambda uow: uow.people.save([gone]))
    assert lab.do(editing.editable, "T1", 1, MARCUS).number == 1


def test_the_rule_of_a_decision_is_changed_there(lab: Lab) -> None:
    lab.made(decision=12)
    with pytest.raises(Conflict, match="/decide show D-12"):
        lab.do(editing.delete, "T1", 1, LENA, T0)


def test_deleting_a_rule_ends_what_is_open_with_a_reason(lab: Lab) -> None:
    lab.made()
    lab.finished("bad", 1, val_auc=0.8)
    lab.evaluate(1, 1)
    assert lab.phase() is Phase.FIRING
    lab.do(editing.delete, "T1", 1, LENA, T0 + 2 * DAY)
    [incident] = lab.do(lambda uow: uow.alerts.of_rule("T1", 1, 5))
    assert incident.resolved_at == T0 + 2 * DAY
    assert not incident.recovered
    assert "A-1 was deleted by Lena" in incident.latest
    with pytest.raises(NotFound, match="has ended"):
        lab.do(editing.delete, "T1", 1, LENA, T0 + 3 * DAY)


def test_watching_something_else_ends_what_is_open(lab: Lab) -> None:
    made = lab.made()
    lab.finished("bad", 1, val_auc=0.8, f1=0.7)
    lab.evaluate(1, 1)
    wish = as_draft(made, metric="f1", condition=replace(BELOW, bound=0.5))
    lab.do(editing.edit, 1, wish, 1, LENA, T0 + 2 * DAY)
    [incident] = lab.do(lambda uow: uow.alerts.of_rule("T1", 1, 5))
    assert incident.resolved_at is not None
    assert not lab.phase().is_open
    lab.finished("worse", 3, val_auc=0.95, f1=0.4)
    lab.evaluate(1, 3)
    assert lab.phase() is Phase.FIRING


def test_the_other_side_of_a_threshold_is_something_else(lab: Lab) -> None:
    made = lab.made()
    lab.finished("bad", 1, val_auc=0.8)
    lab.evaluate(1, 1)
    wish = as_draft(made, condition=replace(BELOW, operator=Operator.ABOVE, bound=0.99))
    lab.do(editing.edit, 1, wish, 1, LENA, T0 + 2 * DAY)
    assert lab.phase() is Phase.RESOLVED


NEXT = ModelVersion(model="churn-model", version=2, run_id="next", created_at=T0 + DAY)


@pytest.mark.parametrize(
    ("metrics", "why"),
    [
        ({"roc_auc": 0.9}, "champion v2 has no val_auc"),
        ({"val_auc": float("nan")}, "val_auc of champion v2 is not a number"),
    ],
)
def test_a_rule_that_cannot_judge_says_so_and_silence_counts(
    lab: Lab, metrics: dict[str, Any], why: str
) -> None:
    worse = Regression(model="churn-model", direction=Direction.HIGHER, abs_delta=0.01)
    lab.made(condition=worse, stale_after=3 * DAY, no_data=NoData.ALERT)
    lab.finished("next", 0.5, **metrics)
    champion = RegisteredModel(name="churn-model", aliases={"champion": 2})
    lab.do(lambda uow: uow.experiments.save_models("T1", [champion], [_VERSION, NEXT]))
    assert lab.do(evaluation.with_news, "T1", T0 + DAY) == [1]
    lab.evaluate(1, 1)
    assert lab.state().blind == why
    assert lab.do(evaluation.with_news, "T1", T0 + DAY) == []
    lab.finished("bad", 2, val_auc=0.1)
    assert lab.do(evaluation.with_news, "T1", T0 + 4 * DAY) == [1]
    lab.evaluate(1, 4)
    assert lab.state().reason == f"nothing could be judged for 3 days: {why}"
    assert lab.phase() is Phase.NO_DATA
    back = RegisteredModel(name="churn-model", aliases={"champion": 1})
    lab.do(lambda uow: uow.experiments.save_models("T1", [back], [_VERSION, NEXT]))
    lab.evaluate(1, 4)
    assert lab.state().blind == ""
    assert lab.phase() is Phase.FIRING


def test_what_was_bad_before_its_rule_is_known_until_the_first_evaluation(lab: Lab) -> None:
    lab.finished("bad", -1, val_auc=0.8)
    lab.made()
    assert lab.state().was_bad
    lab.finished("fine", 1, val_auc=0.95)
    lab.evaluate(1, 1)
    assert not lab.state().was_bad


def test_a_strange_version_tag_is_no_version(lab: Lab) -> None:
    lab.made()
    lab.finished("bad", 1, version="9" * 5000, val_auc=0.8)
    assert lab.do(evaluation.with_news, "T1", T0 + DAY) == [1]
    lab.evaluate(1, 1)
    assert lab.phase() is Phase.FIRING


def test_an_edit_that_names_nothing_known_is_refused_at_its_field(lab: Lab) -> None:
    made = lab.made()
    wish = as_draft(made, condition=replace(BELOW, experiment="chrun"))
    with pytest.raises(InvalidForm) as caught:
        lab.do(editing.edit, 1, wish, 1, LENA, T0)
    assert list(caught.value.fields) == ["experiment"]


def test_a_dry_run_reads_the_mirror_and_stores_nothing(lab: Lab) -> None:
    for day, value in enumerate((0.95, 0.8, 0.95, 0.96)):
        lab.finished(f"r{day}", day - 10, val_auc=value)
    found = lab.do(trials.dry_run, draft(), T0)
    [episode] = found.trial.episodes
    assert (episode.opened_at, episode.ended_at) == (T0 - 9 * DAY, T0 - 8 * DAY)
    assert lab.do(lambda uow: uow.alerts.rules("T1")) == []


def test_a_champion_rule_is_tried_against_todays_champion(lab: Lab) -> None:
    lab.finished("worse", -3, val_auc=0.93)
    worse = Regression(model="churn-model", direction=Direction.HIGHER, abs_delta=0.01)
    found = lab.do(trials.dry_run, draft(condition=worse), T0)
    assert found.baseline is not None
    assert found.baseline.value == 0.95
    [episode] = found.trial.episodes
    assert episode.value == 0.93
    assert episode.ended_at is None


def test_the_usual_noise_is_proposed_as_delta(lab: Lab) -> None:
    condition = RunRegression(
        experiment="churn", experiment_id="", direction=Direction.HIGHER, abs_delta=1
    )
    for day in range(12):
        lab.finished(f"r{day}", day - 20, val_auc=0.9 + 0.01 * (day % 3))
    found = lab.do(trials.dry_run, draft(condition=condition), T0, propose=True)
    assert isinstance(found.rule.condition, RunRegression)
    assert 0.01 <= found.rule.condition.abs_delta <= 0.06
    assert found.trial.episodes == ()


def test_nothing_is_proposed_where_the_noise_is_unknown(lab: Lab) -> None:
    condition = Regression(model="churn-model", direction=Direction.HIGHER, abs_delta=1)
    with pytest.raises(InvalidForm) as caught:
        lab.do(trials.dry_run, draft(condition=condition), T0, propose=True)
    assert list(caught.value.fields) == ["abs_delta"]


def test_a_test_message_shows_the_last_breach_or_the_newest_evaluation(lab: Lab) -> None:
    rule = lab.made()
    lab.finished("fine", -2, val_auc=0.95)
    found = lab.do(trials.of_rule, rule, T0)
    assert found is not None
    calm = lab.do(trials.example, rule, found, T0)
    assert calm is not None
    assert calm.sample is not None
    assert calm.sample.name == "fine"
    assert "nothing was bad" in calm.title
    lab.finished("bad", -1, val_auc=0.8)
    found = lab.do(trials.of_rule, rule, T0)
    assert found is not None
    shown = lab.do(trials.example, rule, found, T0)
    assert shown is not None
    assert "val_auc 0.8 is below 0.9" in shown.title
    assert shown.call is None
    at_work = lab.do(trials.example, rule, found, T0 + DAY)
    assert at_work is not None
    assert at_work.call is not None
    assert at_work.call.person == LENA
    assert lab.do(lambda uow: uow.alerts.open_incidents("T1")) == []


def test_the_report_counts_words_and_proposes_what_would_have_been_calmer(lab: Lab) -> None:
    lab.made()
    lab.made(condition=replace(BELOW, bound=0.1))
    day = 1.0
    for breach in range(5):
        runs = 3 if breach == 4 else 1
        for n in range(runs):
            lab.finished(f"bad{breach}{n}", day, val_auc=0.8)
            lab.evaluate(1, day)
            lab.do(attending.attend, "T1", T0 + day * DAY)
            day += 1
        lab.finished(f"good{breach}", day, val_auc=0.95)
        lab.evaluate(1, day)
        day += 1
    until = T0 + 95 * DAY
    incidents = lab.do(lambda uow: uow.alerts.opened("T1", T0, until))
    assert len(incidents) == 5
    for incident in incidents[:4]:
        lab.do(_say, incident.id, False)
    lab.do(_say, incidents[4].id, True)
    found = lab.do(precision.report, _viewer(until), T0)
    [told] = found.rules
    assert (told.tally.alerts, told.tally.useful, told.tally.noise) == (5, 1, 4)
    assert found.total.precision == 0.2
    assert told.calmer is not None
    assert (told.calmer.rule.for_evaluations, told.calmer.times) == (2, 1)
    assert [rule.number for rule in found.never] == [2]


def test_words_on_other_days_alerts_are_not_counted(lab: Lab) -> None:
    lab.made()
    lab.finished("bad", 1, val_auc=0.8)
    lab.evaluate(1, 1)
    found = lab.do(precision.report, _viewer(T0 + 30 * DAY), T0 + 2 * DAY)
    assert (found.total.alerts, found.rules, found.never) == (0, (), ())


def _viewer(now: datetime) -> Viewer:
    return Viewer(workspace="T1", user_id=MARCUS, channel="C1", now=now)


def _say(uow: SqlUnitOfWork, incident_id: str, useful: bool) -> None:
    uow.feedback.give(
        Feedback(
            workspace="T1",
            incident_id=incident_id,
            rule_number=1,
            user_id=MARCUS,
            useful=useful,
            at=T0 + 20 * DAY,
        )
    )
