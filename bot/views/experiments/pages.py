"""More of a leaderboard than its top: page by page, and sweeps unfolded."""

from collections.abc import Sequence
from typing import Any

from bot.domain.experiments.entries import Entry
from bot.domain.experiments.leaderboard import Leaderboard
from bot.domain.links import Links
from bot.ports.chat import Block, Modal
from bot.views.blocks import actions, button, context, lines
from bot.views.experiments.names import VALUE, experiment_name
from bot.views.experiments.rows import rows
from bot.views.forms import modal
from bot.views.text import clean, count, escape

ACTION_PAGE = "experiment.page"
CALLBACK_PAGE = "experiment.page"
SIZE = 10


def more_button(board: Leaderboard, start: int) -> dict[str, Any]:
    """*More*: the lines from position `start`."""
    return button("More", f"{ACTION_PAGE}:on", _value(board, start, _root(board)))


def first_page(experiment_id: str) -> str:
    """The value of a button that opens an experiment's leaderboard from its top."""
    return f"{experiment_id} 0 "


def unfold_buttons(board: Leaderboard, shown: Sequence[Entry]) -> list[dict[str, Any]]:
    """*Unfold lr-search* for each sweep among these lines."""
    return [
        button(
            f"Unfold {clean(entry.sweep.name, VALUE)}",
            f"{ACTION_PAGE}:sweep{place}",
            _value(board, 0, entry.sweep.root_id),
        )
        for place, entry in enumerate(shown)
        if entry.sweep
    ]


def read_page(value: str) -> tuple[str, int, str]:
    """The experiment's id, the first position and the sweep's root in a button's value."""
    experiment_id, start, root = value.split(" ", 2)
    return experiment_id, max(int(start), 0), root


def page_modal(board: Leaderboard, start: int, links: Links) -> Modal:
    """Ten lines from position `start`, and the buttons that lead on from there."""
    end = min(start + SIZE, len(board.entries))
    about = experiment_name(board.experiment)
    if board.within:
        about = f"sweep {clean(board.within.name)}, {count(board.within.runs, 'run')}"
    place = f"{start + 1} to {end} of {len(board.entries)}" if end > start else "nothing to rank"
    blocks: list[Block] = [context(escape(f"{about} · {place}"))]
    if drawn := rows(board, start, SIZE, links):
        blocks.append(lines(*drawn))
    steps = unfold_buttons(board, board.page(start, SIZE))
    if start:
        back = _value(board, max(start - SIZE, 0), _root(board))
        steps.append(button("Back", f"{ACTION_PAGE}:back", back))
    if end < len(board.entries):
        steps.append(more_button(board, end))
    if steps:
        blocks.append(actions(f"experiment_pages_{start}", *steps))
    return modal(CALLBACK_PAGE, "Leaderboard", blocks, close="Close")


def _root(board: Leaderboard) -> str:
    return board.within.root_id if board.within else ""


def _value(board: Leaderboard, start: int, root: str) -> str:
    return f"{board.experiment.experiment_id} {start} {root}"
