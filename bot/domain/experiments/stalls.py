"""Runs that say nothing any more: how long is too long, for this run."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median

from bot.domain.experiments.records import Run

USUAL_TIMES = 5
LEAST = timedelta(minutes=30)
# A run whose rhythm nobody knows, such as one that has logged nothing.
UNKNOWN = timedelta(hours=24)
# However slow it is: a killed process stays "running" for ever.
MOST = timedelta(days=3)
# Pauses for validation come between many short steps; the longest seen so far is no silence yet.
_LONGEST_TIMES = 1.5
_GAPS = 8


class StallState(StrEnum):
    """`alive` was said by a person; `killing` waits for MLflow."""

    FINE = "fine"
    SILENT = "silent"
    ALIVE = "alive"
    KILLING = "killing"
    KILLED = "killed"
    ENDED = "ended"


@dataclass(frozen=True, kw_only=True)
class Pulse:
    """What was seen of a running run between polls, and what was asked about it.

    `gaps` are seconds between the latest values that polls saw, `longest` the longest of all;
    `grew_at` is when a poll saw it grow, by our clock (None: never). Since `silent_at` it is
    silent, after `silence`. `asked` is the person who was asked by the message `message`; `batch`
    numbers the lines in channels. `quiet_until`: not asked before. `by` said or did something about
    it; `problem` is why MLflow didn't end it. All times are aware UTC.
    """

    workspace: str
    run_id: str
    experiment_id: str
    step: int | None = None
    logged_at: datetime | None = None
    grew_at: datetime | None = None
    gaps: tuple[float, ...] = ()
    longest: float = 0.0
    state: StallState = StallState.FINE
    silent_at: datetime | None = None
    silence: timedelta = timedelta(0)
    usual: timedelta | None = None
    asked: str = ""
    message: str = ""
    batch: int = 0
    quiet_until: datetime | None = None
    by: str = ""
    problem: str = ""
    changed_at: datetime

    @property
    def told(self) -> bool:
        """Whether a message shows it."""
        return bool(self.message or self.batch)


def first_seen(workspace: str, run: Run, now: datetime) -> Pulse:
    """A run that was not looked at before."""
    return Pulse(
        workspace=workspace,
        run_id=run.run_id,
        experiment_id=run.experiment_id,
        step=run.step,
        logged_at=run.logged_at,
        changed_at=now,
    )


def seen(pulse: Pulse, run: Run, looked_at: datetime | None, now: datetime) -> Pulse:
    """The pulse after a poll showed the run as it is; `looked_at` is when we looked before.

    A gap counts only where we looked often enough to have seen it.
    """
    if (run.step, run.logged_at) == (pulse.step, pulse.logged_at):
        return pulse
    gaps, longest = pulse.gaps, pulse.longest
    if run.logged_at and pulse.logged_at and run.logged_at > pulse.logged_at:
        gap = (run.logged_at - pulse.logged_at).total_seconds()
        if looked_at is not None and now - looked_at < LEAST:
            gaps, longest = (*gaps, gap)[-_GAPS:], max(longest, gap)
    return replace(
        pulse,
        step=run.step,
        logged_at=run.logged_at,
        grew_at=now,
        gaps=gaps,
        longest=longest,
        changed_at=now,
    )


def grew(pulse: Pulse, run: Run) -> bool:
    """Whether the run has logged more than the pulse knows of."""
    later = run.logged_at is not None and (
        pulse.logged_at is None or run.logged_at > pulse.logged_at
    )
    return later or (run.step or 0) > (pulse.step or 0)


def usual_interval(pulse: Pulse, run: Run) -> timedelta | None:
    """How often it logs: the median of what polls saw, else its time per step; None: can't tell."""
    if pulse.gaps:
        return timedelta(seconds=median(pulse.gaps))
    if run.step and run.logged_at and run.started_at and run.logged_at > run.started_at:
        return (run.logged_at - run.started_at) / run.step
    return None


def patience(pulse: Pulse, run: Run) -> timedelta:
    """How long its silence is nothing to ask about."""
    usual = usual_interval(pulse, run)
    if usual is None:
        return UNKNOWN
    longest = timedelta(seconds=pulse.longest * _LONGEST_TIMES)
    return min(max(LEAST, USUAL_TIMES * usual, longest), MOST)


def life_sign(pulse: Pulse, run: Run, known_at: datetime) -> datetime | None:
    """When it last showed that it lives; by our clock where we saw it grow, else by its own."""
    if pulse.grew_at is not None:
        return pulse.grew_at
    own = run.logged_at or run.started_at
    return min(own, known_at) if own else None


def judged(
    pulse: Pulse, run: Run, signs: Iterable[datetime], known_at: datetime, now: datetime
) -> Pulse:
    """The pulse with what is to be thought of the run; `signs` are those of runs below it."""
    own = life_sign(pulse, run, known_at)
    latest = max((at for at in (own, *signs) if at is not None), default=None)
    if latest is None:
        return pulse
    if pulse.state in (StallState.SILENT, StallState.ALIVE, StallState.KILLING):
        if pulse.silent_at is not None and latest > pulse.silent_at:
            return logs_again(pulse, now)
        due = pulse.state is StallState.ALIVE and (pulse.quiet_until or now) <= known_at
        return _silent(pulse, run, known_at - latest, now) if due else pulse
    if pulse.state is StallState.FINE and known_at - latest >= patience(pulse, run):
        return _silent(pulse, run, known_at - latest, now)
    return pulse


def still_alive(pulse: Pulse, by: str, now: datetime) -> Pulse:
    """Somebody says that it lives: it is asked again after twice the silence."""
    since = now - (pulse.silent_at or now) + pulse.silence
    return replace(
        pulse,
        state=StallState.ALIVE,
        quiet_until=now + 2 * since,
        by=by,
        problem="",
        changed_at=now,
    )


def _silent(pulse: Pulse, run: Run, silence: timedelta, now: datetime) -> Pulse:
    again = pulse.state is StallState.ALIVE
    return replace(
        pulse,
        state=StallState.SILENT,
        message=pulse.message if again else "",
        batch=pulse.batch if again else 0,
        silent_at=now,
        silence=silence,
        usual=usual_interval(pulse, run),
        asked="",
        by="",
        problem="",
        quiet_until=None,
        changed_at=now,
    )


def logs_again(pulse: Pulse, now: datetime) -> Pulse:
    """It lives, whatever somebody said or wanted."""
    return replace(pulse, state=StallState.FINE, quiet_until=None, problem="", changed_at=now)
