"""Results as plain text tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Table:
    """What a trial found: `wrong` counts everything that breaks a promise; 0 is a pass.

    Every row has the same keys, which are the heads of its columns; there is at least one row.
    """

    title: str
    rows: Sequence[Mapping[str, object]]
    wrong: int = 0
    notes: Sequence[str] = ()

    def text(self) -> str:
        """The table with aligned columns, numbers to the right."""
        heads = list(self.rows[0])
        cells = [[str(row[head]) for head in heads] for row in self.rows]
        widths = [max(map(len, column)) for column in zip(heads, *cells, strict=True)]
        lines = [self.title, _line(heads, widths), _line(["-" * w for w in widths], widths)]
        lines += [_line(row, widths) for row in cells]
        return "\n".join([*lines, *self.notes, ""])


def seconds(value: float) -> str:
    """`1.24 s`."""
    return f"{value:.2f} s"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    shown = [
        cell.rjust(width) if cell[:1].isdigit() else cell.ljust(width)
        for cell, width in zip(cells, widths, strict=True)
    ]
    return "  ".join(shown).rstrip()
