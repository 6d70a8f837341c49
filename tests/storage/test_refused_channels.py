"""What the outbox keeps of channels that take nothing, on both databases."""

from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from bot.domain.delivery import Delivery, DeliveryState, Verdict, uncalled
from bot.services import deliveries
from storage.engine import Engines
from storage.unit_of_work import SqlUnitOfWork

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
CODE = "is_archived"


def _add(engines: Engines, delivery_id: str, channel: str, owner: str, team: str = "T1") -> None:
    wish = Delivery(
        id=delivery_id, workspace=team, channel=channel, card="say", subject={}, ready_at=NOW,
        owner=owner,
    )  # fmt: skip
    with Session(engines.writer) as session, session.begin():
        assert SqlUnitOfWork(session).deliveries.add(wish)


def _refuse(engines: Engines, delivery_id: str, code: str = CODE) -> None:
    """Claimed, called, refused."""
    verdict = Verdict(state=DeliveryState.FAILED, ready_at=NOW, error=code)
    with Session(engines.writer) as session, session.begin():
        uow = SqlUnitOfWork(session)
        item = uow.deliveries.get(delivery_id)
        assert item is not None
        claimed = deliveries.claim(uow, item, NOW, timedelta(minutes=1))
        assert claimed is not None
        deliveries.settle(uow, claimed, verdict, NOW)


def _closed(engines: Engines, channel: str, now: datetime = NOW, team: str = "T1") -> str:
    with Session(engines.reader) as session:
        return deliveries.closed(SqlUnitOfWork(session), team, channel, now)


def _states(engines: Engines) -> dict[str, tuple[str, str]]:
    with Session(engines.reader) as session:
        found = SqlUnitOfWork(session).deliveries.several(["a", "b", "c", "other", "theirs"])
    return {each.id: (each.state.value, each.error) for each in found.values()}


def test_what_waits_for_the_channel_fails_and_each_owner_is_told(engines: Engines) -> None:
    for delivery_id, owner in (("a", "UANA"), ("b", "UBEN"), ("c", "")):
        _add(engines, delivery_id, "C1", owner)
    _add(engines, "other", "C2", "UANA")
    _add(engines, "theirs", "C1", "UANA", team="T2")
    _refuse(engines, "a")
    left = uncalled(CODE, NOW).error
    assert _states(engines) == {
        "a": ("failed", CODE),
        "b": ("failed", left),
        "c": ("failed", left),
        "other": ("pending", ""),
        "theirs": ("pending", ""),
    }
    with Session(engines.reader) as session:
        told = SqlUnitOfWork(session).deliveries.several(
            f"undeliverable:T1:C1:{owner}:{CODE}:2026-11-22" for owner in ("UANA", "UBEN")
        )
    assert {each.channel for each in told.values()} == {"UANA", "UBEN"}


def test_a_channel_is_closed_for_a_day_in_its_workspace_only(engines: Engines) -> None:
    _add(engines, "a", "C1", "UANA")
    _refuse(engines, "a")
    assert _closed(engines, "C1") == CODE
    assert _closed(engines, "C2") == _closed(engines, "C1", team="T2") == ""
    day = timedelta(days=1)
    assert _closed(engines, "C1", NOW + day - timedelta(seconds=1)) == CODE
    assert _closed(engines, "C1", NOW + day) == ""


def test_a_message_that_slack_does_not_like_closes_no_channel(engines: Engines) -> None:
    _add(engines, "a", "C1", "UANA")
    _add(engines, "b", "C1", "UANA")
    _refuse(engines, "a", "msg_too_long")
    assert _closed(engines, "C1") == ""
    assert _states(engines)["b"] == ("pending", "")


def test_once_opened_it_is_open_and_what_failed_can_be_sent_again(engines: Engines) -> None:
    _add(engines, "a", "C1", "UANA")
    _add(engines, "b", "C1", "UBEN")
    _refuse(engines, "a")
    with Session(engines.writer) as session, session.begin():
        deliveries.opened(SqlUnitOfWork(session), "T1", "C1", NOW)
    assert _closed(engines, "C1") == ""
    with Session(engines.writer) as session, session.begin():
        again = deliveries.try_again(SqlUnitOfWork(session), "T1", "C1", "UBEN", NOW)
    assert again == 2
