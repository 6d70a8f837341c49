"""What the alert services ask of the storage about quiet and feedback."""

from datetime import datetime
from typing import Protocol

from bot.domain.alerts.feedback import Feedback
from bot.domain.alerts.silences import ChannelNoise, Silence


class Silences(Protocol):
    """Silences by workspace and number."""

    def add(self, silence: Silence) -> None:
        """Store a new one."""
        ...

    def get(self, workspace: str, number: int) -> Silence | None:
        """One, expired or not, or None."""
        ...

    def active(self, workspace: str, now: datetime) -> list[Silence]:
        """Those that haven't expired, the first to expire first."""
        ...

    def expire(self, workspace: str, number: int, now: datetime) -> bool:
        """Let one end now; False if it had ended."""
        ...


class Noise(Protocol):
    """What channels chose."""

    def get(self, workspace: str, channel: str) -> ChannelNoise | None:
        """A channel's choice, or None."""
        ...

    def save(self, noise: ChannelNoise) -> None:
        """Insert or replace one."""
        ...


class Feedbacks(Protocol):
    """What people thought of alerts."""

    def give(self, feedback: Feedback) -> None:
        """Keep a word; a person's later one on the same incident replaces it."""
        ...

    def of(self, workspace: str, incident_id: str) -> list[Feedback]:
        """Every word on an incident, oldest first."""
        ...

    def since(self, workspace: str, since: datetime) -> list[Feedback]:
        """Every word since then, oldest first."""
        ...
