"""What a run says of itself in words: by what it is found, and why it ended as it did."""

import math
import re
from collections.abc import Iterator

from bot.domain.experiments.records import Run
from bot.domain.experiments.sweeps import PARENT_TAG

# https://mlflow.org/docs/latest/ml/tracking/tracking-api/#system-tags
NOTE_TAG = "mlflow.note.content"

_SYSTEM = "mlflow."
_TOLD_ELSEWHERE = frozenset({"hypothesis"})
_ERRORS = frozenset(
    {"error", "errors", "exception", "traceback", "failure", "failed", "oom", "crash"}
)
_REASONS = frozenset({"reason", "why", "cause", "conclusion", "result"})
_WORD = re.compile(r"[A-Za-z]+")

# What nobody searches for must not make a poll slow.
_MOST_PAIRS = 300
_VALUE = 300
_NOTE = 4000

Pair = tuple[str, str]


def note(run: Run) -> str:
    """What somebody wrote about it, or empty."""
    return run.tags.get(NOTE_TAG, "").strip()


def error(run: Run) -> str:
    """What a tag says of why it went wrong, or empty; the last line of a traceback."""
    for wanted in (_ERRORS, _REASONS):
        for key, value in sorted(run.tags.items()):
            if not key.startswith(_SYSTEM) and wanted & set(_words(key)) and value.strip():
                return value.strip().splitlines()[-1]
    return ""


def pairs(run: Run) -> list[Pair]:
    """Its params, then the tags that people set."""
    tags = (
        pair
        for pair in sorted(run.tags.items())
        if not pair[0].startswith(_SYSTEM) and pair[0].casefold() not in _TOLD_ELSEWHERE
    )
    return [*sorted(run.params.items()), *tags][:_MOST_PAIRS]


def fields(run: Run) -> Iterator[str]:
    """The texts that it is found by: its name, its note, each param and tag with its key."""
    yield run.name[:_VALUE]
    if written := note(run):
        yield written[:_NOTE]
    for key, value in pairs(run):
        yield f"{key[:_VALUE]} {value[:_VALUE]}"


def parent(run: Run) -> str:
    """The id of the run above it, or empty."""
    return run.tags.get(PARENT_TAG, "")


def not_a_number(run: Run) -> bool:
    """Whether some metric of it isn't finite."""
    return any(not math.isfinite(value) for value in run.metrics.values())


def _words(key: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(key)]
