"""Accepted decisions move aliases: once, in order, whatever the registry answers."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.alerts.rules import Operator
from bot.domain.decisions.measure import Measure, RevisitRule
from bot.domain.decisions.promotion import VERSION_TAG, Promotion, PromotionState
from bot.errors import Conflict, MlflowError, NotPermitted
from bot.services import deliveries
from bot.services.decisions import promotions
from bot.services.experiments import mirror
from bot.views.decisions import promotion as views
from tests.unit.decisions.promoting import Desk, W, desk_at
from tests.unit.decisions.samples import NOW


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_at(tmp_path) as found:
        yield found


async def test_acceptance_moves_the_alias_tags_the_version_and_says_so(desk: Desk) -> None:
    await desk.accept()
    assert desk.champion() == 13
    await desk.deliver()
    assert desk.champion() == 14
    tags = {version.version: version.tags for version in desk.tracker.versions[:4]}
    assert tags == {15: {}, 14: {VERSION_TAG: "D-1"}, 13: {}, 12: {}}
    status = await desk.status()
    assert (status.state, status.previous, status.problem) == (PromotionState.DONE, 13, "")
    assert await desk.audit() == ["champion of churn moved from version 13 to 14, checked"]
    assert "Champion of churn is version 14 since" in desk.card()
    assert "checked (was 13)" in desk.card()
    (told,) = desk.thread()
    assert told.startswith("D-1 accepted ")
    assert told.endswith("Champion of churn is now version 14, checked.")


async def test_the_thread_tells_when_they_are_asked_again(desk: Desk) -> None:
    measure = Measure(model="churn", alias="champion", metric="val_auc")
    rule = RevisitRule(measure=measure, operator=Operator.BELOW, bound=0.9, for_evaluations=3)
    day = NOW.date() + timedelta(days=40)
    await desk.accept(revisit=rule, review_on=day)
    await desk.deliver()
    (told,) = desk.thread()
    assert told.endswith("Asked again if val_auc &lt; 0.9 for 3 evaluations or on 1 Jan 2027.")


async def test_the_mirror_knows_at_once_and_keeps_the_rest(desk: Desk) -> None:
    await desk.accept()
    await desk.deliver()
    assert (await desk.mirrored(), await desk.mirrored("spam")) == (
        {"champion": 14},
        {"champion": 13},
    )
    versions = await desk.transactions.read(lambda uow: uow.experiments.versions(W, "churn"))
    assert [version.version for version in versions] == [15, 14, 13, 12]


async def test_a_poll_that_read_the_alias_before_does_not_bring_the_old_one_back(
    desk: Desk,
) -> None:
    begun = desk.now
    before = list(desk.tracker.models)
    await desk.accept()
    await desk.deliver(after=1)
    keep = mirror.keep_models
    await desk.transactions.write(keep, W, before, desk.tracker.versions, (), begun)
    assert await desk.mirrored() == {"champion": 14}
    desk.hand(12)
    now = desk.now + timedelta(seconds=1)
    await desk.transactions.write(keep, W, desk.tracker.models, desk.tracker.versions, (), now)
    assert await desk.mirrored() == {"champion": 12}


async def test_an_alias_that_nothing_was_under_is_set(desk: Desk) -> None:
    await desk.accept(Promotion(model="churn", version=14, alias="shadow"))
    await desk.deliver()
    assert (await desk.status()).previous is None
    assert await desk.audit() == ["shadow of churn set to version 14, checked"]
    assert await desk.mirrored() == {"champion": 13, "shadow": 14}


async def test_an_alias_that_is_there_already_is_not_set_but_checked(desk: Desk) -> None:
    desk.hand(14)
    await desk.accept()
    await desk.deliver()
    assert desk.sets() == 0
    assert (await desk.status()).state is PromotionState.DONE
    assert await desk.audit() == ["champion of churn was version 14 already, checked"]
    assert "it was already" in desk.card()


async def test_while_mlflow_is_down_it_waits_and_says_why_once(desk: Desk) -> None:
    desk.tracker.down = {"alias"}
    await desk.accept()
    await desk.deliver()
    status = await desk.status()
    assert (status.state, status.problem) == (
        PromotionState.PENDING,
        "MLflow at http://mlflow.test can't be reached.",
    )
    assert "Moves champion of churn to version 14 as soon as MLflow does it." in desk.card()
    assert "can't be reached." in desk.card()
    edits = len(desk.chat.edits)
    for _ in range(10):
        await desk.deliver(after=60)
    assert desk.tracker.calls.count("alias") == 11
    assert len(desk.chat.edits) == edits
    assert (desk.champion(), desk.thread()) == (13, [])
    desk.tracker.down = set()
    await desk.deliver(after=60)
    assert (desk.champion(), desk.sets()) == (14, 1)
    assert len(desk.thread()) == 1


async def test_it_is_never_tried_in_a_hot_loop_and_never_later_than_a_minute(desk: Desk) -> None:
    desk.tracker.down = {"alias"}
    await desk.accept()
    await desk.deliver()
    waits = []
    for _ in range(8):
        (kept,) = [await desk.transactions.read(lambda uow: uow.deliveries.get("promotion:T1:1"))]
        assert kept is not None
        waits.append((kept.ready_at - desk.now).total_seconds())
        await desk.deliver(after=waits[-1])
    assert waits == [2, 4, 8, 16, 32, 60, 60, 60]


async def test_another_reason_to_wait_is_shown_again(desk: Desk) -> None:
    desk.tracker.down = {"alias"}
    await desk.accept()
    await desk.deliver()
    desk.tracker.down = {"tag_version"}
    await desk.deliver(after=60)
    assert "The alias was moved, but its version could not be tagged" in desk.card()
    assert desk.champion() == 14
    assert (await desk.status()).state is PromotionState.PENDING
    desk.tracker.down = set()
    await desk.deliver(after=60)
    assert (desk.sets(), (await desk.status()).previous) == (1, 13)
    assert await desk.audit() == ["champion of churn moved from version 13 to 14, checked"]


async def test_what_mlflow_took_but_does_not_show_is_not_called_done(desk: Desk) -> None:
    async def ignore(model: str, alias: str, version: int) -> None:
        desk.tracker.calls.append("set_alias")

    desk.tracker.set_alias = ignore  # type: ignore[method-assign]  # A server that lies.
    await desk.accept()
    await desk.deliver()
    assert (await desk.status()).problem == "MLflow took it, but champion is version 13."
    assert desk.thread() == []


@pytest.mark.parametrize(
    ("promotion", "why"),
    [
        (Promotion(model="churn", version=99, alias="champion"), "version=99) not found"),
        (Promotion(model="gone", version=1, alias="champion"), "name=gone not found"),
    ],
)
async def test_what_is_gone_fails_and_its_author_is_told(
    desk: Desk, promotion: Promotion, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.decisions.promotions.check", lambda *_: None)
    await desk.accept(promotion)
    await desk.deliver()
    assert (await desk.status()).state is PromotionState.FAILED
    assert why in desk.card()
    assert "Try again" in desk.card()
    (told,) = desk.thread()
    assert why in told
    assert desk.called() == [], "it is Sunday where Ana lives"
    assert await desk.audit() == [
        f"{promotion.subject} could not be moved: {(await desk.status()).problem}"
    ]


async def test_an_author_at_work_is_called(desk: Desk) -> None:
    desk.now += timedelta(days=1)
    desk.connected = False
    await desk.accept()
    await desk.deliver()
    (told,) = desk.thread()
    assert "champion of churn was not moved: MLflow isn't connected." in told
    assert desk.called() == ["UANA"]
    assert "MLFLOW_TRACKING_URI" in told


async def test_trying_again_after_a_failure_moves_it(desk: Desk) -> None:
    desk.connected = False
    await desk.accept()
    await desk.deliver()
    desk.connected = True
    await desk.deliver(after=3600)
    assert desk.champion() == 13
    with pytest.raises(NotPermitted):
        await desk.try_again(1, by="UCHI")
    await desk.try_again(1, by="UBEN")
    await desk.deliver()
    assert desk.champion() == 14
    assert len(desk.thread()) == 2
    with pytest.raises(Conflict):
        await desk.try_again(1)
    assert await desk.audit() == [
        "champion of churn could not be moved: MLflow isn't connected. Whoever runs Meridian sets "
        "MLFLOW_TRACKING_URI to the address of the MLflow server and starts it again.",
        "asked again to move champion of churn",
        "champion of churn moved from version 13 to 14, checked",
    ]


async def test_trying_again_says_what_was_put_there_by_hand(desk: Desk) -> None:
    desk.tracker.versions = [each for each in desk.tracker.versions if each.version != 14]
    await desk.accept()
    await desk.deliver()
    desk.hand(15)
    await desk.transactions.write(
        lambda uow: uow.experiments.point_alias(W, "churn", "champion", 15)
    )
    said = await desk.transactions.write(promotions.try_again, W, 1, "UANA", desk.now)
    assert views.again(said).text == (
        "Champion was version 15 by hand. Moving champion of churn to version 14; the card says "
        "how it went."
    )
    assert (await desk.audit())[-1] == (
        "asked again to move champion of churn: champion was version 15 by hand; moving it to 14"
    )


async def test_each_failure_is_told(desk: Desk) -> None:
    desk.connected = False
    await desk.accept()
    await desk.deliver()
    await desk.try_again(1)
    await desk.deliver()
    assert len(desk.thread()) == 2


async def test_an_older_failed_one_never_overtakes_a_newer_decision(desk: Desk) -> None:
    desk.connected = False
    await desk.accept()
    await desk.deliver()
    desk.connected = True
    await desk.accept(Promotion(model="churn", version=15, alias="champion"))
    with pytest.raises(Conflict, match="D-2 was accepted after D-1"):
        await desk.try_again(1)
    await desk.deliver()
    with pytest.raises(Conflict, match="D-2 was accepted after D-1"):
        await desk.try_again(1)
    assert desk.champion() == 15


async def test_the_newer_one_of_two_that_failed_may_be_tried_again(desk: Desk) -> None:
    desk.connected = False
    await desk.accept()
    await desk.accept(Promotion(model="churn", version=15, alias="champion"))
    await desk.deliver()
    desk.connected = True
    await desk.try_again(2)
    await desk.deliver()
    assert desk.champion() == 15


async def test_one_that_ends_before_its_alias_moved_leaves_it(desk: Desk) -> None:
    desk.tracker.down = {"alias"}
    await desk.accept()
    await desk.deliver()
    await desk.deprecate(1)
    desk.tracker.down = set()
    await desk.deliver(after=3600)
    assert (desk.champion(), desk.sets()) == (13, 0)
    assert (await desk.status()).state is PromotionState.DROPPED
    assert "Champion of churn was not moved: the decision ended before." in desk.card()
    assert await desk.audit() == [
        "champion of churn stays as it was: the decision ended before it was moved"
    ]


async def test_what_replaces_one_that_waits_does_not_wait_behind_it(desk: Desk) -> None:
    desk.tracker.down = {"alias"}
    await desk.accept()
    for _ in range(8):
        await desk.deliver(after=60)
    desk.tracker.down = set()
    await desk.accept(Promotion(model="churn", version=15, alias="champion"), supersedes=1)
    await desk.deliver()
    assert (desk.champion(), desk.sets()) == (15, 1)
    assert "Try again" not in desk.card(1)


async def test_promotions_of_a_model_go_in_the_order_in_which_they_were_accepted(
    desk: Desk,
) -> None:
    desk.tracker.down = {"alias"}
    for version in (14, 15, 12):
        await desk.accept(Promotion(model="churn", version=version, alias="champion"))
    await desk.deliver()
    desk.tracker.down = set()
    await desk.deliver(after=60)
    found = [await desk.status(number) for number in (1, 2, 3)]
    assert [status.previous for status in found] == [13, 14, 15]
    assert desk.champion() == 12


async def test_a_model_that_waits_holds_up_no_other(desk: Desk) -> None:
    really = desk.tracker.alias

    async def slow(model: str, alias: str) -> int | None:
        if model == "churn":
            raise MlflowError("Too slow.", retryable=True)
        return await really(model, alias)

    desk.tracker.alias = slow  # type: ignore[method-assign]  # A server that fails for one model.
    await desk.accept()
    await desk.accept(Promotion(model="spam", version=14, alias="champion"))
    await desk.deliver()
    assert (desk.champion(), desk.champion("spam")) == (13, 14)


async def test_a_rollback_is_shown_on_the_older_card(desk: Desk) -> None:
    await desk.accept()
    await desk.deliver()
    back = Promotion(model="churn", version=13, alias="champion")
    await desk.accept(back, supersedes=1)
    await desk.deliver(after=60)
    assert desk.champion() == 13
    assert "Champion of churn was version 14 from" in desk.card(1)
    assert "until D-2 moved it" in desk.card(1)
    assert "Champion of churn is version 13 since" in desk.card(2)


async def test_a_newer_decision_that_replaces_nothing_is_shown_on_the_older_card_too(
    desk: Desk,
) -> None:
    await desk.accept()
    await desk.deliver()
    await desk.accept(Promotion(model="churn", version=15, alias="champion"))
    await desk.deliver(after=60)
    assert "until D-2 moved it" in desk.card(1)


async def test_moving_the_alias_by_hand_is_shown_once_the_mirror_knows(desk: Desk) -> None:
    await desk.accept()
    await desk.deliver()
    await desk.transactions.write(
        lambda uow: uow.experiments.point_alias(W, "churn", "champion", 12)
    )
    await desk.transactions.write(lambda uow: deliveries.edit(uow, "decision:T1:1", desk.now))
    await desk.deliver()
    assert "By hand it was moved on: it is version 12 now." in desk.card()


async def test_a_server_that_hangs_ends_with_its_attempt(desk: Desk) -> None:
    desk.tracker.hangs = True
    await desk.accept()
    promoter = desk.promoter(lease=timedelta(seconds=0.1))
    await desk.deliverer(promoter).drain()
    assert (await desk.status()).problem == "MLflow is too slow to answer."


async def test_a_decision_that_promotes_nothing_asks_nothing_of_mlflow(desk: Desk) -> None:
    await desk.accept(None)
    await desk.deliver()
    assert desk.tracker.calls == []
    assert await desk.transactions.read(lambda uow: uow.promotions.get(W, 1)) is None
