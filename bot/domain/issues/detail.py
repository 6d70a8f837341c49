"""Everything that one person may read of one issue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.decisions.record import DecisionRecord
from bot.domain.experiments.records import BestRun
from bot.domain.issues.records import Issue


@dataclass(frozen=True, kw_only=True)
class IssueDetail:
    """The issue with the best of its `runs`, and the decisions that name it and that the person may
    read; `as_of` is when Jira said so (aware UTC), `live` that it was asked just now, `mine` that
    it is assigned to this person."""

    issue: Issue
    best: BestRun | None = None
    runs: int = 0
    decisions: Sequence[DecisionRecord] = ()
    as_of: datetime
    live: bool = False
    mine: bool = False
