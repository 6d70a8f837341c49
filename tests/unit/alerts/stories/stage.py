"""A story of alerts, played by moving `now`, and every notification that came of it.

A step is `<time> <what happens>`, such as `1h30m bad A-1`; several are separated by `|`. After
each one the evaluate job runs, and whatever was ordered is delivered, and noted as `told` writes
it, with the time before it. `heard taken` is what somebody who clicked saw instead.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.alerts.incidents import Awaits, Incident, Snooze
from bot.domain.alerts.rules import Rule, Severity
from bot.domain.alerts.silences import ChannelNoise, MuteTime, Silence
from bot.domain.alerts.states import AlertState
from bot.domain.calendar import EVERY_DAY
from bot.domain.delivery import sent
from bot.domain.experiments.records import ModelVersion, RegisteredModel, Run, RunStatus
from bot.domain.person import Person
from bot.errors import UserError
from bot.ports.repositories import UnitOfWork
from bot.services import deliveries
from bot.services.alerts import evaluation, incidents, noise, set_up, silences
from bot.services.alerts.incidents import Ack, AckResult
from bot.workflows.tenants import OneTenant
from jobs import evaluate
from jobs.deps import JobDeps
from storage.base import Base
from storage.deliveries import DeliveryRow
from storage.engine import Engines, open_engines
from storage.transactions import SqlTransactions
from tests.unit.alerts.stories.rules import CHANNEL, START, W, a_rule, span
from tests.unit.alerts.stories.told import QUIET_NOTES, noted

SOURCE = "mlflow"


@dataclass
class Stage:
    """One installation on a database that can be stopped and started between any two steps.

    What stays is the database, and SQLAlchemy's translations of statements: they are slow to make.
    """

    engines: Engines
    now: datetime = START
    told: list[str] = field(default_factory=list)
    is_down: bool = False
    _seen: int = 0
    _runs: int = 0

    def __post_init__(self) -> None:
        self._open()

    def _open(self) -> None:
        self.transactions = SqlTransactions(self.engines, lambda: self.now, lambda: None)
        # The step reads nothing else of these.
        nothing = cast(Any, None)
        self.deps = JobDeps(
            tenants=OneTenant(workspace=W),
            transactions=self.transactions,
            chat=nothing,
            deliverer=nothing,
            holidays=nothing,
        )

    def close(self) -> None:
        """Stop: no thread and no connection is left."""
        self.transactions.close()

    def restart(self) -> None:
        """Only what is in the database comes along."""
        self.close()
        self._open()

    async def set_up(self, rules: Sequence[str], people: Sequence[Person]) -> None:
        """The rules are A-1, A-2 … and nothing has been evaluated."""

        def add(uow: UnitOfWork) -> None:
            uow.sources.read_ok(SOURCE, START, START)
            uow.people.save(people)
            for person in people:
                uow.people.choose(W, person.user_id, person.choices)
            for number, spec in enumerate(rules, 1):
                uow.alerts.add(a_rule(number, spec), AlertState(since=START, read_until=START))

        await self.transactions.write(add)

    async def play(self, step: str) -> None:
        """One step, and the evaluation after it."""
        at, what = step.split(maxsplit=1)
        self.now = START + span(at)
        before = len(self.told)
        await self.transactions.write(self._do, what)
        await evaluate.step(self.deps, self.now)
        await self.arrive()
        self.told[before:] = [f"{at} {line}" for line in self.told[before:]]

    async def arrive(self) -> None:
        """Everything that was ordered is noted, and delivered."""
        await self.transactions.write(self._deliver)

    def _do(self, uow: UnitOfWork, what: str) -> None:
        """What happens; the source is read just before, if it answers."""
        verb, *words = what.split()
        self.is_down = verb == "fail" or (self.is_down and verb != "answer")
        if not self.is_down:
            uow.sources.read_ok(SOURCE, self.now, self.now)
        getattr(self, f"_{verb}")(uow, *words)

    def _tick(self, uow: UnitOfWork) -> None:
        """Time passes."""

    def _bad(self, uow: UnitOfWork, *labels: str) -> None:
        for label in labels:
            self._sample(uow, label, 0.8)

    def _good(self, uow: UnitOfWork, *labels: str) -> None:
        for label in labels:
            self._sample(uow, label, 0.95)

    def _blip(self, uow: UnitOfWork, label: str) -> None:
        """Bad, then good, before anybody looks."""
        self._sample(uow, label, 0.8)
        self._sample(uow, label, 0.95)

    def _nan(self, uow: UnitOfWork, label: str) -> None:
        self._sample(uow, label, float("nan"))

    def _value(self, uow: UnitOfWork, label: str, value: str) -> None:
        self._sample(uow, label, float(value))

    def _noise(self, uow: UnitOfWork, label: str) -> None:
        """Ten evaluations that are what is normal."""
        for number in range(10):
            self._sample(uow, label, 0.9 + 0.001 * (-1) ** number)

    def _slope(self, uow: UnitOfWork, label: str) -> None:
        """Evaluations that are a little below normal, none of them a breach."""
        for _ in range(5):
            self._sample(uow, label, 0.84)

    def _sample(self, uow: UnitOfWork, label: str, value: float) -> None:
        rule = self._rule(uow, label)
        count = len(uow.experiments.runs(W, [rule.experiment or "evaluations"]))
        run_id = f"{label}-{count}"
        run = Run(
            run_id=run_id,
            experiment_id=rule.experiment or "evaluations",
            name=run_id,
            status=RunStatus.FINISHED,
            started_at=self.now,
            ended_at=self.now,
            metrics={(rule.metric or "loss").replace("*", "small"): value},
            tags=dict(rule.tags) | ({"registered_model": rule.model} if rule.model else {}),
        )
        uow.experiments.save_runs(W, [run], self.now)

    def _version(self, uow: UnitOfWork, model: str, number: str) -> None:
        version = ModelVersion(model=model, version=int(number), run_id="", created_at=self.now)
        uow.experiments.save_models(W, [RegisteredModel(name=model)], [version])

    def _alias(self, uow: UnitOfWork, model: str, number: str) -> None:
        versions = uow.experiments.versions(W, model)
        moved = RegisteredModel(name=model, aliases={"champion": int(number)})
        uow.experiments.save_models(W, [moved], versions)

    def _fail(self, uow: UnitOfWork) -> None:
        uow.sources.read_failed(SOURCE, "HTTP 500", self.now)

    def _answer(self, uow: UnitOfWork) -> None:
        """The poll that reads well again."""

    def _ack(self, uow: UnitOfWork, label: str, by: str, *place: str) -> None:
        got = self._click(uow, label, incidents.acknowledge, by, channel=place[0] if place else "")
        if isinstance(got, Ack) and got.result is not AckResult.DONE:
            self.told.append(f"heard {got.result.name.lower()}")

    def _unack(self, uow: UnitOfWork, label: str, by: str) -> None:
        self._click(uow, label, incidents.unacknowledge, by)

    def _resolve(self, uow: UnitOfWork, label: str, by: str) -> None:
        self._click(uow, label, incidents.resolve_by_hand, by)

    def _assign(self, uow: UnitOfWork, label: str, by: str, person: str) -> None:
        self._click(uow, label, incidents.assign, by, person)

    def _snooze(self, uow: UnitOfWork, label: str, by: str, until: str) -> None:
        awaits = Awaits(until) if until in ("evaluation", "version") else Awaits.NOTHING
        end = None if awaits else self.now + span(until)
        wish = Snooze(by=by, at=self.now, until=end, awaits=awaits)
        self._click(uow, label, incidents.snooze, by, wish)

    def _click(
        self,
        uow: UnitOfWork,
        label: str,
        service: Callable[..., object],
        by: str,
        *more: object,
        channel: str = "",
    ) -> object:
        incident = self._newest(uow, label)
        try:
            return service(uow, W, incident.id, by, channel or CHANNEL, *more, self.now)
        except UserError as error:
            self.told.append(f"heard {error}")
            return None

    def _silence(self, uow: UnitOfWork, what: str, length: str) -> None:
        wanted = Silence(
            workspace=W,
            channel=CHANNEL,
            by="ULENA",
            reason="migration",
            created_at=self.now,
            until=self.now + span(length),
            rule_number=int(what.removeprefix("A-")) if what.startswith("A-") else 0,
            severity=Severity(what) if what in ("warning", "critical") else None,
        )
        silences.silence(uow, wanted, self.now)

    def _unsilence(self, uow: UnitOfWork, label: str) -> None:
        silences.end(uow, W, int(label.removeprefix("S-")), "ULENA", self.now)

    def _budget(self, uow: UnitOfWork, most: str) -> None:
        self._choose(uow, budget=int(most))

    def _mute(self, uow: UnitOfWork, start: str, end: str) -> None:
        hours = [time.fromisoformat(start), time.fromisoformat(end)]
        mute = MuteTime(weekdays=EVERY_DAY, start=hours[0], end=hours[1], zone="Europe/Berlin")
        self._choose(uow, mutes=(mute,))

    def _choose(self, uow: UnitOfWork, **chosen: Any) -> None:
        choice = ChannelNoise(workspace=W, channel=CHANNEL, **chosen)
        noise.choose(uow, choice, "ULENA", self.now)

    def _leave(self, uow: UnitOfWork, user_id: str) -> None:
        """Somebody's account is deactivated."""
        person = uow.people.get(W, user_id)
        assert person is not None
        uow.people.save([replace(person, deleted=True)])

    def _severity(self, uow: UnitOfWork, label: str, severity: str) -> None:
        """Somebody edits the rule."""
        before = self._rule(uow, label)
        assert uow.alerts.replace_rule(replace(before, severity=Severity(severity)))
        evaluation.revise(uow, before, self._rule(uow, label), self.now)

    def _delete(self, uow: UnitOfWork, label: str) -> None:
        set_up.end(uow, self._rule(uow, label), f"{label} was ended by Lena", self.now)

    def _rule(self, uow: UnitOfWork, label: str) -> Rule:
        found = uow.alerts.rule(W, int(label.removeprefix("A-")))
        assert found is not None
        return found

    def _newest(self, uow: UnitOfWork, label: str) -> Incident:
        return uow.alerts.of_rule(W, int(label.removeprefix("A-")), 1)[0]

    def _deliver(self, uow: UnitOfWork) -> None:
        """Note what was ordered, in order, and let it arrive."""
        with Session(self.engines.reader) as session:
            query = select(DeliveryRow).where(DeliveryRow.seq > self._seen)
            rows = session.scalars(query.order_by(DeliveryRow.seq)).all()
            ordered = [row.to_value() for row in rows]
        self.told += [noted(item) for item in ordered if item.card not in QUIET_NOTES]
        self._seen = max([self._seen, *(item.seq for item in ordered)])
        for item in ordered:
            place = f"D{item.channel}" if item.channel.startswith("U") else item.channel
            claimed = deliveries.claim(uow, item, self.now, timedelta(0))
            assert claimed is not None
            uow.deliveries.settle(claimed, sent(self.now, place, f"{item.seq}.0"), self.now)


def empty_database(path: Path) -> Engines:
    """A SQLite file with all tables, and engines for it."""
    engines = open_engines(f"sqlite:///{path}")
    Base.metadata.create_all(engines.writer)
    engines.dispose()
    return engines


async def story(
    engines: Engines,
    rules: Sequence[str],
    steps: str,
    *,
    people: Sequence[Person] = (),
    restarts: bool = False,
) -> list[str]:
    """Every notification of a story on empty tables; with `restarts` each step is a new start."""
    stage = Stage(engines)
    try:
        await stage.set_up(rules, people)
        for step in steps.split("|"):
            if restarts:
                stage.restart()
            await stage.play(step.strip())
        return stage.told
    finally:
        stage.close()
