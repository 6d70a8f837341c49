"""Mute times across midnight and clock changes, and what silences and inhibition match."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from bot.domain.alerts.holds import covers_all, inhibits, is_muted, matches
from bot.domain.alerts.rules import (
    Condition,
    FairnessGap,
    ModelThreshold,
    Operator,
    Severity,
    SliceFloor,
    Staleness,
)
from bot.domain.alerts.silences import MuteTime, Silence
from bot.domain.alerts.states import Phase
from bot.domain.calendar import EVERY_DAY
from tests.unit.alerts.values import BELOW, T0, WORSE, incident, rule

BERLIN = "Europe/Berlin"
NIGHT = MuteTime(weekdays=EVERY_DAY, start=time(22), end=time(7), zone=BERLIN)
# From Friday evening to Saturday morning alone.
FRIDAY = replace(NIGHT, weekdays=frozenset({5}))
DAY = MuteTime(weekdays=frozenset({6, 7}), start=time(0), end=time(0), zone=BERLIN)


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    """UTC in 2026; 23 November is a Monday, and Berlin an hour ahead."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("mute", "moment", "quiet"),
    [
        (NIGHT, at(23, 20, 59), False),
        (NIGHT, at(23, 21), True),
        (NIGHT, at(24, 5, 59), True),
        (NIGHT, at(24, 6), False),
        (FRIDAY, at(27, 21), True),
        (FRIDAY, at(28, 5, 59), True),
        (FRIDAY, at(28, 21), False),
        (DAY, at(27, 22, 59), False),
        (DAY, at(27, 23), True),
        (DAY, at(29, 22, 59), True),
        (DAY, at(29, 23), False),
        # Clocks go back on 25 October, at three: seven in the morning is an hour later in UTC.
        (NIGHT, at(24, 20, 0, month=10), True),
        (NIGHT, at(25, 5, 59, month=10), True),
        (NIGHT, at(25, 6, 0, month=10), False),
    ],
)
def test_a_mute_time_is_of_its_zone_and_may_pass_midnight(
    mute: MuteTime, moment: datetime, quiet: bool
) -> None:
    assert is_muted([mute], moment) is quiet


def _silence(**changes: Any) -> Silence:
    return replace(
        Silence(
            workspace="T1",
            channel="C1",
            by="U1",
            reason="migration",
            created_at=T0,
            until=T0 + timedelta(hours=1),
            number=1,
        ),
        **changes,
    )


@pytest.mark.parametrize(
    ("changes", "covers"),
    [
        ({}, True),
        ({"channel": "C2"}, False),
        ({"rule_number": 1}, True),
        ({"rule_number": 2}, False),
        ({"model": "churn"}, True),
        ({"model": "price"}, False),
        ({"experiment": "churn"}, False),
        ({"severity": Severity.CRITICAL}, True),
        ({"severity": Severity.WARNING}, False),
        ({"model": "churn", "severity": Severity.WARNING}, False),
    ],
)
def test_a_silence_covers_what_carries_all_its_matchers(
    changes: dict[str, Any], covers: bool
) -> None:
    silence = _silence(**changes)
    about = rule(WORSE)
    assert matches(silence, about, Severity.CRITICAL, T0) is covers
    assert not matches(silence, about, Severity.CRITICAL, silence.until)
    assert not matches(silence, about, Severity.CRITICAL, T0 - timedelta(seconds=1))


def test_only_a_silence_without_matchers_covers_the_channel() -> None:
    assert covers_all(_silence(), T0)
    assert not covers_all(_silence(severity=Severity.WARNING), T0)
    assert not covers_all(_silence(), T0 + timedelta(hours=1))


STALE = Staleness(model="churn", after=timedelta(days=1))
SLICES = SliceFloor(model="churn", operator=Operator.BELOW, bound=0.9)
GAP = FairnessGap(model="churn", bound=0.1)
LIMIT = ModelThreshold(model="churn", alias="", operator=Operator.BELOW, bound=0.9)


@pytest.mark.parametrize(
    ("source", "target", "speaks"),
    [
        (STALE, WORSE, True),
        (STALE, SLICES, True),
        (STALE, STALE, False),
        (STALE, replace(WORSE, model="price"), False),
        (STALE, BELOW, False),
        (WORSE, SLICES, True),
        (LIMIT, GAP, True),
        (WORSE, LIMIT, False),
        (SLICES, WORSE, False),
        (SLICES, GAP, False),
        (WORSE, STALE, False),
    ],
)
def test_the_fixed_rules_of_inhibition(source: Condition, target: Condition, speaks: bool) -> None:
    first, second = incident(), incident(id="T1:A-2:1")
    assert inhibits(first, rule(source), second, rule(target)) is speaks


@pytest.mark.parametrize(
    "changes",
    [
        {"resolved_at": T0},
        {"channel": "C2"},
        {"severity": Severity.WARNING},
        {"phase": Phase.DRIFTING},
        {"phase": Phase.INVALID},
    ],
)
def test_what_speaks_for_slices_is_open_there_as_severe_and_a_breach(
    changes: dict[str, Any],
) -> None:
    target = incident(id="T1:A-2:1")
    assert inhibits(incident(), rule(WORSE), target, rule(SLICES))
    assert not inhibits(incident(**changes), rule(WORSE), target, rule(SLICES))
    assert not inhibits(target, rule(WORSE), target, rule(SLICES))
