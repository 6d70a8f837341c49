"""What people see of experiments."""

from collections.abc import Sequence

from bot.domain.experiments.leaderboard import Champion, Entry, Leaderboard
from bot.domain.experiments.records import Activity, Experiment
from bot.domain.links import Links
from bot.domain.metrics import DIRECTION_TAG, PRIMARY_TAG, Direction, difference, figure
from bot.domain.source import SourceHealth
from bot.ports.chat import Block, Message
from bot.views.blocks import (
    actions,
    bullets,
    button,
    chart_slot,
    context,
    lines,
    message,
    roomiest,
)
from bot.views.experiments.progress_chart import progress_chart
from bot.views.text import (
    Line,
    Piece,
    clean,
    count,
    link,
    moment,
    moment_token,
    plain,
    words,
)

ACTION_OPEN = "experiment.open"

_NAME = 60
_VALUE = 24
_PARAMS = 4
# Long names and addresses make fewer of them fit into one message.
_LISTED = (25, 12, 6)

Listed = Sequence[tuple[Experiment, Activity]]


def summary(board: Leaderboard, source: SourceHealth | None, links: Links) -> Message:
    """The leaderboard in one screen: the metric, the best run, the top ones, the chart."""
    chart = progress_chart(board)
    title = _title(board, links)
    blocks: list[Block] = []
    if source and source.down:
        blocks.append(context(_outage(source)))
    blocks.append(lines(title, *_standing(board, links)))
    if board.entries:
        blocks.append(
            lines(*(_row(i, entry, board, links) for i, entry in enumerate(board.entries, 1)))
        )
    if chart is not None:
        blocks.append(chart_slot())
    if page := links.experiment(board.experiment.experiment_id):
        blocks.append(actions("experiment", button("Open in MLflow", ACTION_OPEN, url=page)))
    blocks.append(context(" · ".join(_footer(board, source))))
    told = [plain(line) for line in (title, *_standing(board, links))]
    return message("\n".join(told), blocks, chart=chart)


def listing(listed: Listed, source: SourceHealth | None, links: Links) -> Message:
    """Every experiment with its number of runs and when the last of them moved."""
    if not listed:
        return message("MLflow has shown me no experiment yet.", [lines(_nothing(source))])
    variants = (_list_blocks(listed, source, links, most) for most in _LISTED)
    return message(f"{count(len(listed), 'experiment')} in MLflow", roomiest(variants))


def which(listed: Listed) -> Message:
    """The answer to `show` without a name."""
    names = [_name(experiment) for experiment, _ in listed[:8]]
    line: Line = ["Which experiment? Type ", words("/experiment show", code=True), " and its name"]
    line += [": ", ", ".join(names), "."] if names else ["."]
    return message(line, [lines(line)])


def unknown(typed: str, guesses: Sequence[str], source: SourceHealth | None, live: bool) -> Message:
    """The answer to a name that isn't there; `live` says whether MLflow itself was asked."""
    line: Line = ["I don't know an experiment ", words(clean(typed, _NAME), bold=True), "."]
    if guesses:
        line.append(" Did you mean ")
        for index, guess in enumerate(guesses):
            line += [" or " if index else "", words(f"/experiment show {clean(guess)}", code=True)]
        line.append("?")
    line += [" ", words("/experiment list", code=True), " shows all."]
    told: list[Line] = [line]
    if not live:
        told.append(["MLflow didn't answer just now, so it may be there without my knowing."])
    blocks = [lines(*told)]
    if source and source.down:
        blocks.append(context(_outage(source)))
    return message("\n".join(plain(one) for one in told), blocks)


def _title(board: Leaderboard, links: Links) -> Line:
    experiment = board.experiment
    line: Line = [
        _linked(_name(experiment), links.experiment(experiment.experiment_id), bold=True),
        f" · {count(board.counts.total, 'run')}",
    ]
    if board.metric:
        line += [" · primary metric ", words(clean(board.metric, _NAME), bold=True)]
    if board.direction is not Direction.UNKNOWN:
        line.append(f" ({board.direction} is better)")
    return line


def _standing(board: Leaderboard, links: Links) -> list[Line]:
    if board.best is not None:
        return [_best(board, board.best, links)]
    if not board.counts.total:
        return [["No runs yet."]]
    if not board.counts.finished:
        return [["No run has finished yet."]]
    if board.metric is None:
        tip = words(PRIMARY_TAG, code=True)
        return [["The finished runs share no metric yet. The tag ", tip, " can name one."]]
    if board.direction is Direction.UNKNOWN:
        tip = words(DIRECTION_TAG, code=True)
        line: Line = ["I don't know whether more is better; set the tag ", tip]
        return [[*line, " (higher or lower) on the experiment."]]
    return [["No finished run has a number for ", words(clean(board.metric, _NAME)), "."]]


