"""Which way a metric gets better: the question, asked once, and who answered it."""

import json

from bot.domain.experiments.directions import SaidDirection
from bot.domain.experiments.leaderboard import Leaderboard
from bot.domain.experiments.records import Experiment
from bot.domain.metrics import Direction
from bot.ports.chat import Block, Message
from bot.views.blocks import actions, button, lines, message
from bot.views.experiments.names import NAME, experiment_name
from bot.views.text import Line, clean, words

ACTION_DIRECTION = "experiment.direction"

Said = tuple[str, SaidDirection]
"""Who said it, by name, and what."""


def question(metric: str) -> Line:
    """The one thing that nobody can know but the team."""
    shown = words(clean(metric, NAME), bold=True)
    return ["Is a higher ", shown, " better, or a lower one? I ask only once."]


def answers(board: Leaderboard) -> Block:
    """The two buttons that answer it."""
    return actions(
        "experiment_direction",
        button("Higher is better", f"{ACTION_DIRECTION}:higher", _value(board, Direction.HIGHER)),
        button("Lower is better", f"{ACTION_DIRECTION}:lower", _value(board, Direction.LOWER)),
    )


def read_answer(value: str) -> tuple[str, str, Direction]:
    """The experiment's id, the metric and the direction in a button's value."""
    experiment_id, metric, direction = json.loads(value)
    return str(experiment_id), str(metric), Direction(direction)


def told(said: Said | None) -> str:
    """`, as Lena said`, or nothing."""
    return f", as {clean(said[0], NAME)} said" if said else ""


def changed(experiment: Experiment, metric: str, direction: Direction) -> Message:
    """What holds from now on."""
    line: Line = [
        "Noted: in ",
        words(experiment_name(experiment), bold=True),
        f" a {direction} ",
        words(clean(metric, NAME), bold=True),
        " is better, everywhere: leaderboards, digests, reports and the proposals of new rules.",
    ]
    return message(line, [lines(line)])


def _value(board: Leaderboard, direction: Direction) -> str:
    parts = [board.experiment.experiment_id, board.metric or "", direction.value]
    return json.dumps(parts, ensure_ascii=False)
