"""Runs that say nothing any more: whose they are is asked, once, while they are at work."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.accounts import owners
from bot.domain.delivery import Delivery
from bot.domain.experiments.records import Run, RunStatus
from bot.domain.experiments.servers import server_of, source_of
from bot.domain.experiments.stalls import (
    Pulse,
    StallState,
    first_seen,
    judged,
    life_sign,
    seen,
)
from bot.domain.experiments.sweeps import PARENT_TAG
from bot.domain.experiments.watches import WatchKind, is_person
from bot.domain.person import Person
from bot.ports.repositories import UnitOfWork
from bot.services import availability, deliveries
from bot.services.experiments import timely

CARD_ASK = "experiment.silent"
CARD_LINE = "experiment.silent_line"

_OVER = (StallState.KILLED, StallState.ENDED)
_REMEMBER = timedelta(days=7)


def look(uow: UnitOfWork, workspace: str, now: datetime) -> None:
    """Judge every running run as the mirror has it, ask people, and bring what was told up to
    date."""
    lock(uow, workspace, now)
    looked_at = uow.sources.watermark(_key(workspace))
    uow.sources.read_ok(_key(workspace), now, now)
    running = {
        run.run_id: run
        for run in uow.experiments.open_runs(workspace)
        if run.status is RunStatus.RUNNING
    }
    before = uow.pulses.all(workspace)
    _end(uow, workspace, [p for i, p in before.items() if i not in running], now)
    now_known = _judge_all(uow, workspace, running, before, looked_at, now)
    silent = [p for p in now_known.values() if p.state is StallState.SILENT]
    fresh = [p for p in silent if p.batch == 0]
    _lines(uow, workspace, fresh, now)
    late = _too_late(uow, workspace, [p for p in silent if p.asked], now)
    _ask(uow, workspace, [*(p for p in silent if not p.asked), *late], running, now)


def lock(uow: UnitOfWork, workspace: str, now: datetime) -> None:
    """Keep others from looking, asking and answering until this transaction has ended; taken before
    anything is read."""
    uow.sources.read_ok(_key(workspace), None, now)


def refresh(uow: UnitOfWork, pulse: Pulse, now: datetime) -> None:
    """Bring every message up to date that shows a run."""
    if pulse.message:
        deliveries.edit(uow, pulse.message, now)
    for channel in _channels(uow, pulse.workspace, pulse.experiment_id):
        if pulse.batch:
            deliveries.edit(uow, line_id(pulse, channel), now)


def line_id(pulse: Pulse, channel: str) -> str:
    """The id of the delivery that tells a channel of it."""
    return f"silent:{pulse.workspace}:{pulse.experiment_id}:{pulse.batch}:{channel}"


def owner_of(uow: UnitOfWork, workspace: str, run: Run) -> Person | None:
    """The colleague whose run it is, or None where nobody is known."""
    people = uow.people.all(workspace)
    user_id = owners(people, [run.user]).get(run.user) if run.user else None
    found = next((person for person in people if person.user_id == user_id), None)
    return found if found is not None and found.can_take_part else None


def _judge_all(
    uow: UnitOfWork,
    workspace: str,
    running: Mapping[str, Run],
    before: Mapping[str, Pulse],
    looked_at: datetime | None,
    now: datetime,
) -> dict[str, Pulse]:
    known_at = _known_at(uow, running.values(), now)
    grown = {
        i: seen(before[i], run, looked_at, now) if i in before else first_seen(workspace, run, now)
        for i, run in running.items()
    }
    signs = _signs(running, grown, known_at)
    found = {}
    for run_id, run in running.items():
        at = known_at.get(server_of(run.experiment_id))
        pulse = grown[run_id]
        if at is not None:
            pulse = _judge(uow, pulse, run, signs.get(run_id, []), at, now)
        if pulse != before.get(run_id):
            uow.pulses.save(pulse)
        if run_id in before and pulse.state is not before[run_id].state:
            refresh(uow, pulse, now)
        found[run_id] = pulse
    return found


def _judge(
    uow: UnitOfWork, pulse: Pulse, run: Run, signs: list[datetime], at: datetime, now: datetime
) -> Pulse:
    """Runs below it that have ended are asked for only where it seems silent."""
    found = judged(pulse, run, signs, at, now)
    if (pulse.state, found.state) != (StallState.FINE, StallState.SILENT):
        return found
    children = uow.families.children(pulse.workspace, [run.experiment_id], [run.run_id])
    ends = [min(child.ended_at, at) for child in children if child.ended_at]
    return judged(pulse, run, signs + ends, at, now)


def _signs(
    running: Mapping[str, Run], pulses: Mapping[str, Pulse], known_at: Mapping[str, datetime]
) -> dict[str, list[datetime]]:
    """Signs of life of running runs by the runs above them: a sweep lives while one of it does."""
    found: dict[str, list[datetime]] = defaultdict(list)
    for run_id, run in running.items():
        at = known_at.get(server_of(run.experiment_id))
        sign = life_sign(pulses[run_id], run, at) if at else None
        above, path = run.tags.get(PARENT_TAG, ""), {run_id}
        while sign and above and above not in path:
            found[above].append(sign)
            path.add(above)
            above = running[above].tags.get(PARENT_TAG, "") if above in running else ""
    return found


def _known_at(uow: UnitOfWork, runs: Iterable[Run], now: datetime) -> dict[str, datetime]:
    """Up to when each server's runs are known; a server that doesn't answer proves no silence."""
    health = {one.source: one for one in uow.sources.health()}
    found = {}
    for server in {server_of(run.experiment_id) for run in runs}:
        source = health.get(source_of(server))
        if source is not None and source.read_at and not source.down:
            found[server] = min(source.read_at, now)
    return found


def _end(uow: UnitOfWork, workspace: str, gone: Sequence[Pulse], now: datetime) -> None:
    """Runs that have ended, or were deleted: their messages say so once more. Those that we are
    ending are settled by what ends them."""
    dropped = []
    for pulse in gone:
        if not pulse.told or (pulse.state in _OVER and now - pulse.changed_at > _REMEMBER):
            dropped.append(pulse.run_id)
        elif pulse.state not in (*_OVER, StallState.KILLING):
            ended = replace(pulse, state=StallState.ENDED, changed_at=now)
            uow.pulses.save(ended)
            if pulse.state is not StallState.FINE:
                refresh(uow, ended, now)
    uow.pulses.drop(workspace, dropped)


def _lines(uow: UnitOfWork, workspace: str, fresh: Sequence[Pulse], now: datetime) -> None:
    """One line per experiment for each channel that watches it."""
    by_experiment: dict[str, list[Pulse]] = defaultdict(list)
    for pulse in fresh:
        by_experiment[pulse.experiment_id].append(pulse)
    for experiment_id, pulses in sorted(by_experiment.items()):
        channels = _channels(uow, workspace, experiment_id)
        if not channels:
            continue
        batch = int(now.timestamp())
        for pulse in pulses:
            current = uow.pulses.get(workspace, pulse.run_id) or pulse
            uow.pulses.save(replace(current, batch=batch))
        for channel, by in channels.items():
            subject = {"experiment": experiment_id, "batch": batch, "channel": channel}
            delivery_id = line_id(replace(pulses[0], batch=batch), channel)
            _post(uow, workspace, delivery_id, channel, CARD_LINE, subject, by, now)


def _too_late(
    uow: UnitOfWork, workspace: str, asked: Sequence[Pulse], now: datetime
) -> list[Pulse]:
    """Those whose question could be sent only after the person had gone home: it is open again."""
    people = uow.people.several(workspace, {pulse.asked for pulse in asked}) if asked else {}
    found = []
    for pulse in asked:
        person = people.get(pulse.asked)
        if person is not None and timely.was_late(uow, person, pulse.message):
            opened = replace(pulse, asked="", message="", changed_at=now)
            uow.pulses.save(opened)
            refresh(uow, opened, now)
            found.append(opened)
    return found


def _ask(
    uow: UnitOfWork,
    workspace: str,
    silent: Sequence[Pulse],
    running: Mapping[str, Run],
    now: datetime,
) -> None:
    """One message per person who is at work, whatever the number of their runs."""
    people = {person.user_id: person for person in uow.people.all(workspace)} if silent else {}
    users = {running[pulse.run_id].user for pulse in silent}
    owner = owners(people.values(), users - {""}) if users else {}
    by_person: dict[str, list[Pulse]] = defaultdict(list)
    for pulse in silent:
        by_person[owner.get(running[pulse.run_id].user, "")].append(pulse)
    for user_id, pulses in sorted(by_person.items()):
        person = people.get(user_id)
        if person is None or not availability.is_at_work(uow, person, now):
            continue
        message = f"silent:{workspace}:{user_id}:{now.isoformat()}"
        for pulse in pulses:
            current = uow.pulses.get(workspace, pulse.run_id) or pulse
            asked = replace(current, asked=user_id, message=message, changed_at=now)
            uow.pulses.save(asked)
            refresh(uow, replace(asked, message=""), now)
        subject = {"message": message, "person": user_id}
        _post(uow, workspace, message, user_id, CARD_ASK, subject, user_id, now)


def _post(
    uow: UnitOfWork,
    workspace: str,
    delivery_id: str,
    channel: str,
    card: str,
    subject: Mapping[str, object],
    owner: str,
    now: datetime,
) -> None:
    deliveries.post(
        uow,
        Delivery(
            id=delivery_id,
            workspace=workspace,
            channel=channel,
            card=card,
            subject=subject,
            ready_at=now,
            owner=owner,
        ),
    )


def _channels(uow: UnitOfWork, workspace: str, experiment_id: str) -> dict[str, str]:
    """The channels that watch an experiment, with who set that up."""
    return {
        watch.watcher: watch.by
        for watch in uow.watches.all(workspace)
        if watch.target.kind is WatchKind.EXPERIMENT
        and watch.target.key == experiment_id
        and not is_person(watch.watcher)
    }


def _key(workspace: str) -> str:
    return f"watch:pulses:{workspace}"
