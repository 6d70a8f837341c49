"""Folders and zips of decision files: only files that are ours are written or removed."""

import os
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from bot.clients.madr.names import number_in
from bot.errors import ConfigError

LARGEST = 1_000_000
"""Bytes of one file; a decision has less than a tenth of that."""

MOST_FILES, MOST_BYTES = 50_000, 500_000_000
"""What one import reads at most: a zip of a megabyte can hold a hundred thousand times that."""

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
        return _from_folder(source)
    if not source.exists():
        raise ConfigError(f"There is no {source}.")
    try:
        with zipfile.ZipFile(source) as archive:
            return _unpacked(archive)
    except _BROKEN as error:
        raise ConfigError(f"{source} is neither a folder nor a zip.") from error


def _unpacked(archive: zipfile.ZipFile) -> dict[str, bytes]:
    """Nothing is written to where an entry's path leads: only its last part counts."""
    entries = [each for each in archive.infolist() if not each.is_dir() and _is_ours(each)]
    for entry in entries:
        # A link's content would be the path that it leads to.
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise ConfigError(f"{_name(entry)} is a link; only files are read.")
    _require_fit([each.file_size for each in entries])
    for entry in entries:
        _require_small(_name(entry), entry.file_size)
    # It reads no more than the size that the archive states, and refuses a content that differs.
    return {_name(entry): archive.read(entry) for entry in entries}


def _name(entry: zipfile.ZipInfo) -> str:
    return PurePosixPath(entry.filename).name


def _is_ours(entry: zipfile.ZipInfo) -> bool:
    return _is_decision(_name(entry))


def _from_folder(source: Path) -> dict[str, bytes]:
    """A link may lead out of the folder, and what is no file may never end."""
    paths = [path for path in sorted(source.glob(f"*{_SUFFIX}")) if _is_decision(path.name)]
    for path in paths:
        if path.is_symlink() or not path.is_file():
            raise ConfigError(f"{path.name} is no plain file; only those are read.")
        _require_small(path.name, path.stat().st_size)
    _require_fit([path.stat().st_size for path in paths])
    return {path.name: path.read_bytes() for path in paths}


def _require_fit(sizes: Sequence[int]) -> None:
    if len(sizes) > MOST_FILES or sum(sizes) > MOST_BYTES:
        raise ConfigError(
            f"That is {len(sizes)} files with {sum(sizes)} bytes; at most {MOST_FILES} "
            f"files with {MOST_BYTES} bytes are read at once."
        )


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
    # Never through a link that somebody put there.
    beside.unlink(missing_ok=True)
    with beside.open("xb") as file:
        file.write(content)
    os.replace(beside, path)
    return True
