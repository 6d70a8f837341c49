"""The way back of a promotion: which version an alias had before, and the decision for it."""

from datetime import datetime

from bot.domain.decisions.evidence import Evidence, EvidenceKind
from bot.domain.decisions.promotion import Promotion, ways_back
from bot.domain.decisions.record import DecisionBody
from bot.domain.wording import one_line
from bot.ports.repositories import UnitOfWork
from bot.services.alerts.version_samples import version_under
from bot.services.decisions import promotions

_NAME_LIMIT = 110
_OUTCOME_LIMIT = 1500


def target(uow: UnitOfWork, workspace: str, model: str, alias: str) -> int | None:
    """The version to put back under an alias, or None where nothing is known to go back to.

    It is the nearest one before what is there now that wasn't gone back from, of those that the
    registry still has.
    """
    known = {each.version for each in uow.experiments.versions(workspace, model)}
    done = promotions.moves(uow, workspace, model, alias)
    before = ways_back(done, version_under(uow, workspace, model, alias))
    return next((version for version in before if version in known), None)


def body(
    model: str,
    alias: str,
    version: int | None,
    because: str,
    said: DecisionBody | None,
    now: datetime,
    evidence: tuple[Evidence, ...] = (),
) -> DecisionBody:
    """What puts `version` back under an alias, or leaves it open which one.

    The people, the tags and the way of deciding are those of what was `said` before. That version
    is added to the evidence, whose values are frozen when it is logged.
    """
    name = one_line(model, _NAME_LIMIT)
    back = f" back to version {version}" if version else " back"
    done = f"We put version {version} of {name} back under {alias}" if version else "We roll back"
    return DecisionBody(
        title=f"Roll {name}{back}",
        outcome=f"{one_line(f'{done}, because {because}', _OUTCOME_LIMIT).rstrip('.')}.",
        makers=said.makers if said else (),
        consulted=said.consulted if said else (),
        informed=said.informed if said else (),
        tags=said.tags if said else (),
        evidence=(*evidence, *([_version(model, version, now)] if version else [])),
        consent=said.consent if said else None,
        promotion=Promotion(model=model, version=version, alias=alias) if version else None,
    )


def _version(model: str, version: int, now: datetime) -> Evidence:
    return Evidence(
        kind=EvidenceKind.VERSION,
        key=f"{model}/{version}",
        label=f"{model} v{version}",
        frozen_at=now,
    )
