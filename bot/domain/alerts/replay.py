"""A rule over the past: which incidents it would have opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.alerts.changes import needs_champion
from bot.domain.alerts.engine import evaluate
from bot.domain.alerts.findings import Evaluation, Notify
from bot.domain.alerts.rules import RuleDraft
from bot.domain.alerts.states import AlertState, Baseline, Phase, Sample
from bot.domain.alerts.waiting import due_at, elapse


@dataclass(frozen=True, kw_only=True)
class Episode:
    """An incident that a rule would have opened; times are aware UTC, `ended_at` is None where it
    would still be open.

    `reason`, `phase`, and the `value` and `name` of the evaluation (None and "" for silence) are
    those of its opening.
    """

    opened_at: datetime
    ended_at: datetime | None
    reason: str
    value: float | None
    phase: Phase
    name: str = ""


def replay(
    rule: RuleDraft, samples: Sequence[Sample], now: datetime, baseline: Baseline | None = None
) -> list[Episode]:
    """What the engine would have made of `samples` (oldest first, each processed as it ended) and
    of the silence between them, until `now`; oldest first.

    `baseline` is the champion to compare with all along: how its alias moved isn't known. Without
    one a rule that needs it says nothing.
    """
    if not samples or (needs_champion(rule) and baseline is None):
        return []
    # A client's clock may say that an evaluation ended before the one that we had noticed earlier.
    start = samples[0].at
    tape = _Tape(rule, AlertState(since=start, read_until=start, awaited_since=start))
    for sample in samples:
        if baseline is not None and sample.key == baseline.run_id:
            continue
        tape.wait(sample.at)
        at = min(sample.at, now)
        tape.take(evaluate(rule, sample, tape.state, at, baseline), sample, at)
    tape.wait(now)
    return tape.episodes


class _Tape:
    """The state on the way, and the episodes so far."""

    def __init__(self, rule: RuleDraft, state: AlertState) -> None:
        self.state = state
        self.episodes: list[Episode] = []
        self._rule = rule

    def wait(self, until: datetime) -> None:
        """Let the time pass until just before that moment."""
        while (due := due_at(self._rule, self.state)) is not None and due < until:
            moved = elapse(self._rule, self.state, due)
            if moved is None:
                return
            self.take(moved, None, due)

    def take(self, evaluation: Evaluation, sample: Sample | None, at: datetime) -> None:
        """Note what an evaluation at that moment means."""
        self.state = evaluation.state
        if evaluation.notify is Notify.OPEN:
            self.episodes.append(
                Episode(
                    opened_at=at,
                    ended_at=None,
                    reason=evaluation.reason,
                    value=sample.value if sample else None,
                    phase=self.state.phase,
                    name=sample.name if sample else "",
                )
            )
        elif evaluation.notify is Notify.RESOLVE:
            last = self.episodes.pop()
            self.episodes.append(_ended(last, at))


def _ended(episode: Episode, at: datetime) -> Episode:
    return Episode(**{**vars(episode), "ended_at": at})
