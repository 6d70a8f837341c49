"""Consent across zones: who was asked, what they said, and what comes of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.absence import Absence

HOURS = (2, 4, 6, 8, 16, 24)
"""How many working hours makers may get to answer."""


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
    """An approver as of now.

    Who hasn't answered may do so in time until `due_at` (aware UTC), by their own working hours;
    for the others that is when they answered. `absence` says why they are away today, if they are.
    Nobody's time passes who is `unreachable`: no message gets to them. Who has `left`, or can't
    decide here any more, isn't waited for, and what they objected to doesn't count.
    """

    approver: Approver
    due_at: datetime
    absence: Absence | None = None
    left: bool = False
    unreachable: bool = False

    @property
    def user_id(self) -> str:
        """Whose seat it is."""
        return self.approver.user_id

    def says(self, stance: Stance) -> bool:
        """Whether that is their answer, and still counts."""
        gone = self.left and stance is Stance.OBJECT
        return self.approver.stance is stance and not gone

    @property
    def _open(self) -> bool:
        return self.approver.stance is None and not self.left

    def is_waited_for(self, now: datetime) -> bool:
        """Whether they haven't answered and still have time to."""
        return self._open and now < self.due_at

    def is_silent(self, now: datetime) -> bool:
        """Whether they let their time pass without an answer."""
        return self._open and now >= self.due_at


class Standing(StrEnum):
    """Where a round stands: somebody has time left to answer, it is accepted, its author decides,
    or it stays open because nothing accepts it."""

    ASKING = "asking"
    ACCEPTED = "accepted"
    AUTHOR_DECIDES = "author_decides"
    STUCK = "stuck"


@dataclass(frozen=True, kw_only=True)
class Round:
    """A consent round with its seats in the order of the makers."""

    terms: ConsentTerms
    author: str
    seats: Sequence[Seat]

    def seat(self, user_id: str) -> Seat | None:
        """Somebody's seat, or None where they aren't asked."""
        return next((seat for seat in self.seats if seat.user_id == user_id), None)

    def waiting(self, now: datetime) -> list[Seat]:
        """Those who still have time to answer."""
        return [seat for seat in self.seats if seat.is_waited_for(now)]

    def silent(self, now: datetime) -> list[Seat]:
        """Those who let their time pass."""
        return [seat for seat in self.seats if seat.is_silent(now)]

    def saying(self, stance: Stance) -> list[Seat]:
        """Those whose answer that is."""
        return [seat for seat in self.seats if seat.says(stance)]

    def sides(self, now: datetime) -> tuple[int, int]:
        """How many agree, and how many don't; silence is as the terms say, and who stands aside
        takes no side."""
        agree, object_ = len(self.saying(Stance.AGREE)), len(self.saying(Stance.OBJECT))
        silent = len(self.silent(now))
        if self.terms.silence_consents:
            return agree + silent, object_
        return agree, object_ + silent

    def _is_certain(self) -> bool:
        living = [seat for seat in self.seats if not seat.left]
        agree = len(self.saying(Stance.AGREE))
        certain = self.terms.rule is ConsentRule.MAJORITY and 2 * agree > len(living)
        return certain and not self.saying(Stance.OBJECT)

    def standing(self, now: datetime) -> Standing:
        """Where it stands at `now`.

        What the author decides is never accepted by itself. Nobody's objection is overruled while
        others may answer; without one, a majority that the
        others can't turn any more need not wait for them.
        """
        if self.waiting(now):
            return Standing.ACCEPTED if self._is_certain() else Standing.ASKING
        if self.terms.rule is ConsentRule.AUTHOR:
            return Standing.AUTHOR_DECIDES
        agree, against = self.sides(now)
        overruled = self.terms.rule is ConsentRule.MAJORITY and agree > against
        if (agree and not against) or overruled:
            return Standing.ACCEPTED
        return Standing.STUCK
