"""Rolling back: which decision put a version under its alias, and the one that would undo it."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.alert import Incident, Regression, Rule
from bot.domain.decisions.evidence import Evidence, EvidenceKind
from bot.domain.decisions.promotion import PromotedBy, Promotion, PromotionStatus
from bot.domain.decisions.record import DecisionBody, DecisionRecord, DecisionStatus
from bot.domain.wording import one_line
from bot.errors import Conflict, NotFound
from bot.ports.repositories import UnitOfWork
from bot.services.alert_samples import CHAMPION
from bot.services.decisions import promotions, records
from bot.services.version_samples import version_under

_TITLE_LIMIT = 150
_OUTCOME_LIMIT = 1500


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


def proposal(
    uow: UnitOfWork, workspace: str, incident_id: str, channel: str, now: datetime
) -> Proposal:
    """What *Propose rollback* on an open incident of a regression rule puts into the form.

    Raises NotFound for an incident of another channel than the one in which they clicked, Conflict
    for one that is over.
    """
    incident = uow.alerts.incident(workspace, incident_id)
    rule = uow.alerts.rule(workspace, incident.rule_number) if incident else None
    if incident is None or rule is None or incident.channel != channel:
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
    target = _target(uow, workspace, model, status)
    body = _body(incident, rule, model, target, older, now)
    return Proposal(channel=incident.channel, body=body, older=older)


def _holder(uow: UnitOfWork, workspace: str, model: str) -> PromotionStatus | None:
    """The promotion that put the present champion there."""
    now_at = version_under(uow, workspace, model, CHAMPION)
    done = promotions.moves(uow, workspace, model, CHAMPION)
    return done[-1] if done and done[-1].promotion.version == now_at else None


def _target(
    uow: UnitOfWork, workspace: str, model: str, holder: PromotionStatus | None
) -> int | None:
    """The version that was champion before, if the registry still has it."""
    now_at = version_under(uow, workspace, model, CHAMPION)
    earlier = [s.promotion.version for s in promotions.moves(uow, workspace, model, CHAMPION)]
    before = [holder.previous] if holder and holder.previous else []
    known = {version.version for version in uow.experiments.versions(workspace, model)}
    candidates = [version for version in (*before, *reversed(earlier)) if version != now_at]
    return next((version for version in candidates if version in known), None)


def _body(
    incident: Incident,
    rule: Rule,
    model: str,
    target: int | None,
    older: DecisionRecord | None,
    now: datetime,
) -> DecisionBody:
    back = f" back to version {target}" if target else " back"
    done = f"We put version {target} of {model} back under {CHAMPION}" if target else "We roll back"
    said = older.body if older else None
    return DecisionBody(
        title=f"Roll {one_line(model, _TITLE_LIMIT - 40)}{back}",
        outcome=one_line(f"{done}, because {incident.title}", _OUTCOME_LIMIT).rstrip(".") + ".",
        makers=said.makers if said else (),
        consulted=said.consulted if said else (),
        informed=said.informed if said else (),
        tags=said.tags if said else (),
        evidence=_evidence(incident, model, target, now),
        consent=said.consent if said else None,
        promotion=Promotion(model=model, version=target, alias=CHAMPION) if target else None,
    )


def _evidence(
    incident: Incident, model: str, target: int | None, now: datetime
) -> tuple[Evidence, ...]:
    """The run that broke the rule, and the version to go back to; frozen when it is logged."""
    found = []
    if incident.sample is not None:
        sample = incident.sample
        key = f"{sample.experiment_id}/{sample.key}"
        found.append(Evidence(kind=EvidenceKind.RUN, key=key, label=sample.name, frozen_at=now))
    if target is not None:
        key = f"{model}/{target}"
        label = f"{model} v{target}"
        found.append(Evidence(kind=EvidenceKind.VERSION, key=key, label=label, frozen_at=now))
    return tuple(found)
