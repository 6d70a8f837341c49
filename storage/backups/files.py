"""Files that appear whole or not at all, and never in the place of another."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.errors import ConfigError

_OURS_ONLY = 0o600
_NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS)


@contextmanager
def appearing(target: Path) -> Iterator[Path]:
    """Yields a path to write to; at the end it is on the disk under the name `target`.

    Readable by its owner only. Raises ConfigError where `target` exists, or can't be written.
    """
    if os.path.lexists(target):
        raise _exists(target)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        # Made here, so that nobody else can read it while it grows.
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _OURS_ONLY))
        yield part
        _sync(part)
        _named(part, target)
    except FileExistsError:
        raise _exists(target) from None
    except OSError as error:
        raise ConfigError(f"{target} can't be written: {os.strerror(error.errno or 0)}.") from error
    finally:
        part.unlink(missing_ok=True)
    _sync(target.parent)


def _named(part: Path, target: Path) -> None:
    """A rename would replace what somebody else has put there meanwhile; some network disks know
    no links, though."""
    try:
        os.link(part, target)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _OURS_ONLY))
        part.replace(target)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _exists(target: Path) -> ConfigError:
    return ConfigError(f"{target} exists already and is left as it is; name another or move it.")
