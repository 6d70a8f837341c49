"""Quiet by choice: silences, mute times and the noise budget of a channel.

None of them changes what the engine sees: they only hold back what is said.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from bot.domain.alerts.rules import Severity

LONGEST_SILENCE = timedelta(days=30)
DEFAULT_BUDGET = 10


@dataclass(frozen=True, kw_only=True)
class Silence:
    """No word of what matches until `until` (aware UTC); it always expires.

    What matches carries every matcher that is given: the rule's number, the model's name, the
    experiment's name, the severity; all empty: everything in `channel`. `number` is 0 before it is
    stored.
    """

    workspace: str
    channel: str
    by: str
    reason: str
    created_at: datetime
    until: datetime
    rule_number: int = 0
    model: str = ""
    experiment: str = ""
    severity: Severity | None = None
    number: int = 0


@dataclass(frozen=True, kw_only=True)
class MuteTime:
    """From `start` to before `end` on these ISO weekdays, wall times of an IANA zone; where `end`
    isn't after `start`, it is on the next day."""

    weekdays: frozenset[int]
    start: time
    end: time
    zone: str


@dataclass(frozen=True, kw_only=True)
class ChannelNoise:
    """How much a channel wants to hear: at most `budget` alert messages of its own in 24 hours
    (critical ones don't count against it; 0 has no limit), and none in its mute times but critical
    ones."""

    workspace: str
    channel: str
    budget: int = DEFAULT_BUDGET
    mutes: tuple[MuteTime, ...] = ()
