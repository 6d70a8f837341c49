"""What people say of a silent run: that it lives, or that it is to be marked killed."""

from dataclasses import replace
from datetime import datetime

from bot.domain.delivery import Delivery, DeliveryKind, Priority
from bot.domain.experiments.records import Run, RunStatus
from bot.domain.experiments.stalls import Pulse, StallState, grew, logs_again, still_alive
from bot.errors import Conflict, NotFound, NotPermitted
from bot.ports.repositories import UnitOfWork
from bot.services.experiments import stalls

_PROBLEM_LIMIT = 300


def alive(uow: UnitOfWork, workspace: str, run_id: str, user_id: str, now: datetime) -> Pulse:
    """*Still alive*: it is asked again after twice the silence.

    Raises NotFound, NotPermitted for others than whose run it is, Conflict where that is settled.
    """
    pulse = _silent(uow, workspace, run_id, user_id, now)
    said = still_alive(pulse, user_id, now)
    uow.pulses.save(said)
    stalls.refresh(uow, said, now)
    return said


def mark_killed(uow: UnitOfWork, workspace: str, run_id: str, user_id: str, now: datetime) -> Pulse:
    """*Mark killed*: the run is ended in MLflow soon; raises as `alive`."""
    pulse = _silent(uow, workspace, run_id, user_id, now)
    killing = replace(pulse, state=StallState.KILLING, by=user_id, problem="", changed_at=now)
    wish = _wish(killing, now)
    if not uow.deliveries.requeue(wish.id, now) and not uow.deliveries.add(wish):
        raise Conflict("MLflow is being asked at this moment. Press the button again in a minute.")
    uow.pulses.save(killing)
    stalls.refresh(uow, killing, now)
    return killing


def wanted(uow: UnitOfWork, workspace: str, run_id: str) -> bool:
    """Whether the run is still to be ended."""
    pulse = uow.pulses.get(workspace, run_id)
    return pulse is not None and pulse.state is StallState.KILLING


def spared(uow: UnitOfWork, workspace: str, run: Run, now: datetime) -> bool:
    """Whether a run that MLflow shows running is to go on: it has logged since somebody wanted it
    ended, and then its messages say so."""
    stalls.lock(uow, workspace, now)
    pulse = uow.pulses.get(workspace, run.run_id)
    if pulse is None or pulse.state is not StallState.KILLING:
        return True
    if not grew(pulse, run):
        return False
    uow.experiments.save_runs(workspace, [run], now)
    # What it logged is for the next look to see, which learns its rhythm from it.
    alive = logs_again(pulse, now)
    uow.pulses.save(alive)
    stalls.refresh(uow, alive, now)
    return True


def ended(uow: UnitOfWork, workspace: str, run: Run, by_us: bool, now: datetime) -> None:
    """MLflow says that it has ended: because of us, or by itself in the meantime."""
    stalls.lock(uow, workspace, now)
    pulse = uow.pulses.get(workspace, run.run_id)
    uow.experiments.save_runs(workspace, [run], now)
    if pulse is not None and pulse.state is StallState.KILLING:
        state = StallState.KILLED if by_us else StallState.ENDED
        settled = replace(pulse, state=state, problem="", changed_at=now)
        uow.pulses.save(settled)
        stalls.refresh(uow, settled, now)


def waits(uow: UnitOfWork, workspace: str, run_id: str, problem: str, now: datetime) -> None:
    """MLflow didn't do it yet: say why; the same problem is said once."""
    stalls.lock(uow, workspace, now)
    pulse = uow.pulses.get(workspace, run_id)
    problem = problem[:_PROBLEM_LIMIT]
    if pulse is None or pulse.state is not StallState.KILLING or pulse.problem == problem:
        return
    told = replace(pulse, problem=problem, changed_at=now)
    uow.pulses.save(told)
    stalls.refresh(uow, told, now)


def refused(uow: UnitOfWork, workspace: str, run_id: str, problem: str, now: datetime) -> None:
    """MLflow won't do it: the buttons come back, with why."""
    stalls.lock(uow, workspace, now)
    pulse = uow.pulses.get(workspace, run_id)
    if pulse is None or pulse.state is not StallState.KILLING:
        return
    told = replace(pulse, state=StallState.SILENT, problem=problem[:_PROBLEM_LIMIT], changed_at=now)
    uow.pulses.save(told)
    stalls.refresh(uow, told, now)


def _silent(uow: UnitOfWork, workspace: str, run_id: str, user_id: str, now: datetime) -> Pulse:
    stalls.lock(uow, workspace, now)
    pulse = uow.pulses.get(workspace, run_id)
    run = uow.experiments.run(workspace, run_id)
    if pulse is None or run is None:
        raise NotFound("I don't see that run in MLflow any more, so there is nothing to do.")
    if run.status is not RunStatus.RUNNING:
        raise Conflict(f"That run has ended by now ({run.status.value.lower()}).")
    _require_right(uow, workspace, run, user_id)
    if pulse.state is StallState.KILLING:
        raise Conflict("It is being marked killed already.")
    if pulse.state not in (StallState.SILENT, StallState.ALIVE):
        raise Conflict("It logs again, so nothing needs to be done.")
    return pulse


def _require_right(uow: UnitOfWork, workspace: str, run: Run, user_id: str) -> None:
    owner = stalls.owner_of(uow, workspace, run)
    if owner is not None and owner.user_id != user_id:
        raise NotPermitted(f"That run is {owner.name}'s, so they say what becomes of it.")
    person = uow.people.get(workspace, user_id)
    if person is None:
        raise NotPermitted("I don't know you yet, so I can't let you say what becomes of a run.")
    if not person.can_take_part:
        raise NotPermitted("Guests and people from outside can't end runs.")


def _wish(pulse: Pulse, now: datetime) -> Delivery:
    return Delivery(
        id=f"end-run:{pulse.workspace}:{pulse.run_id}",
        workspace=pulse.workspace,
        channel=f"run:{pulse.run_id}",
        card="",
        subject={"run": pulse.run_id},
        kind=DeliveryKind.END_RUN,
        priority=Priority.BACKGROUND,
        ready_at=now,
        owner=pulse.by,
    )
