"""What a notice has to tell when it is rendered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.experiments.leaderboard import Leaderboard
from bot.domain.experiments.records import Experiment, Run
from bot.domain.experiments.registry_news import RegistryFact
from bot.domain.experiments.version_standing import VersionStanding


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """A run that failed or was stopped: whose it was, and why, as far as anybody said."""

    run: Run
    who: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Single runs that ended: `runs` are all of them, the latest end last."""

    runs: Sequence[Run]
    board: Leaderboard
    who: str = ""
    troubles: Sequence[Trouble] = ()


@dataclass(frozen=True, kw_only=True)
class SweepNews:
    """A sweep: its `root` (None where it was deleted), its name, and how far it has come.

    `over` says that nothing of it runs any more and, as far as can be known, nothing will.
    """

    root_id: str
    root: Run | None
    name: str
    runs: int
    done: int
    over: bool
    board: Leaderboard
    troubles: Sequence[Trouble] = ()


@dataclass(frozen=True, kw_only=True)
class FactNews:
    """A change in the registry, beside the version that people use, or used before.

    `who` trained it; `decision_page` is where the decision stands that moved an alias.
    """

    fact: RegistryFact
    run: Run | None = None
    who: str = ""
    standing: VersionStanding | None = None
    decision_channel: str = ""
    decision_ts: str = ""


@dataclass(frozen=True, kw_only=True)
class Told:
    """One topic's part of a message: an experiment with what ended in it, or a model's changes."""

    experiment: Experiment | None = None
    since: datetime
    batch: Batch | None = None
    sweeps: Sequence[SweepNews] = ()
    facts: Sequence[FactNews] = ()

    def __bool__(self) -> bool:
        return bool(self.batch or self.sweeps or self.facts)


@dataclass(frozen=True, kw_only=True)
class Telling:
    """A whole message: for a channel or a person, and whether it is what the night brought."""

    parts: Sequence[Told]
    personal: bool
    gathered: bool
