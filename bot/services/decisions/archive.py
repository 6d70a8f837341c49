"""Decisions for files, and history from files: neither posts anything nor moves an alias."""

from collections.abc import Container
from dataclasses import replace

from bot.domain.decisions.archive import ArchivedDecision
from bot.domain.decisions.record import DecisionRecord
from bot.domain.person import Person
from bot.ports.repositories import UnitOfWork

NUMBERS = "decision"
"""The name under which decisions get their numbers."""


def collect(
    uow: UnitOfWork, workspace: str, within: Container[str] | None = None
) -> list[ArchivedDecision]:
    """The decisions of these channels (None: of all), by number."""
    records = uow.decisions.all(workspace)
    return [_whole(uow, r) for r in records if within is None or r.channel in within]


def restore(uow: UnitOfWork, archived: ArchivedDecision) -> None:
    """Store a decision of a number that isn't taken, as it was; the next new one comes after it.

    Whom nobody here knows is remembered by name, as a member who left.
    """
    record = archived.record
    uow.numbers.reach(record.workspace, NUMBERS, record.number)
    remember(uow, archived)
    uow.decisions.add(record)
    for change in archived.changes:
        uow.decisions.append(record.workspace, change)
    if archived.approvers:
        uow.consents.begin(record.workspace, record.number, archived.approvers)
    if archived.promotion is not None:
        uow.promotions.save(record.workspace, archived.promotion)
    for review in archived.reviews:
        uow.reviews.save(record.workspace, review)


def remember(uow: UnitOfWork, archived: ArchivedDecision) -> None:
    """Keep the names of those that aren't known here."""
    workspace = archived.record.workspace
    known = uow.people.several(workspace, archived.names)
    uow.people.save(
        Person(workspace=workspace, user_id=user_id, name=name, deleted=True)
        for user_id, name in sorted(archived.names.items())
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
