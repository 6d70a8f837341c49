"""Decisions that act: the alias of a model that an accepted one moves."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

VERSION_TAG = "meridian.decision"
"""The tag of a model version that names the decision which put it under its alias."""

# https://github.com/mlflow/mlflow/blob/v3.17.2/mlflow/utils/validation.py
ALIAS_LIMIT = 255
_ALIAS = re.compile(r"[\w-]+")
_VERSION_ALIAS = re.compile(r"[vV]\d+")


@dataclass(frozen=True, kw_only=True)
class Promotion:
    """A registered model's version that is to be found under this alias."""

    model: str
    version: int
    alias: str

    @property
    def subject(self) -> str:
        """What is moved: `champion of churn`."""
        return f"{self.alias} of {self.model}"


class PromotionState(StrEnum):
    """`pending` is tried again by itself; `failed` needs a person; `dropped` was overtaken."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"
    DROPPED = "dropped"


@dataclass(frozen=True, kw_only=True)
class PromotionStatus:
    """How far the promotion of decision `number` came.

    `begun` says that the registry was asked what was under the alias: `previous` is that version
    (None: none was). `problem` is why it isn't done yet; `changed_at` (aware UTC) is when the state
    or the problem became this one.
    """

    number: int
    promotion: Promotion
    state: PromotionState
    changed_at: datetime
    previous: int | None = None
    begun: bool = False
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class AliasNow:
    """What became of an alias after a decision had moved it.

    `version` is what the mirror last saw under it (None: nothing). `moved_by` is the next decision
    that moved it, at `moved_at` (aware UTC); without one a version that isn't the decision's was
    put there by hand.
    """

    version: int | None
    moved_by: int | None = None
    moved_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Retry:
    """A promotion that is tried again; `by_hand` is where somebody moved its alias meanwhile."""

    promotion: Promotion
    by_hand: AliasNow | None = None


@dataclass(frozen=True, kw_only=True)
class PromotedBy:
    """The decision that put a version under its alias, at `at` (aware UTC), and who logged it.

    Its card stands in `channel` at `ts`, both empty where it isn't posted (yet).
    """

    number: int
    author: str
    at: datetime
    channel: str = ""
    ts: str = ""


def ways_back(done: Iterable[PromotionStatus], now_at: int | None) -> list[int]:
    """The versions that an alias which points to `now_at` can go back to, the nearest first.

    `done` are the promotions that moved it, in that order. What an alias was taken back from isn't
    among them: going back to a version forgets all that came after it.
    """
    stack: list[int] = []
    for status in done:
        for version in (status.previous, status.promotion.version):
            if version is not None:
                stack = _moved(stack, version)
    return (stack if now_at is None else _moved(stack, now_at)[:-1])[::-1]


def _moved(stack: list[int], version: int) -> list[int]:
    before = stack[: stack.index(version)] if version in stack else stack
    return [*before, version]


def alias_refusal(alias: str) -> str:
    """Why MLflow wouldn't take this name for an alias, as a sentence; empty if it would."""
    if not _ALIAS.fullmatch(alias):
        return "An alias has only letters, digits, - and _, such as champion."
    if len(alias) > ALIAS_LIMIT:
        return f"An alias has at most {ALIAS_LIMIT} characters; these are {len(alias)}."
    if alias.lower() == "latest" or _VERSION_ALIAS.fullmatch(alias):
        return f"MLflow keeps {alias} for itself; name another alias, such as champion."
    return ""
