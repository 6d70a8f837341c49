"""Why a version is the champion, from what both databases keep."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from sqlalchemy.orm import Session

from bot.domain.alerts.incidents import Incident
from bot.domain.alerts.rules import Operator, Regression, Rule, Severity, Threshold
from bot.domain.alerts.states import AlertState
from bot.domain.decisions.chain import Chain
from bot.domain.decisions.detail import DecisionDetail
from bot.domain.decisions.promotion import Promotion, PromotionState, PromotionStatus
from bot.domain.decisions.record import (
    ChangeKind,
    DecisionChange,
    DecisionRecord,
    DecisionStatus,
)
from bot.domain.decisions.sight import Viewer
from bot.domain.experiments.records import ModelVersion, RegisteredModel
from bot.domain.links import Links
from bot.domain.metrics import Direction
from bot.errors import NotFound
from bot.services.decisions import why
from bot.services.experiments.pages import SOURCE
from bot.views.decisions import lineage
from bot.views.decisions import why as views
from storage.engine import Engines
from storage.unit_of_work import SqlUnitOfWork
from tests.unit.decisions.samples import NOW, PEOPLE, body, problems, record, shown_text

T = TypeVar("T")
S = DecisionStatus
K = ChangeKind
DAY = timedelta(days=1)
ASKER = Viewer(workspace="T1", user_id="UBEN", now=NOW, channel="C1")
LINKS = Links(mlflow_url="https://mlflow.test")


def _in(engines: Engines, work: Callable[[SqlUnitOfWork], T]) -> T:
    with Session(engines.writer) as session, session.begin():
        return work(SqlUnitOfWork(session))


def _decides(
    uow: SqlUnitOfWork,
    number: int,
    version: int,
    days: float,
    previous: int | None,
    status: DecisionStatus = S.ACCEPTED,
    model: str = "churn",
    alias: str = "champion",
    state: PromotionState = PromotionState.DONE,
    by: str = "UANA",
    how: str = "",
    **values: Any,
) -> DecisionRecord:
    """A decision that moved an alias so many days before now."""
    at = NOW - days * DAY
    moved = Promotion(model=model, version=version, alias=alias)
    title = values.pop("title", f"Promote {version}")
    outcome = values.pop("outcome", f"Version {version} wins.")
    it = record(
        number, status, body=body(title, outcome=outcome, promotion=moved), created_at=at, **values
    )
    uow.decisions.add(it)
    uow.decisions.append(
        "T1",
        DecisionChange(number=number, kind=K.MOVED, status=S.ACCEPTED, by=by, at=at, detail=how),
    )
    if status is not S.PROPOSED:
        begun = state is PromotionState.DONE
        told = PromotionStatus(
            number=number, promotion=moved, state=state, changed_at=at, previous=previous,
            begun=begun, problem="" if begun else "MLflow did not answer",
        )  # fmt: skip
        uow.promotions.save("T1", told)
    return it


def _mlflow(uow: SqlUnitOfWork, champion: int | None, **aliases: int) -> None:
    if champion is not None:
        aliases["champion"] = champion
    versions = [
        ModelVersion(model="churn", version=number, run_id="", created_at=NOW)
        for number in range(12, 17)
    ]
    others = [
        RegisteredModel(name="spam-filter", aliases={"champion": 3}),
        RegisteredModel(name="spam-words", aliases={}),
    ]
    uow.experiments.save_models(
        "T1", [RegisteredModel(name="churn", aliases=aliases), *others], versions
    )
    uow.sources.read_ok(SOURCE, NOW, NOW)


def _incident(
    uow: SqlUnitOfWork, number: int, days: float, ended: float | None, model: str = "churn"
) -> None:
    condition = (
        Regression(model=model, direction=Direction.HIGHER, abs_delta=0.01)
        if model
        else Threshold(experiment="x", experiment_id="1", operator=Operator.BELOW, bound=0.9)
    )
    rule = Rule(
        workspace="T1", channel="C1", author="UANA", metric="val_auc", severity=Severity.CRITICAL,
        for_evaluations=1, condition=condition, number=number, created_at=NOW,
    )  # fmt: skip
    uow.alerts.add(rule, AlertState(since=NOW, read_until=NOW))
    incident = Incident(
        id=f"T1-{number}", workspace="T1", rule_number=number, channel="C1",
        severity=Severity.CRITICAL, title=f"{model or 'x'} is worse ({number})", latest="0.871",
        sample=None, baseline=None, opened_at=NOW - days * DAY, changed_at=NOW,
    )  # fmt: skip
    uow.alerts.open_incident(incident)
    if ended is not None:
        over = NOW - ended * DAY
        uow.alerts.save_incident(replace(incident, resolved_at=over, recovered=True))


def _story(uow: SqlUnitOfWork) -> None:
    """12 by D-1, 13 by hand, 14 by D-3, back to 12 by D-5; D-6 proposes 16."""
    uow.people.save(PEOPLE.values())
    _decides(uow, 1, 12, 60, None, S.SUPERSEDED, superseded_by=3)
    _decides(
        uow, 3, 14, 20, 13, S.SUPERSEDED, superseded_by=5, supersedes=1, by="",
        how="by consent of all", title="Use LightGBM",
    )  # fmt: skip
    _incident(uow, 31, 6, 5.8)
    _incident(uow, 32, 25, None, model="spam-filter")
    _incident(uow, 33, 6, None, model="")
    _decides(uow, 5, 12, 5, 14, supersedes=3, by="UBEN", title="Roll back", outcome="14 got worse.")
    _decides(uow, 6, 16, 1, None, S.PROPOSED, title="Try 16")
    _mlflow(uow, 12)


def _told(engines: Engines, typed: str, offset: int | None = None) -> tuple[Chain, str]:
    def read(uow: SqlUnitOfWork) -> Chain:
        subject = why.subject(uow, ASKER, typed)
        assert subject is not None
        return why.chain(uow, ASKER, subject, offset)

    chain = _in(engines, read)
    message = views.story(chain, typed, LINKS, NOW)
    assert problems(message) == []
    return chain, shown_text(message.blocks).replace("\n", "")


def _in_order(text: str, *parts: str) -> None:
    places = [text.find(part) for part in parts]
    assert -1 not in places, (parts[places.index(-1)], text)
    assert places == sorted(places), text


def test_the_story_goes_back_from_what_is_there_now(engines: Engines) -> None:
    _in(engines, _story)
    chain, text = _told(engines, "churn")
    assert [(each.move.version, each.move.number) for each in chain.told] == [
        (12, 5), (14, 3), (13, None), (12, 1),
    ]  # fmt: skip
    _in_order(
        text,
        "champion of churn is version 12 again since ",
        ", by D-5.",
        "D-6 is proposed: it would move it to version 16 (Try 16)",
        "D-5 · Roll back · replaced D-3",
        "accepted by Ben",
        "14 got worse.",
        "Version 14 by D-3",
        "Use LightGBM · accepted by consent of all",
        "A-31: churn is worse (31) · recovered after",
        "Version 13 was put there without a decision on record",
        "Version 12 by D-1",
        "accepted by Ana",
        "MLflow as of",
    )
    assert [each.back for each in chain.told] == [True, False, False, False]
    assert [len(each.incidents) for each in chain.told] == [0, 1, 0, 0]
    assert "(32)" not in text
    assert "(33)" not in text


def test_a_champion_put_there_by_hand_is_said_to_be(engines: Engines) -> None:
    _in(engines, _story)
    _in(engines, lambda uow: _mlflow(uow, 15))
    chain, text = _told(engines, "churn")
    assert chain.told[0].move.version == 15
    _in_order(
        text,
        "champion of churn is version 15",
        "Version 15 was put there without a decision on record.",
        "Back to version 12 by D-5",
    )


def test_an_alias_that_was_taken_away_points_to_nothing(engines: Engines) -> None:
    _in(engines, _story)
    _in(engines, lambda uow: _mlflow(uow, None))
    assert "champion of churn points to nothing now." in _told(engines, "churn")[1]


def test_what_has_not_been_moved_yet_is_said_first(engines: Engines) -> None:
    def pending(uow: SqlUnitOfWork) -> None:
        _decides(uow, 1, 13, 9, None)
        _decides(uow, 2, 14, 1, None, state=PromotionState.PENDING)
        _mlflow(uow, 13)

    _in(engines, pending)
    _in_order(
        _told(engines, "churn")[1],
        "is version 13",
        "D-2 wants version 14, which isn't moved yet: MLflow did not answer",
        "D-1 · Promote 13",
    )


def test_a_model_that_nobody_decided_on_has_a_short_story(engines: Engines) -> None:
    _in(engines, lambda uow: _mlflow(uow, None))
    _in_order(
        _told(engines, "spam-words")[1],
        "champion of spam-words points to nothing now.",
        "No decision on record has moved it.",
    )
    assert "Version 3 was put there without a decision on record." in _told(engines, "spam-f")[1]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("churn", 0),
        ("CHURN champion", 0),
        ("champion of churn", 0),
        ("chur", 0),
        ("churn v14", 1),
        ("v14 of churn", 1),
        ("version 14", 1),
        ("v14", 1),
        ("D-3", 1),
        ("d1", 3),
        ("https://mlflow.test/#/models/churn/versions/13", 2),
        ("churn v12", 0),
    ],
)
def test_models_versions_aliases_and_decisions_are_understood(
    engines: Engines, typed: str, first: int
) -> None:
    _in(engines, _story)
    chain, _ = _told(engines, typed)
    assert (chain.model, chain.alias, chain.offset) == ("churn", "champion", first)


def test_another_alias_has_a_story_of_its_own(engines: Engines) -> None:
    _in(engines, _story)
    _in(engines, lambda uow: _decides(uow, 7, 15, 2, None, alias="shadow"))
    _in(engines, lambda uow: _mlflow(uow, 12, shadow=15))
    assert _told(engines, "churn shadow")[0].told[0].move.number == 7
    assert _told(engines, "churn")[0].told[0].move.number == 5
    assert _told(engines, "v15")[0].alias == "shadow"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("chrun", r"model called chrun\. Did you mean `/decide why churn`\?"),
        ("spam", "`/decide why spam-words` or `/decide why spam-filter`"),
        ("kafka", r"Models with a decision: churn\."),
        ("v99", "No model has a version 99"),
        ("D-99", "There is no D-99"),
    ],
)
def test_what_nobody_knows_gets_the_nearest_names(
    engines: Engines, typed: str, sentence: str
) -> None:
    _in(engines, _story)
    with pytest.raises(NotFound, match=sentence):
        _told(engines, typed)


def test_a_version_of_several_models_is_asked_back(engines: Engines) -> None:
    _in(engines, _story)
    _in(engines, lambda uow: _decides(uow, 7, 14, 2, None, model="spam-filter"))
    with pytest.raises(NotFound, match="More than one model has a version 14: churn, spam-filter"):
        _told(engines, "v14")
    assert _told(engines, "spam-filter v14")[0].model == "spam-filter"


def test_a_long_story_comes_in_parts(engines: Engines) -> None:
    def often(uow: SqlUnitOfWork) -> None:
        for number in range(1, 11):
            _decides(uow, number, number, 30 - number, number - 1 or None)
        _mlflow(uow, 10)

    _in(engines, often)
    chain, text = _told(engines, "churn")
    assert [each.move.version for each in chain.told] == [10, 9, 8, 7]
    assert "Earlier" in text
    assert "Later" not in text
    value = views.story(chain, "churn", LINKS, NOW).blocks[-2]["elements"][-1]["value"]
    assert views.read_page(value) == ("churn", 4)
    chain, text = _told(engines, "churn", 8)
    assert [each.move.version for each in chain.told] == [2, 1]
    assert "Earlier" not in text
    assert "Later" in text
    assert _told(engines, "churn", 99)[0].offset == 9


def test_models_are_listed_with_what_their_champion_rests_on(engines: Engines) -> None:
    assert "No decision promotes a model yet" in lineage.models([]).text
    _in(engines, _story)
    _in(engines, lambda uow: _decides(uow, 8, 2, 2, None, model="spam-filter"))
    message = lineage.models(_in(engines, lambda uow: why.standings(uow, ASKER)))
    text = shown_text(message.blocks).replace("\n", "")
    assert "churn · champion is version 12, by D-5" in text
    assert "spam-filter · champion is version 3, without a decision on record" in text
    assert "/decide why churn" in text
    assert _in(engines, lambda uow: why.standings(uow, replace(ASKER, workspace="T2"))) == []


def test_a_decision_that_promotes_nothing_has_a_line_of_its_own(engines: Engines) -> None:
    def add(uow: SqlUnitOfWork) -> None:
        for number in (1, 2, 3):
            newer, older = number + 1 if number < 3 else None, number - 1 or None
            status = S.SUPERSEDED if newer else S.ACCEPTED
            links = {"superseded_by": newer, "supersedes": older}
            uow.decisions.add(record(number, status, body=body(f"Title {number}"), **links))

    _in(engines, add)
    assert _in(engines, lambda uow: why.subject(uow, ASKER, "D-2")) is None
    details = _in(engines, lambda uow: why.lineage(uow, ASKER, 2))
    told = [detail for detail in details if isinstance(detail, DecisionDetail)]
    assert [detail.record.number for detail in told] == [3, 2, 1]
    message = lineage.lineage(details, 2)
    assert problems(message) == []
    assert "D-2 · Title 2 · superseded by D-3 · replaced D-1 (this is the one)" in shown_text(
        message.blocks
    )


def test_a_hidden_decision_is_told_by_its_number_only(engines: Engines) -> None:
    def decide(uow: SqlUnitOfWork) -> None:
        _decides(uow, 1, 13, 9, None)
        secret: dict[str, Any] = {
            "channel": "C2",
            "title": "Secret",
            "outcome": "Hush.",
            "by": "UGHOST",
        }
        _decides(uow, 2, 14, 6, 13, how="for a secret reason", **secret)
        _decides(uow, 3, 15, 3, 14)
        _decides(uow, 4, 16, 1, None, S.PROPOSED, channel="C2", title="Secret plan")
        models = [RegisteredModel(name="churn", aliases={"champion": 15})]
        uow.experiments.save_models("T1", models, [])

    _in(engines, decide)
    chain, text = _told(engines, "churn")
    assert [each.move.number for each in chain.told] == [3, 2, 1]
    assert chain.waiting == []
    _in_order(text, "D-3", "Version 14 by ", "D-2", "(a private channel's)", "D-1")
    for hidden in ("ecret", "Hush", "UGHOST", "D-4", "Show D-2"):
        assert hidden not in text
    _, first = _told(engines, "v14")
    assert "D-2 (a private channel's)" in first
    assert "Hush" not in first
    with pytest.raises(NotFound, match="D-2 belongs to a private channel"):
        _in(engines, lambda uow: why.subject(uow, ASKER, "D-2"))


def test_a_hidden_proposal_is_told_by_nothing(engines: Engines) -> None:
    proposal: dict[str, Any] = {"status": S.PROPOSED, "channel": "C2", "alias": "secret"}
    _in(engines, lambda uow: _decides(uow, 1, 13, 9, None, model="hidden", **proposal))
    assert _in(engines, lambda uow: why.standings(uow, ASKER)) == []
    with pytest.raises(NotFound, match="No decision promotes a model yet"):
        _in(engines, lambda uow: why.subject(uow, ASKER, "hidden"))
    there = replace(ASKER, channel="C2")
    [standing] = _in(engines, lambda uow: why.standings(uow, there))
    assert (standing.model, standing.alias) == ("hidden", "secret")
