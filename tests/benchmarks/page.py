"""docs/performance.md, as the benchmarks of one run printed it."""

import os
import platform
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import psutil

from tests.benchmarks.verdicts import Verdict

_LIBRARIES = (
    "slack_bolt",
    "slack_sdk",
    "SQLAlchemy",
    "psycopg",
    "uvicorn",
    "httpx",
    "procrastinate",
)

_HEAD = """\
# Performance

Written by `make bench ARGS='--page docs/performance.md'`; nothing here is typed by hand. Ratios are
paired: both sides ran in turns in one run on one machine, and CPU time is that of the server's
process alone. A target that this run missed says **SHORT**.
"""


@dataclass(frozen=True, kw_only=True)
class Part:
    """One benchmark: its word, all that it printed, and its targets."""

    word: str
    printed: str
    verdicts: Sequence[Verdict]


def page(parts: Sequence[Part]) -> str:
    """The page as markdown."""
    verdicts = [each for part in parts for each in part.verdicts]
    sections = [_HEAD, f"## Machine\n\n{_machine()}\n", _targets(verdicts)]
    sections += [f"## {part.word}\n\n```text\n{part.printed.rstrip()}\n```\n" for part in parts]
    return "\n".join(sections)


def _targets(verdicts: Sequence[Verdict]) -> str:
    short = sum(not each.met for each in verdicts)
    lines = [
        "## Targets",
        "",
        f"{len(verdicts)} targets, {len(verdicts) - short} met, {short} short.",
        "",
        "| bench | what | target | this run | |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {v.bench} | {v.what} | {v.target} | {v.figure} | {'met' if v.met else '**SHORT**'} |"
        for v in verdicts
    ]
    return "\n".join(lines) + "\n"


def _machine() -> str:
    memory = psutil.virtual_memory().total / 2**30
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    return (
        f"{os.cpu_count()} cores ({_processor()}), {memory:.0f} GiB, {platform.system()} "
        f"{platform.release()}, Python {platform.python_version()}, SQLite "
        f"{sqlite3.sqlite_version}, {libraries}."
    )


def _processor() -> str:
    described = Path("/proc/cpuinfo")
    if described.exists():
        for line in described.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
