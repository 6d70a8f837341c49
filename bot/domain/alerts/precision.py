"""How often alerts were worth it, rule by rule."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from bot.domain.alerts.feedback import Feedback
from bot.domain.alerts.incidents import Incident
from bot.domain.alerts.rules import Rule
from bot.domain.alerts.trial import Calmer

# Fewer words than these say nothing about a rule.
_WORDS = 2
_HALF = 0.5


@dataclass(frozen=True, kw_only=True)
class Tally:
    """What became of some alerts: each is useful, noise or without a clear word.

    `unanswered` were neither acknowledged nor spoken of; `waited` is the median time until somebody
    acknowledged, None where nobody did; what joined a message that was acknowledged already waited
    for nobody, and isn't part of it.
    """

    alerts: int = 0
    acknowledged: int = 0
    useful: int = 0
    noise: int = 0
    unanswered: int = 0
    waited: timedelta | None = None

    @property
    def precision(self) -> float | None:
        """The useful share of those that people spoke of; None where they spoke of none."""
        spoken = self.useful + self.noise
        return self.useful / spoken if spoken else None

    @property
    def is_noisy(self) -> bool:
        """Whether people call at least half of them noise."""
        share = self.precision
        return self.noise >= _WORDS and share is not None and share <= _HALF


@dataclass(frozen=True, kw_only=True)
class RuleTally:
    """One rule's tally; `calmer` is the change that would have made a noisy rule calmer."""

    rule: Rule
    tally: Tally
    calmer: Calmer | None = None


@dataclass(frozen=True, kw_only=True)
class PrecisionReport:
    """What alerts opened in [since, until) were worth: in all, and by rule, the most alerts first.

    `never` are rules that people made at least `quiet_for` before `until`, and that opened nothing
    in that time.
    """

    since: datetime
    until: datetime
    total: Tally
    rules: tuple[RuleTally, ...] = ()
    never: tuple[Rule, ...] = ()
    quiet_for: timedelta = timedelta(days=90)

    @property
    def noisy(self) -> tuple[RuleTally, ...]:
        """The rules to loosen."""
        return tuple(each for each in self.rules if each.tally.is_noisy)


def tally(incidents: Sequence[Incident], feedback: Iterable[Feedback]) -> Tally:
    """What became of those that people were told of; `feedback` may hold words on others."""
    told = [each for each in incidents if each.is_told]
    words: defaultdict[str, Counter[bool]] = defaultdict(Counter)
    for word in feedback:
        words[word.incident_id][word.useful] += 1
    votes = [_vote(words[each.id]) for each in told]
    answered = [each for each in told if each.acknowledged_at is not None]
    waits = [
        (each.acknowledged_at - each.opened_at).total_seconds()
        for each in answered
        if each.acknowledged_at and each.acknowledged_at >= each.opened_at
    ]
    return Tally(
        alerts=len(told),
        acknowledged=len(answered),
        useful=sum(vote > 0 for vote in votes),
        noise=sum(vote < 0 for vote in votes),
        unanswered=sum(each.acknowledged_at is None and not words[each.id] for each in told),
        waited=timedelta(seconds=median(waits)) if waits else None,
    )


def by_rule(
    rules: Mapping[int, Rule], incidents: Iterable[Incident], feedback: Sequence[Feedback]
) -> list[tuple[Rule, Tally]]:
    """Each rule that people heard of with its tally, the most alerts first, then by number; ended
    rules too."""
    opened: defaultdict[int, list[Incident]] = defaultdict(list)
    for incident in incidents:
        if incident.is_told:
            opened[incident.rule_number].append(incident)
    found = [(rules[number], tally(those, feedback)) for number, those in opened.items()]
    return sorted(found, key=lambda each: (-each[1].alerts, each[0].number))


def _vote(words: Counter[bool]) -> int:
    """Above 0 where more people called it useful than noise."""
    return words[True] - words[False]
