"""`.ci/audit`: findings fail, no network doesn't, and a lock file that can't be read does."""

import os
import subprocess
from pathlib import Path

import pytest

AUDIT = Path(__file__).parents[2] / ".ci" / "audit"
FOUND = "Found 2 known vulnerabilities in 1 package"


@pytest.mark.parametrize(
    ("dry", "real", "says", "code", "shown"),
    [
        (0, 0, "No known vulnerabilities found", 0, ""),
        (0, 1, FOUND, 1, FOUND),
        (0, 1, "ConnectionError: osv", 0, "osv.dev wasn't reached"),
        (1, 0, "can't parse requirements.lock", 1, "can't parse"),
    ],
)
def test_what_becomes_of_a_check(
    tmp_path: Path, dry: int, real: int, says: str, code: int, shown: str
) -> None:
    tool = tmp_path / "pip-audit"
    tool.write_text(
        f'#!/bin/sh\necho "{says}"\n'
        f'for word in "$@"; do [ "$word" = --dry-run ] && exit {dry}; done\nexit {real}\n'
    )
    tool.chmod(0o755)
    ended = subprocess.run(
        [AUDIT], env={**os.environ, "PIP_AUDIT": str(tool)}, capture_output=True, text=True
    )
    assert ended.returncode == code
    assert shown in ended.stdout
