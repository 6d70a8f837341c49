"""The answer to what was tried: tries, and what hypotheses, decisions and reports say of it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.domain.decisions.record import DecisionRecord
from bot.domain.decisions.search import fold
from bot.domain.experiments.found import Looked
from bot.domain.experiments.hypotheses import Hypothesis
from bot.domain.experiments.tries import Try
from bot.domain.report import Report
from bot.domain.source import SourceHealth

PAGE = 5
FIRST = 2
"""How many tries the first sentence tells."""

_BEGINNING = 4


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """The latest of so many reports in which somebody says the same `line` of it: `who`, and the
    earliest of those (the latest itself where there is one only)."""

    report: Report
    who: str
    line: str
    reports: int = 1
    earliest: Report | None = None


Trace = Try | Hypothesis | DecisionRecord | Spoken


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One page (from 0) of everything that was found, the best first.

    `tries` counts them all, at least so many where `capped`. `first` are the best ones whatever
    the page, `refs` the hypotheses and decisions, and `spoken` all that reports say. `untried` is
    the data that is in use and that none of them used, or empty.
    """

    typed: str
    now: datetime
    page: int = 0
    traces: Sequence[Trace] = ()
    total: int = 0
    tries: int = 0
    capped: bool = False
    first: Sequence[Try] = ()
    refs: Sequence[str] = ()
    spoken: Sequence[Spoken] = ()
    untried: str = ""
    looked: Looked = field(default_factory=Looked)
    source: SourceHealth | None = None

    @property
    def more(self) -> bool:
        """Whether there is another page."""
        return (self.page + 1) * PAGE < self.total


def folded(spoken: Iterable[Spoken]) -> list[Spoken]:
    """What one person says in the same words is told once, by the latest report that does; the
    latest first."""
    same: dict[tuple[str, str], list[Spoken]] = defaultdict(list)
    for one in sorted(spoken, key=lambda one: one.report.submitted_at, reverse=True):
        same[one.report.user_id, " ".join(fold(one.line).split())].append(one)
    return [
        replace(group[0], reports=len(group), earliest=group[-1].report) for group in same.values()
    ]


def telling_line(report: Report, words: Sequence[str]) -> str:
    """The line of a report that holds most of these words, however they end."""
    texts = [*(answer.text for answer in report.answers), report.blocker]
    every = [line.strip() for text in texts for line in text.splitlines() if line.strip()]
    beginnings = [fold(word)[:_BEGINNING] for word in words]
    return max(every, key=lambda line: sum(part in fold(line) for part in beginnings), default="")
