"""What those who watch are told: runs that ended, sweeps on their way, changes in the registry."""

from collections.abc import Sequence

from bot.domain.experiments.records import RunStatus
from bot.domain.experiments.told import Batch, SweepNews, Telling, Told, Trouble
from bot.domain.links import Links
from bot.domain.metrics import figure
from bot.ports.chat import Block, Message
from bot.views.blocks import context, lines, message, roomiest
from bot.views.experiments.names import VALUE, experiment_name, linked, run_piece
from bot.views.experiments.registry_news import fact_line, log_button
from bot.views.experiments.standing_words import best_of
from bot.views.text import Line, clean, count, moment, plain, words

_REASON = 120
_SUMMED = 8
# Long names make long addresses, of which fewer fit into one message: topics, lines and failures.
_ROOM = ((8, 6, 3), (8, 2, 1), (3, 1, 0), (1, 1, 0))
_CHANNEL = "This channel watches it · `/experiment watch` shows what else, and ends it"
_MINE = "You watch it · `/experiment watch` shows what else, and ends it"


def telling(told: Telling, links: Links) -> Message:
    """The message; its first line is what changed."""
    return message(
        "\n".join(plain(_lines(part, links, 1, 0)[0]) for part in told.parts[:_SUMMED]),
        roomiest(_blocks(told, links, *room) for room in _ROOM),
    )


def _blocks(told: Telling, links: Links, topics: int, most: int, troubles: int) -> list[Block]:
    blocks: list[Block] = []
    if told.gathered:
        blocks.append(lines([words("While you were away, in what you watch", bold=True)]))
    blocks += [lines(*_lines(part, links, most, troubles)) for part in told.parts[:topics]]
    blocks += log_button([fact for part in told.parts[:topics] for fact in part.facts])
    if len(told.parts) > topics:
        blocks.append(context(f"and news of {len(told.parts) - topics} more that you watch"))
    blocks.append(context(_MINE if told.personal else _CHANNEL))
    return blocks


def _lines(told: Told, links: Links, most: int, troubles: int) -> list[Line]:
    """What changed, at most so many lines, each with why the latest few didn't finish."""
    entries: list[tuple[Line, Sequence[Trouble]]] = [
        (fact_line(fact, links), ()) for fact in told.facts
    ]
    if told.batch and len(told.batch.runs) == 1:
        entries.append((_single(told.batch, told, links), ()))
    elif told.batch:
        entries.append((_several(told.batch, told, links), told.batch.troubles))
    entries += [(_sweep(sweep, told, links), sweep.troubles) for sweep in told.sweeps]
    found: list[Line] = []
    for line, wrong in entries[:most]:
        found += [line, *_reasons(wrong[:troubles], links)]
    if len(entries) > most:
        found.append([f"and {len(entries) - most} more"])
    return found


def _single(batch: Batch, told: Told, links: Links) -> Line:
    [run] = batch.runs
    line: Line = [run_piece(run, links, bold=True), " of ", *_experiment(told, links)]
    line.append(f" {_end(run.status)}")
    line += [" (", words(clean(batch.who, VALUE)), ")"] if batch.who else []
    if batch.troubles:
        reason = clean(batch.troubles[0].reason, _REASON)
        return [*line, ": ", words(reason)] if reason else line
    if best := best_of(batch.board, links, named=False):
        return [*line, ": ", *best]
    metric = batch.board.metric
    if metric is None:
        return line
    value = run.metrics.get(metric)
    what = f" {figure(value)}" if value is not None else ": none"
    return [*line, ": ", words(clean(metric, VALUE)), what]


def _several(batch: Batch, told: Told, links: Links) -> Line:
    counts = batch.board.counts
    said = [
        (counts.finished, "finished"),
        (counts.failed, "failed"),
        (counts.killed, "stopped"),
    ]
    (first, verb), *rest = [(number, verb) for number, verb in said if number]
    line: Line = [*_experiment(told, links), f": {count(first, 'run')} {verb} since "]
    line.append(moment(told.since, "{time}"))
    if best := best_of(batch.board, links):
        line += [", best ", *best]
    return [*line, *(f" · {number} {what}" for number, what in [*rest, *_invalid(batch)])]


def _invalid(batch: Batch) -> list[tuple[int, str]]:
    invalid = batch.board.counts.invalid
    return [(invalid, "without a number (NaN or infinite)")] if invalid else []


def _sweep(sweep: SweepNews, told: Told, links: Links) -> Line:
    counts = sweep.board.counts
    name = clean(sweep.name, VALUE) or sweep.root_id[:8]
    page = links.run(sweep.root.experiment_id, sweep.root_id) if sweep.root else None
    line: Line = ["sweep ", linked(name, page, bold=True), " of ", *_experiment(told, links)]
    done = f"{sweep.done} of {sweep.runs} done"
    if sweep.over:
        whole = sweep.done == sweep.runs
        done = f"ended with {count(sweep.runs, 'run')}" if whole else f"ended, {done}"
    line.append(f" {done}" if sweep.over else f": {done}")
    if best := best_of(sweep.board, links):
        line += [", best ", *best]
    for number, what in ((counts.failed, "failed"), (counts.killed, "stopped")):
        line += [f", {number} {what}"] if number else []
    return line


def _reasons(troubles: Sequence[Trouble], links: Links) -> list[Line]:
    """Why these didn't finish, and whose they were."""
    found = []
    for trouble in troubles:
        line: Line = [run_piece(trouble.run, links), f" {_end(trouble.run.status)}"]
        line += [" (", words(clean(trouble.who, VALUE)), ")"] if trouble.who else []
        reason = clean(trouble.reason, _REASON)
        found.append([*line, ": ", words(reason)] if reason else line)
    return found


def _experiment(told: Told, links: Links) -> Line:
    if told.experiment is None:
        return []
    page = links.experiment(told.experiment.experiment_id)
    return [linked(experiment_name(told.experiment), page)]


def _end(status: RunStatus) -> str:
    match status:
        case RunStatus.FAILED:
            return "failed"
        case RunStatus.KILLED:
            return "was stopped"
        case RunStatus.FINISHED:
            return "finished"
        case RunStatus.RUNNING | RunStatus.SCHEDULED:
            return "runs again"
