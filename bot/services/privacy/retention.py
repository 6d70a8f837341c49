"""What is kept for how long, and deleting what is past its time."""

from datetime import datetime, timedelta

from bot.domain.privacy.retention import FOREVER, TERMS, Area, Kept, refusal
from bot.domain.privacy.roles import Role
from bot.errors import InvalidInput
from bot.ports.repositories import UnitOfWork
from bot.services.privacy import roles

BATCH = 500
"""Rows a transaction: others wait for no longer than these take."""

SWEEP_SECONDS = 24 * 3600


def kept(uow: UnitOfWork, workspace: str) -> list[Kept]:
    """Every area with the days that count."""
    chosen = uow.privacy.days(workspace)
    return [
        Kept(area=area, days=chosen.get(area, term.days), chosen=area in chosen)
        for area, term in TERMS.items()
    ]


def choose(uow: UnitOfWork, workspace: str, by: str, area: Area, days: int, now: datetime) -> Kept:
    """Keep an area for so many days (0: for ever); raises NotPermitted for others than admins,
    InvalidInput for days that Meridian couldn't work with."""
    roles.require(uow, workspace, by, Role.ADMIN)
    if sentence := refusal(area, days):
        raise InvalidInput(sentence)
    uow.privacy.choose(workspace, area, days, by, now)
    return Kept(area=area, days=days, chosen=True)


def sweep(uow: UnitOfWork, workspace: str, area: Area, now: datetime) -> int:
    """Delete a batch of what is past its time; how many rows. Fewer than `BATCH`: that was all."""
    days = uow.privacy.days(workspace).get(area, TERMS[area].days)
    if days == FOREVER:
        return 0
    before = now - timedelta(days=days)
    if area is Area.AUDIT:
        return uow.audit.drop(workspace, before, BATCH)
    return uow.privacy.sweep(workspace, area, before, BATCH)


def claim(uow: UnitOfWork, workspace: str, now: datetime) -> bool:
    """Whether it is time, and this process's turn, to sweep a workspace: once a day."""
    return uow.privacy.claim_sweep(workspace, now, SWEEP_SECONDS)
