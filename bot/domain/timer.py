"""Durable one-shot timers: what has to happen once at an instant that a state change decided."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class TimerKind(StrEnum):
    """What a timer starts when it goes off."""

    STANDUP_REMINDER = "standup_reminder"
    STANDUP_WRAP_UP = "standup_wrap_up"
    BLOCKER_NUDGE = "blocker_nudge"
    ZONE_CHANGE = "zone_change"
    AWAY_SET = "away_set"
    STANDUP_DEPARTURE = "standup_departure"
    DECISION_REVIEW = "decision_review"
    CONSENT = "consent"
    CONSENT_OVER = "consent_over"
    HYPOTHESIS = "hypothesis"
    WATCH_NEWS = "watch_news"
    CHANNEL_SHARED = "channel_shared"


@dataclass(frozen=True, kw_only=True)
class Timer:
    """Goes off once at or after `due_at` (aware UTC).

    `id` is deterministic: setting it again moves it. It is gone before its work begins, so that
    work may set it anew.
    """

    id: str
    workspace: str
    kind: TimerKind
    subject: Mapping[str, Any]
    due_at: datetime
