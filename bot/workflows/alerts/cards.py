"""What the messages of alerts show, read at sending time."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.domain.alerts.incidents import Incident
from bot.domain.alerts.rules import Regression, Rule
from bot.domain.decisions.promotion import PromotedBy
from bot.domain.links import Links
from bot.ports.chat import Message
from bot.ports.repositories import UnitOfWork
from bot.services.alerts.set_up import CHART_POINTS
from bot.services.decisions import rollbacks
from bot.views.alerts import card as views
from bot.workflows.cards import Card


def _alert(
    uow: UnitOfWork, workspace: str, subject: Mapping[str, Any], _now: datetime, links: Links
) -> Message | None:
    incident = uow.alerts.incident(workspace, subject["incident"])
    rule = uow.alerts.rule(workspace, incident.rule_number) if incident else None
    if incident is None or rule is None:
        return None
    points = uow.alerts.points(workspace, rule.number, incident.changed_at, CHART_POINTS)
    promoted = _promoted(uow, rule, incident)
    named = [rule.author, incident.acknowledged_by, *([promoted.author] if promoted else [])]
    people = uow.people.several(workspace, named)
    return views.card(incident, rule, points, people, links, promoted)


def _promoted(uow: UnitOfWork, rule: Rule, incident: Incident) -> PromotedBy | None:
    """Who promoted the champion that the alert is about, also after it was rolled back."""
    if not isinstance(rule.condition, Regression) or incident.baseline is None:
        return None
    version = incident.baseline.version
    return rollbacks.promoted_by(uow, rule.workspace, rule.condition.model, version)


def _thread(
    uow: UnitOfWork, workspace: str, subject: Mapping[str, Any], _now: datetime, _links: Links
) -> Message | None:
    incident = uow.alerts.incident(workspace, subject["incident"])
    if incident is None:
        return None
    people = uow.people.several(workspace, [incident.acknowledged_by])
    return views.thread(incident, subject["what"], people)


def _rule(
    uow: UnitOfWork, workspace: str, subject: Mapping[str, Any], _now: datetime, _links: Links
) -> Message | None:
    rule = uow.alerts.rule(workspace, subject["number"])
    return views.watches(rule, uow.people.several(workspace, [rule.author])) if rule else None


CARDS: dict[str, Card] = {"alert": _alert, "alert.thread": _thread, "alert.rule": _rule}
