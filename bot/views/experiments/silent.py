"""Runs that say nothing any more: the question to whose they are, and the line for a channel."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.experiments.records import Experiment, Run
from bot.domain.experiments.stalls import Pulse, StallState
from bot.domain.links import Links
from bot.ports.chat import Block, Message
from bot.views.blocks import actions, button, context, lines, message
from bot.views.experiments.names import VALUE, experiment_name, linked, run_piece
from bot.views.text import Line, clean, moment, plain, words

ACTION_ALIVE = "experiment.run_alive"
ACTION_KILL = "experiment.run_kill"

_LISTED = 8
_PROBLEM = 160


@dataclass(frozen=True, kw_only=True)
class Silent:
    """A run and its pulse; `who` is whose it is, `asks_at` when they are asked if they weren't yet
    (None: nobody can be asked), `said_by` who said or did something about it."""

    pulse: Pulse
    run: Run
    experiment: Experiment
    who: str = ""
    asks_at: datetime | None = None
    said_by: str = ""


def question(runs: Sequence[Silent], links: Links) -> Message:
    """The message to whose runs they are."""
    return _shown(runs, links, personal=True)


def line(runs: Sequence[Silent], links: Links) -> Message:
    """The message for a channel that watches their experiment."""
    return _shown(runs, links, personal=False)


def answered(silent: Silent, links: Links) -> Message:
    """The answer to a click."""
    told = _state(silent, links, personal=True)
    return message(told, [lines(told)])


def _shown(runs: Sequence[Silent], links: Links, *, personal: bool) -> Message:
    blocks: list[Block] = []
    told = [_state(silent, links, personal=personal) for silent in runs]
    for silent, words_of_it in zip(runs[:_LISTED], told, strict=False):
        blocks.append(lines(words_of_it))
        if silent.pulse.state is StallState.SILENT and (personal or _nobody(silent)):
            blocks.append(_buttons(silent.pulse.run_id))
    if len(runs) > _LISTED:
        blocks.append(context(f"and {len(runs) - _LISTED} more like these"))
    return message("\n".join(plain(each) for each in told[:_LISTED]), blocks)


def _buttons(run_id: str) -> Block:
    return actions(
        f"silent.{run_id}",
        button("Still alive", ACTION_ALIVE, run_id),
        button("Mark killed", ACTION_KILL, run_id),
    )


def _nobody(silent: Silent) -> bool:
    return silent.asks_at is None and not silent.pulse.asked


def _state(silent: Silent, links: Links, *, personal: bool) -> Line:
    pulse, run = silent.pulse, silent.run
    page = links.experiment(run.experiment_id)
    named: Line = [run_piece(run, links, bold=True), " of "]
    named.append(linked(experiment_name(silent.experiment), page))
    if silent.who and not personal:
        named += [" (", words(clean(silent.who, VALUE)), ")"]
    by = words(clean(silent.said_by, VALUE) or "somebody")
    match pulse.state:
        case StallState.SILENT:
            return [*named, *_silence(silent), *_asking(silent, personal)]
        case StallState.ALIVE:
            until = moment(pulse.quiet_until) if pulse.quiet_until else words("later")
            return [*named, " is still alive, says ", by, "; I ask again if it is silent ", until]
        case StallState.KILLING:
            line: Line = [*named, " is being marked killed in MLflow, by ", by]
            problem = clean(pulse.problem, _PROBLEM)
            return [*line, "; not yet: ", words(problem)] if problem else line
        case StallState.KILLED:
            return [*named, " was marked killed in MLflow by ", by]
        case StallState.FINE:
            return [*named, " logs again"]
        case StallState.ENDED:
            how = run.status.value.lower() if run.status.ended else "gone from MLflow"
            return [*named, f" has ended: {how}"]


def _silence(silent: Silent) -> Line:
    pulse = silent.pulse
    since = pulse.silence
    what = " has logged nothing for " if silent.run.logged_at else " has not logged anything in "
    line: Line = [f"{what}{lasting(since)}"]
    if pulse.usual is not None:
        line.append(f"; it usually logs every {lasting(pulse.usual)}")
    return line


def _asking(silent: Silent, personal: bool) -> Line:
    problem = clean(silent.pulse.problem, _PROBLEM)
    if problem:
        return [". MLflow didn't end it: ", words(problem)]
    if personal or _nobody(silent):
        return [". Is it still alive?"]
    who = words(clean(silent.who, VALUE) or "somebody")
    if silent.pulse.asked:
        return [". I asked ", who]
    return [". I ask ", who, " ", moment(silent.asks_at)] if silent.asks_at else []


def lasting(length: timedelta) -> str:
    """`40 s`, `45 min`, `3 h`, `2 days`: in the largest unit that has two of it."""
    seconds = max(0, round(length.total_seconds()))
    for unit, size in (("days", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{round(seconds / size)} {unit}"
    return f"{seconds} s"
