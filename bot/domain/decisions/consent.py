"""Consent across zones: who was asked, what they said, and what comes of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.absence import Absence


class Stance(StrEnum):
    """What a maker answers; an objection stops the decision until it is withdrawn or overruled."""

    AGREE = "agree"
    STAND_ASIDE = "stand_aside"
    OBJECT = "object"


class ConsentRule(StrEnum):
    """What overrules an objection: nothing, more makers who agree than not, or the author."""

    UNANIMOUS = "unanimous"
    MAJORITY = "majority"
    AUTHOR = "author"


@dataclass(frozen=True, kw_only=True)
class ConsentTerms:
    """How consent is asked for: each maker has `hours` of their own working time to answer.

    Who says nothing until then consents only where `silence_consents`.
    """

    rule: ConsentRule
    hours: int
    silence_consents: bool = False


@dataclass(frozen=True, kw_only=True)
class Approver:
    """A maker who was asked at `asked_at` (aware UTC); without a stance they haven't answered.

    `reason` is empty except for an objection, or where somebody says why they stand aside.
    """

    user_id: str
    asked_at: datetime
    stance: Stance | None = None
    reason: str = ""
    answered_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Seat:
    """An approver as of now: until when (aware UTC) they may answer in their own working hours,
    and why they are away today, if they are."""

    approver: Approver
    due_at: datetime
    absence: Absence | None = None


@dataclass(frozen=True, kw_only=True)
class Round:
    """A consent round with its seats in the order of the makers."""

    terms: ConsentTerms
    author: str
    seats: Sequence[Seat]
