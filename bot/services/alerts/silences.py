"""Silences: set by a person with a reason, and always at an end some day."""

from dataclasses import replace
from datetime import datetime

from bot.domain.alerts import holds
from bot.domain.alerts.rules import RuleDraft, Severity
from bot.domain.alerts.silences import LONGEST_SILENCE, Silence
from bot.domain.decisions.sight import Viewer
from bot.errors import Conflict, InvalidForm, NotFound
from bot.ports.repositories import UnitOfWork
from bot.services.alerts import quiet_notes, sight


def silence(uow: UnitOfWork, wanted: Silence, now: datetime) -> Silence:
    """Store a silence that begins now, as S-n of its workspace, and tell its channel.

    It takes the place of one that lasts for just the same, so that none stack.

    Raises InvalidForm by `until` and `reason`.
    """
    wrong = {}
    if wanted.until <= now:
        wrong["until"] = "That is over already. Pick a time that is still to come."
    elif wanted.until - now > LONGEST_SILENCE:
        wrong["until"] = (
            f"A silence lasts {LONGEST_SILENCE.days} days at most. Pick an earlier end."
        )
    if not wanted.reason.strip():
        wrong["reason"] = "Say why, so that others know what they don't hear of."
    if wrong:
        raise InvalidForm(wrong)
    same = [each for each in active(uow, wanted.workspace, now) if _key(each) == _key(wanted)]
    for each in same:
        uow.silences.expire(each.workspace, each.number, now)
    number = uow.numbers.next(wanted.workspace, "silence")
    stored = replace(wanted, number=number, reason=wanted.reason.strip(), created_at=now)
    uow.silences.add(stored)
    quiet_notes.begun(uow, stored, same[-1].number if same else 0, now)
    return stored


def end(uow: UnitOfWork, workspace: str, number: int, user_id: str, now: datetime) -> Silence:
    """Let a silence end now and tell its channel; anybody may, for it only holds words back.

    Raises NotFound, and Conflict where it has ended.
    """
    known = uow.silences.get(workspace, number)
    if known is None:
        raise NotFound(f"There is no S-{number}. `/alert silence` lists those that last.")
    if not uow.silences.expire(workspace, number, now):
        raise Conflict(f"S-{number} has ended already.")
    over = replace(known, until=now)
    quiet_notes.ended(uow, over, user_id, now)
    return over


def active(uow: UnitOfWork, workspace: str, now: datetime) -> list[Silence]:
    """Those that last, the first to expire first."""
    return uow.silences.active(workspace, now)


def listed(uow: UnitOfWork, viewer: Viewer) -> list[Silence]:
    """Those of `active` that one person may see: of channels that they read, and their own."""
    channels = sight.of(uow, viewer).channels
    last = active(uow, viewer.workspace, viewer.now)
    return [each for each in last if each.channel in channels or each.by == viewer.user_id]


def matches(wanted: Silence, rule: RuleDraft, severity: Severity, now: datetime) -> bool:
    """Whether a silence holds back what a rule says now."""
    return holds.matches(wanted, rule, severity, now)


def _key(silence: Silence) -> tuple[str, int, str, str, Severity | None]:
    """What it holds back, and where."""
    one = silence
    return one.channel, one.rule_number, one.model, one.experiment, one.severity
