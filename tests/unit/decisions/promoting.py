"""A desk at which decisions are accepted and their promotions are carried out."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from bot.domain.decisions.promotion import Promotion, PromotionStatus
from bot.domain.decisions.record import DecisionRecord, DecisionStatus, NewDecision
from bot.domain.experiments.records import ModelVersion, RegisteredModel
from bot.domain.links import Links
from bot.domain.person import Person
from bot.ports.chat import Chat
from bot.ports.trackers import ExperimentTracker
from bot.services.decisions import life, promotions
from bot.workflows.decisions.cards import CARDS
from bot.workflows.decisions.promote import Promoter
from bot.workflows.deliver import Deliverer
from bot.workflows.pacing import Pace
from bot.workflows.posting import Posting
from storage.engine import open_engines
from storage.tables import METADATA
from storage.transactions import SqlTransactions
from tests.unit.decisions.samples import NOW, RecordingChat, body, shown_text
from tests.unit.experiments.fake_tracker import FakeTracker

W = "T1"
CHAMPION = Promotion(model="churn", version=14, alias="champion")


@dataclass(kw_only=True)
class Desk:
    """Decisions about `churn` and `spam`, which have versions 12 to 15; 13 is the champion."""

    transactions: SqlTransactions
    tracker: FakeTracker
    chat: RecordingChat = field(default_factory=RecordingChat)
    now: datetime = NOW
    connected: bool = True

    def clock(self) -> datetime:
        """Stands still until it is moved."""
        return self.now

    def promoter(self, **changes: Any) -> Promoter:
        """A process that moves aliases."""
        tracker: ExperimentTracker | None = self.tracker if self.connected else None
        values = {"transactions": self.transactions, "tracker": tracker, "clock": self.clock}
        return Promoter(**{**values, **changes})

    def deliverer(self, promoter: Promoter | None = None) -> Deliverer:
        """One that moves aliases and posts."""
        posting = Posting(
            transactions=self.transactions,
            chat=cast(Chat, self.chat),
            cards=CARDS,
            links=lambda _workspace: Links(),
            clock=self.clock,
            pace=Pace(per_channel=timedelta(0)),
        )
        return Deliverer(
            transactions=self.transactions,
            clock=self.clock,
            acts={**posting.acts(), **(promoter or self.promoter()).acts()},
            poll=0.01,
        )

    def only_promoting(self) -> Deliverer:
        """One that posts nothing."""
        acts = self.promoter().acts()
        return Deliverer(transactions=self.transactions, clock=self.clock, acts=acts, poll=0.01)

    async def deliver(self, after: float = 0) -> None:
        """Let so many seconds pass, and do what waits."""
        self.now += timedelta(seconds=after)
        await self.deliverer().drain()

    async def accept(
        self, promotion: Promotion | None = CHAMPION, *, supersedes: int | None = None, **more: Any
    ) -> DecisionRecord:
        """Log an accepted decision by Ana."""
        wish = NewDecision(
            workspace=W,
            channel="C1",
            author="UANA",
            body=body(**{"promotion": promotion, "makers": ("UANA", "UBEN"), **more}),
            supersedes=supersedes,
        )
        return await self.transactions.write(life.log, wish, self.now)

    async def deprecate(self, number: int) -> None:
        """End a decision."""
        to = DecisionStatus.DEPRECATED
        await self.transactions.write(life.move, W, number, to, "UANA", self.now)

    async def try_again(self, number: int, by: str = "UANA") -> None:
        """Press *Try again*."""
        await self.transactions.write(promotions.try_again, W, number, by, self.now)

    async def status(self, number: int = 1) -> PromotionStatus:
        """How far a promotion came."""
        found = await self.transactions.read(lambda uow: uow.promotions.get(W, number))
        assert found is not None
        return found

    async def audit(self, number: int = 1) -> list[str]:
        """What the audit trail says of the promotion."""
        changes = await self.transactions.read(lambda uow: uow.decisions.changes(W, number))
        return [change.detail for change in changes if change.kind == "promoted"]

    async def mirrored(self, model: str = "churn") -> dict[str, int]:
        """The aliases in the mirror."""
        models = await self.transactions.read(lambda uow: uow.experiments.models(W))
        return dict(next(known for known in models if known.name == model).aliases)

    def card(self, number: int = 1) -> str:
        """The text of a card in the channel, without dates and line breaks."""
        return shown_text(self.chat.messages[f"decision:{W}:{number}"].blocks).replace("\n", "")

    def thread(self, number: int = 1) -> list[str]:
        """The texts in the thread of a card."""
        begin = f"decision:{W}:{number}:"
        return [m.text for key, m in self.chat.messages.items() if key.startswith(begin)]

    def called(self) -> list[str]:
        """Who is mentioned in any message."""
        found = [repr(message.blocks) for message in self.chat.messages.values()]
        return re.findall(r"'user_id': '(\w+)'", "".join(found))

    def champion(self, model: str = "churn") -> int | None:
        """Where the registry's alias points."""
        (found,) = (known for known in self.tracker.models if known.name == model)
        return found.aliases.get("champion")

    def hand(self, version: int) -> None:
        """Somebody moves the alias of churn by hand."""
        self.tracker.models = [
            replace(known, aliases={"champion": version}) if known.name == "churn" else known
            for known in self.tracker.models
        ]

    def sets(self) -> int:
        """How often the registry was told to move an alias."""
        return self.tracker.calls.count("set_alias")


@asynccontextmanager
async def desk_at(folder: Path) -> AsyncIterator[Desk]:
    """A desk on a new SQLite file that knows Ana and Ben, and whose mirror is up to date."""
    engines = open_engines(f"sqlite:///{folder}/meridian.db")
    METADATA.create_all(engines.writer)
    tracker = FakeTracker()
    tracker.models = [
        RegisteredModel(name=name, aliases={"champion": 13}) for name in ("churn", "spam")
    ]
    tracker.versions = [
        ModelVersion(model=known.name, version=number, run_id="", created_at=NOW)
        for known in tracker.models
        for number in (15, 14, 13, 12)
    ]
    transactions = SqlTransactions(engines, lambda: NOW, lambda: None)
    await transactions.write(lambda uow: uow.people.save(PEOPLE))
    await transactions.write(
        lambda uow: uow.experiments.save_models(W, tracker.models, tracker.versions)
    )
    yield Desk(transactions=transactions, tracker=tracker)
    transactions.close()


PEOPLE = [
    Person(workspace=W, user_id="UANA", name="Ana", zone="Europe/Berlin"),
    Person(workspace=W, user_id="UBEN", name="Ben", zone="Asia/Tokyo"),
]
