"""The lines of a leaderboard."""

from collections.abc import Sequence

from bot.domain.experiments.datasets import dataset_of
from bot.domain.experiments.entries import Entry
from bot.domain.experiments.leaderboard import Champion, Leaderboard
from bot.domain.experiments.records import Run
from bot.domain.links import Links
from bot.domain.metrics import figure
from bot.views.experiments.names import VALUE, run_piece
from bot.views.text import Line, clean, count, words

_PARAMS = 4


def rows(board: Leaderboard, start: int, size: int, links: Links) -> list[Line]:
    """The lines from position `start`, and the champion below them where it isn't among them."""
    shown = board.page(start, size)
    drawn = [_row(start + i, entry, board, shown, links) for i, entry in enumerate(shown)]
    champion = board.champion
    if champion is None or any(champion.run.run_id in entry.members for entry in shown):
        return drawn
    return [*drawn, _champion(champion, board, shown, links)]


def seed_range(entry: Entry) -> str:
    """`0.909–0.914`, or empty for a single run."""
    return f"{figure(entry.seeds.low)}–{figure(entry.seeds.high)}" if entry.seeds else ""


def _row(
    place: int, entry: Entry, board: Leaderboard, shown: Sequence[Entry], links: Links
) -> Line:
    line: Line = [f"{place + 1}  "]
    if entry.sweep:
        name = clean(entry.sweep.name, VALUE)
        line += [words(f"sweep {name}", bold=True), f", {count(entry.sweep.runs, 'run')}, best "]
    line += [run_piece(entry.run, links), f"  {figure(entry.value)}"]
    if entry.seeds:
        line.append(f" ({entry.seeds.runs} seeds {seed_range(entry)})")
    line += _told(entry.run, board, shown)
    if not entry.comparable:
        line.append(words("  other data: not comparable", italic=True))
    champion = board.champion
    if champion and champion.run.run_id in entry.members:
        among = " is among them" if len(entry.members) > 1 else ""
        line.append(words(f"  champion v{champion.version}{among}", italic=True))
    return line


def _champion(champion: Champion, board: Leaderboard, shown: Sequence[Entry], links: Links) -> Line:
    line: Line = [f"champion v{champion.version}  ", run_piece(champion.run, links)]
    line.append(f"  {figure(champion.value)}" if champion.value is not None else "  no number")
    place = board.place(champion.run.run_id)
    if place is not None:
        line.append(f", place {place + 1} of {len(board.entries)}")
    line += _told(champion.run, board, shown)
    if not champion.comparable:
        line.append(words("  other data: not comparable", italic=True))
    return line


def _told(run: Run, board: Leaderboard, shown: Sequence[Entry]) -> Line:
    """The params that differ among what is shown, and the data where that does."""
    told = [
        f"{clean(key, VALUE)} {clean(run.params[key], VALUE)}"
        for key in board.differing(shown)[:_PARAMS]
        if key in run.params
    ]
    data = {entry.dataset for entry in shown}
    if board.champion:
        data.add(dataset_of(board.champion.run))
    if len(data) > 1:
        told.append(f"data {clean(dataset_of(run), VALUE) or 'unknown'}")
    return ["   " + " · ".join(told)] if told else []
