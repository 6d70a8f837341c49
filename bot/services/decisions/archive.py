"""Decisions for files, and history from files: neither posts anything nor moves an alias."""

from collections.abc import Container, Mapping
from dataclasses import replace
from datetime import datetime

from bot.domain.decisions.archive import ArchivedDecision
from bot.domain.decisions.record import DecisionRecord, DecisionStatus
from bot.domain.decisions.sight import Sight
from bot.domain.person import Person
from bot.ports.repositories import UnitOfWork
from bot.services.decisions import consent_asks, evidence, promotions, revisits

NUMBERS = "decision"
"""The name under which decisions get their numbers."""


def collect(uow: UnitOfWork, workspace: str, seen: Sight | None = None) -> list[ArchivedDecision]:
    """The decisions in sight (None: all), by number.

    What somebody is given of them says of issues only what the decision's channel may see.
    """
    records = uow.decisions.all(workspace)
    if seen is None:
        return [_whole(uow, r) for r in records]
    return [_whole(uow, evidence.veiled(uow, r)) for r in records if seen.sees(r)]


def restore(uow: UnitOfWork, archived: ArchivedDecision) -> None:
    """Store a decision of a number that isn't taken, as it was; the next new one comes after it.

    Whom nobody here knows is remembered by name: as a member who left, unless the decision still
    waits for them.
    """
    record = archived.record
    uow.numbers.reach(record.workspace, NUMBERS, record.number)
    remember(uow, record.workspace, archived.names, archived.waited_for)
    uow.decisions.add(record)
    for change in archived.changes:
        uow.decisions.append(record.workspace, change)
    if archived.approvers:
        uow.consents.begin(record.workspace, record.number, archived.approvers)
    if archived.promotion is not None:
        uow.promotions.save(record.workspace, archived.promotion)
    for review in archived.reviews:
        uow.reviews.save(record.workspace, review)


def revive(uow: UnitOfWork, record: DecisionRecord, now: datetime) -> str:
    """Let a restored decision live on: who hasn't answered is asked, and it is looked at again.

    What it was still to move, such as `champion of churn`, stays until somebody asks for it again;
    that is returned, empty if there is nothing.
    """
    unmoved = promotions.stop_imported(uow, record, now)
    if record.status is DecisionStatus.PROPOSED:
        consent_asks.resume(uow, record, now)
    if record.status is DecisionStatus.ACCEPTED:
        revisits.arm(uow, record, now)
    return unmoved


def remember(
    uow: UnitOfWork, workspace: str, names: Mapping[str, str], living: Container[str] = ()
) -> None:
    """Keep the names of those that aren't known here; all but the `living` have left."""
    known = uow.people.several(workspace, names)
    uow.people.save(
        Person(workspace=workspace, user_id=user_id, name=name, deleted=user_id not in living)
        for user_id, name in sorted(names.items())
        if user_id not in known
    )


def _whole(uow: UnitOfWork, record: DecisionRecord) -> ArchivedDecision:
    workspace, number = record.workspace, record.number
    archived = ArchivedDecision(
        record=record,
        changes=tuple(uow.decisions.changes(workspace, number)),
        approvers=tuple(uow.consents.approvers(workspace, number)),
        promotion=uow.promotions.get(workspace, number),
        reviews=tuple(uow.reviews.of(workspace, number)),
    )
    people = uow.people.several(workspace, sorted(archived.people))
    names = {user_id: person.name for user_id, person in sorted(people.items()) if person.name}
    return replace(archived, names=names)
