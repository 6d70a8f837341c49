"""Promotions on both databases: what is kept, what the mirror is told, who is first."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import TypeVar

import pytest
from sqlalchemy.orm import Session

from bot.domain.decisions.promotion import Promotion, PromotionState, PromotionStatus
from bot.domain.decisions.record import DecisionStatus
from bot.domain.delivery import Delivery, DeliveryKind, DeliveryState, Verdict, skipped
from bot.errors import Conflict
from bot.services import deliveries
from bot.services.decisions import alias_moves, life, promotions
from storage.engine import Engines
from storage.unit_of_work import SqlUnitOfWork
from tests.storage.promoting import NOW, W, accept, audit, mirror, status

T = TypeVar("T")

LEASE = timedelta(seconds=60)


@dataclass(frozen=True)
class Bank:
    """Runs committed transactions on a database whose mirror is up to date."""

    engines: Engines

    def run(self, work: Callable[[SqlUnitOfWork], T]) -> T:
        """One of them."""
        with Session(self.engines.writer, expire_on_commit=False) as session, session.begin():
            return work(SqlUnitOfWork(session))

    def aliases(self, workspace: str) -> dict[str, dict[str, int]]:
        """What the mirror knows."""
        models = self.run(lambda uow: uow.experiments.models(workspace))
        return {model.name: dict(model.aliases) for model in models}

    def heads(self) -> list[Delivery]:
        """The promotions that may go now."""
        ready = self.run(lambda uow: uow.outbox.ready(NOW, 100))
        return [item for item in ready if item.kind is DeliveryKind.SET_ALIAS]

    def claim(self, item: Delivery) -> Delivery | None:
        """Take one."""
        return self.run(lambda uow: deliveries.claim(uow, item, NOW, LEASE))

    def settle(self, item: Delivery, verdict: Verdict) -> None:
        """Store what became of it."""
        self.run(lambda uow: deliveries.settle(uow, item, verdict, NOW))


@pytest.fixture
def bank(engines: Engines) -> Bank:
    found = Bank(engines)
    found.run(mirror)
    return found


def test_a_status_comes_back_as_it_was(bank: Bank) -> None:
    promotion = Promotion(model="churn", version=14, alias="champion")
    kept = PromotionStatus(
        number=7,
        promotion=promotion,
        state=PromotionState.FAILED,
        changed_at=NOW,
        previous=13,
        begun=True,
        problem="MLflow …",
    )
    bank.run(lambda uow: uow.promotions.save(W, kept))
    assert bank.run(lambda uow: uow.promotions.get(W, 7)) == kept
    assert bank.run(lambda uow: uow.promotions.get("T2", 7)) is None
    waiting = replace(kept, state=PromotionState.PENDING, previous=None, begun=False, problem="")
    bank.run(lambda uow: uow.promotions.save(W, waiting))
    assert bank.run(lambda uow: uow.promotions.of_model(W, "churn")) == [waiting]


def test_an_alias_is_pointed_elsewhere_and_the_rest_of_the_mirror_stays(bank: Bank) -> None:
    bank.run(lambda uow: uow.experiments.point_alias(W, "churn", "shadow", 15))
    bank.run(lambda uow: uow.experiments.point_alias(W, "churn", "champion", 14))
    bank.run(lambda uow: uow.experiments.point_alias(W, "nobody", "champion", 14))
    champion = {"champion": 13}
    assert bank.aliases(W) == {"churn": {"shadow": 15, "champion": 14}, "spam": champion}
    assert bank.aliases("T2") == {"churn": champion, "spam": champion}
    assert len(bank.run(lambda uow: uow.experiments.versions(W, "churn"))) == 3


def test_acceptance_stores_the_promotion_in_its_models_lane(bank: Bank) -> None:
    bank.run(lambda uow: [accept(uow), accept(uow, 15), accept(uow, model="spam")])
    assert [item.id for item in bank.heads()] == ["promotion:T1:1", "promotion:T1:3"]
    (first, _) = bank.heads()
    assert (first.channel, first.subject, first.owner) == ("model:churn", {"number": 1}, "A")
    found = bank.run(status)
    assert (found.state, found.previous, found.begun) == (PromotionState.PENDING, None, False)


def test_posts_go_before_promotions(bank: Bank) -> None:
    bank.run(accept)
    kinds = [item.kind for item in bank.run(lambda uow: uow.outbox.ready(NOW, 100))]
    assert kinds == [DeliveryKind.POST, DeliveryKind.SET_ALIAS]


def test_of_two_nodes_one_claims_a_promotion(bank: Bank) -> None:
    bank.run(accept)
    (head,) = bank.heads()
    with ThreadPoolExecutor(4) as pool:
        won = [item for item in pool.map(lambda _: bank.claim(head), range(8)) if item]
    assert len(won) == 1
    assert bank.heads() == []


def test_two_nodes_that_both_moved_it_tell_it_once(bank: Bank) -> None:
    bank.run(accept)
    with ThreadPoolExecutor(4) as pool:
        for done in [
            pool.submit(bank.run, lambda uow: alias_moves.finish(uow, W, 1, NOW)) for _ in range(6)
        ]:
            done.result(10)
    assert bank.run(audit) == ["champion of churn set to version 14, checked"]
    assert bank.run(lambda uow: uow.deliveries.get("decision:T1:1:promoted")) is not None
    assert bank.aliases(W)["churn"] == {"champion": 14}


def test_what_was_found_first_is_kept_unless_somebody_moved_it_since(bank: Bank) -> None:
    bank.run(accept)

    def found_first(now_at: int) -> int | None:
        assert bank.run(lambda uow: alias_moves.start(uow, W, 1, now_at, NOW))
        return bank.run(status).previous

    assert [found_first(version) for version in (13, 14, 12, 14)] == [13, 13, 12, 12]


def test_what_replaces_a_waiting_one_is_at_the_head_at_once(bank: Bank) -> None:
    bank.run(accept)
    (head,) = bank.heads()
    claimed = bank.claim(head)
    assert claimed is not None
    later = NOW + timedelta(minutes=5)
    bank.settle(claimed, Verdict(state=DeliveryState.PENDING, ready_at=later))
    bank.run(lambda uow: accept(uow, 15, supersedes=1))
    assert [item.id for item in bank.heads()] == ["promotion:T1:2"]
    assert bank.run(status).state is PromotionState.DROPPED
    assert bank.run(lambda uow: alias_moves.wanted(uow, W, 1)) is None


def test_what_replaces_one_under_way_comes_after_it(bank: Bank) -> None:
    bank.run(accept)
    (head,) = bank.heads()
    claimed = bank.claim(head)
    assert claimed is not None
    bank.run(lambda uow: accept(uow, 15, supersedes=1))
    assert bank.heads() == []
    assert not bank.run(lambda uow: alias_moves.start(uow, W, 1, 13, NOW))
    bank.settle(claimed, skipped(NOW, "overtaken"))
    assert [item.id for item in bank.heads()] == ["promotion:T1:2"]


def test_only_what_failed_is_tried_again_and_from_the_beginning(bank: Bank) -> None:
    bank.run(accept)
    assert not bank.run(lambda uow: uow.deliveries.requeue("promotion:T1:1", NOW))
    (head,) = bank.heads()
    claimed = bank.claim(head)
    assert claimed is not None
    bank.run(lambda uow: alias_moves.fail(uow, W, 1, "refused", NOW))
    with pytest.raises(Conflict, match="at this moment"):
        bank.run(lambda uow: promotions.try_again(uow, W, 1, "A", NOW))
    bank.settle(claimed, Verdict(state=DeliveryState.FAILED, ready_at=NOW, error="403"))
    bank.run(lambda uow: promotions.try_again(uow, W, 1, "A", NOW))
    (again,) = bank.heads()
    assert (again.id, again.attempts, again.error) == ("promotion:T1:1", 0, "")
    assert bank.run(status).state is PromotionState.PENDING
    assert not bank.run(lambda uow: uow.deliveries.requeue("no such", NOW))


def test_one_whose_process_died_before_its_failure_was_stored_is_tried_again(
    bank: Bank,
) -> None:
    bank.run(accept)
    (head,) = bank.heads()
    claimed = bank.claim(head)
    assert claimed is not None
    bank.run(lambda uow: alias_moves.fail(uow, W, 1, "refused", NOW))
    bank.settle(claimed, skipped(NOW, "overtaken"))
    bank.run(lambda uow: promotions.try_again(uow, W, 1, "A", NOW))
    assert [item.id for item in bank.heads()] == ["promotion:T1:1"]


def test_a_decision_that_ended_is_not_tried_again(bank: Bank) -> None:
    bank.run(accept)
    bank.run(lambda uow: alias_moves.fail(uow, W, 1, "refused", NOW))
    bank.run(lambda uow: life.move(uow, W, 1, DecisionStatus.DEPRECATED, "A", NOW))
    assert bank.run(status).state is PromotionState.DROPPED
    with pytest.raises(Conflict):
        bank.run(lambda uow: promotions.try_again(uow, W, 1, "A", NOW))


def test_a_version_that_came_back_came_by_the_later_decision(bank: Bank) -> None:
    """13 → 14 → 14 again → 13 → 14: only the last one says that it is there."""

    def move(uow: SqlUnitOfWork, version: int, before: int, hours: int) -> int:
        number, then = accept(uow, version), NOW + timedelta(hours=hours)
        alias_moves.start(uow, W, number, before, then)
        alias_moves.finish(uow, W, number, then)
        return number

    def stand(uow: SqlUnitOfWork) -> list[int | None]:
        found = [promotions.alias_now(uow, W, status(uow, number)) for number in range(1, 5)]
        return [each.moved_by if each else 0 for each in found]

    path = [(14, 13), (14, 14), (13, 14), (14, 13)]
    for hours, (version, before) in enumerate(path):
        bank.run(partial(move, version=version, before=before, hours=hours))
    assert bank.run(stand) == [3, 3, 4, None]
    edits = bank.run(lambda uow: [uow.deliveries.pending_edit(f"decision:T1:{n}") for n in (1, 2)])
    assert edits == [True, True]
