"""What a backup must hold to be good for anything, and what changes in what is restored."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Update, func, select, update

from bot.domain.delivery import DeliveryKind, DeliveryState
from bot.errors import ConfigError
from storage import schema
from storage.deliveries import DeliveryRow


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


def reconcile_first(connection: Connection) -> int:
    """Nobody knows what of the outbox went out after the backup was taken: it is looked for before
    it is sent. How many of it there are.

    What waited then can have gone out after its `ready_at` only.
    """
    connection.execute(_looked_for())
    query = select(func.count()).where(DeliveryRow.state == DeliveryState.SENDING.value)
    return connection.scalar(query) or 0


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
