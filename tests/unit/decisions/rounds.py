"""A consent round in a workspace of five zones, run by argument."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.decisions.consent import ConsentRule, ConsentTerms, Round, Stance
from bot.domain.decisions.record import (
    DecisionBody,
    DecisionChange,
    DecisionEdit,
    DecisionRecord,
    DecisionStatus,
    NewDecision,
)
from bot.domain.delivery import Delivery, DeliveryKind, sent, skipped
from bot.domain.links import Links
from bot.domain.person import Person
from bot.ports.chat import Message
from bot.ports.repositories import UnitOfWork
from bot.services import aways, deliveries, ticks
from bot.services.decisions import consents, life, rounds
from bot.services.decisions.consents import Answer
from bot.workflows.cards import render
from bot.workflows.decisions.cards import CARDS
from storage.base import Base
from storage.deliveries import DeliveryRow
from storage.engine import open_engines
from tests.unit.decisions.samples import problems, shown_text
from tests.unit.desk import TEAM, at
from tests.unit.desk import Office as Desk

YUKI, LENA, MARCUS = "UYUKI", "ULENA", "UMARCUS"
ANANYA, BEATRIZ = "UANANYA", "UBEATRIZ"
MONDAY = at("2026-11-23T14:00")
"""Lena, Marcus and Beatriz are at work; in Tokyo it is 23:00, in Kolkata 19:30."""


@dataclass(frozen=True, kw_only=True)
class Office(Desk):
    """What people and the clock do about a proposal."""

    def propose(
        self,
        makers: tuple[str, ...],
        rule: ConsentRule = ConsentRule.UNANIMOUS,
        *,
        hours: int = 6,
        silence: bool = False,
        author: str = LENA,
        supersedes: int | None = None,
        now: datetime = MONDAY,
    ) -> DecisionRecord:
        """Log a proposal that asks its makers."""
        terms = ConsentTerms(rule=rule, hours=hours, silence_consents=silence)
        body = DecisionBody(
            title="Use LightGBM", outcome="It wins on every slice.", makers=makers, consent=terms
        )
        wish = NewDecision(
            workspace="T1",
            channel="C1",
            author=author,
            body=body,
            status=DecisionStatus.PROPOSED,
            supersedes=supersedes,
        )
        return self.do(life.log, wish, now)

    def edit(
        self, title: str, now: datetime, *, by: str = LENA, consent: bool = True
    ) -> DecisionRecord:
        """Change the text of D-1."""
        known = self.record()
        terms = known.body.consent if consent else None
        values = {**vars(known.body), "title": title, "consent": terms}
        change = DecisionEdit(
            workspace="T1",
            number=1,
            version=known.version,
            body=DecisionBody(**values),
            by=by,
        )
        return self.do(life.edit, change, now)

    def say(
        self,
        user_id: str,
        stance: Stance,
        now: datetime,
        reason: str = "",
        *,
        version: int | None = None,
    ) -> DecisionRecord:
        """Answer for somebody."""
        said = Answer(
            workspace="T1",
            number=1,
            version=version or self.record().version,
            user_id=user_id,
            stance=stance,
            reason=reason,
        )
        return self.do(consents.answer, said, now)

    def move(self, to: DecisionStatus, by: str, now: datetime, number: int = 1) -> DecisionRecord:
        """One person's word."""
        return self.do(life.move, "T1", number, to, by, now)

    def tick(self, now: datetime) -> None:
        """Let every timer go off that is due at `now`, and send what waits."""
        self._fire(now)
        self.send(now)

    def live_without_slack_until(self, end: datetime) -> None:
        """Tick at every instant at which something is due before `end`; nothing can be sent."""
        while (due := self.do(ticks.next_due)) is not None and due < end:
            self._fire(due)

    def _fire(self, now: datetime) -> None:
        while due := self.do(ticks.due_timers, now):
            for timer_id in due:
                self.do(ticks.fire, timer_id, now)

    def live_until(self, end: datetime) -> None:
        """Tick at every instant at which something is due, then at `end`."""
        while (due := self.do(ticks.next_due)) is not None and due < end:
            self.tick(due)
        self.tick(end)

    def send(self, now: datetime) -> None:
        """Send what waits, or skip what makes no sense any more."""
        for delivery in self.waiting():
            shown = self.shown(delivery, now)
            known = delivery.edit_of or delivery.id
            self.do(_settle, delivery, known if shown else None, now)

    def waiting(self) -> list[Delivery]:
        """What waits in the outbox, in order."""
        query = select(DeliveryRow).where(DeliveryRow.state == "pending").order_by(DeliveryRow.seq)
        with Session(self.engines.reader) as session:
            return [row.to_value() for row in session.scalars(query)]

    def posted(self, channel: str) -> list[Delivery]:
        """What was posted to somebody, in order."""
        query = (
            select(DeliveryRow)
            .where(
                DeliveryRow.channel == channel,
                DeliveryRow.kind == DeliveryKind.POST.value,
                DeliveryRow.ts != "",
            )
            .order_by(DeliveryRow.seq)
        )
        with Session(self.engines.reader) as session:
            return [row.to_value() for row in session.scalars(query)]

    def shown(self, delivery: Delivery, now: datetime) -> Message | None:
        """What a delivery says at `now`."""
        return self.do(render, CARDS, delivery, now, Links())

    def text(self, channel: str, now: datetime) -> str:
        """Everything that stands in somebody's direct messages, or in the channel, at `now`."""
        shown = [self.shown(each, now) for each in self.posted(channel)]
        assert all(each is not None and problems(each) == [] for each in shown)
        return "\n".join(shown_text(each.blocks).replace("\n", "") for each in shown if each)

    def labels(self, channel: str, now: datetime) -> list[str]:
        """The buttons of the newest message there."""
        shown = self.shown(self.posted(channel)[-1], now)
        assert shown is not None
        rows = [block["elements"] for block in shown.blocks if block["type"] == "actions"]
        return [element["text"]["text"] for row in rows for element in row]

    def leave(self, user_id: str) -> None:
        """Somebody's account is deactivated."""
        person = self.do(lambda uow: uow.people.get("T1", user_id))
        assert person is not None
        self.do(lambda uow: uow.people.save([replace(person, deleted=True)]))

    def record(self) -> DecisionRecord:
        """D-1."""
        found = self.do(lambda uow: uow.decisions.get("T1", 1))
        assert found is not None
        return found

    def round(self, now: datetime) -> Round:
        """The round of D-1."""
        found = self.do(rounds.current, self.record(), now)
        assert found is not None
        return found

    def trail(self) -> list[tuple[str, str]]:
        """Who did what to D-1: the person, empty for the clock, and the detail."""
        changes: list[DecisionChange] = self.do(lambda uow: uow.decisions.changes("T1", 1))
        return [(change.by, change.detail) for change in changes]

    def away(self, user_id: str, first: str, last: str, now: datetime) -> None:
        """Somebody enters their dates out of office."""
        days = date.fromisoformat(first), date.fromisoformat(last)
        self.do(aways.set_away, "T1", user_id, *days, "", user_id, now)


def _settle(uow: UnitOfWork, delivery: Delivery, ts: str | None, now: datetime) -> None:
    claimed = deliveries.claim(uow, delivery, now, timedelta(minutes=1))
    assert claimed is not None
    verdict = sent(now, delivery.channel, ts) if ts else skipped(now, "makes no sense any more")
    deliveries.settle(uow, claimed, verdict, now)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A workspace with the team in it."""
    engines = open_engines(f"sqlite:///{tmp_path}/meridian.db")
    Base.metadata.create_all(engines.writer)
    ready = Office(engines=engines)
    team = [
        Person(workspace="T1", user_id=user_id, name=name, zone=zone, slack_zone=zone)
        for user_id, (name, zone) in TEAM.items()
    ]
    ready.do(lambda uow: uow.people.save(team))
    yield ready
    engines.dispose()
