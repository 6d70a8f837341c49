"""What people see of an experiment: the sentence, the best run, the lines, the chart."""

from bot.domain.experiments.board_verdict import board_verdict
from bot.domain.experiments.entries import Entry
from bot.domain.experiments.fairness import Doubt, Judgement
from bot.domain.experiments.leaderboard import TOP, Champion, Leaderboard
from bot.domain.links import Links
from bot.domain.metrics import PRIMARY_TAG, Direction, difference, figure
from bot.domain.source import SourceHealth
from bot.ports.chat import Block, Message
from bot.views.blocks import actions, button, chart_slot, context, lines, message
from bot.views.experiments import direction
from bot.views.experiments.direction import Said
from bot.views.experiments.names import (
    NAME,
    as_of,
    champion_piece,
    experiment_name,
    linked,
    outage,
    run_piece,
)
from bot.views.experiments.pages import more_button, unfold_buttons
from bot.views.experiments.progress_chart import progress_chart
from bot.views.experiments.rows import rows, seed_range
from bot.views.text import Line, clean, count, escape, plain, words

ACTION_OPEN = "experiment.open"
ACTION_COMPARE = "experiment.compare"
ACTION_BROKEN = "experiment.broken"

_COMPARED = 3


def summary(
    board: Leaderboard,
    source: SourceHealth | None,
    links: Links,
    *,
    said: Said | None = None,
    watch: str = "",
) -> Message:
    """The leaderboard in one screen.

    `said` tells who said which way is better; `watch` is the action id of *Watch*, empty for none.
    """
    chart = progress_chart(board)
    judgement = board.judgement
    told = [_title(board, said, links), *_standing(board, judgement, links)]
    blocks: list[Block] = []
    if source and source.down:
        blocks.append(context(outage(source)))
    blocks.append(lines(*told))
    if board.metric and board.direction is Direction.UNKNOWN and board.counts.finished:
        blocks.append(direction.answers(board))
    if board.entries:
        blocks.append(lines(*rows(board, 0, TOP, links)))
    if chart is not None:
        blocks.append(chart_slot())
    blocks += _buttons(board, links, watch)
    blocks.append(context(" · ".join(_footer(board, judgement, source))))
    return message("\n".join(map(plain, told)), blocks, chart=chart)


def _buttons(board: Leaderboard, links: Links, watch: str) -> list[Block]:
    experiment_id = board.experiment.experiment_id
    top = [entry.run.run_id for entry in board.page(0, _COMPARED)]
    found = []
    if len(top) > 1 or (top and board.champion and board.champion.run.run_id != top[0]):
        label = f"Compare top {len(top)}" if len(top) > 1 else "Compare with champion"
        found.append(button(label, ACTION_COMPARE, " ".join(top)))
    if board.counts.failed or board.counts.killed:
        found.append(button("What failed", ACTION_BROKEN, experiment_id))
    if len(board.entries) > TOP:
        found.append(more_button(board, TOP))
    if watch:
        found.append(button("Watch", watch, experiment_id))
    if page := links.experiment(experiment_id):
        found.append(button("Open in MLflow", ACTION_OPEN, url=page))
    sweeps = unfold_buttons(board, board.page(0))
    return [
        *([actions("experiment_sweeps", *sweeps)] if sweeps else []),
        *([actions("experiment", *found)] if found else []),
    ]


def _title(board: Leaderboard, said: Said | None, links: Links) -> Line:
    experiment = board.experiment
    page = links.experiment(experiment.experiment_id)
    line: Line = [
        linked(experiment_name(experiment), page, bold=True),
        f" · {count(board.counts.total, 'run')}",
    ]
    if board.metric:
        line += [" · primary metric ", words(clean(board.metric, NAME), bold=True)]
    if board.direction is not Direction.UNKNOWN:
        line.append(f" ({board.direction} is better{direction.told(said)})")
    return line


def _standing(board: Leaderboard, judgement: Judgement, links: Links) -> list[Line]:
    if board.best is not None:
        return [[board_verdict(board, judgement)], _best(board, board.best, judgement, links)]
    if not board.counts.total:
        return [["No runs yet."]]
    if not board.counts.finished:
        return [["No run has finished yet."]]
    if board.metric is None:
        tip = words(PRIMARY_TAG, code=True)
        return [["The finished runs share no metric yet. The tag ", tip, " can name one."]]
    if board.direction is Direction.UNKNOWN:
        return [direction.question(board.metric)]
    return [["No finished run has a number for ", words(clean(board.metric, NAME)), "."]]


def _best(board: Leaderboard, best: Entry, judgement: Judgement, links: Links) -> Line:
    line: Line = ["Best: ", run_piece(best.run, links, bold=True), f" {figure(best.value)}"]
    if best.seeds:
        line.append(f" (median of {best.seeds.runs} seeds, {seed_range(best)})")
    if board.champion is None:
        return line
    return [*line, " · ", *_against(board, best, board.champion, judgement, links)]


def _against(
    board: Leaderboard, best: Entry, champion: Champion, judgement: Judgement, links: Links
) -> Line:
    named = champion_piece(champion, board.experiment, links)
    if board.is_led_by_champion:
        return ["it is the ", named]
    if champion.value is None:
        return [named, " has no number for it"]
    value = figure(champion.value)
    if not champion.comparable:
        return [named, f" {value} saw other data: not comparable"]
    delta = best.value - champion.value
    if not delta:
        return ["the same as ", named]
    side = "above" if delta > 0 else "below"
    amount = difference(abs(delta), best.value, champion.value)
    judged = _judged(judgement, board.direction.better(best.value, champion.value))
    return [f"{amount} {side} ", named, f" ({value}): {judged}"]


def _judged(judgement: Judgement, is_better: bool) -> str:
    if judgement.winner is not None:
        return f"{'better' if is_better else 'worse'}, beyond seed noise"
    if judgement.doubts(Doubt.INSIDE_NOISE):
        return "inside seed noise"
    return "too few seeds to tell" if judgement.doubts(Doubt.FEW_SEEDS) else "not comparable"


def _footer(board: Leaderboard, judgement: Judgement, source: SourceHealth | None) -> list[str]:
    counts = board.counts
    states = [
        (counts.finished, "finished"),
        (counts.failed, "failed"),
        (counts.killed, "killed"),
        (counts.running, "running"),
        (counts.invalid, "without a number (NaN or infinite)"),
    ]
    told = [f"{runs} {state}" for runs, state in states if runs]
    if any(contender.dataset for contender in board.contenders):
        # Where nobody tags data, that is no news below every leaderboard.
        told += [escape(remark.text) for remark in judgement.remarks]
    return [*told, *as_of(source)] or ["nothing to count yet"]
