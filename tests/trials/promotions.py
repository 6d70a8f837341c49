"""Trial: decisions accepted while MLflow is down, and the process that carries them out killed."""

import asyncio
import random
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.clients.slack.parse import delivery_id_of
from bot.domain.decisions.promotion import Promotion, PromotionState
from bot.domain.decisions.record import DecisionBody, NewDecision, reference
from bot.domain.delivery import DeliveryKind, DeliveryState
from bot.domain.experiments.records import ModelVersion, RegisteredModel
from bot.services.decisions import life
from storage.decisions.rows import DecisionPromotionRow
from storage.deliveries import DeliveryRow
from storage.unit_of_work import SqlUnitOfWork
from tests.standins.mlflow import MlflowServer
from tests.standins.slack import FakeSlack
from tests.trials import promotion_worker
from tests.trials.databases import Observer, empty_database, observed
from tests.trials.nursery import Worker, started, until
from tests.trials.registry import VERSIONS, Registry
from tests.trials.registry_line import RegistryLine
from tests.trials.tables import Table, seconds

_QUIET = timedelta(seconds=1.6)
_LEASE = timedelta(seconds=3)
_LONGEST_LIFE = 0.6
_DEADLINE = 300.0
_WORKSPACE = "T0TEAM"
_CHANNEL = "C0TRIAL"
_AUTHOR = "U0PERSON000"


@dataclass(kw_only=True)
class Found:
    """What one run found; `shown` are cards that said that they wait for MLflow.

    `cut_off` are promotions that a kill met under way, `unstored` those whose alias was set by
    then.
    """

    database: str
    accepted: int = 0
    overtaken: int = 0
    shown: int = 0
    kills: int = 0
    cut_off: int = 0
    unstored: int = 0
    moved: int = 0
    twice: int = 0
    again: int = 0
    told: Counter[str] = field(default_factory=Counter)
    wrong_states: int = 0
    wrong_order: int = 0
    wrong_registry: int = 0
    took: float = 0.0

    @property
    def wrong(self) -> int:
        """All broken promises."""
        due = self.accepted - self.overtaken
        untold = abs(due - len(self.told)) + sum(self.told.values()) - len(self.told)
        states = self.wrong_states + self.wrong_order + self.wrong_registry
        return abs(due - self.moved) + self.twice + untold + states + (self.shown == 0)


async def run(
    kinds: Sequence[str],
    *,
    kills: int,
    models: int,
    seed: int,
    server: str = "",
    mlflow: MlflowServer | None = None,
) -> list[Table]:
    """The trial on each kind of database.

    MLflow is a server of its own that is stopped; with `mlflow`, that one, and the line to it is
    cut. `server` is as in `empty_database`.
    """
    found = []
    for kind in kinds:
        with empty_database(kind, server) as url:
            found.append(await _Trial(url, kind, models, random.Random(seed)).run(kills, mlflow))
    return [_results(found, seed)]


@dataclass(frozen=True, kw_only=True)
class _Wished:
    number: int
    promotion: Promotion
    overtaken: bool = False


