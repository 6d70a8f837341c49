"""A folder of backups that bear the time at which they were taken as their names."""

import re
from datetime import UTC, datetime
from pathlib import Path

_NAME = re.compile(r"meridian-(\d{8}T\d{6}Z)\.(?:db|dump)")
_STAMP = "%Y%m%dT%H%M%SZ"


def name_at(now: datetime, suffix: str) -> str:
    """What a backup taken at `now` is called."""
    return f"meridian-{now.astimezone(UTC):{_STAMP}}.{suffix}"


def taken(folder: Path) -> list[tuple[datetime, Path]]:
    """The backups in a folder, newest first, with the time of each (aware UTC); none where there
    is no such folder."""
    named = [(match, path) for path in folder.glob("*") if (match := _NAME.fullmatch(path.name))]
    found = [(datetime.strptime(m[1], _STAMP).replace(tzinfo=UTC), path) for m, path in named]
    return sorted(found, reverse=True)


def newest(folder: str) -> datetime | None:
    """When the newest backup of a folder was taken; None where there is none, or no folder."""
    found = taken(Path(folder)) if folder else []
    return found[0][0] if found else None
