"""What failed or was stopped in an experiment, with its last words, in the tone of a success."""

import math
from collections.abc import Sequence

from bot.domain.experiments import run_texts
from bot.domain.experiments.records import Experiment, Run, RunStatus
from bot.domain.links import Links
from bot.domain.metrics import figure
from bot.ports.chat import Message
from bot.views.blocks import bullets, context, lines, message, roomiest
from bot.views.experiments.names import experiment_name, linked, run_piece
from bot.views.text import Line, clean, count, moment, words

_SHOWN = (15, 8, 4, 2)
_WORDS = 140
_VALUE = 40


def broken(
    experiment: Experiment, metric: str | None, runs: Sequence[Run], links: Links
) -> Message:
    """The latest of these runs first: who, when, and the last that was heard of each."""
    name = linked(experiment_name(experiment), links.experiment(experiment.experiment_id))
    title: Line = [name, f" · {count(len(runs), 'run')} failed or were stopped"]
    if not runs:
        title = ["No run of ", name, " failed or was stopped."]
    if len(runs) == 1:
        title = [name, " · 1 run failed or was stopped"]
    variants = (
        [
            lines(title),
            *([bullets(_line(run, metric, links) for run in runs[:most])] if runs else []),
            *([context(f"{len(runs) - most} older ones")] if len(runs) > most else []),
        ]
        for most in _SHOWN
    )
    return message(title, roomiest(variants))


def last_words(run: Run, metric: str | None) -> str:
    """What a tag says of the error, else the note, else the last number; empty for a silent run."""
    if said := run_texts.error(run) or run_texts.note(run):
        return clean(said, _WORDS)
    value = run.metrics.get(metric) if metric else None
    if metric is None or value is None:
        return f"reached step {run.step}" if run.step else ""
    shown = figure(value) if math.isfinite(value) else "was not a number"
    at = f" at step {run.step}" if run.step else ""
    return f"last {clean(metric, _VALUE)} {shown}{at}"


def _line(run: Run, metric: str | None, links: Links) -> Line:
    state = "failed" if run.status is RunStatus.FAILED else "stopped"
    line: Line = [run_piece(run, links), f" {state}"]
    if at := run.ended_at or run.started_at:
        line += [" ", moment(at)]
    if run.user:
        line.append(f" · {clean(run.user, _VALUE)}")
    said = last_words(run, metric)
    return [*line, ": ", words(said, italic=True)] if said else [*line, ": no last words"]
