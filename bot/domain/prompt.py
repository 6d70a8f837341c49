"""A report that somebody was asked for."""

from dataclasses import dataclass

from bot.domain.standup import Standup
from bot.domain.turn import Turn


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """A report that is still waited for."""

    standup: Standup
    turn: Turn
