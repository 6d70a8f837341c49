"""What is due in a workspace that Meridian has left isn't done, on both databases."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import TypeVar

import pytest

from bot.domain.calendar import EVERY_DAY
from bot.domain.installation import Team
from bot.domain.privacy.audit_page import AuditFilter
from bot.domain.schedule import Outcome, Schedule, ScheduleKind
from bot.domain.timer import Timer, TimerKind
from bot.ports.repositories import UnitOfWork
from bot.services import installations, ticks

T = TypeVar("T")
Run = Callable[[Callable[[UnitOfWork], T]], T]

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def due(workspace: str) -> Schedule:
    return Schedule(
        id=f"digest:{workspace}",
        workspace=workspace,
        kind=ScheduleKind.DIGEST,
        subject="C1",
        zone="UTC",
        wall_time=time(9, 0),
        weekdays=EVERY_DAY,
        next_run_at=NOW,
        next_date=NOW.date(),
    )


def settled(uow: UnitOfWork) -> None:
    """Two workspaces with something due; the first one has been left."""
    for workspace in ("T1", "T2"):
        installations.join(uow, Team(id=workspace), "", NOW - timedelta(days=1))
        uow.schedules.save(due(workspace))
        uow.timers.set(
            Timer(
                id=f"wrap:{workspace}",
                workspace=workspace,
                kind=TimerKind.STANDUP_WRAP_UP,
                subject={"standup": "S1", "date": "2026-11-23"},
                due_at=NOW,
            )
        )
    assert installations.uninstall(uow, "T1", NOW, NOW) == ["T1"]


def test_its_schedules_are_recorded_as_skipped_and_go_on(run: Run[object]) -> None:
    run(settled)
    ran = run(
        lambda uow: {r.schedule.workspace: (r.outcome, r.reason) for r in ticks.tick(uow, NOW)}
    )
    assert ran == {
        "T1": (Outcome.SKIPPED, installations.REMOVED),
        "T2": (Outcome.RAN, ""),
    }
    later = run(lambda uow: uow.schedules.get("digest:T1"))
    assert isinstance(later, Schedule)
    assert later.next_run_at == NOW + timedelta(days=1)


def test_its_timers_go_off_without_effect(
    run: Run[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(settled)
    fired: list[str] = []
    looked = {TimerKind.STANDUP_WRAP_UP: lambda _uow, timer, _now: fired.append(timer.workspace)}
    monkeypatch.setattr(ticks, "_FIRE", looked)
    for workspace in ("T1", "T2"):
        timer = f"wrap:{workspace}"
        assert run(partial(ticks.fire, timer_id=timer, now=NOW)) is not None
    assert fired == ["T2"]
    assert run(lambda uow: uow.timers.due(NOW, 10, ())) == []


def test_both_comings_and_goings_are_audited(run: Run[object]) -> None:
    run(settled)
    lines = run(lambda uow: [e.line.action for e in uow.audit.page("T1", AuditFilter(), 10)])
    assert lines == ["workspace.uninstalled", "workspace.installed"]