def _best(board: Leaderboard, best: Entry, links: Links) -> Line:
    line: Line = ["Best: ", _run(best, links, bold=True), f" {figure(best.value)}"]
    if best.seeds:
        line.append(f" (median of {best.seeds.runs} seeds, {_range(best)})")
    if board.champion is None:
        return line
    return [*line, " · ", *_against(board, best, board.champion, links)]


def _against(board: Leaderboard, best: Entry, champion: Champion, links: Links) -> Line:
    page = links.model_version(champion.model, champion.version)
    label = f"champion v{champion.version}"
    if champion.model.casefold() != board.experiment.name.casefold():
        label += f" of {clean(champion.model, _VALUE)}"
    named = _linked(label, page)
    if champion.run.run_id == best.run.run_id:
        return ["it is the ", named]
    if champion.value is None:
        return [named, " has no number for it"]
    value = figure(champion.value)
    if not champion.comparable:
        return [named, f" {value} saw other data: not comparable"]
    delta = best.value - champion.value
    if not delta:
        return ["the same as ", named]
    where = (
        f"{difference(abs(delta), best.value, champion.value)} {'above' if delta > 0 else 'below'} "
    )
    return [where, named, f" ({value}): {_verdict(board, best.value, champion.value)}"]


def _verdict(board: Leaderboard, best: float, champion: float) -> str:
    if board.beyond_seed_noise is False:
        return "inside seed noise"
    word = "better" if board.direction.better(best, champion) else "worse"
    return f"{word}, beyond seed noise" if board.beyond_seed_noise else word


def _row(rank: int, entry: Entry, board: Leaderboard, links: Links) -> Line:
    line: Line = [f"{rank}  ", _run(entry, links), f"  {figure(entry.value)}"]
    if entry.seeds:
        line.append(f" ({entry.seeds.runs} seeds {_range(entry)})")
    params = [
        f"{clean(key, _VALUE)} {clean(entry.run.params[key], _VALUE)}"
        for key in board.differing[:_PARAMS]
        if key in entry.run.params
    ]
    if len({other.dataset for other in board.entries}) > 1:
        params.append(f"data {clean(entry.dataset, _VALUE) or 'unknown'}")
    line += ["   " + " · ".join(params)] if params else []
    if not entry.comparable:
        line.append(words("  other data: not comparable", italic=True))
    return line


def _footer(board: Leaderboard, source: SourceHealth | None) -> list[str]:
    counts = board.counts
    states = [
        (counts.finished, "finished"),
        (counts.failed, "failed"),
        (counts.killed, "killed"),
        (counts.running, "running"),
        (counts.invalid, "without a number (NaN or infinite)"),
    ]
    told = [f"{runs} {state}" for runs, state in states if runs]
    if source and source.read_at:
        told.append(f"MLflow as of {moment_token(source.read_at)}")
    return told or ["nothing to count yet"]


def _list_blocks(
    listed: Listed, source: SourceHealth | None, links: Links, most: int
) -> list[Block]:
    blocks = [
        bullets(_listed(experiment, activity, links) for experiment, activity in listed[:most])
    ]
    if len(listed) > most:
        rest = f"{len(listed) - most} more; `/experiment show` with a name knows them too"
        blocks.append(context(rest))
    if source and source.down:
        blocks.append(context(_outage(source)))
    return blocks


def _listed(experiment: Experiment, activity: Activity, links: Links) -> Line:
    line: Line = [_linked(_name(experiment), links.experiment(experiment.experiment_id))]
    line.append(f" · {count(activity.runs, 'run')}")
    if activity.last_at:
        line += [" · last activity ", moment(activity.last_at)]
    return line


def _nothing(source: SourceHealth | None) -> Line:
    if source is None:
        return ["I have not read MLflow yet. If it is connected, ask again in a minute."]
    if source.down:
        return ["MLflow doesn't answer, and I have not seen it before."]
    return ["MLflow has no experiment yet."]


def _outage(source: SourceHealth) -> str:
    since = f" since {moment_token(source.failed_at)}" if source.failed_at else ""
    return f"MLflow hasn't answered{since}. This is what I knew then."


def _run(entry: Entry, links: Links, *, bold: bool = False) -> Piece:
    name = clean(entry.run.name, _NAME) or entry.run.run_id[:8]
    return _linked(name, links.run(entry.run.experiment_id, entry.run.run_id), bold=bold)


def _name(experiment: Experiment) -> str:
    """Names of invisible characters exist; then the id stands for them."""
    return clean(experiment.name, _NAME) or experiment.experiment_id


def _range(entry: Entry) -> str:
    return f"{figure(entry.seeds.low)}–{figure(entry.seeds.high)}" if entry.seeds else ""


def _linked(text: str, url: str | None, *, bold: bool = False) -> Piece:
    return link(url, text, bold=bold) if url else words(text, bold=bold)
