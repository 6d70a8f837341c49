"""What is in a digest; each section knows whether it has something to say."""

from dataclasses import dataclass, field
from datetime import date, datetime

from bot.domain.alerts.incidents import Incident
from bot.domain.blocker import Blocker
from bot.domain.decisions.record import DecisionRecord
from bot.domain.decisions.waiting import OpenDecision
from bot.domain.digests.windows import Window
from bot.domain.experiments.goals import GoalState
from bot.domain.experiments.hypothesis_detail import HypothesisDetail
from bot.domain.experiments.records import RunsSummary
from bot.domain.experiments.retraining import PlanState
from bot.domain.issues.sprints import SprintState
from bot.domain.issues.summary import IssueSummary


@dataclass(frozen=True, kw_only=True)
class StandupNews:
    """Display names of who reported in the window and of who was asked and is awaited, with the
    names of the stand-ups where there were several."""

    reported: tuple[str, ...] = ()
    awaited: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether anybody was asked or reported."""
        return bool(self.reported or self.awaited)


@dataclass(frozen=True, kw_only=True)
class OpenBlocker:
    """A blocker with display names: the person that it blocks, those it asks, and who takes it."""

    blocker: Blocker
    person: str
    asked: tuple[str, ...] = ()
    taken_by: str = ""


@dataclass(frozen=True, kw_only=True)
class OpenAlert:
    """An alert that fires; `acknowledged_by` is a display name, or empty."""

    incident: Incident
    acknowledged_by: str


@dataclass(frozen=True, kw_only=True)
class LatePlan:
    """A model that was to be retrained; `owner` is a display name. It is news on the day on which
    it gets overdue and once a week from then on."""

    state: PlanState
    owner: str
    is_news: bool


@dataclass(frozen=True, kw_only=True)
class SourceNote:
    """How old what a digest shows of a source is.

    `as_of` is None where it was never read, `down_since` None where it can be read; else `reason`
    is the sentence that says why not. `behind` are parts of it that were not read with the rest,
    `warning` is a sentence on what will stop it soon. Nothing of a `hidden` one is shown here,
    because people of another company read along.
    """

    name: str
    as_of: datetime | None
    down_since: datetime | None = None
    reason: str = ""
    behind: tuple[str, ...] = ()
    warning: str = ""
    hidden: bool = False


@dataclass(frozen=True, kw_only=True)
class Digest:
    """All sections; each is falsy where it has nothing to say. `day` is the channel's date.

    `awaited` are all open proposals, the oldest first: they are no news and no reason for a digest,
    nor are the goals and the sprint. A `past` one was put together later: it tells only what can
    still be known of how things stood at its end. `before` is the date of the digest before it.
    """

    day: date
    window: Window
    blockers: tuple[OpenBlocker, ...] = ()
    standup: StandupNews = field(default_factory=StandupNews)
    decisions: tuple[DecisionRecord, ...] = ()
    awaited: tuple[OpenDecision, ...] = ()
    issues: IssueSummary = field(default_factory=IssueSummary)
    goals: tuple[GoalState, ...] = ()
    sprint: SprintState | None = None
    runs: RunsSummary = field(default_factory=RunsSummary)
    alerts: tuple[OpenAlert, ...] = ()
    late: tuple[LatePlan, ...] = ()
    learned: tuple[HypothesisDetail, ...] = ()
    sources: tuple[SourceNote, ...] = ()
    past: bool = False
    before: date | None = None

    @property
    def something_to_say(self) -> bool:
        """Whether any section has something; a source that is down is not enough."""
        return bool(
            self.blockers
            or self.standup
            or self.decisions
            or self.issues
            or self.runs.total
            or self.alerts
            or self.learned
            or any(each.is_news for each in self.late)
        )
