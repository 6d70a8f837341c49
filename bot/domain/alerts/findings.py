"""What an evaluation comes to: how a value stands, the state after it, and what to tell."""

from dataclasses import dataclass
from enum import Enum, auto

from bot.domain.alerts.states import AlertState, Point


class Notify(Enum):
    """What people must be told after an evaluation."""

    NOTHING = auto()
    OPEN = auto()
    CHANGE = auto()
    RESOLVE = auto()


class Standing(Enum):
    """How one value stands; `BETWEEN` is no breach, but not past the recovery threshold."""

    GOOD = auto()
    BETWEEN = auto()
    BAD = auto()
    NOT_A_NUMBER = auto()

    @property
    def is_bad(self) -> bool:
        """Whether it counts towards an incident."""
        return self in (Standing.BAD, Standing.NOT_A_NUMBER)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """How a value stands, in plain words, with the baseline and band it was compared with."""

    standing: Standing
    text: str
    expected: float | None = None
    margin: float | None = None


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """A new state, why it is so, and what people must be told."""

    state: AlertState
    reason: str
    notify: Notify
    point: Point | None = None
