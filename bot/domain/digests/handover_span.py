"""Which instants somebody's hand-over is about: the one rule, whoever shows it and when.

A hand-over belongs to a local date. It begins at the end of the working day that the last one
opened, and ends where that date's working day begins, or now before that; it stays so all day, so
that looking at noon shows what the morning did. The last one is where their message was decided;
who gets no message is taken to have been told on the last day on which they worked. So what
happens while somebody works is not in it (they were there), and what happens between is in
exactly one: an outage, a journey or a holiday makes the next one longer, never loses any.

Jira and MLflow are read late where they don't answer. What happened before a hand-over and was
noticed after it is told by the next message; App Home tells it as soon as it is noticed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from bot.domain import calendar
from bot.domain.digests.windows import Span
from bot.domain.working_time import Window

LONGEST = timedelta(days=14)
"""Nobody reads what happened longer ago as news."""

# Who was never at work before, such as a newcomer.
_FIRST = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True)
class Noticed:
    """Facts that were noticed in `span` and, where it is said, had happened by `by`."""

    span: Span
    by: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class HandoverWindow:
    """What one hand-over is about: the instants `whole`, and from when until when what was noticed
    in Jira (`issues`) and in MLflow (`runs`) is in it.

    `before` is where the hand-over before ended: what had happened by then and is noticed between
    the two is in this one.
    """

    whole: Span
    issues: Span
    runs: Span
    before: datetime

    @classmethod
    def over(cls, whole: Span) -> "HandoverWindow":
        """The window of a span in which Jira and MLflow were read all the time."""
        return cls(whole=whole, issues=whole, runs=whole, before=whole.since)

    @property
    def noticed_issues(self) -> tuple[Noticed, ...]:
        """What of Jira is in it; no two parts share an instant."""
        return self._noticed(self.issues)

    @property
    def noticed_runs(self) -> tuple[Noticed, ...]:
        """What of MLflow is in it, in the same way."""
        return self._noticed(self.runs)

    def read_until(self, issues: datetime, runs: datetime) -> "HandoverWindow":
        """The same as far as Jira and MLflow were read by these instants."""
        return replace(self, issues=_cut(self.issues, issues), runs=_cut(self.runs, runs))

    def to_json(self) -> dict[str, str]:
        """Plain JSON, which `of` reads."""
        return {name: at.isoformat() for name, at in self.instants.items()}

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "HandoverWindow":
        """The window that `to_json` wrote; raises KeyError or ValueError for anything else."""
        return cls.at(*(datetime.fromisoformat(stored[name]) for name in INSTANTS))

    @property
    def instants(self) -> dict[str, datetime]:
        """Its instants by name, all that there is of it."""
        spans = (self.whole, self.issues, self.runs)
        ends = [at for span in spans for at in (span.since, span.until)]
        return dict(zip(INSTANTS, [*ends, self.before], strict=True))

    @classmethod
    def at(cls, *at: datetime) -> "HandoverWindow":
        """The window with these instants, in the order of `INSTANTS`; raises ValueError for more or
        fewer."""
        since, until, issues_since, issues_until, runs_since, runs_until, before = at
        return cls(
            whole=Span(since=since, until=until),
            issues=Span(since=issues_since, until=issues_until),
            runs=Span(since=runs_since, until=runs_until),
            before=before,
        )

    def _noticed(self, read: Span) -> tuple[Noticed, ...]:
        since, until = self.whole.since, self.whole.until
        parts = (
            Noticed(span=Span(since=read.since, until=min(since, read.until)), by=self.before),
            Noticed(span=Span(since=max(since, read.since), until=min(until, read.until))),
            Noticed(span=Span(since=max(until, read.since), until=read.until), by=until),
        )
        return tuple(part for part in parts if part.span.since < part.span.until)


INSTANTS = (
    "since",
    "until",
    "issues_since",
    "issues_until",
    "runs_since",
    "runs_until",
    "before",
)
"""The names of a window's instants."""


def _cut(span: Span, until: datetime) -> Span:
    return replace(span, until=max(span.since, min(span.until, until)))


@dataclass(frozen=True, kw_only=True)
class HandoverMark:
    """The last hand-over that was decided: its local date, and what it was about.

    `is_told` is false where its message was never sent: the next one begins where it began.
    """

    day: date
    window: HandoverWindow
    is_told: bool = True


def window(
    worked: Sequence[Window], mark: HandoverMark | None, now: datetime, zone: str
) -> HandoverWindow:
    """What the hand-over of today is about, with what was noticed until now or, after it, until
    the end of today's working day; as `span` otherwise."""
    info = calendar.zone_or_utc(zone)
    today = calendar.local_date(now, info)
    closes = [end for begin, end in worked if calendar.local_date(begin, info) == today]
    seen = min([now, *closes])
    if mark is not None and mark.day == today:
        known = mark.window
        return replace(known, issues=_longer(known.issues, seen), runs=_longer(known.runs, seen))
    whole = span(worked, mark, now, zone)
    found = HandoverWindow(
        whole=whole,
        issues=Span(since=whole.since, until=max(whole.since, seen)),
        runs=Span(since=whole.since, until=max(whole.since, seen)),
        before=whole.since,
    )
    if mark is None or not _counts(mark, whole.until):
        return found
    last = mark.window
    return replace(
        found,
        issues=replace(found.issues, since=_read(last.issues, mark, whole)),
        runs=replace(found.runs, since=_read(last.runs, mark, whole)),
        before=last.whole.until if mark.is_told else last.before,
    )


def _longer(span: Span, until: datetime) -> Span:
    return replace(span, until=max(span.until, until))


def _read(last: Span, mark: HandoverMark, whole: Span) -> datetime:
    """From where on nothing that was noticed was told."""
    return min(last.until if mark.is_told else last.since, whole.since)


def span(worked: Sequence[Window], mark: HandoverMark | None, now: datetime, zone: str) -> Span:
    """What the hand-over of today is about for somebody in `zone`.

    `worked` are the working days of the last `LONGEST` on which they were there, today's included
    where it is one, in order.
    """
    info = calendar.zone_or_utc(zone)
    today = calendar.local_date(now, info)
    if mark is not None and mark.day == today:
        return mark.window.whole
    before = [window for window in worked if calendar.local_date(window[0], info) < today]
    opens = [window[0] for window in worked if calendar.local_date(window[0], info) == today]
    until = min([now, *opens])
    if mark is not None and not mark.is_told and _counts(mark, until):
        since = mark.window.whole.since
    else:
        since = _end_of_day_that_began(_begun(before, mark, until), before, until)
    return Span(since=min(max(since, until - LONGEST), until), until=until)


def _counts(mark: HandoverMark, until: datetime) -> bool:
    """Whether the mark is before `until`, and not too long."""
    return until - LONGEST < mark.window.whole.until < until


def _begun(before: Sequence[Window], mark: HandoverMark | None, until: datetime) -> datetime:
    """Where the last hand-over ended."""
    if mark is not None and _counts(mark, until):
        return mark.window.whole.until
    return before[-1][0] if before else until - _FIRST


def _end_of_day_that_began(begun: datetime, before: Sequence[Window], until: datetime) -> datetime:
    """The end of the working day that holds `begun`; `begun` itself where none does, and for who
    works around the clock, whose days leave nothing between."""
    ends = [closes for opens, closes in before if opens <= begun < closes < until]
    return ends[-1] if ends else begun
