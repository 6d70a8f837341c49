"""Routing by waking hours: whom an incident asks, and when it asks somebody else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.alerts.incidents import Call


@dataclass(frozen=True, kw_only=True)
class Shift:
    """Who may be called, by user id.

    `back_at` says of each when they are at work next (aware UTC; not after now: they are now), and
    has nobody who can't be asked. `may_wake`: the owner is called out of hours rather than nobody.
    """

    owner: str
    deputies: Sequence[str]
    back_at: Mapping[str, datetime]
    may_wake: bool = False

    def is_at_work(self, user_id: str, now: datetime) -> bool:
        """Whether somebody is there now."""
        return user_id in self.back_at and self.back_at[user_id] <= now


def call(shift: Shift, now: datetime) -> Call | None:
    """Whom to ask first: the owner if at work, else the first deputy who is, else the owner where
    they may be woken; None while nobody is to be asked."""
    awake = _first_at_work(shift, now)
    if awake:
        return _of(shift, awake, now)
    if shift.may_wake and shift.owner in shift.back_at:
        return _of(shift, shift.owner, now, woken=True)
    return None


def hand_over(shift: Shift, before: Call, now: datetime) -> Call:
    """Whom to ask when `before` brought no answer: the same call while the person asked is at work
    or nobody else is there; an owner who was asked already is not woken for it."""
    if shift.is_at_work(before.person, now):
        return before
    after = call(shift, now)
    if after is None or after.person == before.person:
        return before
    return after


def _first_at_work(shift: Shift, now: datetime) -> str:
    candidates = [shift.owner, *shift.deputies]
    return next((user for user in candidates if shift.is_at_work(user, now)), "")


def _of(shift: Shift, person: str, now: datetime, *, woken: bool = False) -> Call:
    back_at = shift.back_at.get(shift.owner)
    is_off = back_at is not None and back_at > now
    return Call(
        person=person,
        at=now,
        owner=shift.owner,
        owner_back_at=back_at if is_off else None,
        woken=woken,
    )
