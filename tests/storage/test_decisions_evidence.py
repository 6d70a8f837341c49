"""Evidence that is frozen from the mirrors, kept on both databases and compared later."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest
from sqlalchemy.orm import Session

from bot.domain.decisions.evidence import Compared, Drift, Evidence, EvidenceKind, typed
from bot.domain.decisions.promotion import Promotion
from bot.domain.decisions.record import DecisionBody, DecisionEdit, DecisionStatus, NewDecision
from bot.domain.experiments.records import Experiment, ModelVersion, RegisteredModel, Run, RunStatus
from bot.domain.issues.polling import Reading
from bot.domain.issues.records import Issue, IssuePage
from bot.errors import InvalidForm
from bot.services.decisions import evidence, life, records
from storage.engine import Engines
from storage.unit_of_work import SqlUnitOfWork
from tests.issue_sight import let_see

T = TypeVar("T")
K = EvidenceKind
NOW = datetime(2026, 11, 22, 9, 0, 0, 123456, tzinfo=UTC)
LATER = NOW + timedelta(days=90)
OWL = Run(
    run_id="3f2a91c0" * 4,
    experiment_id="7",
    name="gentle-owl-12",
    status=RunStatus.FINISHED,
    started_at=NOW - timedelta(hours=2),
    ended_at=NOW - timedelta(hours=1),
    metrics={"val_loss": 0.31, "val_auc": 0.912},
    tags={"dataset": "churn-v7", "mlflow.source.git.commit": "abc1234"},
)
FOX = replace(OWL, run_id="77aa" * 8, name="quick-fox-3", metrics={"val_auc": 0.906}, tags={})
VERSION = ModelVersion(model="churn", version=14, run_id=OWL.run_id, created_at=NOW)
ISSUE = Issue(
    issue_id="1", key="CHURN-41", project="CHURN", summary="A private title", status="Done",
    status_category="done", assignee_id=None, assignee_name=None, updated_at=NOW, created_at=NOW,
)  # fmt: skip


def _body(evidence: Sequence[Evidence], promotion: Promotion | None = None) -> DecisionBody:
    return DecisionBody(title="T", outcome="O", evidence=tuple(evidence), promotion=promotion)


def work_in(engines: Engines, work: Callable[[SqlUnitOfWork], T]) -> T:
    with Session(engines.writer) as session, session.begin():
        return work(SqlUnitOfWork(session))


def mirror(
    uow: SqlUnitOfWork,
    *runs: Run,
    champion: int = 14,
    status: str = "Done",
    at: datetime = NOW,
    versions: tuple[ModelVersion, ...] = (VERSION,),
    primary: str = "val_auc",
) -> None:
    """What the polls leave behind, in a workspace whose C1 may see CHURN."""
    let_see(uow, "C1", "CHURN")
    tags = {"primary_metric": primary} if primary else {}
    uow.experiments.save_experiments("T1", [Experiment(experiment_id="7", name="c", tags=tags)])
    uow.experiments.save_runs("T1", runs or (OWL, FOX), at)
    model = RegisteredModel(name="churn", aliases={"champion": champion, "best": 14})
    uow.experiments.save_models("T1", [model], versions)
    uow.sources.read_ok("mlflow", at, at)
    issue = replace(ISSUE, status=status, updated_at=at)
    reading = Reading(projects=("CHURN",), since=at, news_since=at)
    uow.issues.save("T1", reading, IssuePage(issues=(issue,), changes=()), at)


def freeze(uow: SqlUnitOfWork, text: str, *kept: Evidence) -> tuple[Evidence, ...]:
    return evidence.frozen(uow, "T1", "C1", text, kept, NOW)


def refused(uow: SqlUnitOfWork, text: str, at: datetime = NOW) -> str:
    with pytest.raises(InvalidForm) as caught:
        evidence.frozen(uow, "T1", "C1", text, (), at)
    return caught.value.fields["evidence"]


def test_every_kind_is_frozen_as_the_mirrors_have_it(engines: Engines) -> None:
    text = (
        "GENTLE-owl-12, churn@champion\ndata churn-v7; commit 3F2A91D\nCHURN-41\n"
        "https://grafana.example/d/1/, NEW-1"
    )

    def work(uow: SqlUnitOfWork) -> tuple[Evidence, ...]:
        mirror(uow)
        return freeze(uow, text)

    run, version, data, commit, issue, link, unmirrored = work_in(engines, work)
    of_run: dict[str, Any] = {
        "frozen_at": NOW, "metrics": {"val_auc": 0.912, "val_loss": 0.31}, "primary": "val_auc",
        "dataset": "churn-v7", "commit": "abc1234",
    }  # fmt: skip
    assert run == Evidence(
        kind=K.RUN, key=f"7/{OWL.run_id}", label="gentle-owl-12", state="finished", **of_run
    )
    assert version == Evidence(
        kind=K.VERSION, key="churn/14", label="churn v14", state="best, champion", **of_run
    )
    plain = [(each.kind, each.key, each.label, each.state) for each in (data, commit, issue, link)]
    assert plain == [
        (K.DATASET, "churn-v7", "churn-v7", ""),
        (K.COMMIT, "3f2a91d", "3f2a91d", ""),
        (K.ISSUE, "CHURN-41", "CHURN-41", "Done"),
        (K.LINK, "https://grafana.example/d/1/", "grafana.example/d/1", ""),
    ]
    assert (unmirrored.key, unmirrored.state) == ("NEW-1", "")
    assert "private" not in repr((run, version, issue))


@pytest.mark.parametrize(
    "text",
    [
        OWL.run_id,
        "3f2a",
        f"run {OWL.run_id}",
        "Run: Gentle-Owl-12",
        f"https://m.x/#/experiments/7/runs/{OWL.run_id}",
        f"gentle-owl-12\n3F2A91\n{OWL.run_id}",
    ],
)
def test_a_run_is_found_once_by_whatever_it_is_called(engines: Engines, text: str) -> None:
    def work(uow: SqlUnitOfWork) -> list[str]:
        mirror(uow)
        return [each.id for each in freeze(uow, text)]

    assert work_in(engines, work) == [f"run:7/{OWL.run_id}"]


def test_a_short_hexadecimal_word_is_a_run_an_issue_or_a_commit(engines: Engines) -> None:
    def work(uow: SqlUnitOfWork) -> list[str]:
        mirror(uow)
        return [each.id for each in freeze(uow, "3f2a91c, 3f2a91d, churn-41")]

    assert work_in(engines, work) == [f"run:7/{OWL.run_id}", "commit:3f2a91d", "issue:CHURN-41"]


def test_the_text_of_frozen_evidence_finds_the_same(engines: Engines) -> None:
    def work(uow: SqlUnitOfWork) -> None:
        mirror(uow)
        first = freeze(uow, "gentle-owl-12; churn v14, data a, 1234567, CHURN-41, https://a.x/b")
        assert len(first) == 6
        assert freeze(uow, typed(first)) == first

    work_in(engines, work)


def test_what_nobody_knows_is_refused_by_name(engines: Engines) -> None:
    def work(uow: SqlUnitOfWork) -> list[str]:
        mirror(uow, OWL, FOX, replace(FOX, run_id="88aa" * 8))
        texts = ("gentel-owl-12", "quick-fox-3", "churn v99", "churn@shadow", "D-12", "gentle-owl")
        return [refused(uow, text) for text in texts]

    typo, twice, version, alias, decision, half = work_in(engines, work)
    assert typo.startswith('I don\'t know "gentel-owl-12". Did you mean gentle-owl-12? Type a run')
    assert "a minute later" in typo
    assert twice.startswith('2 runs are called "quick-fox-3", such as ')
    assert "77aa" * 8 in twice
    assert "88aa" * 8 in twice
    assert version.startswith("churn has no version 99.")
    assert alias.startswith('churn has no alias "shadow".')
    assert decision.startswith('I don\'t know "D-12". Type')
    assert half.startswith('I don\'t know "gentle-owl". Did you mean gentle-owl-12?')


def test_an_old_copy_of_mlflow_is_told(engines: Engines) -> None:
    work_in(engines, lambda uow: mirror(uow))
    told = work_in(engines, lambda uow: refused(uow, "x", NOW + timedelta(hours=3)))
    assert "MLflow was last read 3 hours ago" in told
    told = work_in(engines, lambda uow: refused(uow, "x", NOW + timedelta(minutes=41)))
    assert "MLflow was last read 41 minutes ago" in told


def test_without_mlflow_addresses_of_runs_are_links(engines: Engines) -> None:
    address = f"https://m.x/#/experiments/7/runs/{OWL.run_id}"

    def work(uow: SqlUnitOfWork) -> tuple[Evidence, ...]:
        return freeze(uow, f"{address}\nhttps://m.x/#/models/churn/versions/3")

    found = work_in(engines, work)
    assert [each.kind for each in found] == [K.LINK, K.LINK]
    assert found[0].key == address
    work_in(engines, lambda uow: mirror(uow, FOX))
    assert "I don't know" in work_in(engines, lambda uow: refused(uow, address))


def test_too_much_is_refused(engines: Engines) -> None:
    def work(uow: SqlUnitOfWork) -> list[str]:
        long = "\n".join(f"https://x.org/{n}{'a' * 400}" for n in range(8))
        many = "\n".join(f"data {n}" for n in range(21))
        assert len(freeze(uow, many.removesuffix("data 20"))) == 20
        texts = (many, long, "https://x.org/" + "a" * 1000, "data " + "a" * 251)
        return [refused(uow, text) for text in texts]

    many, long, address, name = work_in(engines, work)
    assert many == "Name at most 20 pieces; these are 21."
    assert long.startswith("That is too long")
    assert address.startswith("Addresses may have at most 1000 characters.")
    assert name.startswith("Names may have at most 250 characters.")


ODD = {"tiny": 1e-300, "zero": -0.0, "third": 1 / 3, "huge": 1.7e308, "whole": 3.0, "ünï": -1e-5}


def test_odd_numbers_survive_the_database_and_what_is_none_is_not_kept(engines: Engines) -> None:
    bad = {"nan": math.nan, "inf": math.inf, "minus": -math.inf, "system/cpu": 1.0}
    many = {f"m{n:03}": float(n) for n in range(100)} | {"z": 0.9, "val_auc": 0.8}

    def log(uow: SqlUnitOfWork) -> int:
        mirror(uow, replace(OWL, metrics=ODD | bad), replace(FOX, metrics=many), primary="z")
        body = DecisionBody(title="t", outcome="o", makers=("U1",))
        wish = NewDecision(
            workspace="T1", channel="C1", author="U1", body=body, evidence="3f2a, 77aa",
            status=DecisionStatus.PROPOSED,
        )  # fmt: skip
        record = life.log(uow, wish, NOW)
        assert record.body.evidence[0].metrics == ODD
        return record.number

    number = work_in(engines, log)
    kept = work_in(engines, lambda uow: records.find(uow, "T1", number)).body.evidence
    assert kept[0].metrics == ODD
    assert kept[0].frozen_at == NOW
    assert math.copysign(1, kept[0].metrics["zero"]) == 1
    assert all(type(value) is float for value in kept[0].metrics.values())
    assert len(kept[1].metrics) == 30
    assert kept[1].primary == "z"
    assert kept[1].metrics["z"] == 0.9
    assert kept[1].metrics["val_auc"] == 0.8


def test_an_edit_keeps_what_was_frozen_and_freezes_what_is_new(engines: Engines) -> None:
    body = DecisionBody(title="t", outcome="o", makers=("U1",))

    def log(uow: SqlUnitOfWork) -> None:
        mirror(uow)
        wish = NewDecision(
            workspace="T1", channel="C1", author="U1", body=body,
            evidence="gentle-owl-12, CHURN-41", status=DecisionStatus.PROPOSED,
        )  # fmt: skip
        life.log(uow, wish, NOW)

    def edit(uow: SqlUnitOfWork) -> tuple[Evidence, ...]:
        before = records.find(uow, "T1", 1)
        mirror(uow, replace(OWL, metrics={"val_auc": 0.5}), FOX, status="Reopened", at=LATER)
        text = "quick-fox-3, gentle-owl-12, CHURN-41"
        assert evidence.frozen(uow, "T1", "C1", text, before.body.evidence, LATER)[1:] == (
            before.body.evidence
        )
        uow.experiments.keep_only("T1", [], LATER)
        uow.experiments.save_runs("T1", [FOX], LATER)
        text = f"quick-fox-3\n{typed(before.body.evidence)}"
        change = DecisionEdit(
            workspace="T1", number=1, version=1, body=body, by="U1", evidence=text
        )
        return life.edit(uow, change, LATER).body.evidence

    work_in(engines, log)
    fox, owl, issue = work_in(engines, edit)
    assert (fox.label, fox.frozen_at) == ("quick-fox-3", LATER)
    assert (owl.metrics["val_auc"], owl.frozen_at) == (0.912, NOW)
    assert (issue.state, issue.frozen_at) == ("Done", NOW)


def test_evidence_of_another_mirror_survives_an_edit(engines: Engines) -> None:
    """As after an import, or when its model was deleted."""
    foreign = [
        Evidence(kind=K.RUN, key="9/feed", label="a, b", frozen_at=NOW, metrics={"x": 1.0}),
        Evidence(kind=K.VERSION, key="gone model/3", label="gone model v3", frozen_at=NOW),
    ]
    kept = work_in(engines, lambda uow: freeze(uow, typed(foreign), *foreign))
    assert list(kept) == foreign


def compare(engines: Engines, text: str, *runs: Run, **changes: Any) -> list[Compared]:
    """What was frozen at first beside what a later poll found."""

    def first(uow: SqlUnitOfWork) -> tuple[Evidence, ...]:
        mirror(uow)
        return freeze(uow, text)

    def later(uow: SqlUnitOfWork) -> list[Compared]:
        mirror(uow, *runs, at=LATER, **changes)
        return evidence.compared(uow, "T1", "C1", _body(frozen))

    frozen = work_in(engines, first)
    return work_in(engines, later)


def test_what_is_the_same_does_not_drift(engines: Engines) -> None:
    found = compare(engines, "gentle-owl-12, churn v14, CHURN-41, data churn-v7, https://a.x/")
    assert [list(each.drifts) for each in found] == [[]] * 5
    assert [each.as_of for each in found] == [LATER, LATER, LATER, None, None]
    for each in found[:3]:
        assert each.now is not None
        assert replace(each.now, frozen_at=NOW) == each.then
    assert [each.now for each in found[3:]] == [None, None]


def test_what_moved_is_told_with_both_values(engines: Engines) -> None:
    moved = replace(
        OWL,
        status=RunStatus.RUNNING,
        metrics={"val_auc": 0.871, "new": 1.0},
        tags={"dataset": "churn-v8"},
    )
    owl, churn, issue = compare(
        engines, "gentle-owl-12, churn v14, CHURN-41", moved, champion=15, status="Reopened"
    )
    of_run = [
        Drift(what="val_auc", then="0.912", now="0.871", by="0.041 lower"),
        Drift(what="val_loss", then="0.31", now=""),
    ]
    tags = [
        Drift(what="data", then="churn-v7", now="churn-v8"),
        Drift(what="commit", then="abc1234", now=""),
    ]
    assert owl.drifts == [*of_run, Drift(what="status", then="finished", now="running"), *tags]
    assert churn.drifts == [
        *of_run,
        Drift(what="alias champion", then="churn v14", now=""),
        *tags,
    ]
    assert issue.drifts == [Drift(what="status", then="Done", now="Reopened")]
    assert owl.now is not None
    assert "new" not in owl.now.metrics


def test_a_metric_that_is_no_number_any_more_and_a_tiny_difference(engines: Engines) -> None:
    moved = replace(OWL, metrics={"val_auc": 0.912 + 1e-9, "val_loss": math.nan})
    (owl,) = compare(engines, "gentle-owl-12", moved)
    assert owl.drifts == [
        Drift(what="val_auc", then="0.912", now="0.912", by="0.000000001 higher"),
        Drift(what="val_loss", then="0.31", now="not a number"),
    ]


def test_a_new_alias_is_no_drift(engines: Engines) -> None:
    def first(uow: SqlUnitOfWork) -> tuple[Evidence, ...]:
        mirror(uow, champion=13)
        return freeze(uow, "churn v14")

    def later(uow: SqlUnitOfWork) -> list[Compared]:
        mirror(uow, champion=14, at=LATER)
        return evidence.compared(uow, "T1", "C1", _body(frozen))

    frozen = work_in(engines, first)
    (churn,) = work_in(engines, later)
    assert churn.drifts == []
    assert churn.now is not None
    assert churn.now.state == "best, champion"


@pytest.mark.parametrize(("alias", "told"), [("champion", []), ("canary", ["alias champion"])])
def test_an_alias_that_the_decision_itself_moves_is_no_drift(
    engines: Engines, alias: str, told: list[str]
) -> None:
    def first(uow: SqlUnitOfWork) -> tuple[Evidence, ...]:
        mirror(uow)
        return freeze(uow, "churn v14")

    def later(uow: SqlUnitOfWork) -> list[Compared]:
        mirror(uow, at=LATER, champion=15)
        promotion = Promotion(model="churn", version=15, alias=alias)
        return evidence.compared(uow, "T1", "C1", _body(frozen, promotion))

    frozen = work_in(engines, first)
    (churn,) = work_in(engines, later)
    assert [drift.what for drift in churn.drifts] == told


def test_what_the_source_lost_is_gone(engines: Engines) -> None:
    found = compare(engines, "gentle-owl-12, churn v14, NEW-1", versions=())
    assert [each.gone for each in found] == [False, True, False]
    work_in(engines, lambda uow: uow.experiments.keep_only("T1", [], LATER))
    frozen = [each.then for each in found]
    again = work_in(engines, lambda uow: evidence.compared(uow, "T1", "C1", _body(frozen)))
    assert [each.gone for each in again] == [True, True, False]
    assert [each.now for each in again] == [None] * 3
    elsewhere = work_in(engines, lambda uow: evidence.compared(uow, "T2", "C1", _body(frozen[2:])))
    assert elsewhere == [Compared(then=frozen[2], now=None)]


def test_a_source_that_was_never_read_says_nothing(engines: Engines) -> None:
    one = Evidence(kind=K.RUN, key="7/abc", label="x", frozen_at=NOW, metrics={"a": 1.0})
    found = work_in(engines, lambda uow: evidence.compared(uow, "T1", "C1", _body([one])))
    assert found == [Compared(then=one, now=None)]


def test_without_a_tag_the_primary_metric_is_that_of_the_leaderboard(engines: Engines) -> None:
    def work(uow: SqlUnitOfWork) -> list[str]:
        mirror(uow, OWL, FOX, primary="")
        return [each.primary for each in freeze(uow, "gentle-owl-12, churn v14")]

    assert work_in(engines, work) == ["val_auc", "val_auc"]
