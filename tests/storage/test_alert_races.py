"""Two nodes on PostgreSQL at one incident, held at the worst moment: one wins, both are heard."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.alerts.incidents import Incident, Snooze
from bot.domain.alerts.states import Phase
from bot.errors import Conflict
from bot.services.alerts import attending, incidents
from bot.services.alerts.incidents import Ack, AckResult
from storage.unit_of_work import SqlUnitOfWork
from tests.storage.racing import Databank, Pause, before, database_url
from tests.storage.racing import bank as empty_bank
from tests.unit.alerts.values import T0, fresh, incident, rule

__all__ = ["database_url", "empty_bank"]

W, CHANNEL, ID = "T1", "C1", "T1:A-1:1"
LATER = T0 + timedelta(hours=1)
OPEN = replace(fresh(), phase=Phase.FIRING, incidents=1, streak=1)


@pytest.fixture
def bank(empty_bank: Databank) -> Databank:
    """An incident of A-1 whose message is posted."""

    def fill(uow: SqlUnitOfWork) -> None:
        uow.alerts.add(rule(), OPEN)
        uow.alerts.open_incident(incident())
        attending.attend(uow, W, T0)

    empty_bank.run(fill)
    return empty_bank


def stored(bank: Databank) -> Incident:
    found = bank.run(lambda uow: uow.alerts.incident(W, ID))
    assert found is not None
    return found


def lines(bank: Databank) -> list[str]:
    """What was said in the thread, by name."""
    whats = ("acknowledged", "reminder", "resolved", "snoozed")
    ids = {f"alert:{ID}:{what}:{number}": what for what in whats for number in range(1, 20)}
    said = bank.run(lambda uow: uow.deliveries.several(ids))
    return sorted(ids[one] for one in said)


def acknowledge(uow: SqlUnitOfWork, user_id: str = "A") -> Ack:
    return incidents.acknowledge(uow, W, ID, user_id, CHANNEL, LATER)


def recover(uow: SqlUnitOfWork) -> None:
    """As an evaluation does: the state first, then the incident, and people hear of it later."""
    held = uow.alerts.locked_state(W, 1)
    assert held is not None
    incidents.resolve(uow, rule(), held.state, "fine again", True, LATER)
    after = replace(held.state, phase=Phase.RESOLVED)
    assert uow.alerts.replace_state(W, 1, after, held.version)


def snooze(uow: SqlUnitOfWork) -> Incident:
    wish = Snooze(by="B", at=LATER, until=LATER + timedelta(hours=2))
    return incidents.snooze(uow, W, ID, "B", CHANNEL, wish, LATER)


def close(uow: SqlUnitOfWork, user_id: str = "C") -> Incident:
    return incidents.resolve_by_hand(uow, W, ID, user_id, CHANNEL, LATER)


def attend(bank: Databank) -> None:
    bank.run(lambda uow: attending.attend(uow, W, LATER))


def test_of_two_who_acknowledge_the_second_hears_who_was_first(bank: Databank) -> None:
    def first(uow: SqlUnitOfWork, pause: Pause) -> Ack:
        before(uow.deliveries, "add", pause)
        return acknowledge(uow, "A")

    one, other = bank.race(first, lambda uow: acknowledge(uow, "B"))
    assert one.result().result is AckResult.DONE
    late = other.result()
    assert (late.result, late.incident.acknowledged_by) == (AckResult.TAKEN, "A")
    assert lines(bank) == ["acknowledged"]


def test_both_have_looked_before_either_wrote_and_one_wins(bank: Databank) -> None:
    def first(uow: SqlUnitOfWork, pause: Pause) -> Ack:
        before(uow.alerts, "save_incident", pause)
        return acknowledge(uow, "A")

    one, other = bank.race(first, lambda uow: acknowledge(uow, "B"))
    assert other.result().result is AckResult.DONE
    late = one.result()
    assert (late.result, late.incident.acknowledged_by) == (AckResult.TAKEN, "B")


def test_an_end_that_comes_first_leaves_nothing_to_acknowledge(bank: Databank) -> None:
    def ack(uow: SqlUnitOfWork, pause: Pause) -> Ack:
        before(uow.alerts, "save_incident", pause)
        return acknowledge(uow)

    late, ended = bank.race(ack, recover)
    ended.result()
    assert late.result().result is AckResult.OVER
    attend(bank)
    found = stored(bank)
    assert (found.is_open, found.acknowledged_by) == (False, "")
    assert lines(bank) == ["resolved"]


def test_an_end_just_after_the_acknowledgement_keeps_both(bank: Databank) -> None:
    def end(uow: SqlUnitOfWork, pause: Pause) -> None:
        before(uow.alerts, "save_incident", pause)
        recover(uow)

    ended, ack = bank.race(end, acknowledge)
    assert ack.result().result is AckResult.DONE
    ended.result()
    attend(bank)
    found = stored(bank)
    assert (found.is_open, found.recovered, found.acknowledged_by) == (False, True, "A")
    assert lines(bank) == ["acknowledged", "resolved"]


def test_a_snooze_that_comes_too_late_says_so(bank: Databank) -> None:
    def late(uow: SqlUnitOfWork, pause: Pause) -> Incident:
        before(uow.alerts, "save_incident", pause)
        return snooze(uow)

    snoozed, ended = bank.race(late, recover)
    ended.result()
    with pytest.raises(Conflict, match="over already"):
        snoozed.result()
    assert stored(bank).snooze is None


def test_an_end_just_after_the_snooze_keeps_both(bank: Databank) -> None:
    def end(uow: SqlUnitOfWork, pause: Pause) -> None:
        before(uow.alerts, "save_incident", pause)
        recover(uow)

    ended, snoozed = bank.race(end, snooze)
    assert snoozed.result().snooze is not None
    ended.result()
    attend(bank)
    found = stored(bank)
    assert (found.is_open, found.is_settled) == (False, True)
    assert lines(bank) == ["snoozed"]


def test_closing_by_hand_and_an_evaluation_wait_for_each_other(bank: Databank) -> None:
    """Both take the state before the incident: neither is killed for a deadlock."""

    def by_hand(uow: SqlUnitOfWork, pause: Pause) -> Incident:
        before(uow.alerts, "save_incident", pause)
        return close(uow)

    closed, ended = bank.race(by_hand, recover)
    assert closed.result().resolved_by == "C"
    ended.result()
    found = stored(bank)
    assert (found.resolved_by, found.latest, found.recovered) == ("C", "closed by hand", False)


def test_two_nodes_that_attend_at_once_post_once(bank: Databank) -> None:
    def fresh_breach(uow: SqlUnitOfWork) -> None:
        uow.alerts.open_incident(incident(id="T1:A-1:2"))

    def first(uow: SqlUnitOfWork, pause: Pause) -> None:
        before(uow.deliveries, "add", pause)
        attending.attend(uow, W, LATER)

    bank.run(fresh_breach)
    one, other = bank.race(first, lambda uow: attending.attend(uow, W, LATER))
    one.result()
    other.result()
    found = bank.run(lambda uow: uow.alerts.incident(W, "T1:A-1:2"))
    assert found is not None
    assert (found.is_told, found.version, found.told.shown) == (True, 2, 2)


def test_an_acknowledgement_while_a_node_attends_is_shown_afterwards(bank: Databank) -> None:
    """The node had read the incident before; its reminder gives way, and comes no more."""

    def remind(uow: SqlUnitOfWork, pause: Pause) -> None:
        before(uow.alerts, "save_incident", pause)
        attending.attend(uow, W, T0 + timedelta(hours=2))

    reminded, ack = bank.race(remind, acknowledge)
    assert ack.result().result is AckResult.DONE
    reminded.result()
    assert stored(bank).told.reminded_at is None
    assert lines(bank) == ["acknowledged"]
