"""Steps of the system's clock."""

from datetime import UTC, datetime, timedelta

import pytest

from jobs.clock_watch import ClockWatch

_NOON = datetime(2026, 3, 27, 12, tzinfo=UTC)


@pytest.mark.parametrize("step", [timedelta(hours=-1), timedelta(days=1), timedelta(seconds=30)])
def test_a_step_is_told_once(step: timedelta) -> None:
    clock, told = [_NOON], list[timedelta]()
    watch = ClockWatch(lambda: clock[0], told.append)
    watch.look(100.0)
    clock[0] = _NOON + step + timedelta(seconds=1)
    watch.look(101.0)
    clock[0] += timedelta(seconds=1)
    watch.look(102.0)
    assert told == [step]


def test_a_late_look_and_a_slewed_clock_are_no_step() -> None:
    clock, told = [_NOON], list[timedelta]()
    watch = ClockWatch(lambda: clock[0], told.append)
    watch.look(100.0)
    clock[0] += timedelta(seconds=61.5)
    watch.look(160.0)
    assert told == []
