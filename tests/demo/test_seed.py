"""The demo's two weeks, whenever somebody starts it: what stands in the channel, and what comes."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.app import CARDS
from bot.domain import calendar
from bot.domain.delivery import DeliveryKind
from bot.domain.experiments.records import ModelVersion, RegisteredModel
from bot.domain.links import Links
from bot.ports.chat import Message
from bot.ports.repositories import UnitOfWork
from bot.services import blockers, history
from bot.services.history import PersonHistory, Reader
from demo import life, seed
from demo.proxy.workspace import TEAM
from storage.base import Base
from storage.deliveries import DeliveryRow
from storage.engine import Engines, open_engines
from storage.transactions import SqlTransactions

T = TypeVar("T")

STARTS = {
    "sunday noon": "2026-11-22T12:37:21Z",
    "monday, midnight UTC": "2026-11-23T00:00:00Z",
    "monday after the clock change": "2026-10-26T07:55:00Z",
    "after New Year": "2027-01-02T10:00:00Z",
}


@dataclass(frozen=True, kw_only=True)
class Post:
    """One message that waits to be sent, as it would be at that time; empty: it would not be."""

    id: str
    card: str
    channel: str
    thread_of: str | None
    date: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Seeded:
    """A demo started at `now`: what waits to be sent then, and what came until the digest."""

    now: datetime
    transactions: SqlTransactions
    posts: list[Post]
    later: list[Post]

    def cards(self) -> list[Post]:
        """The wrap-ups, without what changes them later."""
        found = [post for post in self.posts if post.card == "standup.wrap_up"]
        return [post for post in found if not post.id.startswith("edit:")]

    async def read(self, work: Callable[[UnitOfWork], T]) -> T:
        return await self.transactions.read(work)


@pytest.fixture(scope="module", params=list(STARTS.values()), ids=list(STARTS))
def seeded(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Seeded]:
    now = datetime.fromisoformat(request.param).astimezone(UTC)
    engines = open_engines(f"sqlite:///{tmp_path_factory.mktemp('seed')}/meridian.db")
    Base.metadata.create_all(engines.writer)
    transactions = SqlTransactions(engines, lambda: now, lambda: None)
    yield asyncio.run(start(engines, transactions, now))
    transactions.close()


def _registry(uow: UnitOfWork, now: datetime) -> None:
    """The model that the demo's training registers."""
    versions = [
        ModelVersion(model="churn", version=number, run_id="", created_at=now) for number in (1, 2)
    ]
    model = RegisteredModel(name="churn", aliases={"champion": 2})
    uow.experiments.save_models(seed.WORKSPACE, [model], versions)


async def start(engines: Engines, transactions: SqlTransactions, now: datetime) -> Seeded:
    await transactions.write(_registry, now)
    await seed.live(engines, transactions, now)
    posts = await waiting(engines, transactions, now)
    end = seed.show_at(now) + timedelta(minutes=1)
    await seed.live_until(transactions, end)
    known = {post.id for post in posts}
    later = [post for post in await waiting(engines, transactions, end) if post.id not in known]
    return Seeded(now=now, transactions=transactions, posts=posts, later=later)


async def waiting(engines: Engines, transactions: SqlTransactions, now: datetime) -> list[Post]:
    """In the order in which they are sent."""
    with Session(engines.writer) as session:
        still = select(DeliveryRow).where(DeliveryRow.settled_at.is_(None))
        rows = list(session.scalars(still.order_by(DeliveryRow.seq)))
    return [
        Post(
            id=row.id,
            card=row.card,
            channel=row.channel,
            thread_of=row.thread_of,
            date=row.subject.get("date", ""),
            text=str(await transactions.read(rendered, row, now) or ""),
        )
        for row in rows
    ]


def rendered(uow: UnitOfWork, row: DeliveryRow, now: datetime) -> Message | None:
    links = Links(jira_url="http://jira", mlflow_url="http://mlflow", slack_url="http://slack")
    if row.kind == DeliveryKind.SET_ALIAS:
        return None
    return CARDS[row.card](uow, row.workspace, row.subject, now, links)


