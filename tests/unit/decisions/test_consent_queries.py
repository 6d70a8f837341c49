"""How many queries a round takes: its makers, their days and their holidays cost none of their own.

Only what is written for each maker does: a question, a timer, an edit of a message that stands.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from bot.domain.decisions.consent import ConsentRule, ConsentTerms, Stance
from bot.domain.decisions.record import DecisionBody, DecisionEdit, DecisionStatus, NewDecision
from bot.domain.decisions.sight import Viewer
from bot.domain.delivery import sent
from bot.domain.person import Choices, Person
from bot.ports.repositories import UnitOfWork
from bot.services import deliveries, home, ticks
from bot.services.decisions import consents, details, life, waiting
from bot.services.decisions.consents import Answer
from storage.base import Base
from storage.engine import open_engines
from tests.unit.decisions.rounds import MONDAY, Office

FEW, MANY = 5, 50
PROPOSALS = 2
TERMS = ConsentTerms(rule=ConsentRule.UNANIMOUS, hours=24)
LATER = MONDAY + timedelta(minutes=1)
# Of each maker: the question and the timer; the edit of the question that stands; or all of that.
WRITTEN_TO_ASK, WRITTEN_TO_EDIT, WRITTEN_TO_END = 2, 6, 4
MOST_READ = 70


@contextmanager
def office(path: Path, makers: int) -> Iterator[Office]:
    """People with holidays in two places, all at work, and proposals that ask them all."""
    engines = open_engines(f"sqlite:///{path}/{makers}.db")
    Base.metadata.create_all(engines.writer)
    ready = Office(engines=engines)
    ready.do(_hire, makers)
    for _ in range(PROPOSALS):
        ready.do(life.log, wish(makers), MONDAY)
    ready.do(_deliver, ready)
    yield ready
    engines.dispose()


def maker(n: int) -> str:
    """The user id of one of them; they have an order."""
    return f"U{n:03d}"


def wish(makers: int) -> NewDecision:
    """A proposal of the first to all."""
    body = DecisionBody(
        title="T", outcome="O", makers=tuple(map(maker, range(makers))), consent=TERMS
    )
    return NewDecision(
        workspace="T1", channel="C1", author=maker(0), body=body, status=DecisionStatus.PROPOSED
    )


def _hire(uow: UnitOfWork, makers: int) -> None:
    zone = "Europe/Berlin"
    for n in range(makers):
        person = Person(workspace="T1", user_id=maker(n), name=f"N{n}", zone=zone, slack_zone=zone)
        uow.people.save([person])
        uow.people.choose("T1", maker(n), Choices(country="DE", region=["BE", "BY"][n % 2]))


def _deliver(uow: UnitOfWork, ready: Office) -> None:
    """Every question stands in Slack."""
    for each in ready.waiting():
        claimed = deliveries.claim(uow, each, MONDAY, timedelta(minutes=1))
        assert claimed is not None
        deliveries.settle(uow, claimed, sent(MONDAY, each.channel, each.id), MONDAY)


def answer(uow: UnitOfWork, user_id: str, stance: Stance = Stance.AGREE) -> None:
    """What somebody says to D-1."""
    said = Answer(workspace="T1", number=1, version=1, user_id=user_id, stance=stance)
    consents.answer(uow, said, LATER)


def edit(uow: UnitOfWork, makers: int) -> None:
    """Another title for D-1."""
    values = {**vars(wish(makers).body), "title": "Another"}
    body = DecisionBody(**values)
    change = DecisionEdit(workspace="T1", number=1, version=1, body=body, by=maker(0))
    life.edit(uow, change, LATER)


def reject(uow: UnitOfWork, _makers: int) -> None:
    """The author takes D-1 back."""
    life.move(uow, "T1", 1, DecisionStatus.REJECTED, maker(0), LATER)


def queries(office: Office, work: Callable[..., Any], *args: Any) -> int:
    """How many a service needs."""
    counted = 0

    def count(*_: Any) -> None:
        nonlocal counted
        counted += 1

    event.listen(office.engines.writer, "before_cursor_execute", count)
    office.do(work, *args)
    event.remove(office.engines.writer, "before_cursor_execute", count)
    return counted


VIEWER = Viewer(workspace="T1", user_id="UANA", now=LATER, channel="C1")


@pytest.mark.parametrize(
    ("work", "args"),
    [
        (answer, (maker(1),)),
        (answer, (maker(1), Stance.OBJECT)),
        (ticks.fire, (f"decision:T1:1:consent:1:{maker(3)}", MONDAY + timedelta(hours=1))),
        (details.detail, ("T1", 1, LATER)),
        (home.read, ("T1", maker(2), LATER)),
        (waiting.mine, ("T1", maker(2), LATER)),
        (waiting.agenda, (VIEWER, 20)),
    ],
    ids=["agree", "object", "look", "details", "home", "mine", "review"],
)
def test_reading_a_round_takes_as_many_queries_for_five_makers_as_for_fifty(
    tmp_path: Path, work: Callable[..., Any], args: tuple[Any, ...]
) -> None:
    found = []
    for makers in (FEW, MANY):
        with office(tmp_path, makers) as ready:
            found.append(queries(ready, work, *args))
    assert found[0] == found[1]
    assert found[1] <= MOST_READ


@pytest.mark.parametrize(
    ("work", "written"),
    [
        (lambda uow, makers: life.log(uow, wish(makers), LATER), WRITTEN_TO_ASK),
        (edit, WRITTEN_TO_EDIT),
        (reject, WRITTEN_TO_END),
    ],
    ids=["propose", "edit", "reject"],
)
def test_asking_takes_only_what_is_written_for_each_maker(
    tmp_path: Path, work: Callable[[UnitOfWork, int], None], written: int
) -> None:
    found = []
    for makers in (FEW, MANY):
        with office(tmp_path, makers) as ready:
            found.append(queries(ready, work, makers))
    each, left = divmod(found[1] - found[0], MANY - FEW)
    assert (each, left) == (written, 0), f"{found}: {each} queries for each maker"


def test_open_proposals_are_read_together(tmp_path: Path) -> None:
    with office(tmp_path, FEW) as ready:
        before = queries(ready, waiting.agenda, VIEWER, 20)
        for _ in range(PROPOSALS):
            ready.do(life.log, wish(FEW), MONDAY)
        assert queries(ready, waiting.agenda, VIEWER, 20) == before
