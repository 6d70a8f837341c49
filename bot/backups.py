"""`meridian backup` and `meridian restore`, whatever the database is."""

import asyncio
from datetime import datetime
from pathlib import Path

from sqlalchemy.engine import make_url

from bot.config import Settings
from bot.errors import ConfigError
from storage.backups import postgresql, sqlite
from storage.backups.contents import Contents
from storage.backups.folder import name_at, taken


async def back_up(
    settings: Settings, to: Path | None, keep: int | None, now: datetime
) -> list[str]:
    """Take a backup and check it; a line each on what was done. Raises ConfigError.

    `to` is a file or a folder, by default the one of the settings; in a folder the backup is named
    by the time, and all but the newest `keep` of that kind go, once the new one is good.
    """
    target = _target(settings, to, now)
    contents = await asyncio.to_thread(_copy, settings, target)
    lines = [f"{target}  {contents.size:,} bytes, schema {contents.revision}, checked"]
    if keep is not None:
        lines += [f"{old}  removed" for old in _old(target.parent, keep)]
    return lines


async def restore(settings: Settings, source: Path, now: datetime) -> list[str]:
    """Fill the database, which must not be there yet, from a backup; a line each on what was done.

    Raises ConfigError.
    """
    if settings.uses_sqlite:
        waiting = await asyncio.to_thread(sqlite.restore, source, _file(settings), now)
    else:
        waiting = await asyncio.to_thread(postgresql.restore, source, settings.database_url, now)
    lines = [
        f"restored from {source}",
        "what was due since then is looked for in Slack before it is posted",
    ]
    if waiting:
        lines.append(f"{waiting} unsent are looked for in Slack and Jira before they are sent")
    return lines


def _copy(settings: Settings, target: Path) -> Contents:
    if settings.uses_sqlite:
        return sqlite.back_up(_file(settings), target)
    return postgresql.back_up(settings.database_url, target)


def _old(folder: Path, keep: int) -> list[Path]:
    old = [path for _, path in taken(folder)[keep:]]
    for path in old:
        path.unlink()
    return old


def _target(settings: Settings, to: Path | None, now: datetime) -> Path:
    place = to or (Path(settings.backup_folder) if settings.backup_folder else None)
    if place is None:
        raise ConfigError("Say where to with --to FILE|DIR, or set MERIDIAN_BACKUP_FOLDER.")
    if not place.is_dir():
        folder = place.parent if to else place
        if not folder.is_dir():
            raise ConfigError(f"{folder} is no folder; make it first.")
        return place
    return place / name_at(now, "db" if settings.uses_sqlite else "dump")


def _file(settings: Settings) -> Path:
    return Path(make_url(settings.database_url).database or "")
