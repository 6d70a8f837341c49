"""Decisions that act: the alias of a model that an accepted one moves."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

VERSION_TAG = "meridian.decision"
"""The tag of a model version that names the decision which put it under its alias."""


@dataclass(frozen=True, kw_only=True)
class Promotion:
    """A registered model's version that is to be found under this alias."""

    model: str
    version: int
    alias: str


class PromotionState(StrEnum):
    """`pending` is tried again by itself; `failed` needs a person; `dropped` was overtaken."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"
    DROPPED = "dropped"


@dataclass(frozen=True, kw_only=True)
class PromotionStatus:
    """How far the promotion of decision `number` came.

    `previous` is the version that was under the alias before (None: none was), known once it is
    done; `problem` is why it isn't done yet; `changed_at` is aware UTC.
    """

    number: int
    promotion: Promotion
    state: PromotionState
    changed_at: datetime
    previous: int | None = None
    problem: str = ""
