"""A schedule that breaks (a bug in what it starts) stops no other."""

from collections.abc import Sequence
from datetime import datetime

import pytest

from bot.domain.calendar import Occurrence
from bot.domain.schedule import Schedule, ScheduleKind
from bot.ports.repositories import UnitOfWork
from bot.services import ticks
from tests.acceptance.harness import CHURN, LENA, YUKI, World, start_standup

BREAKS = "schedule_failed"


async def test_the_others_of_the_batch_are_asked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await start_standup(world.lena, channel=CHURN, name="Churn daily", participants=[LENA])
    await start_standup(world.yuki, channel=CHURN, name="Data daily", participants=[YUKI])
    world.expect("tick_batch_failed", BREAKS)
    prompt = ticks._START[ScheduleKind.STANDUP_PROMPT]

    def breaks_for_yuki(
        uow: UnitOfWork, due: Sequence[tuple[Schedule, Occurrence]], now: datetime
    ) -> None:
        if YUKI in {schedule.user_id for schedule, _ in due}:
            raise RuntimeError("a bug")
        prompt(uow, due, now)

    monkeypatch.setitem(ticks._START, ScheduleKind.STANDUP_PROMPT, breaks_for_yuki)
    world.clock.move_to("2026-10-19T00:00Z")
    await world.tick()
    world.clock.move_to("2026-10-19T07:00Z")
    await world.tick()
    assert len(world.slack.messages(LENA)) == 1
    assert any(e.startswith(BREAKS) for e in world.errors)

    monkeypatch.undo()
    await world.tick()
    assert world.slack.messages(YUKI) == []
