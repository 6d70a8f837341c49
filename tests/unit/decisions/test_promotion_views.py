"""What is seen of a promotion, and the form's fields for one."""

from datetime import timedelta
from typing import Any

import pytest

from bot.domain.decisions.promotion import (
    AliasNow,
    Promotion,
    PromotionState,
    PromotionStatus,
    Retry,
)
from bot.domain.decisions.record import DecisionStatus
from bot.domain.experiments.records import RegisteredModel
from bot.domain.links import Links
from bot.errors import InvalidForm
from bot.views.decisions import card, promotion, promotion_inputs
from bot.views.forms import modal
from bot.views.text import plain
from tests.unit.decisions.samples import (
    NOW,
    body,
    detail,
    filled,
    modal_problems,
    problems,
    record,
)
from tests.unit.views.largest import ALPHABETS, LINKS, long
from tests.unit.views.largest import decision as largest

WANTED = Promotion(model="churn", version=14, alias="champion")
SINCE = "2026-11-22 09:00 UTC"
MODELS = [RegisteredModel(name="churn"), RegisteredModel(name="spam")]
VERSIONS = {"churn": [12, 14, 13], "spam": [1]}


def status(state: PromotionState, **changes: Any) -> PromotionStatus:
    values = {"number": 1, "promotion": WANTED, "state": state, "changed_at": NOW, "previous": 13}
    return PromotionStatus(**{**values, **changes})


def shown(
    found: PromotionStatus | None = None,
    alias: AliasNow | None = None,
    at: DecisionStatus = DecisionStatus.ACCEPTED,
) -> list[str]:
    it = record(status=at, body=body(promotion=WANTED), decided_at=NOW)
    told = promotion.card_lines(detail(it, promotion=found, alias=alias), Links(), NOW)
    return [plain(line) for line in told]


def test_a_card_says_what_acceptance_will_do() -> None:
    says = "Once accepted, champion of churn moves to version 14."
    assert shown(at=DecisionStatus.PROPOSED) == [says]
    assert shown(at=DecisionStatus.REJECTED) == []
    assert shown() == ["It names version 14 for champion of churn; nothing was moved for it."]


def test_one_that_promotes_nothing_says_nothing() -> None:
    assert promotion.card_lines(detail(), Links(), NOW) == []
    assert promotion.promoted(detail(), Links()) is None
    assert promotion.not_promoted(detail(), True) is None


@pytest.mark.parametrize(
    ("found", "alias", "says"),
    [
        (
            status(PromotionState.PENDING),
            None,
            "🟡 Is about to move champion of churn to version 14.",
        ),
        (
            status(PromotionState.PENDING, problem="MLflow at http://m can't be reached."),
            None,
            "🟡 Moves champion of churn to version 14 as soon as MLflow does it. "
            f"Since {SINCE}: MLflow at http://m can't be reached.",
        ),
        (
            status(PromotionState.FAILED, problem="No such version"),
            None,
            "🔴 Champion of churn was not moved: No such version.",
        ),
        (
            status(PromotionState.DROPPED),
            None,
            "Champion of churn was not moved: the decision ended before.",
        ),
        (
            status(PromotionState.DONE),
            AliasNow(version=14),
            f"✅ Champion of churn is version 14 since {SINCE}, checked (was 13).",
        ),
        (
            status(PromotionState.DONE, previous=None),
            AliasNow(version=14),
            f"✅ Champion of churn is version 14 since {SINCE}, checked.",
        ),
        (
            status(PromotionState.DONE, previous=14),
            AliasNow(version=14),
            f"✅ Champion of churn is version 14 since {SINCE}, checked (it was already).",
        ),
        (
            status(PromotionState.DONE),
            AliasNow(version=13, moved_by=15, moved_at=NOW + timedelta(hours=1)),
            f"Champion of churn was version 14 from {SINCE} until D-15 moved it, "
            "2026-11-22 10:00 UTC.",
        ),
        (
            status(PromotionState.DONE),
            AliasNow(version=12),
            f"Champion of churn was moved to version 14 {SINCE}, checked (was 13). "
            "By hand it was moved on: it is version 12 now.",
        ),
        (
            status(PromotionState.DONE),
            AliasNow(version=None),
            f"Champion of churn was moved to version 14 {SINCE}, checked (was 13). "
            "By hand it was moved on: it points to nothing now.",
        ),
    ],
)
def test_every_state_has_its_line(
    found: PromotionStatus, alias: AliasNow | None, says: str
) -> None:
    assert shown(found, alias) == [says]


