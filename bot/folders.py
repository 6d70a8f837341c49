"""Folders and zips of decision files: only files that are ours are written or removed."""

import os
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from bot.clients.madr.names import number_in
from bot.errors import ConfigError

LARGEST = 1_000_000
"""Bytes of one file; a decision has less than a tenth of that."""

_SUFFIX = ".md"
_NOT_DECISIONS = ("readme.md", "index.md", "changelog.md", "contributing.md")
_TEMPLATE = "adr-template"
# An entry may be cut, encrypted, or packed in a way that Python doesn't know.
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError)


@contextmanager
def reachable() -> Iterator[None]:
    """A file or folder that can't be read or written comes out as a ConfigError that names it."""
    try:
        yield
    except OSError as error:
        if error.filename is None:
            raise
        raise ConfigError(f"{error.filename}: {error.strerror}") from error


def sync(folder: Path, files: Mapping[str, bytes]) -> str:
    """Write what differs; remove files of the same numbers under other names; what was done."""
    _prepared(folder)
    written = sum(_write(folder / name, content) for name, content in files.items())
    names = {number_in(name): name for name in files}
    stale = [
        path
        for path in sorted(folder.glob(f"*{_SUFFIX}"))
        if (number := number_in(path.name)) in names and names[number] != path.name
    ]
    for path in stale:
        path.unlink()
    removed = f", {len(stale)} under an old name removed" if stale else ""
    return f"{written} written, {len(files) - written} unchanged{removed}"


def replace(path: Path, content: bytes) -> str:
    """Write one file, whole or not at all; what was done."""
    _prepared(path.parent)
    return "written" if _write(path, content) else "unchanged"


def read(source: Path) -> dict[str, bytes]:
    """The decision files of a folder or of a zip, by name; raises ConfigError."""
    if source.is_dir():
        paths = [path for path in sorted(source.glob(f"*{_SUFFIX}")) if _is_decision(path.name)]
        for path in paths:
            _require_small(path.name, path.stat().st_size)
        return {path.name: path.read_bytes() for path in paths}
    if not source.exists():
        raise ConfigError(f"There is no {source}.")
    try:
        with zipfile.ZipFile(source) as archive:
            return _unpacked(archive)
    except _BROKEN as error:
        raise ConfigError(f"{source} is neither a folder nor a zip.") from error


def _unpacked(archive: zipfile.ZipFile) -> dict[str, bytes]:
    """Nothing is written to where an entry's path leads: only its last part counts."""
    found = {}
    for entry in archive.infolist():
        name = PurePosixPath(entry.filename).name
        if not entry.is_dir() and _is_decision(name):
            _require_small(name, entry.file_size)
            found[name] = archive.read(entry)
    return found


def _is_decision(name: str) -> bool:
    lower = name.lower()
    ours = lower.endswith(_SUFFIX) and not lower.startswith((".", _TEMPLATE))
    return ours and lower not in _NOT_DECISIONS


def _require_small(name: str, size: int) -> None:
    if size > LARGEST:
        raise ConfigError(f"{name} has {size} bytes; a decision has at most {LARGEST}.")


def _prepared(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise ConfigError(f"{folder} is a file; name a folder, or a file that ends in .zip.")
    folder.mkdir(parents=True, exist_ok=True)


def _write(path: Path, content: bytes) -> bool:
    """False, and nothing written, if that is what it holds already."""
    if path.is_file() and path.read_bytes() == content:
        return False
    beside = path.with_name(f".{path.name}.new")
    beside.write_bytes(content)
    os.replace(beside, path)
    return True
