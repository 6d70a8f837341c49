"""The outbox on both databases: heads, claims, edits that must not be lost, retries."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.domain.delivery import Delivery, DeliveryState, Priority, Verdict, sent
from bot.services import deliveries
from storage.engine import Engines
from storage.unit_of_work import SqlUnitOfWork

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)


def wish(delivery_id: str, channel: str = "C1", **more: Any) -> Delivery:
    return Delivery(
        id=delivery_id, workspace=more.pop("workspace", "T1"), channel=channel,
        card="say", subject={"text": "ü"}, ready_at=more.pop("ready_at", NOW), **more,
    )  # fmt: skip


def add(engines: Engines, *wishes: Delivery) -> list[bool]:
    with Session(engines.writer) as session, session.begin():
        uow = SqlUnitOfWork(session)
        return [uow.deliveries.add(w) for w in wishes]


def heads(engines: Engines, now: datetime = NOW, limit: int = 100) -> list[Delivery]:
    with Session(engines.reader) as session:
        return SqlUnitOfWork(session).outbox.ready(now, limit)


def claim(engines: Engines, item: Delivery) -> Delivery | None:
    with Session(engines.writer) as session, session.begin():
        return deliveries.claim(SqlUnitOfWork(session), item, NOW, LATER - NOW)


def settle(engines: Engines, item: Delivery, verdict: Verdict) -> bool:
    with Session(engines.writer) as session, session.begin():
        return SqlUnitOfWork(session).deliveries.settle(item, verdict, NOW)


def edit(engines: Engines, target: str) -> None:
    with Session(engines.writer) as session, session.begin():
        deliveries.edit(SqlUnitOfWork(session), target, NOW)


def test_a_wish_is_stored_once_and_comes_back_as_it_was(engines: Engines) -> None:
    item = wish("a", priority=Priority.ALERT, thread_of="b", owner="U1")
    assert add(engines, item, replace(item, channel="C2")) == [True, False]
    (kept,) = heads(engines)
    assert replace(kept, seq=0) == item


def test_only_the_head_of_each_channel_is_ready_alerts_first(engines: Engines) -> None:
    add(
        engines,
        wish("a1", "C1", priority=Priority.DIGEST), wish("a2", "C1", priority=Priority.ALERT),
        wish("b1", "C2"), wish("c1", "C3", ready_at=LATER), wish("c2", "C3"),
        wish("d1", "C1", priority=Priority.ALERT, workspace="T2"),
    )  # fmt: skip
    assert [d.id for d in heads(engines)] == ["d1", "b1", "a1"]
    assert [d.id for d in heads(engines, limit=1)] == ["d1"]
    assert [d.id for d in heads(engines, LATER)] == ["d1", "b1", "c1", "a1"]


def test_a_claim_is_won_by_one(engines: Engines) -> None:
    add(engines, wish("a"))
    (head,) = heads(engines)
    with ThreadPoolExecutor(4) as pool:
        won = [c for c in pool.map(lambda _: claim(engines, head), range(8)) if c]
    assert [(c.state, c.attempts, c.ready_at) for c in won] == [(DeliveryState.SENDING, 1, LATER)]
    assert heads(engines) == []


def test_who_was_overtaken_settles_nothing(engines: Engines) -> None:
    add(engines, wish("a"))
    first = claim(engines, heads(engines)[0])
    assert first
    assert settle(engines, first, Verdict(state=DeliveryState.PENDING, ready_at=NOW))
    second = claim(engines, heads(engines)[0])
    assert second
    assert not settle(engines, first, sent(NOW, "C1", "1.0"))
    assert settle(engines, second, sent(NOW, "C1", "2.0"))
    assert not settle(engines, second, sent(NOW, "C1", "3.0"))
    with Session(engines.reader) as session:
        kept = SqlUnitOfWork(session).deliveries.get("a")
    assert kept is not None
    assert (kept.ts, kept.first_sent_at) == ("2.0", NOW)


def test_many_wishes_at_once_lose_none_and_store_none_twice(engines: Engines) -> None:
    with ThreadPoolExecutor(4) as pool:
        stored = list(pool.map(lambda n: add(engines, wish(f"m{n % 20}", f"C{n}")), range(40)))
    assert Counter(s for (s,) in stored) == {True: 20, False: 20}


def test_edits_that_wait_are_one_and_one_under_way_does_not_count(engines: Engines) -> None:
    add(engines, wish("a"))
    for _ in range(3):
        edit(engines, "a")
    post = claim(engines, heads(engines)[0])
    assert post
    settle(engines, post, sent(NOW, "C1", "1.0"))
    (waiting,) = heads(engines)
    assert waiting.edit_of == "a"
    under_way = claim(engines, waiting)
    edit(engines, "a")
    assert under_way
    settle(engines, under_way, sent(NOW, "C1", "1.0"))
    (second,) = heads(engines)
    assert (second.edit_of, second.id == waiting.id) == ("a", False)


def test_an_edit_cannot_be_claimed_while_a_change_counts_on_it(
    engines: Engines,
) -> None:
    """Else the old state would be rendered, and the change, still uncommitted, shown never."""
    add(engines, wish("a"))
    edit(engines, "a")
    post = claim(engines, heads(engines)[0])
    assert post
    settle(engines, post, sent(NOW, "C1", "1.0"))
    (waiting,) = heads(engines)
    with ThreadPoolExecutor(1) as pool:
        with Session(engines.writer) as session, session.begin():
            deliveries.edit(SqlUnitOfWork(session), "a", NOW)
            claiming = pool.submit(claim, engines, waiting)
            ended, _ = wait([claiming], timeout=0.3)
            assert not ended or claiming.result() is None, "it waits, or is left out"
        assert claiming.result(60) or claim(engines, waiting)


def test_trying_again_takes_this_channels_failures_only(engines: Engines) -> None:
    wishes = [wish("a"), wish("b", "C2"), wish("c", workspace="T2")]
    add(engines, *wishes)
    for head in heads(engines):
        item = claim(engines, head)
        assert item
        settle(engines, item, Verdict(state=DeliveryState.FAILED, ready_at=NOW, error="x"))
    with Session(engines.writer) as session, session.begin():
        uow = SqlUnitOfWork(session)
        assert uow.deliveries.requeue_failed("T1", "C1", NOW) == 1
        assert uow.deliveries.added_to == {"T1"}
    assert [d.id for d in heads(engines)] == ["a"]
    with Session(engines.reader) as session:
        assert SqlUnitOfWork(session).deliveries.counts() == {"pending": 1, "failed": 2}


def test_several_are_read_by_their_ids_and_unknown_ones_left_out(engines: Engines) -> None:
    add(engines, wish("a"), wish("b", "C2"), wish("c"))
    with Session(engines.reader) as session:
        outbox = SqlUnitOfWork(session).deliveries
        assert outbox.several(["b", "nothing", "a"]) == {key: outbox.get(key) for key in "ab"}
        assert outbox.several([]) == {}
