"""`python -m tests.benchmarks [WORD…] [--page FILE]`: the benchmarks of these names, or all."""

import argparse
import io
import logging
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from pathlib import Path
from typing import TextIO

import structlog

from tests.benchmarks import (
    charts,
    commands,
    decision_search,
    detectors,
    digest,
    installed,
    nodes,
    outbox,
    polling,
    polling_jira,
    reports,
    starts,
    tick,
)
from tests.benchmarks.page import Part, page
from tests.benchmarks.verdicts import Benchmark, Verdict, table

BENCHMARKS: dict[str, Benchmark] = {
    "commands": commands.run,
    "reports": reports.run,
    "starts": starts.run,
    "tick": tick.run,
    "installed": installed.run,
    "outbox": outbox.run,
    "nodes": nodes.run,
    "polling": polling.run,
    "polling_jira": polling_jira.run,
    "charts": charts.run,
    "decision_search": decision_search.run,
    "detectors": detectors.run,
    "digest": digest.run,
}


def main() -> None:
    """Prints each benchmark's tables as they come, then every target; `--page` keeps all of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("words", nargs="*", metavar="WORD", help=f"one of {', '.join(BENCHMARKS)}")
    parser.add_argument("--page", type=Path, metavar="FILE", help="write what is printed there")
    options = parser.parse_args()
    if unknown := set(options.words) - set(BENCHMARKS):
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}")
    # What the bot tells of its work is no part of the tables.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    parts = [_part(word) for word in options.words or BENCHMARKS]
    verdicts = [each for part in parts for each in part.verdicts]
    if verdicts:
        print(table(verdicts))
    if options.page:
        options.page.write_text(page(parts), encoding="utf-8")


def _part(word: str) -> Part:
    print(f"== {word}", flush=True)
    kept = _Copy(sys.stdout)
    with redirect_stdout(kept):
        verdicts = _ran(word)
    print(flush=True)
    return Part(word=word, printed=kept.getvalue(), verdicts=verdicts)


def _ran(word: str) -> list[Verdict]:
    """One that breaks is named short, and the others still run."""
    broken = Verdict(
        bench=word, what="the whole benchmark", target="ends", figure="broke", met=False
    )
    verdicts = [broken]
    with suppress(Exception), _printing_failures():
        verdicts = list(BENCHMARKS[word]() or ())
    return verdicts


@contextmanager
def _printing_failures() -> Iterator[None]:
    try:
        yield
    except Exception:
        traceback.print_exc()
        raise


class _Copy(io.StringIO):
    """Keeps what it passes on."""

    def __init__(self, to: TextIO) -> None:
        super().__init__()
        self._to = to

    def write(self, text: str) -> int:
        self._to.write(text)
        self._to.flush()
        return super().write(text)


if __name__ == "__main__":
    main()
