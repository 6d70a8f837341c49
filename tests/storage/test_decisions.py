"""The decision log: numbers, versions, races, what changed in a window."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest
from sqlalchemy.orm import Session

from bot.domain.decisions.options import parse
from bot.domain.decisions.record import (
    ChangeKind,
    DecisionBody,
    DecisionEdit,
    DecisionRecord,
    DecisionStatus,
    NewDecision,
)
from bot.domain.delivery import DeliveryKind
from bot.domain.person import Person
from bot.errors import Conflict, InvalidForm, NotFound, NotPermitted
from bot.services.decisions import life, records
from storage.engine import Engines
from storage.unit_of_work import SqlUnitOfWork

T = TypeVar("T")
S = DecisionStatus
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def _in(engines: Engines, work: Callable[[SqlUnitOfWork], T]) -> T:
    with Session(engines.writer) as session, session.begin():
        return work(SqlUnitOfWork(session))


def _wish(
    title: str,
    workspace: str = "T1",
    status: DecisionStatus = S.ACCEPTED,
    supersedes: int | None = None,
    **parts: Any,
) -> NewDecision:
    return NewDecision(
        workspace=workspace,
        channel="C1",
        author="UANA",
        body=DecisionBody(**{"title": title, "outcome": "It wins.", **parts}),
        status=status,
        supersedes=supersedes,
    )


def _log(
    engines: Engines, title: str = "Use LightGBM", now: datetime = NOW, **values: Any
) -> DecisionRecord:
    return _in(engines, lambda uow: life.log(uow, _wish(title, **values), now))


def _move(
    engines: Engines, number: int, to: DecisionStatus, by: str = "UANA", now: datetime = NOW
) -> DecisionRecord:
    return _in(engines, lambda uow: life.move(uow, "T1", number, to, by, now))


def _get(engines: Engines, number: int) -> DecisionRecord:
    return _in(engines, lambda uow: records.find(uow, "T1", number))


def test_a_decision_comes_back_as_it_was_logged(engines: Engines) -> None:
    record = _log(
        engines,
        context="c",
        drivers="d",
        options=parse("o"),
        consequences="q",
        makers=("UBEN",),
        consulted=("UCHI",),
        informed=("UDAN",),
        tags=("churn",),
        review_on=NOW.date(),
        status=S.PROPOSED,
    )
    assert _get(engines, 1) == record
    assert record.decided_at is None
    card = _in(engines, lambda uow: uow.deliveries.get("decision:T1:1"))
    assert card is not None
    assert (card.channel, card.card, card.owner) == ("C1", "decision", "UANA")
    assert card.subject == {"number": 1}


def test_numbers_are_gapless_in_each_workspace(engines: Engines) -> None:
    _log(engines)
    with pytest.raises(NotFound):
        _log(engines, supersedes=9)
    assert _log(engines).number == 2
    assert _log(engines, workspace="T2").number == 1


def test_only_colleagues_can_be_made_makers(engines: Engines) -> None:
    def meet(uow: SqlUnitOfWork, *, left: bool) -> None:
        uow.people.save(
            [
                Person(workspace="T1", user_id="UGUS", name="Gus", is_guest=True),
                Person(workspace="T1", user_id="UBEN", name="Ben", deleted=left),
            ]
        )

    _in(engines, lambda uow: meet(uow, left=False))
    with pytest.raises(InvalidForm, match="Gus can't decide here") as refused:
        _log(engines, makers=("UBEN", "UGUS"))
    assert set(refused.value.fields) == {"makers"}
    _log(engines, makers=("UBEN",))
    _in(engines, lambda uow: meet(uow, left=True))
    with pytest.raises(InvalidForm, match="Ben can't decide here"):
        _log(engines, makers=("UBEN",))
    assert _log(engines, makers=("UBEN",), supersedes=1).number == 2


def test_an_unknown_number_names_the_newest(engines: Engines) -> None:
    with pytest.raises(NotFound, match="No decision has been logged yet"):
        _get(engines, 1)
    _log(engines)
    _log(engines, workspace="T2")
    _log(engines, workspace="T2")
    with pytest.raises(NotFound, match="There is no D-2; the newest is D-1"):
        _get(engines, 2)


def test_superseding_links_both_ways_and_updates_the_older_card(engines: Engines) -> None:
    _log(engines)
    newer = _log(engines, "Use XGBoost", supersedes=1, now=NOW + HOUR)
    older = _get(engines, 1)
    assert (newer.supersedes, older.superseded_by, older.status) == (1, 2, S.SUPERSEDED)
    assert older.decided_at == NOW
    edit = _in(engines, lambda uow: uow.deliveries.get("edit:decision:T1:1:1"))
    assert edit is not None
    assert edit.kind is DeliveryKind.EDIT
    trail = _in(engines, lambda uow: uow.decisions.changes("T1", 1))
    assert [(c.kind, c.status, c.by, c.at, c.detail) for c in trail] == [
        (ChangeKind.LOGGED, S.ACCEPTED, "UANA", NOW, ""),
        (ChangeKind.MOVED, S.SUPERSEDED, "UANA", NOW + HOUR, "by D-2"),
    ]


def test_a_proposal_supersedes_when_it_is_accepted(engines: Engines) -> None:
    _log(engines)
    _log(engines, supersedes=1, status=S.PROPOSED)
    assert _get(engines, 1).status is S.ACCEPTED
    _move(engines, 2, S.ACCEPTED)
    assert _get(engines, 1).superseded_by == 2
    assert _move(engines, 2, S.DEPRECATED).status is S.DEPRECATED


def test_a_rejected_proposal_supersedes_nothing(engines: Engines) -> None:
    _log(engines)
    _log(engines, supersedes=1, status=S.PROPOSED)
    _move(engines, 2, S.REJECTED)
    assert _get(engines, 1).status is S.ACCEPTED


def test_two_proposals_for_one_decision_the_second_is_refused(engines: Engines) -> None:
    _log(engines)
    _log(engines, supersedes=1, status=S.PROPOSED)
    _log(engines, supersedes=1, status=S.PROPOSED)
    _move(engines, 2, S.ACCEPTED)
    with pytest.raises(Conflict, match="D-1 was superseded by D-2"):
        _move(engines, 3, S.ACCEPTED)
    assert _get(engines, 3).status is S.PROPOSED
    assert len(_in(engines, lambda uow: uow.decisions.changes("T1", 3))) == 1


def _edit(version: int, by: str = "UANA", title: str = "Other") -> DecisionEdit:
    body = DecisionBody(title=title, outcome="It wins.")
    return DecisionEdit(workspace="T1", number=1, version=version, body=body, by=by)


def test_an_edit_of_an_old_version_overwrites_nothing(engines: Engines) -> None:
    _log(engines, status=S.PROPOSED)
    edited = _in(engines, lambda uow: life.edit(uow, _edit(1, title="First"), NOW))
    assert edited.version == 2
    with pytest.raises(Conflict, match="Somebody else changed D-1"):
        _in(engines, lambda uow: life.edit(uow, _edit(1, title="Second"), NOW))
    assert _get(engines, 1).title == "First"
    trail = _in(engines, lambda uow: uow.decisions.changes("T1", 1))
    assert [(c.kind, c.detail) for c in trail] == [
        (ChangeKind.LOGGED, ""),
        (ChangeKind.EDITED, "title"),
    ]


def test_an_accepted_body_is_never_edited(engines: Engines) -> None:
    _log(engines)
    with pytest.raises(Conflict, match="`/decide supersede D-1`"):
        _in(engines, lambda uow: life.edit(uow, _edit(1), NOW))
    assert _get(engines, 1).title == "Use LightGBM"


def test_only_makers_and_the_author_may_change_it(engines: Engines) -> None:
    _log(engines, status=S.PROPOSED, makers=("UBEN",), consulted=("UCHI",))
    with pytest.raises(NotPermitted):
        _move(engines, 1, S.ACCEPTED, by="UCHI")
    with pytest.raises(NotPermitted):
        _in(engines, lambda uow: life.edit(uow, _edit(1, by="UCHI"), NOW))
    assert _move(engines, 1, S.ACCEPTED, by="UBEN").status is S.ACCEPTED


def test_of_two_at_once_one_wins_and_one_gets_a_sentence(engines: Engines) -> None:
    _log(engines, status=S.PROPOSED)
    both_read = threading.Barrier(2) if engines.writers > 1 else None

    def decide(to: DecisionStatus) -> str:
        def work(uow: SqlUnitOfWork) -> None:
            uow.decisions.get("T1", 1)
            if both_read is not None:
                both_read.wait(timeout=5)
            life.move(uow, "T1", 1, to, "UANA", NOW)

        try:
            _in(engines, work)
        except Conflict as error:
            return str(error)
        return ""

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(decide, (S.ACCEPTED, S.REJECTED)))
    assert answers[0] == ""
    assert "D-1" in answers[1]
    record = _get(engines, 1)
    assert record.version == 2
    trail = _in(engines, lambda uow: uow.decisions.changes("T1", 1))
    assert [c.status for c in trail] == [S.PROPOSED, record.status]


def test_changes_in_a_window_come_once_in_their_newest_state(engines: Engines) -> None:
    _log(engines, status=S.PROPOSED, now=NOW)
    _log(engines, status=S.PROPOSED, now=NOW + HOUR)
    _move(engines, 2, S.ACCEPTED, now=NOW + HOUR)
    _log(engines, workspace="T2", now=NOW + HOUR)
    _in(engines, lambda uow: life.edit(uow, _edit(1), NOW + 2 * HOUR))
    _move(engines, 2, S.DEPRECATED, now=NOW + 3 * HOUR)

    def changed(since: datetime, until: datetime) -> list[tuple[int, DecisionStatus]]:
        found = _in(engines, lambda uow: uow.decisions.changed_between("T1", since, until))
        return [(r.number, r.status) for r in found]

    assert changed(NOW - HOUR, NOW) == [(1, S.PROPOSED)]
    assert changed(NOW, NOW + HOUR) == [(2, S.DEPRECATED)]
    assert changed(NOW + HOUR, NOW + 2 * HOUR) == []
    assert changed(NOW - HOUR, NOW + 3 * HOUR) == [(1, S.PROPOSED), (2, S.DEPRECATED)]
