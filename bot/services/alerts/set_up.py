"""Making alert rules, and ending them."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.alerts.engine import Finding, ended
from bot.domain.alerts.rules import Rule, RuleDraft
from bot.domain.alerts.states import Sample, Transition
from bot.domain.delivery import Delivery, Priority
from bot.ports.repositories import UnitOfWork
from bot.services import deliveries
from bot.services.alerts import history, incidents, starting


@dataclass(frozen=True, kw_only=True)
class Created:
    """A new rule and how the latest existing evaluation stands (None where there is none)."""

    rule: Rule
    latest: Sample | None = None
    finding: Finding | None = None


def create(uow: UnitOfWork, draft: RuleDraft, now: datetime) -> Created:
    """Store a rule and tell its channel.

    What exists already is the starting point: it never raises an alarm. Raises InvalidForm by the
    names of `RuleDraft`'s and its condition's fields.
    """
    made = watch(uow, draft, now)
    rule = made.rule
    deliveries.post(
        uow,
        Delivery(
            id=f"alert_rule:{rule.workspace}:{rule.number}",
            workspace=rule.workspace,
            channel=rule.channel,
            card="alert.rule",
            subject={"number": rule.number},
            priority=Priority.NORMAL,
            ready_at=now,
            owner=rule.author,
        ),
    )
    return made


def watch(uow: UnitOfWork, draft: RuleDraft, now: datetime) -> Created:
    """`create` without a word to anybody."""
    known, past = history.past(uow, draft, now)
    number = uow.numbers.next(draft.workspace, "alert")
    rule = Rule(**vars(known), number=number, created_at=now)
    state, finding = starting.start(uow, rule, past, now)
    uow.alerts.add(rule, state)
    return Created(rule=rule, latest=past[-1] if past else None, finding=finding)


def end(uow: UnitOfWork, rule: Rule, reason: str, now: datetime) -> None:
    """Let a rule never be evaluated again, and what is open of it end with that reason; nothing
    happens if it has ended."""
    stored = uow.alerts.locked_state(rule.workspace, rule.number)
    if stored is None or not uow.alerts.end(rule.workspace, rule.number, now):
        return
    before, after = stored.state, ended(stored.state, reason, now).state
    uow.alerts.replace_state(rule.workspace, rule.number, after, stored.version)
    transition = Transition(at=now, before=before.phase, after=after.phase, reason=reason)
    uow.alerts.log(rule.workspace, rule.number, transition)
    if before.phase.is_open and rule.decision is None:
        incidents.resolve(uow, rule, before, reason, False, now)
