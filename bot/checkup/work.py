"""Whether the database is as we need it and the work goes on."""

import asyncio
import shutil
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy.engine import make_url

from bot.checkup.reading import read
from bot.checkup.running import Check, Group
from bot.clients.secrets import FernetBox
from bot.config import Settings
from bot.domain.installation import Sealed
from bot.errors import ConfigError
from bot.ports.repositories import UnitOfWork
from storage import condition, schema
from storage.backups.folder import taken

_PATIENCE = timedelta(minutes=15)
_SCHEDULE_PATIENCE = timedelta(minutes=5)
_WORKER_PATIENCE = timedelta(minutes=1)
_OLD_BACKUP = timedelta(hours=48)
_LEAST_FREE = 200 * 2**20

_RUNS = "is `meridian run` up? Its logs and its metrics say more"


def group(settings: Settings, now: datetime) -> Group:
    """The database, and what its tables say of the work."""
    rest: list[Check] = [
        ("outbox", partial(_outbox, settings, now)),
        ("schedules", partial(_schedules, settings, now)),
        ("backups", partial(_backups, settings, now)),
    ]
    if settings.many_workspaces:
        rest.append(("keys", partial(_keys, settings)))
    kind: Check = ("disk", partial(_disk, settings))
    if not settings.uses_sqlite:
        kind = ("workers", partial(_workers, settings, now))
    return Group(first=("database", partial(_database, settings)), rest=[kind, *rest])


async def _database(settings: Settings) -> str:
    if not await asyncio.to_thread(schema.is_current, settings.database_url):
        raise ConfigError("DATABASE_URL has an old schema: run `meridian migrate`")
    found = await asyncio.to_thread(condition.look, settings.database_url)
    if found.trouble:
        raise ConfigError(found.trouble)
    return f"schema is up to date, {found.text}"


async def _disk(settings: Settings) -> str:
    return await asyncio.to_thread(_room, settings)


def _room(settings: Settings) -> str:
    file = Path(make_url(settings.database_url).database or "").absolute()
    free = shutil.disk_usage(file.parent).free
    # A migration, a backup beside it and the write-ahead log each may take as much again.
    least = max(_LEAST_FREE, 2 * file.stat().st_size)
    if free < least:
        raise ConfigError(
            f"only {_megabytes(free)} are free where {file.name} lies, of {_megabytes(least)} that "
            "it may need: make room, or move the file and set DATABASE_URL"
        )
    return f"{_megabytes(free)} free"


async def _outbox(settings: Settings, now: datetime) -> str:
    found = await read(settings, lambda uow: uow.readings.outbox(now - _PATIENCE))
    if found.oldest_due_at is not None:
        raise ConfigError(
            f"{found.overdue} messages wait, one since {_time(found.oldest_due_at)}: {_RUNS}"
        )
    failed = (await read(settings, _counts)).get("failed", 0)
    return f"nothing waits for long, {failed} undeliverable"


def _counts(uow: UnitOfWork) -> dict[str, int]:
    return uow.deliveries.counts()


async def _schedules(settings: Settings, now: datetime) -> str:
    found = await read(settings, lambda uow: uow.readings.clockwork(now - _SCHEDULE_PATIENCE))
    if found.oldest_due_at is not None:
        raise ConfigError(f"one is due since {_time(found.oldest_due_at)}: {_RUNS}")
    return f"{found.active} active, none late"


async def _workers(settings: Settings, now: datetime) -> str:
    found = await read(settings, lambda uow: uow.readings.workers())
    alive = [at for at in found.seen_at if now - at <= _WORKER_PATIENCE]
    if found.seen_at and not alive:
        raise ConfigError(
            f"none has given a sign of life since {_time(found.seen_at[0])}: start `meridian run` "
            "or `meridian worker`"
        )
    # Those that stop in good order leave no trace; a node that works itself is one of the alive.
    if not alive and settings.worker_concurrency == 0:
        raise ConfigError(
            "none is there, and with MERIDIAN_WORKER_CONCURRENCY=0 `meridian run` sends nothing by "
            "itself: start `meridian worker`, or set it higher"
        )
    return f"{len(alive)} alive"


async def _backups(settings: Settings, now: datetime) -> str:
    if not settings.backup_folder:
        return "not looked at (MERIDIAN_BACKUP_FOLDER)"
    newest = next(iter(await asyncio.to_thread(taken, Path(settings.backup_folder))), None)
    if newest is None:
        raise ConfigError(
            f"none in MERIDIAN_BACKUP_FOLDER {settings.backup_folder}: run `meridian backup` daily"
        )
    if now - newest[0] > _OLD_BACKUP:
        raise ConfigError(
            f"the newest is of {_time(newest[0])}: does what runs `meridian backup` daily still "
            "work?"
        )
    return f"the newest is of {_time(newest[0])}"


async def _keys(settings: Settings) -> str:
    """Whether every secret that is kept can be opened with the keys that are set."""
    box = FernetBox(settings.encryption_keys)
    sealed = await read(settings, _sealed)
    for each in sealed:
        box.open(each)
    return f"{len(sealed)} secrets can be opened"


def _sealed(uow: UnitOfWork) -> list[Sealed]:
    found = uow.installations.all()
    return [secret for each in found for secret in (each.bot_token, each.refresh_token) if secret]


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _megabytes(size: int) -> str:
    return f"{size / 2**20:,.0f} MB"
