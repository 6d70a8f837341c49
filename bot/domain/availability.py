"""When somebody is asked next."""

from dataclasses import dataclass

from bot.domain.calendar import Occurrence
from bot.domain.standup import Standup


@dataclass(frozen=True, kw_only=True)
class NextPrompt:
    """When a stand-up asks somebody next; None while it asks them nothing."""

    standup: Standup
    occurrence: Occurrence | None
