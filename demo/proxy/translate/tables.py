"""Slack's table and data_table blocks as aligned text."""

from demo.proxy.translate import richtext
from demo.proxy.translate.guard import CODE_CLOSE, CODE_OPEN, hide
from demo.proxy.translate.json import Json


def table_text(block: Json) -> str:
    """Return the rows of a table as a guarded code block, columns aligned, caption above."""
    rows = [[_cell(cell) for cell in row] for row in block.get("rows", [])]
    body = f"{CODE_OPEN}{hide(chr(10).join(_aligned(rows)))}{CODE_CLOSE}"
    caption = block.get("caption")
    return f"*{hide(caption)}*\n{body}" if caption else body


def _cell(cell: Json) -> str:
    if cell.get("type") == "rich_text":
        return richtext.to_text(cell).replace("\n", " ")
    return str(cell.get("text", cell.get("value", ""))).replace("\n", " ")


def _aligned(rows: list[list[str]]) -> list[str]:
    columns = max((len(row) for row in rows), default=0)
    widths = [max((len(row[i]) for row in rows if i < len(row)), default=0) for i in range(columns)]
    return ["  ".join(cell.ljust(widths[i]) for i, cell in enumerate(row)).rstrip() for row in rows]
