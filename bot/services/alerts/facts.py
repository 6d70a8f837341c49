"""What the message of an incident tells, read when it is sent."""

from dataclasses import replace
from datetime import datetime

from bot.domain.alerts.facts import Facts, Undone, Waiting
from bot.domain.alerts.incidents import Incident
from bot.domain.alerts.rules import BaselineKind, Regression, Rule
from bot.domain.decisions.promotion import PromotedBy
from bot.ports.repositories import UnitOfWork
from bot.services.alerts.responsible import responsible
from bot.services.alerts.samples import CHAMPION
from bot.services.availability import next_present
from bot.services.decisions import promotions, rollbacks
from bot.services.issues.sight import called

# As many categories as Slack's own chart takes
# (https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block).
CHART_POINTS = 20


def gather(uow: UnitOfWork, incident: Incident, rule: Rule, now: datetime) -> Facts:
    """All that is known of an incident, stored or not."""
    who = responsible(uow, rule)
    words = uow.feedback.of(rule.workspace, incident.id)
    root = uow.deliveries.get(f"alert:{incident.root}")
    useful = sum(word.useful for word in words)
    key = incident.issue_key
    named = called(uow, incident.workspace, incident.channel, key) if key else ""
    return Facts(
        incident=replace(incident, issue_key=named),
        rule=rule,
        points=tuple(
            uow.alerts.points(rule.workspace, rule.number, incident.changed_at, CHART_POINTS)
        ),
        runbook=who.runbook,
        promoted=_promoted(uow, rule, incident),
        undone=_undone(uow, rule, incident),
        waiting=_waiting(uow, incident, who.owner, now),
        members=_members(uow, incident),
        useful=useful,
        noise=len(words) - useful,
        posted_channel=root.posted_channel if root else "",
        posted_ts=root.ts if root else "",
    )


def _members(uow: UnitOfWork, incident: Incident) -> tuple[Incident, ...]:
    others = uow.alerts.members(incident.workspace, incident.id)
    return tuple(each for each in others if each.shares_card)


def _promoted(uow: UnitOfWork, rule: Rule, incident: Incident) -> PromotedBy | None:
    """Who promoted the champion that the alert is about, also after it was rolled back."""
    condition, base = rule.condition, incident.baseline
    if base is None or not isinstance(condition, Regression):
        return None
    if condition.baseline is not BaselineKind.CHAMPION:
        return None
    return rollbacks.promoted_by(uow, rule.workspace, condition.model, base.version)


def _undone(uow: UnitOfWork, rule: Rule, incident: Incident) -> Undone | None:
    """The decision whose promotion ended the incident, if one did."""
    base, ended_at = incident.baseline, incident.resolved_at
    if base is None or ended_at is None or incident.resolved_by or incident.recovered:
        return None
    if not isinstance(rule.condition, Regression):
        return None
    model = rule.condition.model
    moves = promotions.moves(uow, rule.workspace, model, CHAMPION)
    since = [m for m in moves if incident.opened_at <= m.changed_at <= ended_at]
    move = since[-1] if since else None
    version = move.promotion.version if move else None
    if move is None or version is None or version == base.version:
        return None
    by = rollbacks.promoted_by(uow, rule.workspace, model, version)
    return Undone(by=by, version=version, is_back=version < base.version) if by else None


def _waiting(uow: UnitOfWork, incident: Incident, owner: str, now: datetime) -> Waiting | None:
    """When the owner hears of what nobody was called for."""
    wanted = incident.assigned_to or owner
    is_quiet = incident.acknowledged_at is not None or incident.snooze is not None
    if not incident.is_open or incident.call is not None or is_quiet or not wanted:
        return None
    person = uow.people.get(incident.workspace, wanted)
    if person is None or not person.can_take_part:
        return None
    back_at = next_present(uow, person, now)
    return Waiting(owner=wanted, at=now, back_at=back_at) if back_at > now else None
