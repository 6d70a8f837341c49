"""The precision report: whether alerts are worth their pings, and which rules to loosen."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.alerts.incidents import Incident
from bot.domain.alerts.precision import PrecisionReport, RuleTally, Tally, by_rule, tally
from bot.domain.alerts.rules import Rule
from bot.domain.alerts.trial import Calmer, calmer
from bot.domain.decisions.sight import Sight, Viewer
from bot.errors import InvalidForm
from bot.ports.repositories import UnitOfWork
from bot.services.alerts import samples as alert_samples
from bot.services.alerts import sight
from bot.services.alerts.history import past

SPAN = timedelta(days=30)
_QUIET = timedelta(days=90)


def report(uow: UnitOfWork, viewer: Viewer, since: datetime) -> PrecisionReport:
    """What the alerts since then that somebody may see were worth; it reads the mirror, never
    MLflow."""
    workspace, until = viewer.workspace, viewer.now
    seen = sight.of(uow, viewer)
    opened = uow.alerts.opened(workspace, min(since, until - _QUIET), until)
    every = [each for each in opened if each.opened_at >= since]
    known = _rules(uow, workspace, every, seen)
    recent = [each for each in every if each.rule_number in known]
    feedback = uow.feedback.since(workspace, since)
    told = [
        _tallied(uow, rule, counted, since, until)
        for rule, counted in by_rule(known, recent, feedback)
    ]
    return PrecisionReport(
        since=since,
        until=until,
        total=tally(recent, feedback),
        rules=tuple(told),
        never=tuple(_silent(uow, workspace, opened, until, seen)),
        quiet_for=_QUIET,
    )


def _rules(
    uow: UnitOfWork, workspace: str, incidents: Sequence[Incident], seen: Sight
) -> dict[int, Rule]:
    """The rules of these incidents that are seen, ended or not."""
    numbers = {each.rule_number for each in incidents}
    found = (uow.alerts.rule(workspace, number) for number in sorted(numbers))
    return {rule.number: rule for rule in found if rule and sight.sees(seen, rule)}


def _tallied(
    uow: UnitOfWork, rule: Rule, counted: Tally, since: datetime, until: datetime
) -> RuleTally:
    told = RuleTally(rule=rule, tally=counted)
    if rule.ended_at is not None or not counted.is_noisy:
        return told
    return replace(told, calmer=_calmer(uow, rule, counted, since, until))


def _calmer(
    uow: UnitOfWork, rule: Rule, counted: Tally, since: datetime, until: datetime
) -> Calmer | None:
    try:
        known, history = past(uow, rule, until)
    except InvalidForm:
        return None
    baseline = alert_samples.baseline(uow, known)
    # As few as were worth it, and never fewer than one: a rule that never speaks is no cure.
    most = max(counted.alerts - counted.noise, 1)
    return calmer(known, history, until, baseline, since=since, most=most)


def _silent(
    uow: UnitOfWork, workspace: str, opened: Sequence[Incident], until: datetime, seen: Sight
) -> list[Rule]:
    spoke = {each.rule_number for each in opened if each.opened_at >= until - _QUIET}
    return [
        rule
        for rule in uow.alerts.rules(workspace)
        if rule.number not in spoke
        and rule.decision is None
        and rule.created_at <= until - _QUIET
        and sight.sees(seen, rule)
    ]
