"""The desk of the stand-up suite, with people who choose, travel and go on holiday."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.absence import Absence, Away
from bot.domain.delivery import Delivery
from bot.domain.links import Links
from bot.domain.person import Person
from bot.ports.chat import Message
from bot.services import aways, people
from bot.workflows.availability import CARDS
from bot.workflows.cards import render
from storage.base import Base
from storage.deliveries import DeliveryRow
from storage.engine import open_engines
from tests.unit.desk import TEAM
from tests.unit.standups.conftest import Desk

LINKS = Links()


@dataclass(frozen=True, kw_only=True)
class Office(Desk):
    """Runs what people do about their availability, each call in a committed transaction."""

    def person(self, user_id: str = "ULENA") -> Person:
        """Somebody as they are known now."""
        found = self.do(lambda uow: uow.people.get("T1", user_id))
        assert found is not None
        return found

    def choose(self, now: datetime, user_id: str = "ULENA", **choices: Any) -> Person:
        """Choose something in `/meridian me`; the rest of the choices stays."""
        chosen = replace(self.person(user_id).choices, **choices)
        return self.do(people.choose, "T1", user_id, chosen, now)

    def away(
        self, first: str, last: str, now: datetime, *, user_id: str = "ULENA", by: str = ""
    ) -> Away:
        """Enter a range."""
        days = date.fromisoformat(first), date.fromisoformat(last)
        return self.do(aways.set_away, "T1", user_id, *days, "", by or user_id, now)

    def ranges(self, user_id: str = "ULENA") -> list[tuple[str, str]]:
        """Everything that is stored of somebody's ranges."""
        found = self.do(lambda uow: uow.absences.away_of("T1", user_id, date(2000, 1, 1)))
        return [(str(away.first), str(away.last)) for away in found]

    def turn(self, standup_id: str, day: date, user_id: str = "ULENA") -> Absence | None:
        """Why nothing is expected of somebody on a date that has had its turn."""
        found = self.do(lambda uow: uow.turns.get(standup_id, day, user_id))
        assert found is not None
        return found.absence

    def wishes(self, channel: str) -> list[Delivery]:
        """All posts and edits of our cards to a channel, in order."""
        query = (
            select(DeliveryRow)
            .where(DeliveryRow.channel == channel, DeliveryRow.card.in_(CARDS))
            .order_by(DeliveryRow.seq)
        )
        with Session(self.engines.reader) as session:
            return [row.to_value() for row in session.scalars(query)]

    def shown(self, delivery: Delivery, now: datetime) -> Message | None:
        """What a delivery says if it is sent at `now`."""
        return self.do(render, CARDS, delivery, now, LINKS)


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
