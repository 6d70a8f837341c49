"""What a benchmark comes to: a target, the figure beside it, and whether it was reached."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.trials.tables import Table


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One target; `bench` is its number, `figure` what this run found."""

    bench: str
    what: str
    target: str
    figure: str
    met: bool


Benchmark = Callable[[], Sequence[Verdict] | None]
"""Prints its tables; one without a target has no verdicts."""


def at_least(bench: str, what: str, target: float, figure: float, form: str = "{:.2f}") -> Verdict:
    """A target that is a least value."""
    return Verdict(
        bench=bench,
        what=what,
        target=f"≥ {target:g}",
        figure=form.format(figure),
        met=figure >= target,
    )


def at_most(bench: str, what: str, target: float, figure: float, form: str = "{:.2f}") -> Verdict:
    """A target that is a greatest value."""
    return Verdict(
        bench=bench,
        what=what,
        target=f"≤ {target:g}",
        figure=form.format(figure),
        met=figure <= target,
    )


def table(verdicts: Sequence[Verdict]) -> str:
    """All of them as text; what falls short says so."""
    rows = [
        {
            "bench": each.bench,
            "what": each.what,
            "target": each.target,
            "this run": each.figure,
            "": "met" if each.met else "SHORT",
        }
        for each in verdicts
    ]
    return Table(title="Targets", rows=rows).text()
