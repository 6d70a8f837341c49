"""Where an experiment stands, in one sentence for people who don't train models."""

from bot.domain.experiments.fairness import Judgement
from bot.domain.experiments.leaderboard import Leaderboard
from bot.domain.experiments.verdict import apart, verdict
from bot.domain.metrics import figure
from bot.domain.wording import one_line

_NAME = 40


def board_verdict(board: Leaderboard, judgement: Judgement) -> str:
    """The best run against the champion; empty where there is no best run.

    `judgement` is the board's own. Nobody is called better where that isn't shown.
    """
    if board.best is None or board.metric is None:
        return ""
    reached = f"{one_line(board.metric, _NAME)} {figure(board.best.value)}"
    champion = board.champion
    if champion is None or champion.value is None:
        without = "there is no champion to compare it with"
        if champion is not None:
            without = f"the champion v{champion.version} has no number for it"
        return f"The best run has {reached}; {without}."
    if board.is_led_by_champion:
        return f"Nothing beats the champion: {reached}."
    said = verdict(judgement, board.contenders, board.metric, board.direction)
    if judgement.winner is None:
        return said
    ahead, behind = (board.contenders[i] for i in _places(judgement))
    gap = f"{apart(ahead, behind, board.direction)}, more than chance between seeds explains"
    if judgement.winner == 0:
        return f"The best run now beats the champion: {reached}, {gap}."
    return f"The champion stays ahead: {figure(champion.value)}, {gap}."


def _places(judgement: Judgement) -> tuple[int, int]:
    assert judgement.leader is not None
    assert judgement.rival is not None
    return judgement.leader, judgement.rival
