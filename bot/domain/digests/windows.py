"""Which instants a digest is about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.domain.digests.settings import Marks

# Before a channel's first digest there is no last one.
FIRST_WINDOW = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True)
class Span:
    """The instants (since, until], aware UTC; empty where they are equal."""

    since: datetime
    until: datetime


@dataclass(frozen=True, kw_only=True)
class Window:
    """What a digest is about; fixed when it is decided that there is something to say."""

    whole: Span
    issues: Span
    runs: Span

    def to_json(self) -> dict[str, Any]:
        """Plain JSON; `since` and `until` are the window, the lists are those of the mirrors."""
        return {
            "since": self.whole.since.isoformat(),
            "until": self.whole.until.isoformat(),
            "issues": [self.issues.since.isoformat(), self.issues.until.isoformat()],
            "runs": [self.runs.since.isoformat(), self.runs.until.isoformat()],
        }

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Window":
        """The window that `to_json` wrote."""
        return cls(
            whole=_span((stored["since"], stored["until"])),
            issues=_span(stored["issues"]),
            runs=_span(stored["runs"]),
        )


def window_until(
    until: datetime, marks: Marks, issues_as_of: datetime | None, runs_as_of: datetime | None
) -> Window:
    """The window since the last digest, or of a day; the mirrors' parts end where they were read.

    `issues_as_of` and `runs_as_of` are when the mirrors were last read, None where never.
    """
    since = marks.until or until - FIRST_WINDOW
    return Window(
        whole=Span(since=since, until=max(since, until)),
        issues=_read_span(marks.issues or since, issues_as_of),
        runs=_read_span(marks.runs or since, runs_as_of),
    )


def _read_span(since: datetime, as_of: datetime | None) -> Span:
    return Span(since=since, until=max(since, as_of or since))


def _span(pair: Sequence[str]) -> Span:
    since, until = (datetime.fromisoformat(text) for text in pair)
    return Span(since=since, until=until)