class _Trial:
    def __init__(self, url: str, kind: str, models: int, dice: random.Random) -> None:
        self._url = url
        self._dice = dice
        mark = f"{dice.randrange(16**6):06x}-{time.monotonic_ns() % 10**6}"
        self._models = [f"model-{mark}-{number}" for number in range(models)]
        self._wished: list[_Wished] = []
        self._found = Found(database=kind)

    async def run(self, kills: int, shared: MlflowServer | None) -> Found:
        begun = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="meridian-trial-") as folder:
            registry = Registry(Path(folder), shared, self._models)
            await registry.start()
            try:
                await self._live(registry, kills)
            finally:
                await registry.stop()
        self._found.took = time.monotonic() - begun
        return self._found

    async def _live(self, registry: Registry, kills: int) -> None:
        await asyncio.to_thread(registry.register)
        async with (
            self._slack() as slack,
            RegistryLine(target=registry.url, dice=self._dice) as line,
        ):
            with observed(self._url) as database:
                database.write(self._mirror)
                await registry.stop(line)
                database.write(self._accept)
                await self._outage(slack, line, database)
                await registry.start(line)
                await self._recover(slack, line, database, kills)
                self._judge_states(database)
            self._judge_slack(slack)
            await asyncio.to_thread(self._judge_registry, registry, line)

    @asynccontextmanager
    async def _slack(self) -> AsyncIterator[FakeSlack]:
        async with FakeSlack() as slack:
            slack.add_user(_AUTHOR, "author")
            slack.add_channel(_CHANNEL, "trial", members=[_AUTHOR])
            yield slack

    async def _outage(self, slack: FakeSlack, line: RegistryLine, database: Observer) -> None:
        """Every model's first decision waits, and its card says for what."""
        with self._worker(slack, line) as worker:
            await until(lambda: _waiting_shown(slack) >= len(self._models), _DEADLINE, "cards")
            worker.check()
        self._found.shown = _waiting_shown(slack)
        done = database.read(_states)[PromotionState.DONE.value]
        self._found.wrong_states += done + len(line.moves)

    async def _recover(
        self, slack: FakeSlack, line: RegistryLine, database: Observer, kills: int
    ) -> None:
        while self._found.kills < kills:
            if _open(database) < len(self._models):
                database.write(self._accept)
            await self._one_life(slack, line, database)
        with self._worker(slack, line) as worker:
            await until(lambda: not _open(database), _DEADLINE, "all aliases moved")
            await until(lambda: not _unsent(database), _DEADLINE, "all told")
            worker.check()

    async def _one_life(self, slack: FakeSlack, line: RegistryLine, database: Observer) -> None:
        calls, born = line.calls, datetime.now(UTC)
        with self._worker(slack, line) as worker:
            await until(lambda: line.calls > calls or not _open(database), _DEADLINE, "a call")
            await asyncio.sleep(self._dice.uniform(0, _LONGEST_LIFE))
            worker.kill()
        self._found.kills += line.calls > calls
        for number in database.read(lambda session: _claimed_since(session, born)):
            wanted = self._wished[number - 1].promotion
            self._found.cut_off += 1
            told = [move.version for move in line.moves if move.model == wanted.model]
            self._found.unstored += told[-1:] == [wanted.version]

    def _worker(self, slack: FakeSlack, line: RegistryLine) -> AbstractContextManager[Worker]:
        return started(
            promotion_worker.run,
            self._url,
            slack.api_url,
            slack.bot_token,
            line.url,
            _QUIET,
            _LEASE,
        )

    def _mirror(self, uow: SqlUnitOfWork) -> None:
        now = datetime.now(UTC)
        models = [RegisteredModel(name=name, aliases={"champion": 1}) for name in self._models]
        versions = [
            ModelVersion(model=name, version=number, run_id="", created_at=now)
            for name in self._models
            for number in range(1, VERSIONS + 1)
        ]
        uow.experiments.save_models(_WORKSPACE, models, versions)

    def _accept(self, uow: SqlUnitOfWork) -> None:
        """Three decisions for each model; the third replaces the second, which is overtaken."""
        for model in self._models:
            numbers = [self._log(uow, model, None) for _ in range(2)]
            self._wished[-1] = _overtaken(self._wished[-1])
            self._log(uow, model, numbers[1])
        self._found.accepted = len(self._wished)
        self._found.overtaken = sum(each.overtaken for each in self._wished)

    def _log(self, uow: SqlUnitOfWork, model: str, supersedes: int | None) -> int:
        before = sum(each.promotion.model == model for each in self._wished)
        version = 1 + (before + 1) % VERSIONS
        promotion = Promotion(model=model, version=version, alias="champion")
        body = DecisionBody(title="Promote it", outcome="It is better.", promotion=promotion)
        wish = NewDecision(
            workspace=_WORKSPACE,
            channel=_CHANNEL,
            author=_AUTHOR,
            body=body,
            supersedes=supersedes,
        )
        number = life.log(uow, wish, datetime.now(UTC)).number
        self._wished.append(_Wished(number=number, promotion=promotion))
        return number

    def _due(self, model: str) -> list[_Wished]:
        """What is to happen to a model, in order."""
        mine = [each for each in self._wished if each.promotion.model == model]
        return [each for each in mine if not each.overtaken]

    def _judge_states(self, database: Observer) -> None:
        rows = {row.number: row for row in database.read(_rows)}
        for model in self._models:
            before = 1
            for each in self._due(model):
                row = rows[each.number]
                done = row.state == PromotionState.DONE.value and row.previous == before
                self._found.wrong_states += not done
                self._found.moved += row.state == PromotionState.DONE.value
                before = each.promotion.version
        overtaken = [rows[each.number] for each in self._wished if each.overtaken]
        dropped = PromotionState.DROPPED.value
        self._found.wrong_states += sum(row.state != dropped for row in overtaken)

    def _judge_slack(self, slack: FakeSlack) -> None:
        messages = slack.ws.channels[_CHANNEL].messages
        ids = [found for message in messages if (found := delivery_id_of(message))]
        self._found.told.update(each for each in ids if each.endswith(":promoted"))

    def _judge_registry(self, registry: Registry, line: RegistryLine) -> None:
        for model in self._models:
            due = [each.promotion.version for each in self._due(model)]
            told = [move.version for move in line.moves if move.model == model]
            moved = [version for version, _ in groupby(told)]
            self._found.again += len(told) - len(moved)
            self._found.twice += max(0, len(moved) - len(due))
            self._found.wrong_order += moved != due
            self._found.wrong_registry += registry.champion(model) != due[-1]
            tags = {each.promotion.version: reference(each.number) for each in self._due(model)}
            wrong = [number for number, tag in tags.items() if registry.tag(model, number) != tag]
            self._found.wrong_registry += len(wrong)


