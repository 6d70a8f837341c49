"""A try in words: who, when, how it ended and why."""

from datetime import datetime

from bot.domain.experiments.hypothesis_standing import beside
from bot.domain.experiments.records import RunStatus
from bot.domain.experiments.run_texts import not_a_number
from bot.domain.experiments.tries import ReasonKind, Try, abandoned
from bot.domain.metrics import Direction, figure
from bot.domain.wording import one_line

_NAME = 60
_REASON = 160
_THIS_YEAR = 300
"""Days after which a month's name alone may mean the wrong year."""


def when(one: Try, now: datetime) -> str:
    """`March`, or `March 2025` where it is long ago."""
    ended = one.ended_at
    long_ago = (now - ended).days > _THIS_YEAR
    return f"{ended:%B %Y}" if long_ago else f"{ended:%B}"


def how_it_ended(one: Try, now: datetime) -> str:
    """`4 runs, best 0.861, 0.045 below champion v13 (0.906)`, `killed after NaN at step 900`."""
    if any(not run.status.ended and not abandoned(run, now) for run in one.runs):
        return f"{_runs(one)}still running{_best(one)}"
    if one.best is not None:
        return f"{_count(one)}{_best(one)}{_broken(one)}"
    return f"{_runs(one)}{_without_a_number(one, now)}"


def why(one: Try) -> str:
    """`refuted: calibration breaks (H-9)`, or that no reason was noted; empty for a success."""
    reason = one.reason
    if reason is None:
        return "" if one.beats_champion else "no reason was noted"
    text = one_line(reason.text, _REASON).rstrip(".")
    match reason.kind:
        case ReasonKind.VERDICT | ReasonKind.DECISION:
            return f"{reason.word}: {text} ({reason.ref})"
        case ReasonKind.NOTE:
            return f"noted: {text}"
        case ReasonKind.ERROR:
            return f"its error: {text}"


def sentence(one: Try, now: datetime) -> str:
    """`Ananya Rao, March: 4 runs, best …, refuted: calibration breaks (H-9)`."""
    who = one_line(one.who, _NAME) or "Somebody"
    told = f"{who}, {when(one, now)}: {how_it_ended(one, now)}"
    because = why(one)
    return f"{told}, {because}" if because else told


def _count(one: Try) -> str:
    return "1 run" if len(one.runs) == 1 else f"{len(one.runs)} runs"


def _runs(one: Try) -> str:
    return "" if len(one.runs) == 1 else f"{_count(one)}, "


def _best(one: Try) -> str:
    if one.value is None:
        return ""
    metric = one_line(one.metric, _NAME)
    hint = ", lower is better" if one.direction is Direction.LOWER else ""
    seeds = f" (best of {one.seeds} seeds)" if one.seeds > 1 else ""
    best = f", best {metric} {figure(one.value)}{hint}{seeds}"
    if one.champion is None:
        return best
    if seeds:
        return f"{best}, {one_line(beside(one.value, one.champion), 120)}"
    return f"{best} ({one_line(beside(one.value, one.champion), 120)})"


def _broken(one: Try) -> str:
    states = one.states
    told = [
        f"{states[status]} {word}"
        for status, word in ((RunStatus.FAILED, "failed"), (RunStatus.KILLED, "killed"))
        if states.get(status)
    ]
    return f", {' and '.join(told)}" if told else ""


def _without_a_number(one: Try, now: datetime) -> str:
    """The worst that happened stands for all."""
    states = one.states
    last = one.runs[-1]
    step = f" at step {last.step}" if last.step is not None else ""
    if all(abandoned(run, now) for run in one.runs):
        return f"abandoned{step} without an end"
    ended = max(
        (RunStatus.KILLED, RunStatus.FAILED, RunStatus.FINISHED), key=lambda s: states.get(s, 0)
    )
    word = _ENDED[ended]
    if any(not_a_number(run) for run in one.runs):
        return f"{word} after NaN{step}"
    return f"{word}{step}" if ended is not RunStatus.FINISHED else "finished without a number"


_ENDED = {
    RunStatus.KILLED: "killed",
    RunStatus.FAILED: "failed",
    RunStatus.FINISHED: "finished",
}
