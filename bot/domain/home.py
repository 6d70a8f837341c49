"""What App Home shows one person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from bot.domain.absence import Away
from bot.domain.alerts.rules import Rule
from bot.domain.blocker import Blocker
from bot.domain.decisions.waiting import MyTurn
from bot.domain.digests.handover import Handover
from bot.domain.experiments.hypotheses import Hypothesis
from bot.domain.experiments.hypothesis_detail import HypothesisDetail
from bot.domain.experiments.watches import Watch
from bot.domain.person import Person
from bot.domain.prompt import Prompt
from bot.domain.report import Report
from bot.domain.roster import Idle
from bot.domain.source import SourceHealth
from bot.domain.standup import Standup
from bot.domain.turn import Turn


@dataclass(frozen=True, kw_only=True)
class MyStandup:
    """A stand-up that somebody has a part in, as it stands for them today.

    `turn` and `report` are of `today`, their local date; `next_prompt` is None where they aren't
    asked. `idle` are those who belong to it and aren't asked.
    """

    standup: Standup
    user_id: str
    today: date
    may_change: bool
    turn: Turn | None = None
    report: Report | None = None
    next_prompt: datetime | None = None
    idle: Sequence[Idle] = ()

    @property
    def asks_me(self) -> bool:
        """Whether its reports are theirs to write."""
        return self.user_id in self.standup.plan.participants

    @property
    def may_leave(self) -> bool:
        """Whether they belong to those it asks or would ask."""
        return self.asks_me or self.user_id in self.standup.resting


@dataclass(frozen=True, kw_only=True)
class Follows:
    """What somebody keeps an eye on: their watches, their open hypotheses, and the alert rules that
    they made, own or stand in for."""

    watches: Sequence[Watch] = ()
    hypotheses: Sequence[Hypothesis] = ()
    rules: Sequence[Rule] = ()

    def __bool__(self) -> bool:
        """Whether there is anything."""
        return bool(self.watches or self.hypotheses or self.rules)


@dataclass(frozen=True, kw_only=True)
class AdminPage:
    """How much is set up in the workspace: stand-ups and how many of them are `paused`, channels
    with a digest, alert rules, and colleagues that Meridian knows."""

    standups: int = 0
    paused: int = 0
    digests: int = 0
    rules: int = 0
    people: int = 0


@dataclass(frozen=True, kw_only=True)
class HomePage:
    """Everything at `now` (aware UTC); blockers are the oldest first.

    `decisions` wait for their consent or their look, `verdicts` for theirs; `asking` nobody has
    taken yet; `closing` are their own that what they wait for has moved, and `blockers` all their
    others. `people` are the members that are named. `mlflow_users` are who they are in MLflow,
    chosen or found. `sources` are the outside systems that were ever read; `token_warning` says
    that Jira's token ends soon. `admin` is what admins of the workspace see besides.
    """

    person: Person
    now: datetime
    prompts: Sequence[Prompt] = ()
    decisions: Sequence[MyTurn] = ()
    verdicts: Sequence[HypothesisDetail] = ()
    asking: Sequence[Blocker] = ()
    closing: Sequence[Blocker] = ()
    standups: Sequence[MyStandup] = ()
    blockers: Sequence[Blocker] = ()
    away: Sequence[Away] = ()
    people: Mapping[str, Person] = field(default_factory=dict)
    mlflow_users: Sequence[str] = ()
    sources: Sequence[SourceHealth] = ()
    token_warning: str = ""
    handover: Handover | None = None
    follows: Follows = field(default_factory=Follows)
    admin: AdminPage | None = None
