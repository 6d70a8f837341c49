"""One decision with everything that is shown of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.domain.alerts.rules import Rule
from bot.domain.decisions.consent import Round
from bot.domain.decisions.evidence import Compared
from bot.domain.decisions.promotion import AliasNow, PromotionStatus
from bot.domain.decisions.record import DecisionChange, DecisionRecord
from bot.domain.decisions.review import Observed, Review
from bot.domain.person import Person


@dataclass(frozen=True, kw_only=True)
class DecisionDetail:
    """A decision as of now.

    `changes` is its audit trail, oldest first; `people` are the known ones it names, by id;
    `round` is its consent round, also after its end; `evidence` is in the order of the body;
    `alias` is what became of the alias that it moved; `reviews` are oldest first; `rule` is the
    alert rule that watches for it now; `observed` is what its predicted effect came to.
    """

    record: DecisionRecord
    changes: Sequence[DecisionChange] = ()
    people: Mapping[str, Person] = field(default_factory=dict)
    round: Round | None = None
    evidence: Sequence[Compared] = ()
    promotion: PromotionStatus | None = None
    alias: AliasNow | None = None
    reviews: Sequence[Review] = ()
    rule: Rule | None = None
    observed: Observed | None = None
