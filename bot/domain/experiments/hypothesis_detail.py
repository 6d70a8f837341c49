"""A hypothesis with everything that is shown of it, and what digests say of several."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.domain.experiments.hypotheses import Hypothesis
from bot.domain.experiments.hypothesis_standing import Standing
from bot.domain.experiments.records import Run
from bot.domain.person import Person


@dataclass(frozen=True, kw_only=True)
class HypothesisDetail:
    """One hypothesis, how its runs stand and who is named; `page` is where its card stands: a
    channel and a `ts`, both empty before it was posted. `trained_by` are display names."""

    hypothesis: Hypothesis
    standing: Standing
    runs: Sequence[Run] = ()
    people: Mapping[str, Person] = field(default_factory=dict)
    page: tuple[str, str] = ("", "")
    trained_by: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class HypothesesNews:
    """What a digest says: which are `open`, and which got a verdict in its time."""

    open: Sequence[HypothesisDetail] = ()
    tested: Sequence[HypothesisDetail] = ()

    def __bool__(self) -> bool:
        """Whether there is anything to say."""
        return bool(self.open or self.tested)