def test_only_a_failed_one_can_be_tried_again() -> None:
    for state in PromotionState:
        offered = promotion.buttons(detail(promotion=status(state)), NOW)
        assert bool(offered) == (state is PromotionState.FAILED)


def test_the_version_is_a_link() -> None:
    it = record(status=DecisionStatus.PROPOSED, body=body(promotion=WANTED))
    [line] = promotion.card_lines(detail(it), Links(mlflow_url="http://m"), NOW)
    urls = [piece.element.get("url") for piece in line if not isinstance(piece, str)]
    assert "http://m/#/models/churn/versions/14" in urls


@pytest.mark.parametrize("alphabet", ALPHABETS.values(), ids=ALPHABETS)
@pytest.mark.parametrize("state", PromotionState)
def test_the_longest_names_and_problems_fit(alphabet: str, state: PromotionState) -> None:
    wanted = Promotion(model=long(alphabet, 250), version=10**9, alias=long(alphabet, 255))
    it = largest(alphabet, status=DecisionStatus.ACCEPTED, superseded_by=None)
    problem = long(alphabet, 300)
    found = status(state, promotion=wanted, number=it.number, problem=problem)
    whole = detail(it, promotion=found, alias=AliasNow(version=1, moved_by=1, moved_at=NOW))
    told = [promotion.promoted(whole, LINKS), promotion.not_promoted(whole, True)]
    retry = Retry(promotion=wanted, by_hand=AliasNow(version=10**9))
    for message in (card.card(whole, LINKS, NOW), promotion.again(retry), *filter(None, told)):
        assert problems(message) == []


def form(promoted: Promotion | None = None, **more: Any) -> Any:
    known = {"models": MODELS, "versions": VERSIONS, **more}
    blocks = promotion_inputs.inputs(promoted, known["models"], known["versions"])
    return modal("test", "Test", blocks, submit="Save")


def offered(view: Any) -> list[str]:
    groups = view["blocks"][0]["element"]["option_groups"]
    return [option["value"] for group in groups for option in group["options"]]


def test_versions_are_offered_by_model_newest_first() -> None:
    view = form()
    assert modal_problems(view) == []
    assert offered(view) == ["14:churn", "13:churn", "12:churn", "1:spam"]
    assert "initial_option" not in view["blocks"][0]["element"]


def test_what_is_chosen_comes_back() -> None:
    chosen = filled(form(), {"promotion": "13:churn"})
    assert promotion_inputs.read(chosen) == Promotion(model="churn", version=13, alias="champion")
    assert promotion_inputs.read(filled(form(), {"alias": "shadow"})) is None
    odd = Promotion(model="a:b", version=2, alias="shadow")
    again = form(odd, models=[RegisteredModel(name="a:b")], versions={"a:b": [2]})
    assert promotion_inputs.read(filled(again, {})) == odd


def test_a_version_needs_an_alias() -> None:
    with pytest.raises(InvalidForm) as refused:
        promotion_inputs.read(filled(form(), {"promotion": "13:churn", "alias": " "}))
    assert refused.value.fields == {"alias": "Name the alias to move, such as champion."}


def test_where_there_is_no_model_nothing_is_asked() -> None:
    assert promotion_inputs.inputs(None, [], {}) == []
    assert promotion_inputs.inputs(None, [RegisteredModel(name="empty")], {}) == []
    assert promotion_inputs.read(filled(modal("test", "Test", []), {})) is None


def test_a_version_that_the_registry_lost_is_kept() -> None:
    gone = Promotion(model="gone", version=3, alias="shadow")
    assert promotion_inputs.read(filled(form(gone), {})) == gone
    old = Promotion(model="churn", version=2, alias="champion")
    assert promotion_inputs.read(filled(form(old), {})) == old


def test_many_models_and_versions_share_a_hundred_choices() -> None:
    versions = {f"m{number:03}": list(range(1, 500)) for number in range(150)}
    models = [RegisteredModel(name=name) for name in versions]
    old = Promotion(model="m149", version=7, alias="champion")
    view = form(old, models=models, versions=versions)
    assert modal_problems(view) == []
    assert len(offered(view)) == 100
    assert promotion_inputs.read(filled(view, {})) == old
    few = form(old, models=models[:3] + models[149:], versions=versions)
    assert len(offered(few)) == 100
    assert promotion_inputs.read(filled(few, {})) == old


def test_a_name_that_a_choice_can_not_carry_is_not_offered() -> None:
    name = "x" * 200
    models = [RegisteredModel(name=name), RegisteredModel(name="churn")]
    view = form(models=models, versions={name: [1], "churn": [1]})
    assert offered(view) == ["1:churn"]
