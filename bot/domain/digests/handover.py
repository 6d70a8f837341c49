"""A hand-over: what happened while somebody slept, and what waits for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.domain.alerts.incidents import Incident
from bot.domain.blocker import Blocker
from bot.domain.decisions.promotion import PromotionStatus
from bot.domain.decisions.record import DecisionRecord, DecisionStatus
from bot.domain.decisions.waiting import MyTurn
from bot.domain.digests.handover_span import HandoverWindow
from bot.domain.digests.windows import Span
from bot.domain.experiments.hypothesis_detail import HypothesisDetail
from bot.domain.experiments.records import Experiment, Run
from bot.domain.issues.summary import IssueSummary
from bot.domain.metrics import Direction
from bot.domain.person import Person
from bot.domain.prompt import Prompt
from bot.domain.source import SourceHealth


class BlockerStep(StrEnum):
    """What became of a blocker, or what it asks."""

    SOLVED = "solved"
    TAKEN = "taken"
    MOVED = "moved"
    ASKS = "asks"
    RAISED = "raised"


@dataclass(frozen=True, kw_only=True)
class BlockerNews:
    """One blocker and its latest step; the user `by` took that step. `is_news` says that the span
    brought it."""

    blocker: Blocker
    step: BlockerStep
    by: str = ""
    is_news: bool = True

    @property
    def waits(self) -> bool:
        """Whether the reader is asked for something: to take it, or to close their own."""
        return self.step in (BlockerStep.ASKS, BlockerStep.MOVED)


@dataclass(frozen=True, kw_only=True)
class Turn:
    """A decision that waits for the reader, with how much of their working time is left."""

    turn: MyTurn
    left: timedelta = timedelta(0)


@dataclass(frozen=True, kw_only=True)
class AlertNews:
    """One incident that opened or, where it `has_ended`, ended; the user `by` acknowledged or ended
    it.

    `is_called`: the reader was called or given it, and nobody has acknowledged it.
    """

    incident: Incident
    by: str = ""
    has_ended: bool = False
    is_called: bool = False
    is_news: bool = True


@dataclass(frozen=True, kw_only=True)
class DecisionNews:
    """A decision that got a `status`, from the user `by` (empty: from its round).

    `page` is where its card stands (a channel and a `ts`), `moved` the promotion that it finished.
    """

    record: DecisionRecord
    status: DecisionStatus
    by: str = ""
    page: tuple[str, str] = ("", "")
    moved: PromotionStatus | None = None


@dataclass(frozen=True, kw_only=True)
class BestOfMine:
    """The best of the reader's own ended runs of one experiment, beside the champion's value (None
    where it has none that compares, `other_data` where that is for its data)."""

    experiment: Experiment
    run: Run
    metric: str
    value: float
    direction: Direction
    champion: float | None = None
    other_data: bool = False
    is_champion: bool = False


@dataclass(frozen=True, kw_only=True)
class MyRuns:
    """The reader's runs that ended or fell silent; `best` has one for each experiment."""

    finished: Sequence[Run] = ()
    failed: Sequence[Run] = ()
    killed: Sequence[Run] = ()
    silent: Sequence[Run] = ()
    best: Sequence[BestOfMine] = ()

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.finished or self.failed or self.killed or self.silent)


@dataclass(frozen=True, kw_only=True)
class Waits:
    """All that waits for one person now: reports, decisions, verdicts, blockers that ask them, and
    their own that could be closed."""

    prompts: Sequence[Prompt] = ()
    turns: Sequence[MyTurn] = ()
    verdicts: Sequence[HypothesisDetail] = ()
    asking: Sequence[Blocker] = ()
    closing: Sequence[Blocker] = ()


@dataclass(frozen=True, kw_only=True)
class ForYou:
    """What concerns the reader themselves, and what waits for them; `reports` are asked for by
    messages of their own."""

    blockers: Sequence[BlockerNews] = ()
    turns: Sequence[Turn] = ()
    verdicts: Sequence[HypothesisDetail] = ()
    runs: MyRuns = field(default_factory=MyRuns)
    alerts: Sequence[AlertNews] = ()
    issues: IssueSummary = field(default_factory=IssueSummary)
    reports: Sequence[Prompt] = ()

    @property
    def is_news(self) -> bool:
        """Whether the night brought any of it; what waits longer was told before."""
        return bool(
            self.runs
            or self.issues
            or any(each.is_news for each in self.blockers)
            or any(each.is_news for each in self.alerts)
        )


@dataclass(frozen=True, kw_only=True)
class Changed:
    """What others did where the reader belongs; nothing of it is in `ForYou` too."""

    moves: Sequence[DecisionNews] = ()
    decisions: Sequence[DecisionNews] = ()
    alerts: Sequence[AlertNews] = ()
    blockers: Sequence[BlockerNews] = ()
    learned: Sequence[HypothesisDetail] = ()
    issues: IssueSummary = field(default_factory=IssueSummary)

    def __bool__(self) -> bool:
        """Whether there is anything."""
        return bool(
            self.moves
            or self.decisions
            or self.alerts
            or self.blockers
            or self.learned
            or self.issues
        )


@dataclass(frozen=True, kw_only=True)
class Handover:
    """Somebody's hand-over of their local date `day`, read at `now` (aware UTC).

    What waits is as of `now`, all else is of `window`. `places` are the cities of those who did it,
    `people` the members that are named, `stale` the sources that don't answer.
    """

    person: Person
    day: date
    now: datetime
    window: HandoverWindow
    places: Sequence[str] = ()
    for_you: ForYou = field(default_factory=ForYou)
    changed: Changed = field(default_factory=Changed)
    people: Mapping[str, Person] = field(default_factory=dict)
    stale: Sequence[SourceHealth] = ()

    @property
    def span(self) -> Span:
        """The instants that it is about."""
        return self.window.whole

    @property
    def doers(self) -> tuple[str, ...]:
        """Who did what it tells, by user id, in the order of telling."""
        mine, rest = self.for_you, self.changed
        told = (
            *(each.by or each.blocker.user_id for each in mine.blockers if each.is_news),
            *(each.by for each in mine.alerts),
            *(each.by for each in (*rest.moves, *rest.decisions)),
            *(each.by for each in rest.alerts),
            *(each.by for each in rest.blockers),
            *(d.hypothesis.verdict.by for d in rest.learned if d.hypothesis.verdict),
        )
        return tuple(user for user in dict.fromkeys(told) if user not in ("", self.person.user_id))

    @property
    def named(self) -> frozenset[str]:
        """Everybody whose name it shows, by user id."""
        blockers = (*self.for_you.blockers, *self.changed.blockers)
        return frozenset(self.doers) | {each.blocker.user_id for each in blockers}

    @property
    def something_to_say(self) -> bool:
        """Whether it is worth a message: what waits for them has asked them by one of its own."""
        return bool(self.for_you.is_news or self.changed)
