"""Rolling back: which decision put a version under its alias, and the one that would undo it."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.alerts.incidents import Incident
from bot.domain.alerts.rules import Regression
from bot.domain.decisions.evidence import Evidence, EvidenceKind
from bot.domain.decisions.promotion import PromotedBy, PromotionStatus
from bot.domain.decisions.record import DecisionBody, DecisionRecord, DecisionStatus
from bot.domain.decisions.sight import Viewer
from bot.errors import Conflict, NotFound
from bot.ports.repositories import UnitOfWork
from bot.services.alerts.samples import CHAMPION
from bot.services.alerts.version_samples import version_under
from bot.services.decisions import promotions, records, sight, way_back


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A decision that would undo what an alert complains of; nothing of it is stored.

    It replaces `older`, where an accepted decision put the version there; without a promotion in
    the body nothing is known to go back to.
    """

    channel: str
    body: DecisionBody
    older: DecisionRecord | None = None


def promoted_by(uow: UnitOfWork, workspace: str, model: str, version: int) -> PromotedBy | None:
    """The last decision that made a version the champion, or None where it came otherwise."""
    done = promotions.moves(uow, workspace, model, CHAMPION)
    status = next((move for move in reversed(done) if move.promotion.version == version), None)
    record = uow.decisions.get(workspace, status.number) if status else None
    if status is None or record is None:
        return None
    card = uow.deliveries.get(records.card_id(workspace, record.number))
    return PromotedBy(
        number=record.number,
        author=record.author,
        at=status.changed_at,
        channel=card.posted_channel if card else "",
        ts=card.ts if card else "",
    )


def proposal(uow: UnitOfWork, viewer: Viewer, incident_id: str) -> Proposal:
    """What *Propose rollback* on an open incident of a regression rule puts into the form.

    It takes nothing from an older decision that this person may not see but its number.
    Raises NotFound for an incident of another channel than the one in which they clicked, Conflict
    for one that is over.
    """
    workspace, now = viewer.workspace, viewer.now
    incident = uow.alerts.incident(workspace, incident_id)
    rule = uow.alerts.rule(workspace, incident.rule_number) if incident else None
    if incident is None or rule is None or incident.channel != viewer.channel:
        raise NotFound("I don't know this alert any more.")
    if not isinstance(rule.condition, Regression):
        raise NotFound(f"{rule.label} watches no model, so there is nothing to roll back.")
    if incident.resolved_at is not None:
        raise Conflict("This is over already; to change the champion anyway, type `/decide`.")
    model = rule.condition.model
    status = _holder(uow, workspace, model)
    older = uow.decisions.get(workspace, status.number) if status else None
    if older is not None and older.status is not DecisionStatus.ACCEPTED:
        older = None
    target = way_back.target(uow, workspace, model, CHAMPION)
    said = _said(older) if older and sight.of(uow, viewer).sees(older) else None
    run = _run(incident, now)
    body = way_back.body(model, CHAMPION, target, incident.title, said, now, run)
    return Proposal(channel=incident.channel, body=body, older=older)


def _said(older: DecisionRecord) -> DecisionBody:
    """What it says; who logged it decides on it alone where it names no makers."""
    return replace(older.body, makers=older.body.makers or (older.author,))


def _holder(uow: UnitOfWork, workspace: str, model: str) -> PromotionStatus | None:
    """The promotion that put the present champion there."""
    now_at = version_under(uow, workspace, model, CHAMPION)
    done = promotions.moves(uow, workspace, model, CHAMPION)
    return done[-1] if done and done[-1].promotion.version == now_at else None


def _run(incident: Incident, now: datetime) -> tuple[Evidence, ...]:
    """The run that broke the rule."""
    if incident.sample is None:
        return ()
    sample = incident.sample
    key = f"{sample.experiment_id}/{sample.key}"
    return (Evidence(kind=EvidenceKind.RUN, key=key, label=sample.name, frozen_at=now),)