def _overtaken(wished: _Wished) -> _Wished:
    return _Wished(number=wished.number, promotion=wished.promotion, overtaken=True)


def _waiting_shown(slack: FakeSlack) -> int:
    return sum("as soon as MLflow does it" in repr(m) for m in slack.messages(_CHANNEL))


def _rows(session: Session) -> list[DecisionPromotionRow]:
    return list(session.scalars(select(DecisionPromotionRow)))


def _states(session: Session) -> Counter[str]:
    return Counter(row.state for row in _rows(session))


def _open(database: Observer) -> int:
    """Promotions that are neither done nor dropped."""
    return database.read(_states)[PromotionState.PENDING.value]


def _claimed_since(session: Session, born: datetime) -> list[int]:
    """The decisions whose promotion a life that began at `born` took up and did not settle."""
    query = select(DeliveryRow.subject).where(
        DeliveryRow.kind == DeliveryKind.SET_ALIAS.value,
        DeliveryRow.state == DeliveryState.SENDING.value,
        DeliveryRow.ready_at >= born + _LEASE,
    )
    return [int(subject["number"]) for subject in session.scalars(query)]


def _unsent(database: Observer) -> int:
    counts = database.read(lambda session: SqlUnitOfWork(session).deliveries.counts())
    return counts.get("pending", 0) + counts.get("sending", 0)


def _results(found: Sequence[Found], seed: int) -> Table:
    return Table(
        title=f"Decisions accepted while MLflow is down, then kill -9 in between (seed {seed})",
        rows=[
            {
                "database": f.database,
                "accepted": f.accepted,
                "overtaken": f.overtaken,
                "shown as waiting": f.shown,
                "kills": f.kills,
                "cut off": f.cut_off,
                "already set": f.unstored,
                "moved": f.moved,
                "moved twice": f.twice,
                "set again, no move": f.again,
                "wrong": f.wrong_states + f.wrong_order + f.wrong_registry,
                "told once": sum(times == 1 for times in f.told.values()),
                "took": seconds(f.took),
            }
            for f in found
        ],
        wrong=sum(f.wrong for f in found),
        notes=(
            "Moves are counted at the registry's door, in their order; its own alias and tags are",
            "read at the end. A model's decisions are carried out in the order of acceptance;",
            "those that a newer one replaced while MLflow was down never move anything. Cut off:",
            "a kill met the promotion under way; of some the alias was set already.",
        ),
    )
