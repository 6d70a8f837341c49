"""A number beside what people use: how far, which way, and whether that means anything."""

from bot.domain.experiments.fairness import Doubt, Judgement
from bot.domain.experiments.leaderboard import Leaderboard
from bot.domain.links import Links
from bot.domain.metrics import Direction, difference, figure
from bot.views.experiments.names import VALUE, champion_piece, run_piece
from bot.views.text import Line, clean, words

_SHORT = {
    Doubt.OTHER_DATA: "other data: not comparable",
    Doubt.OTHER_EVALUATION: "judged on other data: not comparable",
    Doubt.RUNNING: "not finished",
    Doubt.FEW_SEEDS: "too few seeds to rule out luck",
    Doubt.INSIDE_NOISE: "inside seed noise",
}


def best_of(board: Leaderboard, links: Links, *, named: bool = True) -> Line:
    """`gentle-owl-12 val_auc 0.912 (0.006 above champion v13, better beyond seed noise)`; empty
    where nothing has a number that can be judged."""
    if board.best is None or board.metric is None:
        return []
    line: Line = [run_piece(board.best.run, links), " "] if named else []
    line += [words(clean(board.metric, VALUE)), f" {figure(board.best.value)}"]
    if board.best.seeds:
        line.append(f", median of {board.best.seeds.runs} seeds")
    if against := _against(board, links):
        line += [" (", *against, ")"]
    return line


def gap(value: float, other: float) -> str:
    """`0.006 above`, `0.006 below`, or `the same as`."""
    delta = value - other
    if not delta:
        return "the same as"
    return f"{difference(abs(delta), value, other)} {'above' if delta > 0 else 'below'}"


def hint(direction: Direction) -> str:
    """Below is better for a loss, which not everybody knows."""
    return ", lower is better" if direction is Direction.LOWER else ""


def meaning(judgement: Judgement) -> str:
    """Whether the first of two is better, in a few words; empty where nobody can say more."""
    if judgement.winner is not None:
        return "better beyond seed noise" if judgement.winner == 0 else "worse beyond seed noise"
    doubts = (_SHORT[each.doubt] for each in judgement.reasons if each.doubt in _SHORT)
    return next(doubts, "")


def _against(board: Leaderboard, links: Links) -> Line:
    best, champion = board.best, board.champion
    if best is None or champion is None:
        return []
    named = champion_piece(champion, board.experiment, links)
    if board.is_led_by_champion:
        return ["it is ", named]
    if champion.value is None:
        return [named, " has no number for it"]
    line: Line = [f"{gap(best.value, champion.value)} ", named, f" {figure(champion.value)}"]
    line.append(hint(board.direction))
    said = meaning(board.judgement)
    return [*line, f", {said}"] if said else line
