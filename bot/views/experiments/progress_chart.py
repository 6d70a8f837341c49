"""The chart of an experiment: the best value so far, with the champion as a line."""

from bot.domain.chart import Chart, Series
from bot.domain.experiments.leaderboard import Leaderboard
from bot.views.text import clean

# https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block
CATEGORIES = 20
LABEL = 20
TITLE = 50


def progress_chart(board: Leaderboard) -> Chart | None:
    """Best so far by run in start order, thinned to 20 runs; None where there is no line to see."""
    if len(board.progress) < 2 or board.metric is None:
        return None
    picked = _thinned(len(board.progress))
    series = [Series(name="best so far", values=tuple(board.progress[i] for i in picked))]
    champion = board.champion
    if champion and champion.comparable and champion.value is not None:
        name = clean(f"champion v{champion.version}", LABEL)
        series.append(Series(name=name, values=(champion.value,) * len(picked)))
    return Chart(
        title=clean(f"Best {board.metric} so far", TITLE),
        categories=tuple(f"run {i + 1}" for i in picked),
        series=tuple(series),
        y_label=clean(board.metric, TITLE),
    )


def _thinned(runs: int) -> list[int]:
    """At most 20 positions, evenly spread, the first and the last among them."""
    if runs <= CATEGORIES:
        return list(range(runs))
    return [round(i * (runs - 1) / (CATEGORIES - 1)) for i in range(CATEGORIES)]