async def test_whole_days_stand_in_the_channel(seeded: Seeded) -> None:
    cards = seeded.cards()
    assert 1 <= len(cards) <= 5
    assert all(card.text for card in cards)
    assert sum(life.BLOCKER in card.text and "I'll take B-1" in card.text for card in cards) >= 1
    first = min(card.date for card in cards)
    assert seeded.now.date() - date.fromisoformat(first) <= timedelta(days=5)
    opened = {card.id for card in cards if card.id.startswith("day:")}
    assert {card.date for card in cards} == {opener.rpartition(":")[2] for opener in opened}
    entries = [post for post in seeded.posts if post.card == "standup.report"]
    assert len(entries) >= 3
    assert {entry.thread_of for entry in entries} == opened


async def test_nothing_about_older_days_goes_out(seeded: Seeded) -> None:
    first = min(card.date for card in seeded.cards())
    assert {post for post in seeded.posts if post.date and post.date < first} == set()
    assert len([post for post in seeded.posts if post.channel == seed.CHANNEL]) < 20


async def test_lena_is_asked_within_two_minutes(seeded: Seeded) -> None:
    wait = seed.show_at(seeded.now) - seeded.now
    assert timedelta(seconds=45) <= wait <= timedelta(seconds=115)
    asked = [p for p in seeded.later if p.card == "standup.prompt" and p.channel == seed.LENA]
    [prompt] = [post for post in asked if seed.WATCH in post.text]
    for part in ("Report", "Same as planned", "Skip today", "I'm away…", "Proposed D-3"):
        assert part in prompt.text
    assert "Last time you planned" in prompt.text
    assert life.PLANNED.splitlines()[1] in prompt.text


async def test_the_digest_comes_a_minute_later(seeded: Seeded) -> None:
    [digest] = [post for post in seeded.later if post.card == "digest"]
    assert life.BLOCKER in digest.text


async def test_lena_comes_back_and_is_asked_for_help(seeded: Seeded) -> None:
    today = calendar.local_date(seed.show_at(seeded.now), "Europe/Berlin")
    [away] = await seeded.read(
        lambda uow: uow.absences.away_of(seed.WORKSPACE, seed.LENA, today - timedelta(days=9))
    )
    assert (away.first, away.last) == (today - timedelta(days=3), today - timedelta(days=1))
    asked = await seeded.read(lambda uow: blockers.open_for(uow, seed.WORKSPACE, seed.LENA))
    assert [blocker.text for blocker in asked.asks_me if blocker.needs_someone] == [life.BLOCKER]


async def test_history_has_weeks_to_compare(seeded: Seeded) -> None:
    found = await seeded.read(lambda uow: history.overview(uow, reader(seeded)))
    shown = found.participation
    assert len(shown.weeks) >= 2
    assert len(shown.shares) == 3
    assert shown.total.late >= 1
    assert 80 <= (shown.total.share or 0) < 100
    shares = {share for line in shown.shares.values() for share in line if share is not None}
    assert len(shares) > 2


async def test_reports_come_after_their_prompts(seeded: Seeded) -> None:
    for person in TEAM:
        found = await seeded.read(reports_of(seeded, person.id))
        assert len(found.entries) >= 4
        for entry in found.entries:
            asked = entry.turn.asked_at
            assert entry.report
            assert found.standups[entry.turn.standup_id].plan.name == seed.WATCH or asked
            assert asked is None or asked < entry.report.submitted_at


def reports_of(seeded: Seeded, user_id: str) -> Callable[[UnitOfWork], PersonHistory]:
    return lambda uow: history.of_person(uow, reader(seeded), user_id, None)


def reader(seeded: Seeded) -> Reader:
    return Reader(workspace=seed.WORKSPACE, user_id=seed.LENA, channel=seed.CHANNEL, now=seeded.now)
