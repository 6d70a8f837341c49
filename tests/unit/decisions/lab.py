"""A team with a model that is evaluated every night, and a decision about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.alerts.states import Phase
from bot.domain.decisions.detail import DecisionDetail
from bot.domain.decisions.measure import parse_expectation, parse_revisit
from bot.domain.decisions.promotion import Promotion, PromotionState
from bot.domain.decisions.record import DecisionBody, DecisionRecord, DecisionStatus, NewDecision
from bot.domain.decisions.review import Review
from bot.domain.experiments.records import ModelVersion, RegisteredModel, Run, RunStatus
from bot.domain.person import Person
from bot.services.alerts import evaluation
from bot.services.decisions import details, life
from storage.base import Base
from storage.engine import Engines, open_engines
from storage.unit_of_work import SqlUnitOfWork
from tests.unit.decisions.rounds import LENA, MARCUS, Office
from tests.unit.desk import TEAM, at

WEDNESDAY = at("2026-11-25T15:00")
"""Lena (16:00), Marcus (10:00) and Beatriz (12:00) are at work; in Tokyo it is midnight."""
PROMOTED = Promotion(model="churn", version=14, alias="champion")
NIGHT = timedelta(days=1)


def run(key: str, value: float, ended: datetime, **tags: str) -> Run:
    """A finished run of the nightly experiment; the tags say what it evaluates."""
    return Run(
        run_id=key,
        experiment_id="1",
        name=f"nightly-{key}",
        status=RunStatus.FINISHED,
        started_at=ended - timedelta(minutes=5),
        ended_at=ended,
        metrics={"val_auc": value},
        tags=tags,
    )


def an_evaluation(key: str, value: float, ended: datetime, version: int | None = 14) -> Run:
    """An evaluation of a version of churn, or of the champion where none is named."""
    tags = {"registered_model": "churn"}
    if version is not None:
        tags["model_version"] = str(version)
    return run(key, value, ended, **tags)


@dataclass(frozen=True, kw_only=True)
class Lab(Office):
    """What MLflow and the alert engine do, and what becomes of decisions about a model."""

    def registry(self, champion: int | None = 14, **aliases: int) -> None:
        """Versions 13 to 15 of churn are registered, each made by a run of its own."""
        now = WEDNESDAY - timedelta(days=20)
        versions = [
            ModelVersion(model="churn", version=n, run_id=f"source{n}", created_at=now)
            for n in (13, 14, 15)
        ]
        pointing = {**({"champion": champion} if champion else {}), **aliases}
        model = RegisteredModel(name="churn", aliases=pointing)
        self.do(lambda uow: uow.experiments.save_models("T1", [model], versions))
        self.finished(*(an_evaluation(f"source{n}", 0.5, now, n) for n in (13, 14, 15)))

    def finished(self, *runs: Run) -> None:
        """The mirror holds these runs."""
        for each in runs:
            self.do(_save, each)

    def decide(
        self,
        now: datetime = WEDNESDAY,
        status: DecisionStatus = DecisionStatus.ACCEPTED,
        **parts: Any,
    ) -> DecisionRecord:
        """Log a decision; conditions may be as they are typed."""
        promotion = parts.get("promotion")
        for name, parse in (("revisit", parse_revisit), ("expected", parse_expectation)):
            if isinstance(typed := parts.get(name), str):
                parts[name] = parse(typed, promotion or PROMOTED)
        body = DecisionBody(
            **{
                "title": "Use LightGBM for churn",
                "outcome": "It wins on every slice.",
                "makers": (LENA, MARCUS),
                **parts,
            }
        )
        wish = NewDecision(workspace="T1", channel="C1", author=LENA, body=body, status=status)
        return self.do(life.log, wish, now)

    def supersede(self, number: int, by: str, now: datetime, **parts: Any) -> DecisionRecord:
        """Log the decision that replaces another one."""
        parts = {"title": "Use LightGBM for churn", "outcome": "…", "makers": (by,), **parts}
        wish = NewDecision(
            workspace="T1",
            channel="C1",
            author=by,
            body=DecisionBody(**parts),
            status=DecisionStatus.ACCEPTED,
            supersedes=number,
        )
        return self.do(life.log, wish, now)

    def promoted(self, number: int, now: datetime, previous: int | None = 13) -> None:
        """The alias of a decision was moved."""

        def done(uow: SqlUnitOfWork) -> None:
            status = uow.promotions.get("T1", number)
            assert status is not None
            values = {**vars(status), "state": PromotionState.DONE, "previous": previous}
            uow.promotions.save("T1", type(status)(**{**values, "changed_at": now}))

        self.do(done)

    def look(self, now: datetime) -> None:
        """The alert engine evaluates every rule."""
        for number in self.do(evaluation.numbers, "T1"):
            if self.do(evaluation.has_news, "T1", number, now):
                self.do(evaluation.evaluate_rule, "T1", number, now)

    def nights(self, values: list[float], first: datetime, version: int | None = 14) -> datetime:
        """One evaluation a day, each looked at an hour after its end; when the last look was."""
        now = first
        for night, value in enumerate(values):
            ended = first + night * NIGHT
            self.finished(an_evaluation(f"{ended:%m%d%H}v{version}", value, ended, version))
            now = ended + timedelta(hours=1)
            self.look(now)
        return now

    def reviews(self, number: int = 1) -> list[Review]:
        """Every review of a decision."""
        return self.do(lambda uow: uow.reviews.of("T1", number))

    def detail(self, now: datetime, number: int = 1) -> DecisionDetail:
        """A decision as it is shown."""
        return self.do(details.detail, "T1", number, now)

    def phase(self, number: int = 1) -> Phase:
        """Where an alert rule stands."""
        stored = self.do(lambda uow: uow.alerts.state("T1", number))
        assert stored is not None
        return stored.state.phase


def _save(uow: SqlUnitOfWork, finished: Run) -> None:
    assert finished.ended_at is not None
    uow.experiments.save_runs("T1", [finished], finished.ended_at)


def with_team(engines: Engines) -> Lab:
    """A lab on these engines, with its tables, its team and its registry."""
    Base.metadata.create_all(engines.writer)
    ready = Lab(engines=engines)
    team = [
        Person(workspace="T1", user_id=user_id, name=name, zone=zone, slack_zone=zone)
        for user_id, (name, zone) in TEAM.items()
    ]
    ready.do(lambda uow: uow.people.save(team))
    ready.registry()
    return ready


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    """A workspace on SQLite with the team, the model and nothing decided."""
    engines = open_engines(f"sqlite:///{tmp_path}/meridian.db")
    yield with_team(engines)
    engines.dispose()
