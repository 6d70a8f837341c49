"""A comparison in one sentence that everybody understands."""

from collections.abc import Sequence

from bot.domain.experiments.fairness import Contender, Doubt, Judgement
from bot.domain.metrics import Direction, difference, figure
from bot.domain.wording import one_line

_NAME = 40


def verdict(
    judgement: Judgement, contenders: Sequence[Contender], metric: str, direction: Direction
) -> str:
    """`gentle-owl wins: val_auc 0.912, 0.006 above quick-fox (0.906), …`, or why nobody wins."""
    reasons = "; ".join(each.text for each in judgement.reasons)
    if judgement.leader is None or judgement.rival is None:
        return f"No winner: {reasons}."
    ahead, behind = contenders[judgement.leader], contenders[judgement.rival]
    if judgement.winner is not None:
        standing = f"{_reaches(ahead, metric)}, {apart(ahead, behind, direction)}"
        return f"{_called(ahead)} wins: {standing}. Chance between seeds doesn't explain that."
    if all(each.doubt in _ABOUT_THE_GAP for each in judgement.reasons):
        return (
            f"No winner yet: {_called(ahead)} has {_reaches(ahead, metric)}, "
            f"{apart(ahead, behind, direction)}, but {reasons}."
        )
    return f"No winner: {reasons}."


_ABOUT_THE_GAP = (Doubt.FEW_SEEDS, Doubt.INSIDE_NOISE, Doubt.RUNNING)


def apart(one: Contender, other: Contender, direction: Direction) -> str:
    """`0.006 above quick-fox (0.906)`; where lower is better that is said too."""
    assert one.value is not None
    assert other.value is not None
    gap = one.value - other.value
    side = "above" if gap > 0 else "below"
    amount = difference(abs(gap), one.value, other.value)
    hint = ", and lower is better" if direction is Direction.LOWER else ""
    return f"{amount} {side} {_called(other)} ({figure(other.value)}{hint})"


def _reaches(one: Contender, metric: str) -> str:
    assert one.value is not None
    return f"{one_line(metric, _NAME)} {figure(one.value)}"


def _called(one: Contender) -> str:
    return one_line(one.name, _NAME)
