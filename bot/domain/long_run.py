"""The long-run stand-up: how far the run has come that somebody is waiting for."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.activity import Found, Reference, ReferenceKind
from bot.domain.experiments.records import Run, RunStatus
from bot.domain.wording import clock, one_line

LONG = timedelta(hours=4)

_TOTALS = (
    "epochs",
    "epoch",
    "max_epochs",
    "num_epochs",
    "n_epochs",
    "total_epochs",
    "num_train_epochs",
    "max_steps",
    "num_steps",
    "n_steps",
    "total_steps",
    "train_steps",
    "max_iter",
    "max_iters",
    "iterations",
    "num_iterations",
    "n_iterations",
    "n_estimators",
    "num_boost_round",
)
_ROUGH = timedelta(minutes=10)
# A killed process stays "running" for ever: this long, or three steps, without a metric is silence.
_SILENT = timedelta(hours=1)
_SILENT_STEPS = 3
# The line stands on a button too, which holds 75 characters.
_NAME = 24


@dataclass(frozen=True, kw_only=True)
class Reader:
    """For whom and when the line is written: their zone, and up to when the runs are known."""

    zone: str
    now: datetime
    known_at: datetime


@dataclass(frozen=True, kw_only=True)
class _Underway:
    """A run of which is known when it started and how many steps it has made."""

    run: Run
    started_at: datetime
    step: int

    def silent(self, at: datetime) -> bool:
        """Whether it logged nothing for so long that it is rather dead."""
        logged_at = self.run.logged_at or self.started_at
        pace = (logged_at - self.started_at) / self.step
        return at - logged_at > max(_SILENT, _SILENT_STEPS * pace)


def long_run(runs: Iterable[Run], since: datetime, reader: Reader) -> Found | None:
    """A report's line about the one of `runs` that has been running longest and counts its steps.

    It must have started hours ago, or before `since`, the last report. Its end is named only where
    exactly one of its params and tags can be the number of steps.
    """
    before = max(since, reader.now - LONG)
    underway = [
        found
        for found in _underway(runs)
        if found.started_at <= before and not found.silent(reader.known_at)
    ]
    if not underway:
        return None
    longest = min(underway, key=lambda found: (found.started_at, found.run.run_id))
    run = longest.run
    name = one_line(run.name, _NAME) or run.run_id[:8]
    return Found(
        text=f"No news: {name} {_progress(longest, reader)}",
        reference=Reference(
            kind=ReferenceKind.RUN, key=f"{run.experiment_id}/{run.run_id}", anchor=name
        ),
        runs=1,
    )


def total_steps(run: Run) -> int | None:
    """How many steps the run will make, or None where nothing, or more than one thing, says so.

    A number below the step that was reached counts something else.
    """
    said = {**run.tags, **run.params}
    written = (said[key].strip() for key in sorted(said) if _normal(key) in _TOTALS)
    totals = {int(text) for text in written if text.isascii() and text.isdigit()}
    possible = {total for total in totals if total >= max(run.step or 0, 1)}
    return possible.pop() if len(possible) == 1 else None


def _underway(runs: Iterable[Run]) -> Iterator[_Underway]:
    for run in runs:
        if run.status is RunStatus.RUNNING and run.started_at and run.step:
            yield _Underway(run=run, started_at=run.started_at, step=run.step)


def _progress(underway: _Underway, reader: Reader) -> str:
    started_at, step, total = underway.started_at, underway.step, total_steps(underway.run)
    if total is None:
        return f"runs since {clock(started_at, reader.now, reader.zone)}, step {step}"
    reached = f"runs, step {step} of {total}"
    ends_at = started_at + (reader.known_at - started_at) * (total / step)
    if step == total or ends_at <= reader.now:
        return reached
    return f"{reached}, done about {clock(_rounded(ends_at), reader.now, reader.zone)}"


def _rounded(at: datetime) -> datetime:
    """Nobody knows it to the minute."""
    seconds = _ROUGH.total_seconds()
    return datetime.fromtimestamp(round(at.timestamp() / seconds) * seconds, at.tzinfo)


def _normal(key: str) -> str:
    """`trainer.max_epochs`, `--max-epochs` and `Max Epochs` are one."""
    last = key.rpartition(".")[2].rpartition("/")[2]
    return last.strip().lstrip("-").lower().replace("-", "_").replace(" ", "_")
