"""Deleting a person: their own rows go, elsewhere a placeholder takes their place."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from sqlalchemy import Column, CursorResult, Table, and_, delete, insert, or_, select, true, update
from sqlalchemy.orm import Session

from bot.ports.privacy import Erased
from storage.decisions.rows import DecisionRow
from storage.decisions.text import keep_text
from storage.experiments.hypotheses import HypothesisRow
from storage.experiments.tried_text import keep_hypothesis
from storage.people import PersonRow
from storage.privacy import cells
from storage.privacy.policy import Policy, policy_of

NAME = "Former colleague"

# `audit_entry` holds tokens only; `forgotten` is the forgetting itself.
_UNTOUCHED = frozenset({"audit_entry", "audit_head", "forgotten"})

# A message to nobody, or a call for nobody, isn't worth a placeholder.
_GO_WHOLE = frozenset({"timer", "number"})


def erase(session: Session, tables: Sequence[Table], workspace: str, user_id: str) -> Erased:
    """What went and what stays under which placeholder."""
    placeholder = f"gone-{uuid4().hex[:12]}"
    deleted: dict[str, int] = {}
    changed: dict[str, int] = {}
    for table in tables:
        policy = policy_of(table)
        if policy.mirror or table.name in _UNTOUCHED:
            continue
        if not (policy.workspace or policy.names_anybody):
            continue
        mine = table.c[policy.workspace] == workspace if policy.workspace else true()
        if count := _delete(session, table, policy, workspace, user_id):
            deleted[table.name] = count
        about = cells.names(table, user_id, cells.texts(table))
        rows = session.execute(select(table).where(mine, about)).mappings().all()
        if count := sum(_replace(session, table, dict(r), user_id, placeholder) for r in rows):
            changed[table.name] = count
    if changed:
        _stand_in(session, workspace, placeholder)
        _index_again(session, workspace, placeholder)
    return Erased(placeholder=placeholder, deleted=deleted, replaced=changed)


def told(table: Table, policy: Policy, row: dict[str, Any], user_id: str) -> dict[str, Any]:
    """What the export says of a row; nothing where it only looked as if it named them."""
    where = sorted(
        {
            place
            for column in cells.texts(table)
            for place in cells.places(row[column.name], user_id, column.name)
        }
    )
    if not where:
        return {}
    if any(row[column] == user_id for column in policy.theirs) or row.get("channel") == user_id:
        return {name: cells.plain(value) for name, value in row.items()}
    key = {column.name: cells.plain(row[column.name]) for column in table.primary_key.columns}
    return {**key, "you_are_named_in": where}


def _delete(session: Session, table: Table, policy: Policy, workspace: str, user_id: str) -> int:
    mine = table.c[policy.workspace] == workspace if policy.workspace else true()
    own = [table.c[column] == user_id for column in policy.theirs]
    if table.name == "delivery":
        own.append(table.c.channel == user_id)
    if table.name in _GO_WHOLE:
        own.append(cells.names(table, user_id, cells.texts(table)))
    if table.name == "tried_text":
        # The index of a report, by the name that `storage.experiments.tried_text` gives it.
        of_hers = table.c.ref.contains(f" {user_id} ", autoescape=True)
        own.append(and_(table.c.kind == "report", of_hers))
    if not own:
        return 0
    result = session.execute(delete(table).where(mine, or_(*own)))
    assert isinstance(result, CursorResult)
    return result.rowcount


def _replace(
    session: Session, table: Table, row: dict[str, Any], user_id: str, placeholder: str
) -> bool:
    columns = cells.texts(table)
    after = {c.name: cells.replaced(row[c.name], user_id, placeholder) for c in columns}
    changes = {name: value for name, value in after.items() if value != row[name]}
    if not changes:
        return False
    session.execute(update(table).where(_is(table, row)).values(changes))
    return True


def _is(table: Table, row: dict[str, Any]) -> Any:
    keys: list[Column[Any]] = list(table.primary_key.columns)
    return and_(*(column == row[column.name] for column in keys))


def _stand_in(session: Session, workspace: str, placeholder: str) -> None:
    """Somebody who has left: lists show a name, nobody waits for them, nothing is sent."""
    session.execute(
        insert(PersonRow).values(
            workspace=workspace,
            user_id=placeholder,
            name=NAME,
            zone="UTC",
            email="",
            is_bot=False,
            is_guest=False,
            is_external=False,
            is_admin=False,
            deleted=True,
        )
    )


def _index_again(session: Session, workspace: str, placeholder: str) -> None:
    """Decisions and hypotheses are found by those whom they name: their index names them too."""
    session.expire_all()
    told = select(HypothesisRow).where(HypothesisRow.workspace == workspace)
    for hypothesis in (row.to_value() for row in session.scalars(told)):
        if placeholder in hypothesis.named:
            keep_hypothesis(session, hypothesis)
    for row in session.scalars(select(DecisionRow).where(DecisionRow.workspace == workspace)):
        record = row.to_value()
        if placeholder in record.named:
            keep_text(session, record)
    session.flush()
