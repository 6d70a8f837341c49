"""What a backup must hold to be good for anything, and what changes in what is restored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Dialect, Update, UpdateBase, delete, func, insert, select, update

from bot.domain.delivery import DeliveryKind, DeliveryState
from bot.domain.source import RESTORED
from bot.errors import ConfigError
from storage import schema
from storage.deliveries import DeliveryRow
from storage.ledger import SourceRow


@dataclass(frozen=True, kw_only=True)
class Contents:
    """A backup that was looked at: its schema and its size in bytes."""

    revision: str
    size: int


def known(revision: str | None, file: Path) -> str:
    """The revision of a backup that this release can work with; raises ConfigError."""
    if not revision:
        raise ConfigError(f"{file} is no backup of Meridian: it has no schema.")
    if revision > schema.HEAD:
        raise ConfigError(
            f"{file} has schema {revision}, which is newer than this release's {schema.HEAD}: "
            "restore it with the release that wrote it, or a later one."
        )
    return revision


def reconcile_first(connection: Connection, now: datetime) -> int:
    """Nobody knows what went out between the backup and `now`: what waited in the outbox is looked
    for before it is sent, and what was due then when it is started. How many messages wait so.

    What waited can have gone out after its `ready_at` only.
    """
    for statement in _changes(now):
        connection.execute(statement)
    return looked_for(connection)


def as_script(dialect: Dialect, now: datetime) -> str:
    """The changes of `reconcile_first` as SQL for psql."""
    words = {"literal_binds": True}
    compiled = (each.compile(dialect=dialect, compile_kwargs=words) for each in _changes(now))
    return "".join(f"{statement};\n" for statement in compiled)


def looked_for(connection: Connection) -> int:
    """How many messages are looked for before they are sent."""
    query = select(func.count()).where(DeliveryRow.state == DeliveryState.SENDING.value)
    return connection.scalar(query) or 0


def _changes(now: datetime) -> Sequence[UpdateBase]:
    note = {"source": RESTORED, "watermark": now, "reason": "", "failures": 0}
    return (
        _looked_for(),
        delete(SourceRow).where(SourceRow.source == RESTORED),
        insert(SourceRow).values(note),
    )


def _looked_for() -> Update:
    harmful = [kind.value for kind in DeliveryKind if kind.repeats_harm]
    return (
        update(DeliveryRow)
        .where(
            DeliveryRow.state == DeliveryState.PENDING.value,
            DeliveryRow.kind.in_(harmful),
        )
        .values(
            state=DeliveryState.SENDING.value,
            first_sent_at=func.coalesce(DeliveryRow.first_sent_at, DeliveryRow.ready_at),
        )
    )
