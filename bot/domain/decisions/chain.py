"""How an alias of a model came to where it points: the decisions behind it, and those without."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote

from bot.domain.alerts.incidents import Incident
from bot.domain.decisions.detail import DecisionDetail
from bot.domain.decisions.promotion import PromotionStatus
from bot.domain.source import SourceHealth

_VERSION = re.compile(r"(?:v|version)\s*#?(\d{1,9})|#(\d{1,9})", re.IGNORECASE)
_ADDRESS = re.compile(r"/models/([^/\s|>]+)(?:/versions/(\d{1,9}))?")


@dataclass(frozen=True, kw_only=True)
class Move:
    """A version that came under an alias.

    `number` is the decision that put it there `at` that instant (aware UTC); both are None where no
    decision on record did. `until` is when the next decision moved the alias on.
    """

    version: int
    number: int | None = None
    at: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Told:
    """A move with its decision and what went wrong while it lasted, newest first.

    Where the move has a number and there is no detail, the reader doesn't see that decision.
    `back` says that the version had been there before.
    """

    move: Move
    detail: DecisionDetail | None = None
    incidents: Sequence[Incident] = ()
    back: bool = False


@dataclass(frozen=True, kw_only=True)
class Chain:
    """What put `version` (None: nothing is there) under the alias, as of `source`.

    `told` are moves, newest first, from number `offset` of them all on; `moves` is how many there
    are. `waiting` are decisions that would move it, or haven't moved it yet, newest first.
    """

    model: str
    alias: str
    version: int | None
    told: Sequence[Told]
    moves: int
    offset: int = 0
    waiting: Sequence[DecisionDetail] = ()
    source: SourceHealth | None = None


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What an alias of a model points to, and the decision that put it there, if one did."""

    model: str
    alias: str
    version: int | None
    number: int | None


@dataclass(frozen=True, kw_only=True)
class Words:
    """What was typed after `why`, taken apart: a version, and what may be a model and an alias."""

    rest: str
    version: int | None = None


def taken_apart(typed: str) -> Words:
    """`churn v14`, `v14 of churn`, or an address of MLflow's pages."""
    if address := _ADDRESS.search(typed):
        version = address[2]
        return Words(rest=unquote(address[1]), version=int(version) if version else None)
    words = " ".join(typed.split())
    rest, version = [], None
    for part in re.sub(r"(?i)\bversion (?=#?\d)", "version", words).split():
        found = _VERSION.fullmatch(part)
        if found and version is None:
            version = int(found[1] or found[2])
        elif part.lower() not in ("of", "the", "is", "model"):
            rest.append(part)
    return Words(rest=" ".join(rest), version=version)


def moves(done: Iterable[PromotionStatus], version: int | None) -> list[Move]:
    """Every version that is known to have been under an alias, the newest first.

    `done` are the promotions that moved it, in that order; `version` is what is there now.
    """
    found: list[Move] = []
    for status in done:
        before = status.previous if status.begun else None
        if found and before == _last(found) == status.promotion.version:
            continue  # it was there already, so another decision put it there
        if before not in (None, status.promotion.version, _last(found)):
            assert before is not None
            found.append(Move(version=before, until=status.changed_at))
        if found:
            found[-1] = _ended(found[-1], status.changed_at)
        found.append(
            Move(version=status.promotion.version, number=status.number, at=status.changed_at)
        )
    if version not in (None, _last(found)):
        assert version is not None
        found.append(Move(version=version))
    return found[::-1]


def meanwhile(
    found: Sequence[Move], incidents: Iterable[Incident], now: datetime
) -> list[list[Incident]]:
    """Which of the incidents (newest first) began while each of these moves (newest first) held.

    Nobody knows when a version came that no decision put there: it has those that were measured
    against it.
    """
    left = list(incidents)
    each: list[list[Incident]] = []
    end = now
    for move in found:
        end = move.until or end
        mine = [incident for incident in left if _began_under(move, incident, end)]
        left = [incident for incident in left if incident not in mine]
        each.append(mine)
    return each


def _began_under(move: Move, incident: Incident, end: datetime) -> bool:
    if incident.opened_at > end:
        return False
    if move.at is not None:
        return incident.opened_at > move.at
    return incident.baseline is not None and incident.baseline.version == move.version


def _last(found: Sequence[Move]) -> int | None:
    return found[-1].version if found else None


def _ended(move: Move, at: datetime) -> Move:
    return Move(version=move.version, number=move.number, at=move.at, until=move.until or at)
